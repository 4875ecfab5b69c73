"""SARIF 2.1.0, valid against the final schema, with all that GitHub code scanning reads."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import Any, TextIO

import sarif_om as sarif

from wakeyscan import __version__
from wakeyscan.core.document import Skipped
from wakeyscan.core.finding import PIECES, Finding, Severity, Standing
from wakeyscan.core.redaction import (
    escape_for_json,
    escape_for_terminal,
    format_details,
    make_encodable,
    redact,
)
from wakeyscan.reports._sarifobjects import to_plain
from wakeyscan.reports._sarifplaces import build_links, build_locations, build_related
from wakeyscan.rules.rule import Rule
from wakeyscan.scanner.result import ReportStyle, RunResult
from wakeyscan.suppression.inline import is_inline

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/wakeyscan/wakeyscan"

MOST_RESULTS = 25_000
"""GitHub refuses a run with more."""

_LEVELS = {
    Severity.CRITICAL: ("error", "9.5"),
    Severity.HIGH: ("error", "8.0"),
    Severity.MEDIUM: ("warning", "5.5"),
    Severity.LOW: ("note", "3.0"),
    Severity.NOTE: ("note", "0.5"),
}


def write(outcome: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write one run; in the profile `github` suppressed findings are left out."""
    log = sarif.SarifLog(version="2.1.0", schema_uri=SCHEMA, runs=[_run(outcome, style)])
    members = to_plain(log)
    ordered = {name: members[name] for name in ("$schema", "version", "runs")}  # as readers expect
    out.write(escape_for_json(json.dumps(ordered, indent=2, ensure_ascii=False)) + "\n")


def _run(outcome: RunResult, style: ReportStyle) -> Any:
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


def _results(outcome: RunResult, findings: list[Finding]) -> list[Any]:
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
    path = make_encodable("\0".join(finding.origin[:2]))
    return sha256(f"{finding.rule}\0{path}\0{finding.secret.fingerprint}".encode()).hexdigest()[:16]


def _result(finding: Finding, number: int, title: str, place: str) -> Any:
    return sarif.Result(
        rule_id=finding.rule,
        rule_index=number,
        level=_LEVELS[finding.severity][0],
        message=_message(finding, title),
        locations=build_locations(finding),
        related_locations=build_related(finding),
        partial_fingerprints={
            "primaryLocationLineHash": place,
            "wakeyscanSecret/v1": finding.secret.fingerprint,
        },
        suppressions=_suppressions(finding),
        properties=_properties(finding),
    )


def _message(finding: Finding, title: str) -> Any:
    exposure = finding.exposure.value
    within = f" in {escape_for_terminal(finding.origin.within)}" if finding.origin.within else ""
    details = [
        (n, build_links(text) if n == PIECES else text) for n, text in finding.origin.details
    ]
    there = f" ({format_details(details)})" if details else ""
    answer = _answer(finding)
    asked = f" Asked whether it works: {answer}." if answer else ""
    return sarif.Message(
        id="asked" if answer else "default",
        text=f"{title}{within} in {exposure} code: '{finding.secret}'{there}.{asked}",
        arguments=[exposure, str(finding.secret), *([answer] if answer else [])],
    )


def _properties(finding: Finding) -> dict[str, str]:
    return {
        "severity": str(finding.severity),
        "security-severity": _LEVELS[finding.severity][1],
        "exposure": finding.exposure.value,
        "liveness": finding.liveness.value,
        **dict(finding.details),
        "encoding": finding.encoding,
        "bounds": finding.bounds.value,
        **({"within": escape_for_terminal(finding.origin.within)} if finding.origin.within else {}),
    }


def _answer(finding: Finding) -> str:
    """Say what came of asking about a key, or nothing where nobody asked."""
    if not finding.details:
        return ""
    answer = escape_for_terminal(dict(finding.details)["answer"]).replace(
        "[", "\\["
    )  # no link of SARIF's
    return f"{finding.liveness.value}: {answer}"


def _suppressions(finding: Finding) -> list[Any] | None:
    if finding.standing is Standing.REPORTED:
        return []
    ignored = finding.standing is Standing.IGNORED
    kind = "inSource" if ignored and is_inline(finding.reason) else "external"
    suppression = sarif.Suppression(kind=kind, state="accepted")
    suppression.justification = f"{finding.standing.value}: {escape_for_terminal(finding.reason)}"
    return [suppression]


def _invocation(outcome: RunResult, left_out: int) -> Any:
    """Say what was not looked at. GitHub refuses a run that says it did not succeed."""
    notes = [_notification(item) for item in outcome.skipped]
    notes += [
        sarif.Notification(message=sarif.Message(text=escape_for_terminal(note)), level="note")
        for note in (*outcome.notes(), *outcome.left_out(), *outcome.limits())
    ]
    if left_out > 0:
        text = f"{left_out} findings of the lowest severity are left out: over {MOST_RESULTS}."
        notes.append(sarif.Notification(message=sarif.Message(text=text), level="warning"))
    return sarif.Invocation(execution_successful=True, tool_execution_notifications=notes)


def _notification(item: Skipped) -> Any:
    path = item.origin.path
    text = f"Not looked at: {escape_for_terminal(redact(path))}: {escape_for_terminal(item.reason)}"
    return sarif.Notification(message=sarif.Message(text=text), level="warning")
