"""Literals that a compiler stores in blocks: the last block repeats bytes of the one before."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.contexts import few
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.core.secret import API_KEY
from wakeyscan.scanner.detector import detect_in_document

PROGRAM = b"\x7fELF\x02\x01\x01".ljust(64, b"\0")


def store_in_blocks(literal: bytes, size: int) -> bytes:
    """Return the blocks of a literal; the last one ends with it, and overlaps the one before."""
    full = len(literal) // size * size
    return literal[:full] + literal[-size:] * (full < len(literal))


def detect(content: bytes) -> list[Finding]:
    found = detect_in_document(Document(Origin("program"), content), few())
    return [finding for finding in found if finding.rule == API_KEY]


def list_texts(finding: Finding) -> list[bytes]:
    return [secret.reveal() for secret in (finding.secret, *finding.candidates)]


@pytest.mark.parametrize("size", [8, 16, 32])
@pytest.mark.parametrize("before", [b"", b"Bearer ", b"Authorization: Bearer "])
@pytest.mark.parametrize("length", [22, 33, 36, 38, 40, 41, 54, 56, 63, 72, 86, 128])
def test_a_key_in_blocks_is_open_or_whole(
    make_key: MakeKey, length: int, before: bytes, size: int
) -> None:
    key = make_key(length).encode()
    stored = store_in_blocks(before + key + b"\0", size)
    findings = detect(PROGRAM + stored + b"\0" * 16)
    assert findings
    for finding in findings:
        assert finding.bounds is Bounds.OPEN or finding.secret.reveal() == key


@pytest.mark.parametrize("length", [22, 33, 38, 40, 56, 72])
def test_a_key_in_blocks_is_a_candidate(make_key: MakeKey, length: int) -> None:
    key = make_key(length).encode()
    (finding,) = detect(PROGRAM + store_in_blocks(key + b"\0", 16) + b"\0" * 16)
    assert key in list_texts(finding)


@pytest.mark.parametrize("length", [40, 41, 56, 72])
def test_the_first_blocks_of_a_key_are_open(make_key: MakeKey, length: int) -> None:
    key = make_key(length).encode()
    (finding,) = detect(PROGRAM + key[:32] + b"\0" * 16)
    assert finding.bounds is Bounds.OPEN


def test_a_literal_that_nothing_repeats_is_certain(make_key: MakeKey) -> None:
    key = make_key(36).encode()
    (finding,) = detect(PROGRAM + key + b"\0usage\0")
    assert (finding.bounds, finding.secret.reveal()) == (Bounds.CERTAIN, key)


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs GCC")
@pytest.mark.parametrize("options", ["-O2", "-O2 -c", "-O3", "-Os", "-O1"])
def test_a_program_of_gcc_has_no_cut_key_with_a_certain_end(
    make_key: MakeKey, tmp_path: Path, options: str
) -> None:
    for length in (32, 40):
        key = make_key(length)
        source = tmp_path / "a.c"
        source.write_text(
            "#include <string.h>\nvoid use(char *);\n"
            f'void f(void) {{ char q[200]; strcpy(q, "{key}"); use(q); }}\n'
            "__attribute__((noinline)) void use(char *p) { volatile char c = p[3]; (void)c; }\n"
            "int main(void) { f(); return 0; }\n"
        )
        subprocess.run(["gcc", *options.split(), source, "-o", tmp_path / "a.out"], check=True)
        for finding in detect((tmp_path / "a.out").read_bytes()):
            assert finding.bounds is Bounds.OPEN or finding.secret.reveal().decode() == key
