"""Tells the lives of keys in words: what matters first."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.finding import (
    CUT_OR_TOO_LONG,
    Bounds,
    CommitRef,
    Liveness,
    Occurrence,
    SecretHistory,
)
from wakeyscan.core.redaction import escape_for_terminal, redact

_SHORT = 12
_MOST_PLACES = 5
_WIDTH = 40
"""Characters of a timeline."""


def group_histories(keys: tuple[SecretHistory, ...]) -> Iterator[tuple[str, list[SecretHistory]]]:
    """Yield groups of keys under a heading: those at HEAD, those gone from it, those revoked."""
    revoked = [key for key in keys if key.liveness is Liveness.REVOKED]
    others = [key for key in keys if key.liveness is not Liveness.REVOKED]
    at_head = [key for key in others if key.at_head]
    gone = [key for key in others if not key.at_head]
    if at_head:
        yield "Still at HEAD", at_head
    if gone:
        yield "Not at HEAD, but not known to be revoked (removed is not revoked)", gone
    if revoked:
        yield "Revoked", revoked


def format_history(key: SecretHistory, first: str, last: str) -> Iterator[str]:
    """Yield the lines that tell a life; `first` and `last` are the ends of the timeline."""
    began = key.introduced
    place = beginning(key)
    if began.commit:
        until = "still there" if key.at_head else _until(key)
        yield f"{_timeline(key, first, last)}  {_day(began)} .. {until}, {_days(key)}"
        yield f"introduced  {began.commit[:_SHORT]}  {_named(place.path)}:{place.line}"
    elif place.blob:
        yield f"in object   {place.blob[:_SHORT]}  {_named(place.path)}".rstrip()
    else:
        yield f"in the name of  {_named(place.path)}"
    if key.bounds is Bounds.OPEN:
        yield f"ends        {CUT_OR_TOO_LONG}"
    if key.liveness is not Liveness.UNCHECKED:
        yield f"asked       {key.liveness.value}: {escape_for_terminal(key.reason)}"
    if key.removed:
        yield f"removed     {key.removed.commit[:_SHORT]}"
    yield f"reached by  {_listed(key.reachable_from)}"
    yield f"pushed      {_pushed(key)}"
    paths = tuple(dict.fromkeys(place.path for place in key.places if place.path))
    if len(paths) > 1:
        yield f"stood in    {_listed(paths)}"


def beginning(key: SecretHistory) -> Occurrence:
    """Give the place at which a key was introduced, or the first that is known."""
    mine = (place for place in key.places if place.commit == key.introduced.commit)
    return next(mine, key.places[0])


def format_span(keys: tuple[SecretHistory, ...]) -> tuple[str, str]:
    """Give the first and the last day of all lives, for their timelines."""
    moments = [key.introduced.author_date for key in keys if key.introduced.commit]
    moments += [key.removed.author_date for key in keys if key.removed]
    return (min(moments), max(moments)) if moments else ("", "")


def _timeline(key: SecretHistory, first: str, last: str) -> str:
    """Draw from when to when a key was in the tree, `>` where it still is."""
    start = _share(key.introduced.author_date, first, last)
    end = _WIDTH if key.removed is None else _share(key.removed.author_date, first, last)
    bar = "=" * max(1, end - start)
    line = " " * min(start, _WIDTH - 1) + bar
    if key.at_head:
        line = line[: _WIDTH - 1] + ">"
    return f"[{line[:_WIDTH]:{_WIDTH}}]"


def _share(day: str, first: str, last: str) -> int:
    low, high, here = (_number(text) for text in (first, last, day))
    return round((here - low) / (high - low) * (_WIDTH - 1)) if high > low else 0


def _number(moment: str) -> int:
    """Turn a date into days, near enough for a drawing of forty characters."""
    year, month, day = (int(part) for part in moment[:10].split("-"))
    return year * 372 + month * 31 + day


def _until(key: SecretHistory) -> str:
    return _day(key.removed) if key.removed else "not in HEAD's tree"


def _day(moment: CommitRef) -> str:
    return moment.author_date[:10]


def _days(key: SecretHistory) -> str:
    return f"{key.exposed_days:,} day{'s' * (key.exposed_days != 1)}"


def _pushed(key: SecretHistory) -> str:
    if key.pushed is None:
        return "not known: there are no remote-tracking branches here"
    return "yes: a remote-tracking branch has it" if key.pushed else "no, as far as is known here"


def _named(name: str) -> str:
    return escape_for_terminal(redact(name))


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_PLACES
    shown = ", ".join(_named(name) for name in names[:_MOST_PLACES])
    return shown + (f" and {more:,} more" if more > 0 else "")
