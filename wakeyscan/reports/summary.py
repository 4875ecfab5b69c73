"""The numbers of a report, and the verdict: its first line."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from wakeyscan.core.finding import Finding, Liveness, Standing
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TypeVar

    from wakeyscan.scanner.result import RunResult

    _Member = TypeVar("_Member")

LIVENESS_ORDER = (Liveness.LIVE, Liveness.UNKNOWN, Liveness.UNCHECKED, Liveness.REVOKED)
"""The most urgent answer first."""

_get_severity = attrgetter("severity")


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
    # The last finding of a key decides: the worst one, and the one with the most urgent answer.
    severities = {f.secret.fingerprint: f.severity for f in sorted(reported, key=_get_severity)}
    answers = {f.secret.fingerprint: f.liveness for f in sorted(reported, key=_rank_liveness)}
    standings = [finding.standing for finding in result.findings]
    return Summary(
        keys=len(severities),
        findings=len(reported),
        by_severity=_count_each(severities.values(), sorted(Severity, reverse=True)),
        by_liveness=_count_each(answers.values(), LIVENESS_ORDER),
        ignored=standings.count(Standing.IGNORED),
        placeholders=standings.count(Standing.PLACEHOLDER),
    )


def _rank_liveness(finding: Finding) -> int:
    return -LIVENESS_ORDER.index(finding.liveness)


def _count_each(found: Iterable[_Member], members: Iterable[_Member]) -> dict[_Member, int]:
    """Return how often each member occurs, in their order, without those that do not."""
    listed = list(found)  # a `Counter` would call the enumeration's own hash for each
    return {member: count for member in members if (count := listed.count(member))}


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
