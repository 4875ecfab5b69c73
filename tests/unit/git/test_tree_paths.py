"""The number of paths in trees, and the limit of repeated ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.git.tree_paths import MAX_REPEATED, TooManyPaths, count_paths, limit_repeated_paths


def entry(number: int, parents: int = 1) -> list[bytes]:
    ids = [b"0" * 40] * parents + [b"%040d" % (number + 1)]
    modes = b" ".join([b"100644"] * (parents + 1))
    return [b":" * parents + modes + b" " + b" ".join(ids) + b" A", b"path"]


@pytest.mark.parametrize("parents", [1, 2])
def test_repeated_paths_are_limited(parents: int) -> None:
    within = entry(1, parents) * (MAX_REPEATED + 11)
    assert list(limit_repeated_paths(within)) == within
    with pytest.raises(TooManyPaths):
        list(limit_repeated_paths(within + entry(1, parents)))


def test_more_files_may_have_more_paths() -> None:
    fields = [field for number in range(2000) for field in entry(number)]
    assert len(list(limit_repeated_paths(fields * 10))) == len(fields) * 10


def test_removed_files_also_count() -> None:
    removed = [b":100644 000000 " + b"1" * 40 + b" " + b"0" * 40 + b" D", b"path"]
    with pytest.raises(TooManyPaths):
        list(limit_repeated_paths(removed * (MAX_REPEATED + 100)))


def test_a_path_that_looks_like_an_entry_is_not_an_entry() -> None:
    fields = [entry(1)[0], b":path"] * MAX_REPEATED
    assert list(limit_repeated_paths(fields)) == fields


@given(st.lists(st.binary(max_size=20)))
def test_any_fields_are_accepted(fields: list[bytes]) -> None:
    assert list(limit_repeated_paths(fields)) == fields


def test_a_chain_of_trees_is_counted_without_recursion() -> None:
    depth = 5000
    trees = {str(n): [str(n + 1), str(n + 1)] for n in range(depth)}
    assert count_paths(trees)["0"] == 2**depth


def test_an_empty_tree_has_no_path() -> None:
    assert count_paths({"a": ["b", "x"], "b": []}) == {"a": 1, "b": 0}
