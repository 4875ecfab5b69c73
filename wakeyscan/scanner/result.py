"""Result of a run: everything that a report is written from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Finding, Severity, Standing
from wakeyscan.suppression import IgnoreStats
from wakeyscan.suppression.policy import Policy, list_policy_notes

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.scan_result import Coverage


_ACCEPT = ' (--strict: to accept it, add "{}" to `exclude` in .wakeyscan.toml)'


class Restriction(NamedTuple):
    """The part of a history that an audit was limited to."""

    since: str = ""
    """Time in ISO 8601, or empty."""
    branches: tuple[str, ...] = ()
    reachable: bool = False
    commits: tuple[int, int] | None = None
    """Numbers of commits within the limits, and of commits reachable from refs, if known."""

    def __str__(self) -> str:
        if not (self.since or self.branches):
            return "limited to commits reachable from refs" if self.reachable else ""
        of = f" of branch {', '.join(self.branches)}" if self.branches else ""
        since = f" since {self.since}" if self.since else ""
        scanned, total = self.commits or (0, 0)
        count = f": {scanned:,} of {total:,} commit{'s' * (total != 1)}" if self.commits else ""
        return f"limited to commits{of}{since}{count}"


class RunResult(NamedTuple):
    """The findings and skipped items of one run, sorted by path, line and column."""

    command: str
    targets: tuple[str, ...]
    rules: tuple[Rule, ...]
    """All rules of the run."""
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    coverage: Coverage
    keys: tuple[SecretHistory, ...] = ()
    """For an audit: the history of each secret."""
    ignores: IgnoreStats = IgnoreStats()
    policy: Policy = Policy()
    """The configuration of findings."""
    restriction: Restriction = Restriction()

    @property
    def complete(self) -> bool:
        """Whether all requested content was scanned."""
        return not any(item.gap for item in self.skipped)

    def opaque(self) -> tuple[Skipped, ...]:
        """Return the intact items that could not be opened."""
        return tuple(item for item in self.skipped if item.opaque)

    def judge_opaque(self, is_strict: bool) -> RunResult:
        """Return the result; if `is_strict`, opaque items are gaps.

        They name the remedy, except in an audit, which scans excluded files too.
        """
        if not is_strict:
            return self
        remedy = "" if self.command == "audit" else _ACCEPT
        return self._replace(skipped=tuple(_require(item, remedy) for item in self.skipped))

    def reported(self) -> tuple[Finding, ...]:
        """Return the findings that are neither placeholders nor ignored."""
        return tuple(f for f in self.findings if f.standing is Standing.REPORTED)

    def notes(self) -> list[str]:
        """Return a line for each way in which the configuration hides or changes findings."""
        policy = self.policy
        effects = [
            f"{text}{_format_ignored(count)}"
            for text, count in list_policy_notes(policy, self.findings)
        ]
        lines = []
        if effects:
            lines.append(f"By {policy.file or 'configuration'}: {', '.join(effects)}.")
        if policy.revision:
            at = policy.revision[:12]
            file = policy.file.removesuffix(f" at {at}") or "none"
            lines.append(
                f"Configuration ({file}), ignore file and inline ignores are those of {at}."
            )
        return lines

    def left_out(self) -> list[str]:
        """Return a line with the number of excluded files, if there are any."""
        count = self.coverage.excluded
        return [f"Excluded: {count} file{'s' * (count != 1)}."] if count else []

    def limits(self) -> list[str]:
        """Return a line on the scanned part of the history, if it is only a part."""
        text = str(self.restriction)
        return [f"{text[0].upper()}{text[1:]}."] if text else []

    def exit_code(self, fail_on: Severity | None, strict_ignores: bool = False) -> int:
        """Return 0, 1 or 3 (contract, section 3); with `None`, no finding fails the run.

        If `strict_ignores` is set, an unused or expired entry counts as a finding.
        """
        if strict_ignores and (self.ignores.unused or self.ignores.expired):
            return 1
        if fail_on is not None and any(f.severity >= fail_on for f in self.reported()):
            return 1
        return 0 if self.complete else 3


def _require(item: Skipped, remedy: str) -> Skipped:
    if not item.opaque:
        return item
    file = item.origin.path.partition(MEMBER_SEPARATOR)[0]
    return item._replace(gap=True, reason=item.reason + remedy.format(file))


def _format_ignored(count: int) -> str:
    return f" ({count} finding{'s' * (count != 1)} ignored)" if count else ""


class ReportStyle(NamedTuple):
    """Options for all report formats; each format uses those that apply to it."""

    color: bool = False
    show_suppressed: bool = False
    verbose: bool = False
    folder: str = ""
    """The current directory relative to the top of the repository; text shows paths from there."""
    sarif_profile: str = "generic"
    sarif_category: str = ""
    """Empty: the name of the command."""
