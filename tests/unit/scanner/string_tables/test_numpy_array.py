"""Strings of an array of NumPy, which follow each other directly if they have the full width."""

from __future__ import annotations

import pytest

from tests.support.keys import MakeKey
from tests.support.scan import find, found
from tests.support.value_formats import numpy_array
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.string_tables import find_table_strings


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_string_of_full_width_ends_at_the_width(version: int, make_key: MakeKey) -> None:
    key, other = make_key(40), make_key(40)
    texts = [text.encode() for text in (key, "Z" * 48, other, "Z" * 48)]
    content = numpy_array("'|S48'", *texts, version=version)
    assert found(content) == [(key, Bounds.CERTAIN), (other, Bounds.CERTAIN)]


def test_the_fields_of_a_record_have_sizes_of_their_own(make_key: MakeKey) -> None:
    key = make_key(40)
    descr = "[('n', '<i4'), ('name', '<U2'), ('key', 'S48'), ('user', '|S8')]"
    row = b"\1\0\0\0" + b"a\0\0\0b\0\0\0" + key.encode() + b"abcdefgh"
    assert found(numpy_array(descr, row, row)) == [(key, Bounds.CERTAIN)] * 2


@pytest.mark.parametrize("descr", ["'|O'", "'|S0'", "[('a', '|S48', (2,))]", "'"])
def test_nothing_is_known_of_other_types(descr: str, make_key: MakeKey) -> None:
    key = make_key(40)
    (only,) = found(numpy_array(descr, key.encode() + b"\0\0\0\0"))
    assert only[0] == key


def test_nothing_is_known_of_later_versions(make_key: MakeKey) -> None:
    key = make_key(40)
    content = numpy_array("'|S48'", f"{key}abcdefgh".encode() * 2, version=1)
    later = content.replace(b"NUMPY\1", b"NUMPY\4", 1)
    assert (key, Bounds.CERTAIN) not in found(later)
    assert find_table_strings(later, [later.index(key.encode())]) == {}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_text_of_full_width_is_found(version: int, order: str, make_key: MakeKey) -> None:
    key, other = make_key(40), make_key(33)
    codec = "utf-32-le" if order == "<" else "utf-32-be"
    texts = [text.ljust(48, "\0").encode(codec) for text in ("Z" * 48, key, "é" * 48, other)]
    content = numpy_array(f"'{order}U48'", *texts, version=version)
    assert [secret for secret, _ in found(content)] == [key, other]


def test_the_position_of_a_text_is_that_of_its_bytes(make_key: MakeKey) -> None:
    key = make_key(40)
    texts = [text.encode("utf-32-le") for text in ("Z" * 48, key, "Z" * 48)]
    content = numpy_array("'<U48'", *texts)
    (finding,) = find(content)
    start = content.index(texts[1]) - content.rindex(b"\n")
    assert (finding.position.column, finding.position.end_column) == (start, start + 4 * 48)
