"""Timelines of the secrets of an audit, as text: the most urgent ones first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Liveness
from wakeyscan.core.redaction import escape_for_terminal, redact

if TYPE_CHECKING:
    from wakeyscan.core.secret_history import CommitRef, Occurrence, SecretHistory

_ID_LENGTH = 12
_MAX_NAMES = 5
_WIDTH = 40
"""Characters of a timeline."""

_REMOTE_REF = "refs/remotes/"
_UNREACHABLE = ("unreachable",)
"""The value of `reachable_from` for secrets that only unreachable objects hold."""


def group_histories(
    histories: tuple[SecretHistory, ...],
) -> Iterator[tuple[str, list[SecretHistory]]]:
    """Yield groups with a heading: secrets at HEAD, secrets removed from it, revoked secrets."""
    revoked = [one for one in histories if one.liveness is Liveness.REVOKED]
    others = [one for one in histories if one.liveness is not Liveness.REVOKED]
    at_head = [one for one in others if one.at_head]
    removed = [one for one in others if not one.at_head]
    if at_head:
        yield "Still at HEAD", at_head
    if removed:
        yield "Removed from HEAD, not confirmed revoked", removed
    if revoked:
        yield "Revoked", revoked


def format_history(history: SecretHistory, first: str, last: str) -> Iterator[str]:
    """Yield the lines about one secret; `first` and `last` are the ends of the timeline."""
    yield from _format_introduction(history, first, last)
    if history.bounds is Bounds.OPEN:
        yield f"bounds      {CUT_OR_TOO_LONG}"
    if history.liveness is not Liveness.UNCHECKED:
        yield f"verified    {_format_liveness(history)}"
    if history.removed:
        yield f"removed     {history.removed.commit[:_ID_LENGTH]}"
    yield f"reachable   {_format_reach(history)}"
    yield f"pushed      {_format_pushed(history)}"
    paths = tuple(dict.fromkeys(place.path for place in history.places if place.path))
    if len(paths) > 1:
        yield f"found in    {_join_names(paths)}"


def find_introduction(history: SecretHistory) -> Occurrence:
    """Return the place in the introducing commit, or the first known place."""
    introduced = (place for place in history.places if place.commit == history.introduced.commit)
    return next(introduced, history.places[0])


def format_span(histories: tuple[SecretHistory, ...]) -> tuple[str, str]:
    """Return the first and the last date of all histories, for their timelines."""
    dates = [one.introduced.author_date for one in histories if one.introduced.commit]
    dates += [one.removed.author_date for one in histories if one.removed]
    return (min(dates), max(dates)) if dates else ("", "")


def _format_introduction(history: SecretHistory, first: str, last: str) -> Iterator[str]:
    commit, place = history.introduced, find_introduction(history)
    if commit.commit:
        yield f"{_draw_timeline(history, first, last)}  {_format_period(history)}"
        name = _escape_name(place.path)
        yield f"introduced  {commit.commit[:_ID_LENGTH]}  {name}:{place.line}"
    elif place.blob:
        yield f"in object   {place.blob[:_ID_LENGTH]}  {_escape_name(place.path)}".rstrip()
    else:
        yield f"in the name of  {_escape_name(place.path)}"


def _draw_timeline(history: SecretHistory, first: str, last: str) -> str:
    """Draw a bar for the time in which the secret was in the tree, with `>` if it still is."""
    start = _scale(history.introduced.author_date, first, last)
    end = _WIDTH if history.removed is None else _scale(history.removed.author_date, first, last)
    line = " " * min(start, _WIDTH - 1) + "=" * max(1, end - start)
    if history.at_head:
        line = line[: _WIDTH - 1] + ">"
    return f"[{line[:_WIDTH]:{_WIDTH}}]"


def _scale(date: str, first: str, last: str) -> int:
    low, high, here = map(_count_days, (first, last, date))
    return round((here - low) / (high - low) * (_WIDTH - 1)) if high > low else 0


def _count_days(date: str) -> int:
    """Convert a date to days, precise enough for a bar of forty characters."""
    year, month, day = (int(part) for part in date[:10].split("-"))
    return year * 372 + month * 31 + day


def _format_period(history: SecretHistory) -> str:
    start = _format_day(history.introduced)
    if history.at_head:
        return f"{start} .. still present, {_format_duration(history)}"
    if history.removed is None:
        return f"not at HEAD (first seen {start})"
    return f"{start} .. {_format_day(history.removed)}, {_format_duration(history)}"


def _format_day(commit: CommitRef) -> str:
    return commit.author_date[:10]


def _format_duration(history: SecretHistory) -> str:
    return f"{history.exposed_days:,} day{'s' * (history.exposed_days != 1)}"


def _format_liveness(history: SecretHistory) -> str:
    value = history.liveness.value
    shown = value.upper() if history.liveness is Liveness.LIVE else value
    return f"{shown}: {escape_for_terminal(history.reason)}"


def _format_reach(history: SecretHistory) -> str:
    if history.reachable_from == _UNREACHABLE:
        return "only in unreachable objects (dropped stash, amended commit …)"
    return f"from {_join_names(history.reachable_from)}"


def _format_pushed(history: SecretHistory) -> str:
    if history.pushed is None:
        return "unknown (no remote-tracking branches in this clone)"
    if not history.pushed:
        return "no (no remote-tracking branch contains it)"
    remote = [ref for ref in history.reachable_from if ref.startswith(_REMOTE_REF)]
    branches = _join_names(tuple(ref.removeprefix(_REMOTE_REF) for ref in remote))
    return f"yes: {branches or 'a remote-tracking branch contains it'}"


def _escape_name(name: str) -> str:
    return escape_for_terminal(redact(name))


def _join_names(names: tuple[str, ...]) -> str:
    more = len(names) - _MAX_NAMES
    shown = ", ".join(_escape_name(name) for name in names[:_MAX_NAMES])
    return shown + (f" and {more:,} more" if more > 0 else "")
