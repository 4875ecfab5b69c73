"""The keys of the HTML report: each with its answer, places, reach and next steps."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Finding, Liveness, Standing
from wakeyscan.core.redaction import (
    escape_for_terminal,
    format_details,
    make_encodable,
    redact,
)
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports.description import advise
from wakeyscan.reports.history_text import list_facts
from wakeyscan.reports.key_steps import list_key_steps
from wakeyscan.reports.next_steps import Step
from wakeyscan.reports.summary import LIVENESS_ORDER, format_liveness
from wakeyscan.reports.timeline import TimeScale, format_period

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult


_MAX_RUNBOOKS = 500
"""Keys whose steps are listed: those of 5,000 keys would be half of the page."""


class Bar(NamedTuple):
    """The part of the timeline in which a key was in the code, in thousandths of its width."""

    start: int
    end: int
    marks: list[tuple[str, int]]
    """Events of its life, each with its place: introduced, pushed, removed, revoked."""


class PlaceView(NamedTuple):
    """A place of a key."""

    path: str
    address: str
    """Address of the line on the web; empty if there is none."""
    notes: list[str]
    excerpt: str


class KeyView(NamedTuple):
    """A key."""

    number: int
    secret: str
    rule: str
    title: str
    severity: str
    liveness: str
    answer: str
    """The liveness, as people read it."""
    exposures: list[str]
    facts: list[tuple[str, str]]
    period: str
    ending: str
    bar: Bar | None
    """`None` if no commit introduced the key."""
    places: list[PlaceView]
    advice: list[str]
    steps: list[Step]


def build_keys(
    result: RunResult, listed: tuple[Finding, ...], scale: TimeScale | None, style: ReportStyle
) -> list[KeyView]:
    """Return the keys of the listed findings, the most urgent ones first."""
    titles = {rule.id: rule.title for rule in result.rules}
    histories = {(key.rule, key.secret): key for key in result.keys}
    groups: dict[tuple[str, Secret], list[Finding]] = {key: [] for key in histories}
    for finding in listed:
        groups.setdefault((finding.rule, finding.secret), []).append(finding)
    order = [group for group in groups.values() if group]
    if not histories:  # they are in this order already
        order.sort(key=_measure_urgency)
    return [
        _build_key(
            number,
            titles[group[0].rule],
            group,
            histories.get((group[0].rule, group[0].secret)),
            (scale, style),
        )
        for number, group in enumerate(order, 1)
    ]


def _measure_urgency(group: list[Finding]) -> tuple[int, int]:
    return LIVENESS_ORDER.index(_choose_liveness(group)), -max(f.severity for f in group)


def _choose_liveness(group: list[Finding]) -> Liveness:
    return min((finding.liveness for finding in group), key=LIVENESS_ORDER.index)


def _build_key(
    number: int,
    title: str,
    group: list[Finding],
    history: SecretHistory | None,
    options: tuple[TimeScale | None, ReportStyle],
) -> KeyView:
    scale, style = options
    first, liveness = group[0], _choose_liveness(group)
    is_dated = scale is not None and history is not None and bool(history.introduced.commit)
    return KeyView(
        number=number,
        secret=str(first.secret),
        rule=_escape(first.rule),
        title=_escape(title),
        severity=str(max(finding.severity for finding in group)),
        liveness=liveness.value,
        answer=_format_answer(liveness),
        exposures=sorted({finding.exposure.value for finding in group}),
        facts=[*_list_facts(group, history)],
        period=format_period(history) if history and is_dated else "",
        ending=_describe_ending(history) if history and is_dated else "",
        bar=_build_bar(history, scale) if history and scale and is_dated else None,
        places=[_build_place(finding, style) for finding in group],
        advice=[*_list_advice(group, history, has_steps=number <= _MAX_RUNBOOKS)],
        steps=[*_list_steps(history, style)] if history and number <= _MAX_RUNBOOKS else [],
    )


def _escape(text: str) -> str:
    return escape_for_terminal(make_encodable(text))


def _format_answer(liveness: Liveness) -> str:
    return "not verified" if liveness is Liveness.UNCHECKED else format_liveness(liveness)


def _list_facts(group: list[Finding], history: SecretHistory | None) -> Iterator[tuple[str, str]]:
    first = group[0]
    yield "fingerprint", first.secret.fingerprint
    if history is None:
        if first.liveness is not Liveness.UNCHECKED:
            yield "answer", _escape(dict(first.details).get("answer", first.reason))
        if all(finding.bounds is Bounds.OPEN for finding in group):
            yield "bounds", CUT_OR_TOO_LONG
        return
    if history.introduced.commit:
        yield "exposed", format_period(history)
    for label, items in list_facts(history):
        yield label, ", ".join(items).replace(", and ", " and ")


def _build_bar(history: SecretHistory, scale: TimeScale) -> Bar:
    """Return the bar of a key; git does not record pushes, so its mark is on the first day."""
    start, end = scale.find_span(history)
    happened = {
        "introduced": (True, start),
        "pushed": (history.pushed, start),
        "removed": (history.removed, end),
        "revoked": (history.liveness is Liveness.REVOKED, scale.width),
    }
    return Bar(
        start, end, [(name, place) for name, (is_true, place) in happened.items() if is_true]
    )


def _describe_ending(history: SecretHistory) -> str:
    pushed = {True: ", pushed", False: ", not pushed", None: ""}[history.pushed]
    return pushed + (", revoked" if history.liveness is Liveness.REVOKED else "")


def _build_place(finding: Finding, style: ReportStyle) -> PlaceView:
    origin, position = finding.origin, finding.position
    is_text = not origin.part
    line = f":{position.line}:{position.column}" if is_text else ""
    address = style.links.find_line(finding) if style.links else ""
    return PlaceView(
        path=_escape(redact(origin.path)) + line,
        address=address if address.startswith("https://") else "",
        notes=[*_list_notes(finding)],
        excerpt=_escape(finding.excerpt) if is_text else "",
    )


def _list_notes(finding: Finding) -> Iterator[str]:
    origin = finding.origin
    yield finding.exposure.value
    if origin.within:
        yield _escape(redact(origin.within))
    if origin.part:
        yield f"in the {origin.part} itself" if origin.part == "name" else f"in the {origin.part}"
    if finding.encoding != "plain":
        yield f"in {finding.encoding}"
    if origin.details:
        yield format_details(origin.details)
    if finding.bounds is Bounds.OPEN:
        yield CUT_OR_TOO_LONG
    if finding.standing is not Standing.REPORTED:
        yield f"{finding.standing.value}: {_escape(finding.reason)}"


def _list_advice(
    group: list[Finding], history: SecretHistory | None, *, has_steps: bool
) -> Iterator[str]:
    """Yield what to do about a key whose steps are not listed."""
    if history is None:
        yield advise(group[0])
    elif not has_steps:
        yield "The steps for this key are in the JSON report: keys[].next."


def _list_steps(history: SecretHistory, style: ReportStyle) -> Iterator[Step]:
    for step in list_key_steps(history, saved=style.saved):
        yield Step(make_encodable(step.text), tuple(map(make_encodable, step.commands)))
