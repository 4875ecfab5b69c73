"""SARIF 2.1.0, valid against the final schema, with all properties of GitHub code scanning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

import sarif_om as sarif

from wakeyscan.core.finding import (
    CUT_OR_TOO_LONG,
    PIECES,
    Bounds,
    Finding,
    Liveness,
    Standing,
)
from wakeyscan.core.redaction import (
    escape_for_terminal,
    format_details,
    make_encodable,
    redact,
)
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports._json_text import write_json
from wakeyscan.reports._sarif_locations import (
    build_fixes,
    build_locations,
    build_related_locations,
    link_pieces,
    to_plain,
)
from wakeyscan.reports._sarif_rules import LEVELS, build_taxonomies, build_tool
from wakeyscan.reports.description import EXPOSURES
from wakeyscan.suppression.inline import is_inline

if TYPE_CHECKING:
    from typing import Any, TextIO

    from wakeyscan.core.document import Skipped
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

MAX_RESULTS = 25_000
"""Maximum number of results of a run that GitHub accepts."""

MAX_RESULTS_OF_GITLAB = 5_000
"""Number of results that GitLab reads: the first ones."""
_MAX_MESSAGE = 2_000
"""Characters of a message: GitLab drops results with more than 2,048."""

_URGENCY = {Liveness.LIVE: 0, Liveness.REVOKED: 2}


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write one run. The profile `github` omits suppressed findings."""
    log = sarif.SarifLog(version="2.1.0", schema_uri=SCHEMA, runs=[_build_run(result, style)])
    members = to_plain(log)
    ordered = {
        name: members[name] for name in ("$schema", "version", "runs")
    }  # the order that readers expect
    write_json(ordered, out)


def _build_run(result: RunResult, style: ReportStyle) -> Any:
    findings = result.reported() if style.sarif_profile == "github" else result.findings
    listed = sorted(findings, key=_measure_urgency)[:MAX_RESULTS]
    category = style.sarif_category or f"wakeyscan/{result.command}"
    return sarif.Run(
        tool=build_tool(result.rules),
        taxonomies=build_taxonomies(),
        automation_details=sarif.RunAutomationDetails(id=f"{category}/"),
        column_kind="unicodeCodePoints",
        original_uri_base_ids={
            "%SRCROOT%": sarif.ArtifactLocation(
                description=sarif.Message(
                    text="The top of the repository; outside of one, the current directory."
                )
            )
        },
        invocations=[_build_invocation(result, len(findings))],
        results=_iterate_results(result, listed),
    )


def _measure_urgency(finding: Finding) -> tuple[bool, int, int]:
    """Return a number that sorts the worst first: platforms read only the first results."""
    is_suppressed = finding.standing is not Standing.REPORTED
    return is_suppressed, -finding.severity, _URGENCY.get(finding.liveness, 1)


def _iterate_results(result: RunResult, findings: list[Finding]) -> Iterator[Any]:
    """Yield the results one by one: each takes 12 KB as objects, and 1.5 KB as text."""
    numbers = {rule.id: number for number, rule in enumerate(result.rules)}
    titles = {rule.id: rule.title for rule in result.rules}
    counts: Counter[str] = Counter()
    for finding in findings:
        place = _hash_place(finding)
        counts[place] += 1
        number, title = numbers[finding.rule], titles[finding.rule]
        yield _build_result(finding, number, title, f"{place}:{counts[place]}")


def _hash_place(finding: Finding) -> str:
    """Hash rule, path and secret: edits above the line must not change the hash."""
    path = make_encodable("\0".join(finding.origin[:2]))
    return sha256(f"{finding.rule}\0{path}\0{finding.secret.fingerprint}".encode()).hexdigest()[:16]


def _build_result(finding: Finding, number: int, title: str, place: str) -> Any:
    level = LEVELS[finding.severity]
    return sarif.Result(
        rule_id=finding.rule,
        rule_index=number,
        level=level.name,
        rank=level.rank,
        message=_build_message(finding, title),
        locations=build_locations(finding),
        related_locations=build_related_locations(finding),
        partial_fingerprints={
            "primaryLocationLineHash": place,
            "wakeyscanSecret/v1": finding.secret.fingerprint,
        },
        fixes=build_fixes(finding),
        suppressions=_build_suppressions(finding),
        properties=_build_properties(finding),
    )


