"""Strings of an array of NumPy, which follow each other directly if they have the full width."""

from __future__ import annotations

import pytest

from tests.support.keys import MakeKey
from tests.support.scan import found
from wakeyscan.core.finding import Bounds


def build_array(descr: str, *fields: bytes, version: int = 1) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': (2,), }}\n".encode()
    size = len(header).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes((version, 0)) + size + header + b"".join(fields)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_string_of_full_width_ends_at_the_width(version: int, make_key: MakeKey) -> None:
    key, other = make_key(40), make_key(40)
    texts = [text.encode() for text in (key, "Z" * 48, other, "Z" * 48)]
    content = build_array("'|S48'", *texts, version=version)
    assert found(content) == [(key, Bounds.CERTAIN), (other, Bounds.CERTAIN)]


def test_the_fields_of_a_record_have_sizes_of_their_own(make_key: MakeKey) -> None:
    key = make_key(40)
    descr = "[('n', '<i4'), ('name', '<U2'), ('key', 'S48'), ('user', '|S8')]"
    row = b"\1\0\0\0" + b"a\0\0\0b\0\0\0" + key.encode() + b"abcdefgh"
    assert found(build_array(descr, row, row)) == [(key, Bounds.CERTAIN)] * 2


@pytest.mark.parametrize("descr", ["'|O'", "'|S0'", "[('a', '|S48', (2,))]", "'"])
def test_nothing_is_known_of_other_types(descr: str, make_key: MakeKey) -> None:
    key = make_key(40)
    (only,) = found(build_array(descr, key.encode() + b"\0\0\0\0"))
    assert only[0] == key
