"""Filters of the differences that `git diff-tree` writes."""

from __future__ import annotations

import pytest

from wakeyscan.audit.tree_diff import (
    EntryFilter,
    MatchingEntry,
    RememberedDiffs,
    TreeDiffs,
    filter_entries,
    find_missing,
)
from wakeyscan.git.command import Git

ZERO, SECRET, CLEAN = b"0" * 40, b"a" * 40, b"c" * 40
PAIR, OTHER_PAIR = b"1" * 40 + b" " + b"2" * 40, b"2" * 40 + b" " + b"3" * 40


def entry(old: bytes, new: bytes, mode: bytes = b"100644") -> bytes:
    return b":100644 %s %s %s M" % (mode, old, new)


def test_only_entries_of_wanted_blobs_match_with_their_trees() -> None:
    entries = [
        (PAIR + b"\n" + entry(ZERO, SECRET), b"added"),
        (entry(ZERO, CLEAN), b"clean"),
        # A pair without differences, and the next pair, come before its first entry.
        (PAIR + b"\n" + OTHER_PAIR + b"\n" + entry(SECRET, ZERO), b"deleted"),
    ]
    wanted = EntryFilter(frozenset({SECRET}), None, None)
    assert list(filter_entries(entries, wanted)) == [
        MatchingEntry(PAIR, entry(ZERO, SECRET), b"added"),
        MatchingEntry(OTHER_PAIR, entry(SECRET, ZERO), b"deleted"),
    ]


def test_a_path_with_a_secret_matches_with_any_content() -> None:
    entries = [(PAIR + b"\n" + entry(ZERO, CLEAN), b"key"), (entry(ZERO, CLEAN), b"other")]
    wanted = EntryFilter(frozenset(), lambda path: path == "key", None)
    assert [found.path for found in filter_entries(entries, wanted)] == [b"key"]


@pytest.mark.parametrize(
    ("new", "mode", "known", "missing"),
    [
        pytest.param(CLEAN, b"100644", {CLEAN}, frozenset(), id="known"),
        pytest.param(SECRET, b"100644", {CLEAN}, frozenset({SECRET}), id="missing"),
        pytest.param(SECRET, b"160000", {CLEAN}, frozenset(), id="submodule"),
        pytest.param(ZERO, b"000000", {CLEAN}, frozenset(), id="deleted"),
        pytest.param(CLEAN, b"100644", None, None, id="not checked"),
    ],
)
def test_missing_objects_are_reported(
    new: bytes, mode: bytes, known: set[bytes] | None, missing: frozenset[bytes] | None
) -> None:
    objects = None if known is None else frozenset(known)
    entries = [(PAIR + b"\n" + entry(CLEAN, new, mode), b"f")]
    assert find_missing(entries, objects) == missing


def test_a_missing_object_at_one_path_is_not_taken_for_a_submodule() -> None:
    entries = [
        (PAIR + b"\n" + entry(CLEAN, SECRET, b"160000"), b"module"),
        (entry(CLEAN, SECRET), b"file"),
    ]
    assert find_missing(entries, frozenset({CLEAN})) == frozenset({SECRET})


def test_each_pair_of_trees_is_compared_once() -> None:
    compared: list[str] = []

    def compare(pairs: list[str], git: Git, entry_filter: EntryFilter) -> TreeDiffs:
        compared.extend(pairs)
        entries = [MatchingEntry(pair.encode(), entry(ZERO, SECRET), b"f") for pair in pairs]
        entries = [found for found in entries for _ in range(2)]
        return TreeDiffs(entries, frozenset(pair.encode() for pair in pairs))

    git, wanted = (
        Git("/nonexistent", {}),
        EntryFilter(frozenset(), None, lambda: frozenset({CLEAN})),
    )
    remembered = RememberedDiffs(compare)
    assert remembered(["a b", "b c"], git, wanted) == compare(["a b", "b c"], git, wanted)
    compared.clear()
    diffs = remembered(["c d", "a b"], git, wanted)
    assert compared == ["c d"]
    assert [found.tree_pair for found in diffs.matching] == [b"c d", b"c d", b"a b", b"a b"]
    assert diffs.missing == frozenset({b"a b", b"b c", b"c d"})
