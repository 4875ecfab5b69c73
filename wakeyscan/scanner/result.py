"""All that a run has to say: what reports are made from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.finding import Finding, Severity, Standing
from wakeyscan.rules.rule import Rule
from wakeyscan.suppression import IgnoreStats
from wakeyscan.suppression.policy import Policy, list_policy_notes

if TYPE_CHECKING:
    from wakeyscan.core.finding import SecretHistory


class Coverage(NamedTuple):
    """How much was looked at."""

    documents: int = 0
    bytes: int = 0
    excluded: int = 0
    """Files that the user's own configuration left out; that is no gap."""

    def plus(self, other: Coverage) -> Coverage:
        """Add up two."""
        return Coverage(*(one + two for one, two in zip(self, other, strict=True)))


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


def count_skipped(skipped: Iterable[Skipped]) -> int:
    """Say how many things these stand for."""
    return sum(item.times for item in skipped)


def _hiding(count: int) -> str:
    return f" ({count} finding{'s' * (count != 1)} ignored)" if count else ""


class ReportStyle(NamedTuple):
    """How a report is to look; each takes from it what concerns it."""

    color: bool = False
    show_suppressed: bool = False
    verbose: bool = False
    sarif_profile: str = "generic"


_LISTED = 3
"""Of things alike, so many are listed by themselves; the rest are summed up, two or more."""


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def summarize_skipped(skipped: Iterable[Skipped], file: Origin) -> tuple[Skipped, ...]:
    """List the first few of each kind, and for the rest of it one that is about their file.

    Of a kind are those whose reasons are the same but for numbers.
    """
    kinds: dict[str, list[Skipped]] = {}
    for item in dict.fromkeys(skipped):
        kinds.setdefault(_NUMBER.sub("…", item.reason), []).append(item)
    return tuple(told for kind, items in kinds.items() for told in _few(kind, items, file))


def _few(kind: str, items: list[Skipped], file: Origin) -> Iterator[Skipped]:
    listed, rest = items[:_LISTED], items[_LISTED:]
    if len(rest) < 2:
        yield from items
        return
    yield from listed
    same = len({item.reason for item in rest}) == 1
    times = sum(item.times for item in rest)
    reason = f"{times:,} more members: {rest[0].reason if same else kind}"
    yield Skipped(file, reason, any(item.gap for item in rest), times)
