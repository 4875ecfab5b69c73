"""All that a run has to say: what reports are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.core.document import Skipped
from wakeyscan.core.finding import Finding, Severity, Standing
from wakeyscan.rules.rule import Rule
from wakeyscan.scanner.scan_result import Coverage
from wakeyscan.suppression import IgnoreStats
from wakeyscan.suppression.policy import Policy, list_policy_notes

if TYPE_CHECKING:
    from wakeyscan.core.finding import SecretHistory


class Restriction(NamedTuple):
    """The part of a history that an audit was limited to."""

    since: str = ""
    """The instant in ISO 8601; empty: there is none."""
    branches: tuple[str, ...] = ()
    reachable: bool = False
    commits: tuple[int, int] | None = None
    """How many commits are within the limits, and how many refs reach, where that is known."""

    def __str__(self) -> str:
        if not (self.since or self.branches):
            return "limited to what refs reach" if self.reachable else ""
        of = f" of branch {', '.join(self.branches)}" if self.branches else ""
        since = f" since {self.since}" if self.since else ""
        left, every = self.commits or (0, 0)
        count = f": {left:,} of {every:,} commit{'s' * (every != 1)}" if self.commits else ""
        return f"limited to commits{of}{since}{count}"


class RunResult(NamedTuple):
    """The findings and gaps of one run, sorted by path, line and column."""

    command: str
    targets: tuple[str, ...]
    rules: tuple[Rule, ...]
    """The rules that were looked for, found or not."""
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    coverage: Coverage
    keys: tuple[SecretHistory, ...] = ()
    """Of an audit: one for each secret."""
    ignores: IgnoreStats = IgnoreStats()
    policy: Policy = Policy()
    """What the configuration says of findings."""
    restriction: Restriction = Restriction()

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for was looked at."""
        return not any(item.gap for item in self.skipped)

    def reported(self) -> tuple[Finding, ...]:
        """Give the findings that want attention."""
        return tuple(f for f in self.findings if f.standing is Standing.REPORTED)

    def notes(self) -> list[str]:
        """Say all that the configuration hides or changes, a line each: none is silently clean."""
        policy = self.policy
        said = [
            f"{text}{_hiding(count)}" for text, count in list_policy_notes(policy, self.findings)
        ]
        lines = [f"By {policy.file or 'configuration'}: {', '.join(said)}."] if said else []
        if policy.revision:
            at = policy.revision[:12]
            file = policy.file.removesuffix(f" at {at}") or "none"
            lines.append(f"Configuration ({file}), ignore file and marks are those of {at}.")
        return lines

    def left_out(self) -> list[str]:
        """Say how many files the configuration left out, in a line where there are some."""
        count = self.coverage.excluded
        return [f"Excluded: {count} file{'s' * (count != 1)}."] if count else []

    def limits(self) -> list[str]:
        """Return a line on the part of the history that was scanned, where it is a part."""
        text = str(self.restriction)
        return [f"{text[0].upper()}{text[1:]}."] if text else []

    def exit_code(self, fail_on: Severity | None, strict_ignores: bool = False) -> int:
        """Say 0, 1 or 3 as the contract's table has it; `None` never fails on a finding.

        Strict is who takes an entry that is of no use any more for a finding.
        """
        if strict_ignores and (self.ignores.unused or self.ignores.expired):
            return 1
        if fail_on is not None and any(f.severity >= fail_on for f in self.reported()):
            return 1
        return 0 if self.complete else 3


def _hiding(count: int) -> str:
    return f" ({count} finding{'s' * (count != 1)} ignored)" if count else ""


class ReportStyle(NamedTuple):
    """How a report is to look; each takes from it what concerns it."""

    color: bool = False
    show_suppressed: bool = False
    verbose: bool = False
    sarif_profile: str = "generic"
