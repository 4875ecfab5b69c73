"""SARIF 2.1.0, valid against the final schema, with all that GitHub code scanning reads.

sarif-om brings the object model but no writer; its companion drops `level: warning` and needs
seconds for thousands of results, so the few lines below do it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from hashlib import sha256
from typing import Any, TextIO
from urllib.parse import quote

import attr
import sarif_om as sarif

from wakeyscan import __version__
from wakeyscan.display import conceal, encodable, json_safe, printable, told
from wakeyscan.finding import PIECES, Finding, Severity, Skipped, Standing
from wakeyscan.ignores import is_inline
from wakeyscan.outcome import Outcome, Style
from wakeyscan.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/wakeyscan/wakeyscan"

MOST_RESULTS = 25_000
"""GitHub refuses a run with more."""

# An absent level would mean the rule's default one, not the schema's.
_ALWAYS = ("level", "suppressions", "version", "columnKind", "results")

_Fields = tuple[tuple[str, str, Any], ...]
"""Of a class: its attributes' names, their names in the schema, their defaults."""

_LEVELS = {
    Severity.CRITICAL: ("error", "9.5"),
    Severity.HIGH: ("error", "8.0"),
    Severity.MEDIUM: ("warning", "5.5"),
    Severity.LOW: ("note", "3.0"),
    Severity.NOTE: ("note", "0.5"),
}


def write(outcome: Outcome, out: TextIO, style: Style) -> None:
    """Write one run; in the profile `github` suppressed findings are left out."""
    log = sarif.SarifLog(version="2.1.0", schema_uri=SCHEMA, runs=[_run(outcome, style)])
    plain = _plain(log)
    ordered = {name: plain[name] for name in ("$schema", "version", "runs")}  # as readers expect
    out.write(json_safe(json.dumps(ordered, indent=2, ensure_ascii=False)) + "\n")


def _run(outcome: Outcome, style: Style) -> Any:
    findings = outcome.reported() if style.sarif_profile == "github" else outcome.findings
    listed = sorted(findings, key=lambda finding: -finding.severity)[:MOST_RESULTS]
    return sarif.Run(
        tool=sarif.Tool(driver=_driver(outcome.rules)),
        automation_details=sarif.RunAutomationDetails(id=f"wakeyscan/{outcome.command}/"),
        column_kind="unicodeCodePoints",
        original_uri_base_ids={
            "%SRCROOT%": sarif.ArtifactLocation(
                description=sarif.Message(text="The folder that was scanned from.")
            )
        },
        invocations=[_invocation(outcome, len(findings) - len(listed))],
        results=_results(outcome, listed),
    )


def _driver(rules: tuple[Rule, ...]) -> Any:
    return sarif.ToolComponent(
        name="wakeyscan",
        full_name=f"wakeyscan {__version__}",
        semantic_version=__version__,
        version=__version__,
        information_uri=HOME,
        rules=[_descriptor(rule) for rule in rules],
    )


def _descriptor(rule: Rule) -> Any:
    level, severity = _LEVELS[rule.severity]
    first = rule.help.strip().partition("\n\n")[0].replace("\n", " ")
    return sarif.ReportingDescriptor(
        id=rule.id,
        name="".join(part.capitalize() for part in rule.id.split("-")),
        short_description=sarif.MultiformatMessageString(text=f"{rule.title}."),
        full_description=sarif.MultiformatMessageString(text=first),
        help_uri=f"{HOME}#rules",
        help=sarif.MultiformatMessageString(text=rule.help.strip(), markdown=rule.help.strip()),
        message_strings={
            "default": sarif.MultiformatMessageString(text=f"{rule.title} in {{0}} code: '{{1}}'."),
            "asked": sarif.MultiformatMessageString(
                text=f"{rule.title} in {{0}} code: '{{1}}'. Asked whether it works: {{2}}."
            ),
        },
        default_configuration=sarif.ReportingConfiguration(level=level),
        properties={
            "tags": ["security", "secret", "external/cwe/cwe-798"],
            "precision": "high",
            "security-severity": severity,
        },
    )


def _results(outcome: Outcome, findings: list[Finding]) -> list[Any]:
    numbers = {rule.id: number for number, rule in enumerate(outcome.rules)}
    titles = {rule.id: rule.title for rule in outcome.rules}
    seen: Counter[str] = Counter()
    results = []
    for finding in findings:
        place = _place_hash(finding)
        seen[place] += 1
        number, title = numbers[finding.rule], titles[finding.rule]
        results.append(_result(finding, number, title, f"{place}:{seen[place]}"))
    return results


def _place_hash(finding: Finding) -> str:
    """Hash what makes a finding this one: not its line, so that it survives edits above it."""
    path = encodable("\0".join(finding.origin[:2]))
    return sha256(f"{finding.rule}\0{path}\0{finding.secret.fingerprint}".encode()).hexdigest()[:16]


def _result(finding: Finding, number: int, title: str, place: str) -> Any:
    level, severity = _LEVELS[finding.severity]
    exposure = finding.exposure.value
    within = f" in {printable(finding.origin.within)}" if finding.origin.within else ""
    details = [(n, _linked(text) if n == PIECES else text) for n, text in finding.origin.details]
    there = f" ({told(details)})" if details else ""
    answer = _answer(finding)
    asked = f" Asked whether it works: {answer}." if answer else ""
    return sarif.Result(
        rule_id=finding.rule,
        rule_index=number,
        level=level,
        message=sarif.Message(
            id="asked" if answer else "default",
            text=f"{title}{within} in {exposure} code: '{finding.secret}'{there}.{asked}",
            arguments=[exposure, str(finding.secret), *([answer] if answer else [])],
        ),
        locations=[
            sarif.Location(
                physical_location=_location(finding), logical_locations=_logical(finding)
            )
        ],
        related_locations=_related(finding),
        partial_fingerprints={
            "primaryLocationLineHash": place,
            "wakeyscanSecret/v1": finding.secret.fingerprint,
        },
        suppressions=_suppressions(finding),
        properties={
            "severity": str(finding.severity),
            "security-severity": severity,
            "exposure": exposure,
            "liveness": finding.liveness.value,
            **dict(finding.details),
            "encoding": finding.encoding,
            **({"within": printable(finding.origin.within)} if finding.origin.within else {}),
        },
    )


