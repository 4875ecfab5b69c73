"""The result of an earlier run, read from its JSON report."""

from __future__ import annotations

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.finding import Bounds, Exposure, Finding, Liveness, Position, Standing
from wakeyscan.core.secret_history import Restriction
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.saved_history import build_history
from wakeyscan.reports.saved_report import Fields, parse_items, parse_severity, read_report
from wakeyscan.rules.rule import Rule
from wakeyscan.scanner.repository_paths import FOREIGN
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage
from wakeyscan.suppression import IgnoreStats, Policy
from wakeyscan.suppression.policy import PolicyNote

if TYPE_CHECKING:
    from typing import Any

_ANSWER = "answer"
"""First of the details that come from verification."""


def load_result(path: str, rules: tuple[Rule, ...]) -> RunResult:
    """Return the result in a JSON report; raise `SourceError` if the file is not one.

    A rule of a finding that `rules` lack has only its id for a title. Secrets are masks.
    """
    with read_report(path) as report:
        return build_result(report, rules)


def build_result(report: dict[str, Any], rules: tuple[Rule, ...]) -> RunResult:
    """Return the result of a report; raise `KeyError`, `TypeError` or `ValueError`."""
    fields = Fields(report)
    scope, coverage = fields.get_object("scope"), fields.get_object("coverage")
    findings = tuple(map(_build_finding, parse_items(report["findings"])))
    keys = tuple(map(build_history, parse_items(report["keys"])))
    if not {key.secret for key in keys} <= {finding.secret for finding in findings}:
        raise ValueError("keys: expected a finding of each")
    commits, removed = _parse_range(scope)
    return RunResult(
        command=fields.get_name("command"),
        targets=fields.get_texts("targets"),
        rules=(*rules, *_build_missing_rules(findings, rules)),
        findings=findings,
        skipped=tuple(map(_build_skipped, parse_items(report["skipped"]))),
        coverage=Coverage(
            coverage.get_number("documents"),
            coverage.get_number("bytes"),
            scope.get_number("excluded"),
        ),
        keys=keys,
        ignores=_build_ignores(fields.get_object("ignores")),
        policy=_build_policy(fields.get_object("policy")),
        restriction=_build_restriction(scope),
        commits=commits,
        removed=removed,
        saved_fingerprint_key=fields.get_name("fingerprint_key", ""),
        ignored_by_git=scope.get_number("ignored_by_git"),
        foreign_ignores=_read_foreign_ignores(scope),
    )


def _build_finding(item: Fields) -> Finding:
    liveness = Liveness(item.get_text("liveness"))
    origin, details = _split_details(item, liveness)
    return Finding(
        rule=item.get_name("rule"),
        secret=item.get_secret(),
        origin=origin,
        position=Position(*map(item.get_number, ("line", "column", "end_column"))),
        excerpt=item.get_text("excerpt"),
        severity=parse_severity(item),
        exposure=Exposure(item.get_text("exposure")),
        standing=Standing(item.get_text("standing")),
        reason=item.get_text("reason"),
        liveness=liveness,
        encoding=item.get_name("encoding"),
        bounds=Bounds(item.get_text("bounds", Bounds.CERTAIN)),
        details=details,
    )


def _split_details(item: Fields, liveness: Liveness) -> tuple[Origin, tuple[tuple[str, str], ...]]:
    """Return the origin, and the details of the verdict: a report stores both in one object."""
    pairs = item.get_pairs("details")
    part = dict(pairs).get("part", "")
    if part:
        pairs = tuple(pair for pair in pairs if pair[0] != "part")
    names = [name for name, _ in pairs]
    is_verified = liveness is not Liveness.UNCHECKED and _ANSWER in names
    end = names.index(_ANSWER) if is_verified else len(pairs)
    path, within = item.get_text("path"), item.get_text("within", "")
    return Origin(path, within, pairs[:end], part), pairs[end:]


def _build_skipped(item: Fields) -> Skipped:
    origin = Origin(item.get_text("path"), item.get_text("within", ""))
    is_opaque = item.get_flag("opaque", False)
    gap = item.get_flag("gap", not is_opaque)
    return Skipped(origin, item.get_text("reason"), gap, item.get_number("times", 1), is_opaque)


def _build_restriction(scope: Fields) -> Restriction:
    commits = scope.get_object("commits") if scope.has("commits") else None
    restriction = Restriction(
        since=scope.get_text("since") if scope.has("since") else "",
        branches=scope.get_texts("branches"),
        reachable=scope.get_flag("reachable", False),
        commits=(commits.get_number("scanned"), commits.get_number("total")) if commits else None,
    )
    future = restriction._replace(is_future=True)
    return future if restriction.since and str(future) in scope.get_texts("limits") else restriction


def _read_foreign_ignores(scope: Fields) -> tuple[str, ...]:
    limits = scope.get_texts("limits") if scope.has("limits") else ()
    return tuple(limit for limit in limits if limit.endswith(FOREIGN))


def _parse_range(scope: Fields) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the ids of the commits, and the fingerprints that the newest one no longer has."""
    if not scope.has("range"):
        return (), frozenset()
    fields = scope.get_object("range")
    return fields.get_names("commits"), frozenset(fields.get_names("removed"))


def _build_ignores(fields: Fields) -> IgnoreStats:
    return IgnoreStats(*map(fields.get_number, IgnoreStats._fields))


def _build_policy(fields: Fields) -> Policy:
    notes: list[Any] = fields.get_list("notes")
    return Policy(
        file=fields.get_text("file"),
        exclude=fields.get_texts("exclude"),
        revision=fields.get_text("revision"),
        saved_notes=tuple(
            PolicyNote(note.get_text("text"), note.get_number("ignored"))
            for note in parse_items(notes)
        ),
    )


def _build_missing_rules(findings: tuple[Finding, ...], rules: tuple[Rule, ...]) -> list[Rule]:
    """Return a rule for each id that the rules of this run lack, such as a user's own rule."""
    known = {rule.id for rule in rules}
    severities: dict[str, Severity] = {}
    for finding in findings:
        if finding.rule not in known:
            worst = max(severities.get(finding.rule, Severity.NOTE), finding.severity)
            severities[finding.rule] = worst
    return [
        Rule(name, name, severity, (), "", name, "", (), ())
        for name, severity in sorted(severities.items())
    ]
