"""The numbers of a report, and the verdict: its first line."""

from __future__ import annotations

from collections import Counter

from wakeyscan.core.finding import Finding, Liveness, Standing
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner.result import RunResult

LIVENESS_ORDER = (Liveness.LIVE, Liveness.UNKNOWN, Liveness.UNCHECKED, Liveness.REVOKED)
"""The most urgent answer first."""


class Summary(NamedTuple):
    """Numbers of reported keys, of their places, and of suppressed findings."""

    keys: int
    findings: int
    by_severity: dict[Severity, int]
    """Numbers of keys, each with the severity of its worst place; the worst first."""
    by_liveness: dict[Liveness, int]
    """Numbers of keys, each with its most urgent liveness; the most urgent first."""
    ignored: int
    placeholders: int


def build_summary(result: RunResult) -> Summary:
    """Count the keys and findings of a result."""
    reported = result.reported()
    groups: dict[tuple[str, Secret], list[Finding]] = {}
    for finding in reported:
        groups.setdefault((finding.rule, finding.secret), []).append(finding)
    severities = Counter(max(f.severity for f in group) for group in groups.values())
    answers = Counter(_choose_liveness(group) for group in groups.values())
    standings = Counter(finding.standing for finding in result.findings)
    return Summary(
        keys=len(groups),
        findings=len(reported),
        by_severity={level: severities[level] for level in sorted(severities, reverse=True)},
        by_liveness={answer: answers[answer] for answer in LIVENESS_ORDER if answers[answer]},
        ignored=standings[Standing.IGNORED],
        placeholders=standings[Standing.PLACEHOLDER],
    )


def _choose_liveness(findings: list[Finding]) -> Liveness:
    return min((finding.liveness for finding in findings), key=LIVENESS_ORDER.index)


def format_verdict(result: RunResult) -> str:
    """Return the first line of a report: `6 keys in 196 commits: 4 LIVE, 1 unknown, 1 revoked.`

    Keys that were not verified are counted by severity. Limits of the run follow in parentheses.
    """
    limits = "; ".join(result.list_limits())
    return f"{format_count(result)}{f' ({limits})' if limits else ''}."


def format_count(result: RunResult) -> str:
    """Return the verdict without the limits of the run, and without a full stop."""
    summary = build_summary(result)
    if not summary.keys:
        gap = "" if result.complete else ", but the scan was incomplete"
        return f"No keys found{gap}"
    commits = result.restriction.commits if result.restriction else None
    where = _count(commits[0], "commit") if commits else _count(summary.findings, "place")
    gap = "" if result.complete else "; the scan was incomplete"
    return f"{_count(summary.keys, 'key')} in {where}: {_format_levels(summary)}{gap}"


def _format_levels(summary: Summary) -> str:
    if set(summary.by_liveness) == {Liveness.UNCHECKED}:
        return ", ".join(f"{count:,} {level}" for level, count in summary.by_severity.items())
    return ", ".join(
        f"{count:,} {format_liveness(answer)}" for answer, count in summary.by_liveness.items()
    )


def format_liveness(liveness: Liveness) -> str:
    """Return the word for a liveness; the one that matters most is in capitals."""
    return liveness.value.upper() if liveness is Liveness.LIVE else liveness.value


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
