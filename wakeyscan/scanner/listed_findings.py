"""Findings that a report lists: each once, and within limits, so that any report fits into memory.

Findings over a limit are not even built: a file of 40 MB may have a key on each line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.finding import Standing
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.shortest_secrets import ShortestSecrets

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding

_RUN_FACTOR = 2
"""A run may have this many times as many findings as a file."""


class FindingLimit:
    """The limits of one file, whose chunks share them, or of a whole run.

    Placeholders have a separate limit, so that they never hide a finding.
    """

    def __init__(self, maximum: int, subject: str = "") -> None:
        self._maximum, self._subject = maximum, subject
        self._findings = self._placeholders = 0

    @property
    def is_exceeded(self) -> bool:
        """Whether a finding was omitted, so that nothing more is listed."""
        return self._findings > self._maximum

    def list_findings(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings within the limits, in order; end at the first one that is over."""
        return filter(self._is_listed, takewhile(self._count, found))

    def list_all(self, found: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return what `list_findings` yields, which mostly is all of them."""
        if self._findings + self._placeholders + len(found) > self._maximum:
            return tuple(self.list_findings(found))
        placeholder = Standing.PLACEHOLDER
        placeholders = sum([finding.standing is placeholder for finding in found])
        self._placeholders += placeholders
        self._findings += len(found) - placeholders
        return tuple(found)

    def _count(self, finding: Finding) -> bool:
        is_placeholder = finding.standing is Standing.PLACEHOLDER
        self._placeholders += is_placeholder
        self._findings += not is_placeholder
        return not self.is_exceeded

    def _is_listed(self, finding: Finding) -> bool:
        is_placeholder = finding.standing is Standing.PLACEHOLDER
        return not is_placeholder or self._placeholders <= self._maximum

    def list_skipped(self, origin: Origin) -> Iterator[Skipped]:
        """Yield a skipped item for the omitted findings.

        Placeholders that are not listed are not a gap: they are harmless.
        """
        if self.is_exceeded:
            reason = f"has over {self._maximum:,} findings; the rest is skipped"
            yield Skipped(origin, self._subject + reason)
        if self._placeholders > self._maximum:
            reason = f"has over {self._maximum:,} placeholders; the rest is not listed"
            yield Skipped(origin, self._subject + reason, gap=False)


def build_run_limit(maximum: int) -> FindingLimit:
    """Return the limits of a run; `maximum` is that of a file."""
    return FindingLimit(_RUN_FACTOR * maximum, "the run ")


def drop_repeated(
    in_raw_bytes: Iterable[Finding], in_members: Iterable[Finding]
) -> Iterator[Finding]:
    """Yield the findings in an archive's raw bytes that do not repeat a member's finding.

    In raw SQLite pages the bytes after a key may look like a part of it, and the end of a page cuts
    it. So a secret that starts with a known one, or the other way round, counts as the same.
    """
    shortest = ShortestSecrets({finding.secret for finding in in_members})
    for finding in in_raw_bytes:
        if finding.origin.part == "name" or not shortest.are_related_to(finding.secret):
            yield finding


class ListedSecrets:
    """The secrets that are listed for each path, whatever the version of the file."""

    def __init__(self) -> None:
        self._known: set[tuple[object, ...]] = set()

    def add(self, findings: Iterable[Finding]) -> None:
        """Remember the secrets of findings."""
        self._known.update(map(_identify, findings))

    def drop_listed(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings whose secrets are not listed yet for their paths."""
        return (finding for finding in found if _identify(finding) not in self._known)


def _identify(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.secret, finding.origin.path, finding.standing
