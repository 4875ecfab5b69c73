"""The secrets of an audit as text: the most urgent ones first, each with its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Liveness
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.key_steps import describe_key
from wakeyscan.reports.summary import format_liveness
from wakeyscan.reports.terminal_text import LIVENESS_COLORS, PUSHED_COLOR, paint, wrap
from wakeyscan.reports.timeline import TimeScale, format_period

if TYPE_CHECKING:
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.reports.report import ReportStyle

INDENT = " " * 5
_LABEL_WIDTH = 12
_ID_LENGTH = 12
_MAX_NAMES = 5

_HEADINGS = {
    Liveness.LIVE: "LIVE: revoke these first",
    Liveness.UNKNOWN: "Not known to be revoked: treat these as live",
    Liveness.REVOKED: "Revoked: these no longer work",
}

_SENTENCES = ("answer", "note", "next")
"""Labels of facts whose lines break between words; elsewhere they break between names."""

_UNREACHABLE = ("unreachable",)
"""The value of `reachable_from` for secrets that only unreachable objects hold."""


def group_histories(
    histories: tuple[SecretHistory, ...],
) -> Iterator[tuple[str, list[SecretHistory]]]:
    """Yield the live, the perhaps live and the revoked secrets, each group with its heading."""
    for liveness, heading in _HEADINGS.items():
        group = [history for history in histories if _simplify(history.liveness) is liveness]
        if group:
            yield heading, group


def _simplify(liveness: Liveness) -> Liveness:
    return Liveness.UNKNOWN if liveness is Liveness.UNCHECKED else liveness


def format_history(
    history: SecretHistory, scale: TimeScale | None, style: ReportStyle
) -> Iterator[str]:
    """Yield the lines about one secret; only names wider than a line exceed its width."""
    width = style.width
    if scale and history.introduced.commit:
        yield from wrap([scale.draw(history), format_period(history)], width, INDENT, "  ")
    for label, items in list_facts(history):
        heading = f"{INDENT}{label:{_LABEL_WIDTH}}"
        if label in _SENTENCES:
            words = [word for item in items for word in item.split(" ")]
            yield from wrap(_decorate(label, words, history, style), width, heading, " ")
        else:
            yield from wrap(_decorate(label, items, history, style), width, heading)


def _decorate(
    label: str, items: Iterable[str], history: SecretHistory, style: ReportStyle
) -> list[str]:
    """Return items with the color of the answer and of pushed branches, or with links to files."""
    words = [*items]
    if label == "at HEAD" and style.file_links:
        places = [place.path for place in history.places_at_head[:_MAX_NAMES]]
        return [*map(style.file_links.link, places, words), *words[len(places) :]]
    if not style.color:
        return words
    if label == "answer" and (color := LIVENESS_COLORS.get(history.liveness)):
        return [paint(words[0], color), *words[1:]]
    if label == "pushed" and history.pushed:
        return [paint(word, PUSHED_COLOR) for word in words]
    return words


def list_facts(history: SecretHistory) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield labels, each with its escaped items."""
    if history.liveness is not Liveness.UNCHECKED:
        answer = f"{format_liveness(history.liveness)}: {escape_for_terminal(history.reason)}"
        yield "answer", [answer]
    elif history.reason:
        yield "note", [escape_for_terminal(history.reason)]
    if history.bounds is Bounds.OPEN:
        yield "bounds", [CUT_OR_TOO_LONG]
    yield "pushed", _describe_pushed(history)
    yield from _describe_head(history)
    yield _describe_introduction(history)
    at_head = {place.path for place in history.places_at_head}
    paths = dict.fromkeys(place.path for place in history.places if place.path)
    others = [path for path in paths if path not in at_head]
    if others and len(paths) > 1:
        yield "found in" if not at_head else "was in", _limit(others)
    yield "reachable", _describe_reach(history)
    yield "next", [describe_key(history)]


def _describe_head(history: SecretHistory) -> Iterator[tuple[str, Iterable[str]]]:
    if history.at_head:
        places = [f"{place.path}:{place.line}" for place in history.places_at_head]
        yield "at HEAD", _limit(places) if places else ["yes"]
    elif history.removed:
        commit, date = history.removed
        yield "at HEAD", [f"no, removed by {commit[:_ID_LENGTH]} on {date[:10]}"]
    elif history.introduced.commit:
        yield "at HEAD", ["no"]


def _describe_introduction(history: SecretHistory) -> tuple[str, list[str]]:
    commit, place = history.introduced.commit, history.first_place
    if commit:
        return "introduced", [f"{commit[:_ID_LENGTH]}  {_escape_name(place.path)}:{place.line}"]
    if place.blob:
        return "in object", [f"{place.blob[:_ID_LENGTH]}  {_escape_name(place.path)}".rstrip()]
    return "in the name", [f"of {_escape_name(place.path)}"]


def _describe_pushed(history: SecretHistory) -> list[str]:
    if history.pushed is None:
        return ["unknown (this clone does not show it)"]
    if not history.pushed:
        return ["no (no remote-tracking branch contains it)"]
    first, *others = _limit(history.pushed_to) or ["a remote-tracking branch"]
    return [f"to {first}", *others]


def _describe_reach(history: SecretHistory) -> list[str]:
    if history.reachable_from == _UNREACHABLE:
        return ["only in unreachable objects (dropped stash, amended commit …)"]
    if not history.reachable_from:
        return ["unknown: the history was not read"]
    first, *others = _limit(history.reachable_from)
    return [f"from {first}", *others]


def _limit(names: Iterable[str]) -> list[str]:
    """Return the first names, and the number of the others."""
    listed = [*names]
    more = len(listed) - _MAX_NAMES
    shown = [_escape_name(name) for name in listed[:_MAX_NAMES]]
    return [*shown, f"and {more:,} more"] if more > 0 else shown


def _escape_name(name: str) -> str:
    return escape_for_terminal(redact(name))
