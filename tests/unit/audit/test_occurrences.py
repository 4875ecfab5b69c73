"""The places of a secret that a report lists."""

from __future__ import annotations

import pytest

from wakeyscan.audit.cache import CachedHistory
from wakeyscan.audit.commit_graph import CommitGraph
from wakeyscan.audit.occurrences import (
    MAX_OCCURRENCES,
    build_reachability,
    list_names_reaching,
    select_places,
)
from wakeyscan.audit.propagation import TreeHistory, TreeState
from wakeyscan.core.secret_history import Occurrence
from wakeyscan.git.command import Git

NOWHERE = Git("/nonexistent", {})
MANY = [Occurrence(f"p{number}", 1, f"b{number}", "c") for number in range(MAX_OCCURRENCES * 2)]


def test_places_at_head_are_marked() -> None:
    places = [
        Occurrence("a", 1, "x", "c"),
        Occurrence("a", 2, "y", "d"),
        Occurrence("b.zip!/a", 2, "z", "d"),
        Occurrence("b", 2, "z", "d"),
        Occurrence("other", 1, "y", "e"),
    ]
    head = {"y": ["a"], "z": ["b.zip"]}
    assert [place.at_head for place in select_places(places, head)] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_only_the_oldest_places_and_those_at_head_are_listed_of_many() -> None:
    head = {MANY[-1].blob: [MANY[-1].path]}
    listed = select_places(MANY, head)
    assert len(listed) == MAX_OCCURRENCES
    assert [*listed[:-1]] == MANY[: MAX_OCCURRENCES - 1]
    assert listed[-1] == MANY[-1]._replace(at_head=True)


def test_a_hundred_places_are_all_listed() -> None:
    assert [*select_places(MANY[:MAX_OCCURRENCES], {})] == MANY[:MAX_OCCURRENCES]


NAMES = [f"refs/heads/{number:05}" for number in range(10_500)]
"""As a fork of a busy repository may have."""
KEPT = {
    "one key": (1, 10_500, False),
    "some keys": (95, 10_500, False),
    "many keys": (1000, 1000, True),
    "as many keys as refs": (10_500, 100, True),
}


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_few_refs_are_listed_of_each_of_many_keys(kept: tuple[int, int, bool]) -> None:
    secrets, listed, is_limited = kept
    history = TreeHistory(
        graph=CommitGraph({}, {}, NOWHERE, CachedHistory(), 0),
        states={"c": TreeState(frozenset(), 3, 3)},
        added_files={},
        changes=(),
        cached=CachedHistory(),
    )
    reachability = build_reachability(dict.fromkeys(NAMES, frozenset({"c"})), history, secrets)
    assert [*list_names_reaching(2, [], reachability)] == NAMES[:listed]
    assert list_names_reaching(4, [], reachability) == ("unreachable",)
    assert reachability.is_limited == is_limited
