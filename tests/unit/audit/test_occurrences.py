"""The places of a secret that a report lists."""

from __future__ import annotations

from wakeyscan.audit.occurrences import MAX_OCCURRENCES, select_places
from wakeyscan.core.secret_history import Occurrence

MANY = [Occurrence(f"p{number}", 1, f"b{number}", "c") for number in range(MAX_OCCURRENCES * 2)]


def test_places_at_head_are_marked() -> None:
    places = [
        Occurrence("a", 1, "x", "c"),
        Occurrence("a", 2, "y", "d"),
        Occurrence("b.zip!/a", 2, "z", "d"),
        Occurrence("b", 2, "z", "d"),
        Occurrence("other", 1, "y", "e"),
    ]
    head = frozenset({("a", "y"), ("b.zip", "z")})
    assert [place.at_head for place in select_places(places, head)] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_of_many_places_the_oldest_and_those_at_head_are_listed() -> None:
    head = frozenset({(MANY[-1].path, MANY[-1].blob)})
    listed = select_places(MANY, head)
    assert len(listed) == MAX_OCCURRENCES
    assert [*listed[:-1]] == MANY[: MAX_OCCURRENCES - 1]
    assert listed[-1] == MANY[-1]._replace(at_head=True)


def test_a_hundred_places_are_all_listed() -> None:
    assert [*select_places(MANY[:MAX_OCCURRENCES], frozenset())] == MANY[:MAX_OCCURRENCES]
