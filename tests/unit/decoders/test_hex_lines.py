"""Keys in plain hexadecimal digits that a tool wraps at any width."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import pytest

from tests.support.contexts import few, many
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.decoders._hex_lines import decode_hex_lines
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.detector import detect_in_document

KEY = PREFIX + "".join(random.Random(3).choices(ALPHABET, k=31)) + "7"
WIDTHS = (16, 32, 40, 60, 64, 70, 72, 76, 80, 100, 120, 128, 256)
"""Digits of a line; `xxd -p` writes 60, `xxd -p -c 32` 64, `fold` 80."""
TEXT = f'{{"url": "https://api.example.org", "key": "{KEY}", "rest": "of the file"}}\n'


FEW, MANY = few(), many()


def wrap(text: str, width: int) -> str:
    digits = text.encode().hex()
    return "\n".join(digits[at : at + width] for at in range(0, len(digits), width)) + "\n"


def detect(content: str, context: ScanContext = FEW) -> list[Finding]:
    document = Document(Origin("a.txt"), content.encode())
    found = detect_in_document(document, context)
    return [finding for finding in found if finding.rule == "wastack-api-key"]


def list_leads(width: int) -> Iterator[str]:
    """Yield texts of several lines before the key, which starts at each place of a line."""
    yield from ("x" * (width + count) for count in range(0, width // 2, max(1, width // 24)))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_key_in_lines_of_any_width_is_whole(width: int) -> None:
    for lead in list_leads(width):
        for content in (wrap(lead + TEXT, width), wrap(lead + TEXT, width).upper()):
            for context in (FEW, MANY):
                (finding,) = detect(content, context)
                assert finding.secret.reveal().decode() == KEY
                assert finding.bounds is Bounds.CERTAIN


@pytest.mark.parametrize("width", [64, 76])
def test_carriage_returns_do_not_matter(width: int) -> None:
    (finding,) = detect(wrap("x" * 40 + TEXT, width).replace("\n", "\r\n"))
    assert finding.secret.reveal().decode() == KEY


@pytest.mark.parametrize("cut", range(2, len(PREFIX) + 16))
def test_a_last_line_belongs_to_a_key_that_is_not_whole_without_it(cut: int) -> None:
    lead = "x" * 39 + "="
    (finding,) = detect(wrap(lead + KEY + '"\n', 2 * (len(lead) + cut)))
    assert finding.secret.reveal().decode() == KEY


def test_a_cut_key_is_not_certain() -> None:
    for width in WIDTHS:
        for size in range(1, 60):
            for finding in detect(wrap("x" * size + "\nk=" + KEY, width)):
                is_whole = finding.secret.reveal().decode() == KEY
                assert is_whole or finding.bounds is Bounds.OPEN, (width, size)


def test_digests_around_a_key_do_not_belong_to_it() -> None:
    digests = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(40)]
    key = PREFIX + KEY[8:32]  # as many digits as a digest
    for number in range(1, len(digests)):
        lines = [*digests[:number], key.encode().hex(), *digests[number:]]
        assert [one.secret.reveal().decode() for one in detect("\n".join(lines) + "\n")] == [key]


def test_keys_in_lines_of_their_own_are_separate() -> None:
    other = PREFIX + KEY[:7:-1]
    found = detect(f"{KEY.encode().hex()}\n{other.encode().hex()}\n6869\n")
    assert [finding.secret.reveal().decode() for finding in found] == [KEY, other]


@pytest.mark.parametrize("content", [b"", b"77615f6c", b"x77615f6c\n77\n", b"77615f6c\n776\n"])
def test_other_lines_are_not_joined(content: bytes) -> None:
    assert decode_hex_lines(content, max(0, content.find(b"7"))) is None
