"""The scan of an assistant's event: its texts, and the lines of the files that it reads."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial

from wakeyscan.cli.pipeline import run_scan
from wakeyscan.core.errors import SourceError
from wakeyscan.core.finding import Liveness
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.integrations.agents import texts
from wakeyscan.integrations.agents.agent import INPUT, OUTPUT, Event, Verdict
from wakeyscan.sources import SOURCES

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.core.finding import Finding
    from wakeyscan.core.severity import Severity
    from wakeyscan.scanner.result import RunResult
    from wakeyscan.scanner.scan import OpenTarget

_MAX_FILE_SIZE = 64 << 20
"""Maximum bytes of a file that an assistant is about to read, so that the answer takes seconds."""

_MAX_PLACES = 5
"""Maximum number of places that a reason names."""

_VARIABLES = {
    "wastack-api-key": ("a live-looking WAStack key", "WASTACK_API_KEY"),
    "wastack-app-key": ("a WAStack application key", "WASTACK_APP_KEY"),
}
_OTHER_CREDENTIAL = ("a hardcoded credential", "")
_CLOSED, _OPEN = "blocked, because agent-fail is closed", "passed, because agent-fail is open"


def scan_event(event: Event, settings: Config) -> Verdict:
    """Return the verdict on an event; raise `WakeyscanError`, but not for an unreadable file."""
    try:
        return _scan_parts(event, settings)
    except SourceError as error:
        return judge_gap(event, str(error), settings.agent_fail)


def _scan_parts(event: Event, settings: Config) -> Verdict:
    event_texts = texts.EventTexts(event.values, is_edit=event.kind == INPUT)
    targets: list[OpenTarget] = [(event_texts, event_texts.list_units("", settings.source))]
    # A pattern of files to skip says nothing about fields of an event.
    limit = settings.source.max_file_size or _MAX_FILE_SIZE
    source = settings.source._replace(exclude=(), max_file_size=limit)
    settings = settings._replace(source=source, jobs=1)
    targets += _open_files(event, settings)
    result = run_scan("hook", ("agent",), targets, settings)
    fields = {field for field, _ in event_texts.texts}
    shown = [f for f in result.reported() if _is_shown(f, fields, event)]
    if found := [f for f in shown if _blocks(f, settings.fail_on)]:
        return Verdict(_format_reason(event, found, fields), masked=_mask(event, found, settings))
    verdict = Verdict() if result.complete else _judge_gaps(event, result, settings)
    if passed := [f for f in shown if f.liveness is not Liveness.REVOKED]:
        warning = _format_warning(event, passed, fields, settings)
        return verdict._replace(warning=f"{warning}\n{verdict.warning}".rstrip())
    return verdict


def _judge_gaps(event: Event, result: RunResult, settings: Config) -> Verdict:
    gaps = [f"{item.origin.path}: {item.reason}" for item in result.skipped if item.gap]
    return judge_gap(event, "; ".join(gaps[:_MAX_PLACES]), settings.agent_fail)


def _open_files(event: Event, settings: Config) -> Iterable[OpenTarget]:
    """List the files that a tool is about to read; it cannot read a missing one either."""
    for path in sorted({read.path for read in event.reads}):
        if "\0" not in path and os.path.exists(path) and not os.path.isdir(path):
            yield SOURCES["path"], SOURCES["path"].list_units(path, settings.source)


def _blocks(found: Finding, fail_on: Severity | None) -> bool:
    return fail_on is not None and found.severity >= fail_on


def _is_shown(found: Finding, fields: set[str], event: Event) -> bool:
    """Return whether the event shows a finding to the assistant."""
    if found.origin.path in fields or found.encoding != "plain" or not event.reads:
        return True
    return any(read.covers(found.position.line) for read in event.reads)


def _mask(event: Event, found: list[Finding], settings: Config) -> dict[str, object]:
    """Return the values of an output without keys: masked, or withheld if one is left."""
    if event.kind != OUTPUT:
        return {}
    masked = texts.map_fields(event.values, texts.build_mask(found))
    changed = texts.EventTexts(masked)
    targets = [(changed, changed.list_units("", settings.source))]
    rest = run_scan("hook", ("agent",), targets, settings)
    shown = (f for f in rest.reported() if _is_shown(f, set(), event))
    left = {f.origin.path for f in shown if _blocks(f, settings.fail_on)}
    if not left and rest.complete:
        return masked
    withhold = partial(texts.withhold, fields=left if rest.complete else None)
    return texts.map_fields(masked, withhold)


def judge_gap(event: Event, gap: str, agent_fail: str) -> Verdict:
    """Return the verdict on an event that was not scanned completely, as the user configured."""
    is_open = agent_fail == "open" or (not agent_fail and event.kind == INPUT)
    gap = escape_for_terminal(redact(gap))
    text = f"this {event.kind} was not scanned completely: {gap}"
    if is_open:
        return Verdict(warning=f"wakeyscan: {text} ({_OPEN})")
    masked = texts.map_fields(event.values, texts.withhold) if event.kind == OUTPUT else {}
    return Verdict(f"wakeyscan: {text} ({_CLOSED})", masked=masked)


def _format_reason(event: Event, found: list[Finding], fields: set[str]) -> str:
    """Return the reason for the assistant: what is where, and what to use instead."""
    variables = sorted({_VARIABLES.get(f.rule, _OTHER_CREDENTIAL)[1] for f in found} - {""})
    names = f" {' and '.join(variables)}" if variables else ""
    places = _list_places(found, fields)
    return (
        f"wakeyscan blocked this {event.kind}: {places}. Do not repeat the value, and do not "
        f"look for it elsewhere; use the environment variable{names} instead."
    )


def _format_warning(event: Event, found: list[Finding], fields: set[str], settings: Config) -> str:
    """Return the warning for the user: the findings that `--fail-on` lets pass."""
    return (
        f"wakeyscan: this {event.kind} passed, because --fail-on is {settings.fail_on_name}: "
        f"{_list_places(found, fields)}"
    )


def _list_places(found: list[Finding], fields: set[str]) -> str:
    places = [_format_place(finding, fields) for finding in found]
    listed = "; ".join(dict.fromkeys(places[:_MAX_PLACES]))
    more = f"; and {len(places) - _MAX_PLACES} more" if len(places) > _MAX_PLACES else ""
    return f"{listed}{more}"


def _format_place(finding: Finding, fields: set[str]) -> str:
    path, line = escape_for_terminal(redact(finding.origin.path)), finding.position.line
    place = path if finding.origin.path in fields else f"the file {path}"
    what = _VARIABLES.get(finding.rule, _OTHER_CREDENTIAL)[0]
    return f"{place} holds {what} at line {line} ({finding.secret})"
