"""A NUL after a key: the end of a string in a pool, or a part of the field after a full one."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.keys import ALPHABET, PREFIX, MakeKey
from tests.support.scan import find, found
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.string_tables.elf import find_section
from wakeyscan.scanner.strings.blocks import may_end_block

CERTAIN, OPEN = Bounds.CERTAIN, Bounds.OPEN

SIZES = (24, 32, 40, 48, 64, 72)
"""Bytes of a field that a key fills."""

HEAD = b"\xff\x03\x01\x81"

NEXT = {
    "a code": b"DE\0",
    "a code, padded": b"EUR\0\0",
    "a date": b"20251130\0\0",
    "a hash": b"9be01f7a\0",
    "a flag": b"Y\0" + struct.pack("<I", 9),
    "a port": struct.pack("<HH", 80, 1),
    "a count": struct.pack("<II", 66, 1),
    "a count of eight bytes": struct.pack("<Q", 120),
    "two fields": b"Z\0de\0\0",
    "three letters of an integer": struct.pack("<I", 0x414243),
    "a letter at the end": b"Q",
    "a line end in an integer": struct.pack("<H", 0x0A58),
    "a quote in an integer": b'X"\0\0',
}
"""Fields that begin with letters, after a full one."""

BEFORE = {
    "a number": struct.pack("<I", 2),
    "a padded name": b"prod\0\0\0\0",
    "a name and a number": b"alice\0\0\0" + struct.pack("<H", 7),
    "a code with NUL": b"USD\0",
    "a name with NUL": b"staging\0",
    "a byte": b"\x81",
}

POOLS = {
    "strings on both sides": b"%s\0error: %s\n\0KEY\0out of memory\0retry\0",
    "first in a file": b"KEY\0name\0value\0",
    "last in a file": b"name\0value\0KEY\0",
    "environment": b"HOME=/root\0TOKEN=KEY\0PATH=/bin\0",
    "after a name in the same string": b"\1\2https://x.org/?k=KEY\0value\0\3",
    "not ASCII": "\1\0größe\0KEY\0中文文\0".encode(),
}
PROGRAM = b"\x7fELF\x02\x01\x01".ljust(64, b"\0")
CONSTANTS = {
    "first": b"\x01\0\x02\0\0\0\0\0KEY\0usage: %s\0",
    "last": b"\1\0usage\0KEY\0\0\x01\x1b\x03;\x28\0\0\0",
    "only short ones": b"\1\0en\0KEY\0w+\0\xff",
    "aligned literals": b"\1\0out of memory\0\0\0KEY\0\0\0failed: %d\0\xff",
}

Size = Callable[[int], bytes]
COUNTED: dict[str, Size] = {
    "BSON": lambda size: b"\x02key\0" + struct.pack("<I", size + 1),
    "LevelDB": lambda size: b"\0\x0e%capikey\x01\x01\0\0\0\0\0\0" % size,
    "LevelDB of a browser": lambda size: b"\0\x0e%capikey\x01\x01\0\0\0\0\0\0\x01" % (size + 1),
    "photo": lambda size: (
        b"MM\0*\0\0\0\x08\0\1\x01\x0e\0\2" + struct.pack(">II", size + 1, 26) + bytes(4)
    ),
    "TIFF": lambda size: b"\1\1\x0e\1\2\0" + struct.pack("<II", size + 1, 260) + bytes(244),
}


def list_texts(content: bytes) -> list[str]:
    """Return the text of the only finding, and its candidates."""
    (finding,) = find(content)
    return [secret.reveal().decode() for secret in (finding.secret, *finding.candidates)]


@pytest.mark.parametrize("behind", NEXT.values(), ids=NEXT)
@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_a_key_that_fills_a_field_is_open(before: bytes, behind: bytes, make_key: MakeKey) -> None:
    for size in SIZES:
        key = make_key(size - len(PREFIX))
        ((_, bounds),) = found(HEAD + before + key.encode() + behind + b"\1\0\0\0")
        assert bounds is OPEN


@pytest.mark.parametrize("name", NEXT)
def test_a_key_that_fills_a_field_is_a_candidate(name: str, make_key: MakeKey) -> None:
    for size in SIZES:
        key = make_key(size - len(PREFIX))
        content = HEAD + BEFORE["a number"] + key.encode() + NEXT[name] + b"\1\0\0\0"
        assert key in list_texts(content)


def test_a_quote_may_be_an_integer_after_a_letter(make_key: MakeKey) -> None:
    key = make_key(32)
    assert key in list_texts(HEAD + b'\0"' + key.encode() + b'X"\0\0\1')


@given(
    seed=st.integers(0, 2**32),
    size=st.integers(16, 60),
    number=st.integers(48, 122).filter(lambda code: chr(code).isalnum()),
    width=st.sampled_from("HIQ"),
)
def test_an_integer_after_a_field_is_no_part_of_a_key(
    seed: int, size: int, number: int, width: str
) -> None:
    source = random.Random(seed)
    key = PREFIX + "".join(source.choices(ALPHABET, k=size))
    record = struct.pack("<I", source.randrange(200, 2**16)) + key.encode()
    content = HEAD + record + struct.pack(f"<{width}", number) + b"\1\0\0\0"
    ((secret, bounds),) = found(content)
    assert secret == key or bounds is OPEN
    assert key in list_texts(content)


@pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS)
def test_nul_ends_a_key_in_a_pool_of_strings(pool: bytes, make_key: MakeKey) -> None:
    for size in SIZES:
        key = make_key(size)
        assert found(pool.replace(b"KEY", key.encode())) == [(key, CERTAIN)]


@pytest.mark.parametrize("constants", CONSTANTS.values(), ids=CONSTANTS)
def test_nul_ends_a_literal_of_a_program(constants: bytes, make_key: MakeKey) -> None:
    for size in SIZES:
        key = make_key(size)
        content = PROGRAM + constants.replace(b"KEY", key.encode())
        is_block = (content.index(key.encode()) + len(key)) % 16 == 0
        assert found(b"".join((PROGRAM, b"\1" * is_block, content[64:]))) == [(key, CERTAIN)]


@pytest.mark.parametrize("before", COUNTED.values(), ids=COUNTED)
def test_a_size_before_a_key_may_count_its_nul(before: Size, make_key: MakeKey) -> None:
    for size in SIZES:
        key = make_key(size).encode()
        content = b"\x8e\0\0\0" + before(len(key)) + key + b"\0\x10n\0\1\0\0\0"
        assert found(content.removeprefix(b"\x8e\0\0\0")) == [(key.decode(), CERTAIN)]


STRUCTURES = (
    'uint32_t id; char key[@]; char cc[2]; uint8_t ok; = 2, "KEY", "DE", 0',
    'uint32_t id; char key[@]; uint16_t n; uint16_t m; = 2, "KEY", 66, 1',
    'char name[8]; char key[@]; char region[4]; uint16_t port; = "prod", "KEY", "eu", 80',
)


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs GCC")
@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_structure_of_c_ends_no_key(structure: str, tmp_path: Path, make_key: MakeKey) -> None:
    fields, values = structure.split(" = ")
    code = "#include <stdint.h>\n#pragma pack(1)\nstruct {%s} records[2] = {{%s}, {%s}};\n"
    for size in (32, 40, 48):
        key = make_key(size - len(PREFIX))
        source = tmp_path / "a.c"
        rows = (values.replace("KEY", text) for text in ("x", key))
        source.write_text(code % (fields.replace("@", str(size)), *rows))
        subprocess.run(["gcc", "-c", source, "-o", tmp_path / "a.o"], check=True)
        content = (tmp_path / "a.o").read_bytes()
        assert all(bounds is OPEN for _, bounds in found(content))
        assert key in list_texts(content)


LITERALS = (
    'f("KEY");',
    'f("KEY"); f("error");',
    'f("usage: %s"); f("KEY");',
    'f("error: %d"); f("https://x.org/?key=KEY"); f("x");',
)


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs GCC")
@pytest.mark.parametrize("level", ["-O0", "-Os"])
@pytest.mark.parametrize("calls", LITERALS)
def test_a_literal_of_c_has_certain_bounds(
    calls: str, level: str, tmp_path: Path, make_key: MakeKey
) -> None:
    for size in (17, 31, 33, 42):
        key = make_key(size)
        (tmp_path / "a.c").write_text(
            f"void f(const char *);\nvoid g(void) {{ {calls.replace('KEY', key)} }}\n"
        )
        subprocess.run(["gcc", level, "-c", "a.c", "-o", "a.o"], cwd=tmp_path, check=True)
        content = (tmp_path / "a.o").read_bytes()
        start = content.index(key.encode())
        is_in_block = may_end_block(content, start, start + len(key))
        is_open = is_in_block or content.startswith(bytes(4), start + len(key))
        assert found(content) == [(key, OPEN if is_open else CERTAIN)]


@given(st.binary(max_size=120), st.integers(0, 300))
def test_the_section_of_any_content_holds_the_offset(content: bytes, at: int) -> None:
    for head in (b"\x7fELF\2\1\1", b"\x7fELF\1\1\1"):
        section = find_section(head.ljust(40, b"\x40") + content, at)
        assert section is None or section.start <= at < section.end