def _build_message(finding: Finding, title: str) -> Any:
    exposure = EXPOSURES[finding.exposure]
    within = f" in {_escape_text(finding.origin.within)}" if finding.origin.within else ""
    details = [
        format_details([(name, link_pieces(text))])
        if name == PIECES
        else _escape_text(format_details([(name, text)]))
        for name, text in finding.origin.details
    ]
    there = f" ({', '.join(details)})" if details else ""
    cut = f" It {CUT_OR_TOO_LONG}." if finding.bounds is Bounds.OPEN else ""
    answer = _format_answer(finding)
    verified = f" Verified: {answer}." if answer else ""
    text = f"{title}{within} in {exposure}: '{finding.secret}'{there}.{cut}{verified}"
    return sarif.Message(
        id="asked" if answer else "default",
        text=text if len(text) <= _MAX_MESSAGE else f"{text[: _MAX_MESSAGE - 1]}…",
        arguments=[exposure, str(finding.secret), *([answer] if answer else [])],
    )


def _build_properties(finding: Finding) -> dict[str, str]:
    return {
        "severity": str(finding.severity),
        "security-severity": LEVELS[finding.severity].security_severity,
        "exposure": finding.exposure.value,
        "liveness": finding.liveness.value,
        **dict(finding.details),
        "encoding": finding.encoding,
        "bounds": finding.bounds.value,
        **({"within": escape_for_terminal(finding.origin.within)} if finding.origin.within else {}),
    }


def _format_answer(finding: Finding) -> str:
    """Return the API's verdict on a key; empty if the key was not sent."""
    if not finding.details:
        return ""
    return f"{finding.liveness.value}: {_escape_text(dict(finding.details)['answer'])}"


def _escape_text(text: str) -> str:
    """Escape text of a scanned file or of the API, which must not add a link (SARIF, 3.11.6)."""
    return escape_for_terminal(text).replace("[", "\\[").replace("]", "\\]")


def _build_suppressions(finding: Finding) -> list[Any] | None:
    if finding.standing is Standing.REPORTED:
        return []
    ignored = finding.standing is Standing.IGNORED
    kind = "inSource" if ignored and is_inline(finding.reason) else "external"
    suppression = sarif.Suppression(kind=kind, state="accepted")
    suppression.justification = f"{finding.standing.value}: {escape_for_terminal(finding.reason)}"
    return [suppression]


def _build_invocation(result: RunResult, count: int) -> Any:
    """Return the invocation with one notification per skipped item.

    It always reports success, because GitHub rejects a run that failed.
    """
    notes = [_build_notification(item) for item in result.skipped]
    notes += [
        sarif.Notification(message=sarif.Message(text=escape_for_terminal(note)), level="note")
        for note in (*result.notes(), *result.left_out(), *result.limits())
    ]
    notes += [
        sarif.Notification(message=sarif.Message(text=text), level="warning")
        for text in _list_cuts(count)
    ]
    return sarif.Invocation(execution_successful=True, tool_execution_notifications=notes)


def _list_cuts(count: int) -> Iterator[str]:
    """Yield a sentence per platform that does not read all results."""
    if count > MAX_RESULTS:
        omitted = count - MAX_RESULTS
        yield f"{omitted} findings of the lowest severity are omitted: over {MAX_RESULTS}."
    if count > MAX_RESULTS_OF_GITLAB:
        unread = min(count, MAX_RESULTS) - MAX_RESULTS_OF_GITLAB
        yield (
            f"GitLab does not read the last {unread} results: over {MAX_RESULTS_OF_GITLAB}."
            " The worst come first."
        )


def _build_notification(item: Skipped) -> Any:
    path = item.origin.path
    kind = "Opaque" if item.opaque else "Skipped"
    text = f"{kind}: {escape_for_terminal(redact(path))}: {escape_for_terminal(item.reason)}"
    return sarif.Notification(
        message=sarif.Message(text=text),
        level="note" if item.opaque and not item.gap else "warning",
        properties={"opaque": True} if item.opaque else None,
    )