def _answer(finding: Finding) -> str:
    """Say what came of asking about a key, or nothing where nobody asked."""
    if not finding.details:
        return ""
    answer = printable(dict(finding.details)["answer"]).replace("[", "\\[")  # no link of SARIF's
    return f"{finding.liveness.value}: {answer}"


def _location(finding: Finding) -> Any:
    line, column, end_column = finding.position
    snippet = sarif.ArtifactContent(text=printable(finding.excerpt))
    region = sarif.Region(
        start_line=line, start_column=column, end_line=line, end_column=end_column
    )
    return sarif.PhysicalLocation(
        artifact_location=artifact(finding.origin.path),
        region=region,
        context_region=sarif.Region(start_line=line, end_line=line, snippet=snippet),
    )


def _linked(text: str) -> str:
    """Link all pieces of a key but the first, which is the result's own place, by their numbers."""
    first, *further = text.split(", ")
    return ", ".join((first, *(f"[{place}]({n})" for n, place in enumerate(further, 1))))


def _related(finding: Finding) -> list[Any] | None:
    """Give the further pieces of a key; GitHub shows those that the message links."""
    _, *further = dict(finding.origin.details).get(PIECES, "").split(", ")
    return [_piece(finding, number, place) for number, place in enumerate(further, 1)] or None


def _piece(finding: Finding, number: int, place: str) -> Any:
    line, _, column = place.partition(":")
    return sarif.Location(
        id=number,
        message=sarif.Message(text=f"Another piece of '{finding.secret}'."),
        physical_location=sarif.PhysicalLocation(
            artifact_location=artifact(finding.origin.path),
            region=sarif.Region(start_line=int(line), start_column=int(column)),
        ),
    )


def _logical(finding: Finding) -> list[Any] | None:
    """Name the place in the document's own terms, from the outermost to the innermost."""
    names = [told([pair]) for pair in finding.origin.details]
    if not names:
        return None
    return [sarif.LogicalLocation(name=names[-1], fully_qualified_name="/".join(names))]


def artifact(path: str) -> Any:
    """Give a path as a percent-encoded URI: relative to the root, or absolute as `file://`."""
    encoded = quote(path.encode("utf-8", "surrogateescape"), safe="/-._~@+()=,!$&'")
    if path.startswith("/"):
        return sarif.ArtifactLocation(uri=f"file://{encoded}")
    if os.path.splitdrive(path)[0]:  # Windows
        return sarif.ArtifactLocation(uri=f"file:///{encoded}")
    return sarif.ArtifactLocation(uri=encoded, uri_base_id="%SRCROOT%")


def _suppressions(finding: Finding) -> list[Any] | None:
    if finding.standing is Standing.REPORTED:
        return []
    ignored = finding.standing is Standing.IGNORED
    kind = "inSource" if ignored and is_inline(finding.reason) else "external"
    suppression = sarif.Suppression(kind=kind, state="accepted")
    suppression.justification = f"{finding.standing.value}: {printable(finding.reason)}"
    return [suppression]


def _invocation(outcome: Outcome, left_out: int) -> Any:
    """Say what was not looked at. GitHub refuses a run that says it did not succeed."""
    notes = [_notification(item) for item in outcome.skipped]
    notes += [
        sarif.Notification(message=sarif.Message(text=printable(note)), level="note")
        for note in (*outcome.notes(), *outcome.left_out())
    ]
    if left_out > 0:
        text = f"{left_out} findings of the lowest severity are left out: over {MOST_RESULTS}."
        notes.append(sarif.Notification(message=sarif.Message(text=text), level="warning"))
    return sarif.Invocation(execution_successful=True, tool_execution_notifications=notes)


def _notification(item: Skipped) -> Any:
    path = item.origin.path
    text = f"Not looked at: {printable(conceal(path))}: {printable(item.reason)}"
    return sarif.Notification(message=sarif.Message(text=text), level="warning")


def _plain(node: Any, known: dict[Any, _Fields] | None = None) -> Any:
    """Turn sarif-om's objects into plain ones: no nulls, no defaults, names as in the schema."""
    known = {} if known is None else known
    if isinstance(node, list | tuple):
        return [_plain(item, known) for item in node]
    if isinstance(node, dict):
        return {name: _plain(item, known) for name, item in node.items()}
    kind = type(node)
    if not attr.has(kind):
        return node
    if kind not in known:
        known[kind] = _fields(kind)
    values = ((name, getattr(node, own), default) for own, name, default in known[kind])
    return {
        name: _plain(value, known)
        for name, value, default in values
        if value is not None and (name in _ALWAYS or value != default)
    }


def _fields(kind: Any) -> _Fields:
    listed = []
    for field in attr.fields(kind):
        name = field.metadata["schema_property_name"]
        made = getattr(field.default, "factory", None)
        # The final schema renamed this one after sarif-om was made.
        name = "status" if name == "state" else name
        listed.append((field.name, name, made() if made else field.default))
    return tuple(listed)
