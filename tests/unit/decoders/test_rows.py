"""Rows of encoded bytes: long ones are decoded whole, and no part of a text is searched twice."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.support.calls import count_calls
from tests.support.contexts import few
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.decoders import decimal
from wakeyscan.decoders import hex as hexadecimal
from wakeyscan.decoders.decoder import FoundAnchors
from wakeyscan.scanner.detector import detect_in_document

ANCHOR = b"wa_" + b"live_"
ROWS = {
    "bare digits": ("{:02x}", ""),
    "blanks": ("{:02x}", " "),
    "colons": ("{:02x}", ":"),
    "commas": ("{:02x}", ","),
    "decimal": ("{}", ", "),
}


@pytest.mark.parametrize(("code", "separator"), ROWS.values(), ids=ROWS)
def test_a_key_far_from_the_start_of_a_row_is_found_whole(
    code: str, separator: str, make_key: MakeKey
) -> None:
    first, second = make_key(24), make_key(24)
    near_16_kb = (1 << 14) // len(code.format(ord(".")) + separator)
    for distance in range(near_16_kb - 160, near_16_kb, 8):
        data = f"{first} {'.' * distance} {second}".encode()
        row = separator.join(map(code.format, data))
        found = detect_in_document(Document(Origin("a"), f'x = "{row}"\n'.encode()), few())
        assert {finding.secret.reveal().decode() for finding in found} == {first, second}


SHORT = {
    "hexadecimal": (hexadecimal, b"00000000  77 61 5f 6c", b"77 61 5f 6c"),
    "decimal": (decimal, b"[1, 119, 97, 95, 108],", b"119, 97, 95, 108"),
}


@pytest.mark.parametrize(("decoder", "row", "anchor"), SHORT.values(), ids=SHORT)
def test_no_part_of_a_text_is_searched_twice(
    decoder: ModuleType, row: bytes, anchor: bytes
) -> None:
    few_calls, many_calls = (_count_calls(decoder, row * n, anchor) for n in (200, 400))
    assert many_calls < 2.2 * few_calls


def _count_calls(decoder: ModuleType, content: bytes, anchor: bytes) -> int:
    anchors = FoundAnchors({anchor: frozenset((ANCHOR,))})
    return count_calls(lambda: list(decoder.decode(content, anchors)))
