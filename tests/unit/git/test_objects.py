"""The format of a tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.git.objects import parse_tree

NAMES = st.binary(min_size=1, max_size=20).filter(lambda name: not {0, ord("/")} & {*name})


@pytest.mark.parametrize("width", [20, 32])
@given(data=st.data())
def test_a_tree_is_parsed_into_its_entries(width: int, data: st.DataObject) -> None:
    ids = st.binary(min_size=width, max_size=width)
    entries = data.draw(st.lists(st.tuples(NAMES, ids), max_size=6))
    modes = st.sampled_from([b"40000", b"100644", b"120000", b"160000"])
    tree = b"".join(b"%b %b\0%b" % (data.draw(modes), *entry) for entry in entries)
    assert parse_tree(tree, width) == entries


DAMAGED = {
    "no NUL": (b"100644 a", []),
    "a short id": (b"100644 a\0" + b"b" * 19, [(b"a", b"b" * 19)]),
    "no mode": (b"a\0" + b"b" * 20, [(b"a", b"b" * 20)]),
    "the rest of an entry": (b"40000 a\0" + b"b" * 20 + b"100644 c", [(b"a", b"b" * 20)]),
}


@pytest.mark.parametrize(("tree", "entries"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_tree_is_parsed_as_far_as_it_goes(
    tree: bytes, entries: list[tuple[bytes, bytes]]
) -> None:
    assert parse_tree(tree, 20) == entries


@given(st.binary(max_size=200))
def test_any_bytes_can_be_parsed(tree: bytes) -> None:
    parse_tree(tree, 20)
