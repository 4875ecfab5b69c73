"""Keys in Hermes bytecode: the string table tells where they start and end."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.keys import MakeKey
from tests.support.scan import found, secrets_in
from tests.support.string_tables import HERMES, HermesFile
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.string_tables import hermes

CERTAIN = Bounds.CERTAIN

NODE_MODULES = os.environ.get("WAKEYSCAN_TEST_NPM", "")
COMPILERS = sorted(Path(NODE_MODULES).glob("**/linux64-bin/hermesc")) if NODE_MODULES else []


@pytest.mark.parametrize("version", [74, 76, 84, 89, 94, 96, 97, 98, 99])
def test_a_key_ends_where_its_string_ends(version: int, make_key: MakeKey) -> None:
    for key in map(make_key, range(16, 129, 7)):
        texts = [b"fetch", b"hello", key.encode(), b"Authorization", b"POST"]
        assert found(HermesFile(version).build_from(texts)) == [(key, CERTAIN)]


def test_a_key_in_each_of_many_long_strings_is_found(make_key: MakeKey) -> None:
    """The lengths of long strings are in a table of their own."""
    keys = [make_key(32) for _ in range(7)]
    texts = [f"{'a' * 300} {key}".encode() for key in keys]
    assert found(HermesFile().build_from([*texts, b"zz"])) == [(key, CERTAIN) for key in keys]


AROUND = {
    "letters": ("xq7", "Zk4"),
    "Bearer": ("GET", "application"),
    "digits": ("sha256", "0"),
    "another key": ("", "wa_live_"),
}


@pytest.mark.parametrize(("before", "behind"), AROUND.values(), ids=AROUND)
def test_neighbors_are_not_a_part_of_a_key(before: str, behind: str, make_key: MakeKey) -> None:
    key = make_key(32)
    for text in (key, f"Bearer {key}", f"https://x.org/?key={key}&a=1", f'{{"k":"{key}"}}'):
        content = HermesFile().build_from([before.encode(), text.encode(), behind.encode()])
        assert found(content) == [(key, CERTAIN)]


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_a_key_that_the_end_of_the_file_cuts_has_no_certain_end(
    cut: int, make_key: MakeKey
) -> None:
    key = make_key(40)
    made = HermesFile().build_from([b"a", key.encode()]).removesuffix(b"\0\x01code")
    assert found(made) == [(key, CERTAIN)]
    assert CERTAIN not in {bounds for _, bounds in found(made[:-cut])}


def test_a_name_that_ends_like_a_key_is_not_reported(make_key: MakeKey) -> None:
    assert found(HermesFile().build_from([b"a", f"p{make_key(32)}".encode(), b"b"])) == []


def test_a_key_that_is_a_part_of_another_string_is_found(make_key: MakeKey) -> None:
    key = make_key(32).encode()
    storage = b"fetchp" + key + b"hello"
    strings = [(0, 5), (5, 1 + len(key)), (6, len(key)), (6, 8), (6 + len(key), 5)]
    assert found(HermesFile().build(storage, strings)) == [(key.decode(), CERTAIN)]


def test_the_longer_of_two_keys_at_one_place_is_reported(make_key: MakeKey) -> None:
    key = make_key(40).encode()
    content = HermesFile().build(b"a" + key + b"b", [(0, 1), (1, 30), (1, len(key))])
    assert secrets_in(content) == [key.decode()]


def test_a_key_in_a_long_string_is_found(make_key: MakeKey) -> None:
    one, other = make_key(32), make_key(32)
    long = f"{'x' * 300} {one} {'y ' * 5000}{other}".encode()
    content = HermesFile().build_from([b"hello", long, b"world"])
    assert found(content) == [(one, CERTAIN), (other, CERTAIN)]


def test_keys_in_many_strings_are_found(make_key: MakeKey) -> None:
    keys = [make_key(32) for _ in range(200)]
    texts = [text for key in keys for text in (b"name", key.encode())]
    assert found(HermesFile(functions=40).build_from(texts)) == [(key, CERTAIN) for key in keys]


@pytest.mark.parametrize("cut", [9, 40, 67, 127, 140, 180])
def test_a_damaged_table_leaves_the_end_open(cut: int, make_key: MakeKey) -> None:
    key = make_key(32)
    content = HermesFile().build_from([b"fetch", key.encode(), b"Authorization", b"POST"])
    damaged = content[:cut] + content[content.index(b"fetch") :]
    assert found(damaged) == [(key, Bounds.OPEN)]


def test_a_key_in_a_truncated_file_has_certain_bounds(make_key: MakeKey) -> None:
    key = make_key(32)
    content = HermesFile().build_from([b"fetch", key.encode(), b"Authorization", b"POST"])
    assert found(content[: content.index(b"ization")]) == [(key, CERTAIN)]


@given(st.binary(max_size=400), st.lists(st.integers(0, 600)).map(sorted))
def test_any_bytes_can_be_read(content: bytes, offsets: list[int]) -> None:
    for start, end in hermes.find_strings(HERMES + content, offsets):
        assert any(start <= offset < end for offset in offsets)


@given(
    counts=st.lists(st.integers(0, 6) | st.integers(0, 2**32 - 1), min_size=6, max_size=6),
    body=st.binary(max_size=300),
    offsets=st.lists(st.integers(0, 500)).map(sorted),
)
def test_any_counts_can_be_read(counts: list[int], body: bytes, offsets: list[int]) -> None:
    header = HermesFile().build(b"", [])[:40] + b"".join(n.to_bytes(4, "little") for n in counts)
    for start, end in hermes.find_strings(header.ljust(128, b"\0") + body, offsets):
        assert any(start <= offset < end for offset in offsets)


@pytest.mark.skipif(not COMPILERS, reason="WAKEYSCAN_TEST_NPM has no hermesc for Linux")
@pytest.mark.parametrize("level", ["-O", "-O0"])
@pytest.mark.parametrize("compiler", COMPILERS, ids=lambda path: path.parts[-4])
def test_keys_in_a_program_compiled_by_hermes_are_found(
    compiler: Path, level: str, tmp_path: Path, make_key: MakeKey
) -> None:
    one, other, third = make_key(32), make_key(40), make_key(24)
    source = tmp_path / "a.js"
    source.write_text(
        f'globalThis.f = () => fetch("https://api.wastack.in/?k={third}&x=1",'
        f' {{headers: {{Authorization: "Bearer {one}"}}, method: "POST"}});'
        f' globalThis.k = ["{other}", "p{make_key(32)}", {json.dumps("y" * 300)}, "hello"];'
    )
    program = tmp_path / "index.android.bundle"
    command = [str(compiler), "-emit-binary", level, "-out", str(program), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    assert sorted(found(program.read_bytes())) == sorted((k, CERTAIN) for k in (one, other, third))
