"""Keys in programs of Go and Rust, and in WebAssembly: their code and data tell where they end."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import programs
from tests.support.keys import PREFIX, MakeKey
from tests.support.programs import REFERENCES, Refer
from tests.support.scan import found
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.string_tables import find_table_strings

CERTAIN, OPEN = Bounds.CERTAIN, Bounds.OPEN

Build = Callable[[bytes, int, int, Refer], bytes]
FORMATS: dict[str, Build] = {
    "ELF": programs.elf,
    "PE": programs.portable_executable,
    "Mach-O": programs.mach_o,
}
MARKS = {"Go": b'\xff Go build ID: "a"\n', "Rust": b"/rustc/0a1b/library/core/src/fmt.rs"}
HAS_COMPILERS = "WAKEYSCAN_TEST_COMPILERS" in os.environ


def surround(text: str) -> tuple[bytes, int]:
    """Return strings end to end that include the text, and the offset of the text."""
    before = MARKS["Go"] + b"sha256fetchhello"
    return before + text.encode() + b"Zk4AuthorizationPOSTab12" + bytes(40), len(before)


@pytest.mark.parametrize("build", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("refer", REFERENCES.values(), ids=REFERENCES)
def test_a_key_ends_where_a_reference_says(refer: Refer, build: Build, make_key: MakeKey) -> None:
    for key in map(make_key, (16, 24, 32, 33, 40, 64, 128)):
        strings, at = surround(key)
        assert found(build(strings, at, len(key), refer)) == [(key, CERTAIN)]


@pytest.mark.parametrize(
    "text", ["Bearer {}", "https://x.org/?key={}&a=1", '{{"k":"{}"}}', "k={}\n"]
)
def test_a_key_inside_a_longer_string_has_certain_bounds(text: str, make_key: MakeKey) -> None:
    key = make_key(32)
    strings, at = surround(text.format(key))
    for refer in REFERENCES.values():
        content = programs.elf(strings, at, len(text.format(key)), refer)
        assert found(content) == [(key, CERTAIN)]


def test_a_name_that_ends_like_a_key_is_not_reported(make_key: MakeKey) -> None:
    strings, at = surround(f"p{make_key(32)}")
    refer = REFERENCES["a pointer and a length"]
    assert found(programs.elf(strings, at, len(PREFIX) + 33, refer)) == []


def test_pointers_of_32_bits_are_followed(make_key: MakeKey) -> None:
    for key in map(make_key, (24, 40)):
        strings, at = surround(key)
        assert found(programs.elf_32(strings, at, len(key))) == [(key, CERTAIN)]


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_nul_ends_no_string_of_go_and_rust(mark: bytes, make_key: MakeKey) -> None:
    for key in map(make_key, (24, 32, 40)):
        for before, behind in ((b"\0", b"run\0"), (b"\0error: ", b"POST\0"), (b"\0", b"\0")):
            content = programs.elf(mark + before + key.encode() + behind, 0, 0, nothing)
            ((_, bounds),) = found(content)
            assert bounds is OPEN


def test_nul_ends_a_string_of_c(make_key: MakeKey) -> None:
    key = make_key(32)
    for before in (b"\0", b"\0Authorization: Bearer ", b"\0key="):
        content = programs.elf(before + key.encode() + b"\0world\0", 0, 0, nothing)
        assert found(content) == [(key, CERTAIN)]


@pytest.mark.parametrize("refer", REFERENCES.values(), ids=REFERENCES)
def test_a_number_next_to_a_string_of_c_does_not_cut_it(refer: Refer, make_key: MakeKey) -> None:
    key = make_key(40)
    content = programs.elf(b"log\0" + key.encode() + b"\0error", 4, 32, refer)
    assert found(content) == [(key, CERTAIN)]


def nothing(layout: programs.Layout, at: int, size: int) -> tuple[bytes, bytes]:
    return b"\x90", b""


def both(one: Refer, other: Refer, sizes: tuple[int, int]) -> Refer:
    """Refer to a string twice, with two lengths."""

    def refer(layout: programs.Layout, at: int, size: int) -> tuple[bytes, bytes]:
        code, data = one(layout, at, sizes[0])
        moved = layout._replace(code=layout.code + len(code), data=layout.data + len(data))
        more_code, more_data = other(moved, at, sizes[1])
        return code + more_code, data + more_data

    return refer


def test_two_different_lengths_of_a_string_leave_the_end_open(make_key: MakeKey) -> None:
    strings, at = surround(make_key(40))
    for name, one in REFERENCES.items():
        for other_name, other in REFERENCES.items():
            ((_, bounds),) = found(programs.elf(strings, at, 48, both(one, other, (40, 48))))
            assert bounds is OPEN, (name, other_name)


def test_the_length_of_another_string_does_not_count(make_key: MakeKey) -> None:
    strings, at = surround(make_key(40))

    def refer(layout: programs.Layout, at: int, size: int) -> tuple[bytes, bytes]:
        one = REFERENCES["registers of Go"](layout, at, size)[0]
        load, length, call = one[:7], one[7:12], one[12:]
        return load + b"\x48\x8b\x1a" + call + length + call, b""  # its length is in memory

    def store(layout: programs.Layout, at: int, size: int) -> tuple[bytes, bytes]:
        other = b"\x48\xc7\x40\x08\x20\0\0\0\x48\x89\x08"
        return other + b"\x48\x8d\x0d" + struct.pack(
            "<i", at - layout.code - 18
        ) + b"\x48\x89\x08", b""

    for one in (refer, store):
        ((_, bounds),) = found(programs.elf(strings, at, 32, one))
        assert bounds is OPEN


# WebAssembly


def test_constants_of_webassembly_end_a_key(make_key: MakeKey) -> None:
    for key in map(make_key, (24, 32, 40, 56, 64, 120)):
        strings, at = surround(key)
        content = programs.web_assembly(strings, programs.constants(at, len(key)))
        assert found(content) == [(key, CERTAIN)]
        pair = struct.pack("<II", (1 << 20) + at, len(key))
        assert found(programs.web_assembly(strings, b"\x0b", pair)) == [(key, CERTAIN)]
        ((_, bounds),) = found(programs.web_assembly(strings, b"\x0b"))
        assert bounds is OPEN


# Hostile files


HEADS = (
    programs.elf(b"", 0, 0, nothing),
    programs.elf_32(b"", 0, 0),
    programs.portable_executable(b"", 0, 0, nothing),
    programs.mach_o(b"", 0, 0, nothing),
    programs.web_assembly(b"abc", b"\x0b"),
)


@given(
    head=st.sampled_from(HEADS),
    changes=st.lists(st.tuples(st.integers(4, 600), st.integers(0, 255)), max_size=12),
    body=st.binary(max_size=200),
    offsets=st.lists(st.integers(0, 1400)).map(sorted),
)
def test_any_header_can_be_read(
    head: bytes, changes: list[tuple[int, int]], body: bytes, offsets: list[int]
) -> None:
    content = bytearray(head + body)
    for at, byte in changes:
        content[at % len(content)] = byte
    content[:4] = head[:4]
    for at, spans in find_table_strings(bytes(content), offsets).items():
        assert all(start <= at < end <= len(content) for start, end in spans)


@given(
    name=st.sampled_from(sorted(REFERENCES)),
    build=st.sampled_from(sorted(FORMATS)),
    changes=st.lists(st.tuples(st.integers(0, 1 << 12), st.integers(0, 255)), max_size=4),
)
def test_a_changed_program_has_no_wrong_key_with_a_certain_end(
    name: str, build: str, changes: list[tuple[int, int]]
) -> None:
    key = PREFIX + "Aq3PzLm8Nw2Rk5TyUv7Bc1XdGf4Hj6Ks"
    strings, at = surround(key)
    content = bytearray(FORMATS[build](strings, at, len(key), REFERENCES[name]))
    start = content.index(key.encode())
    length = struct.pack("<I", len(key))
    for place, byte in changes:
        where = place % start
        if length not in content[where - 4 : where + 5]:  # else it is another length
            content[where] = byte
    for secret, bounds in found(bytes(content)):
        assert bounds is OPEN or secret == key


# Real compilers

GO = """package main
var global = "{0}"
var table = map[string]string{{"prod": "{1}", "test": "{2}"}}
type client struct{{ key string }}
func send(c *client, h string) {{ println(c.key, h) }}
func main() {{
	c := &client{{key: "{3}"}}
	send(c, "Bearer {4}")
	println(global, table["prod"])
}}
"""
RUST = """static T: [(&str, &str); 2] = [("prod", "{0}"), ("test", "{1}")];
#[inline(never)] fn send(h: &str, k: &str) -> usize {{ println!("{{}} {{}}", h, k); h.len() }}
fn main() {{
    for (n, k) in T.iter() {{ send(n, k); }}
    send("X-Key", "{2}");
    send("Authorization", "Bearer {3}");
    if std::env::args().next().unwrap() == "{4}" {{ println!("eq"); }}
}}
"""
TARGETS = [("linux", "amd64"), ("windows", "amd64"), ("darwin", "amd64"), ("linux", "386")]


@pytest.mark.skipif(not (HAS_COMPILERS and shutil.which("go")), reason="needs Go")
@pytest.mark.parametrize(("system", "machine"), TARGETS)
def test_keys_in_a_go_program_have_certain_bounds(
    system: str, machine: str, tmp_path: Path, make_key: MakeKey
) -> None:
    keys = [make_key(length) for length in (32, 24, 40, 32, 32)]
    (tmp_path / "main.go").write_text(GO.format(*keys))
    environment = {**os.environ, "GOOS": system, "GOARCH": machine, "GOFLAGS": "-mod=mod"}
    command = ["go", "build", "-ldflags=-s -w", "-o", "program", "main.go"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    results = dict(found((tmp_path / "program").read_bytes()))
    certain = {key for key, bounds in results.items() if bounds is CERTAIN}
    assert certain <= set(keys)
    assert certain == set(keys) or machine == "386"


@pytest.mark.skipif(not (HAS_COMPILERS and shutil.which("rustc")), reason="needs Rust")
@pytest.mark.parametrize("level", [0, 2])
def test_keys_in_a_rust_program_have_certain_bounds(
    level: int, tmp_path: Path, make_key: MakeKey
) -> None:
    keys = [make_key(length) for length in (32, 24, 40, 32, 32)]
    (tmp_path / "main.rs").write_text(RUST.format(*keys))
    command = ["rustc", f"-Copt-level={level}", "-o", "program", "main.rs"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    results = dict(found((tmp_path / "program").read_bytes()))
    assert results == dict.fromkeys(keys, CERTAIN)
