"""Findings that a report lists: each once, and within limits, so that any report fits into memory.

What is over a limit is not even built: a file of 40 MB may have a key on each line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.finding import Standing

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding
    from wakeyscan.core.secret import Secret

_RUN_FACTOR = 2
"""A run may have this many times as many findings as a file."""


class FindingLimit:
    """The limits of one file, whose chunks share them, or of a whole run.

    Placeholders have a limit of their own, so that they never hide a finding.
    """

    def __init__(self, maximum: int, subject: str = "") -> None:
        self._maximum, self._subject = maximum, subject
        self._findings = self._placeholders = 0

    @property
    def is_exceeded(self) -> bool:
        """Whether a finding was left out, so that nothing more is listed."""
        return self._findings > self._maximum

    def list_findings(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings within the limits, in order; end at the first one that is over."""
        return filter(self._is_listed, takewhile(self._count, found))

    def _count(self, finding: Finding) -> bool:
        is_placeholder = finding.standing is Standing.PLACEHOLDER
        self._placeholders += is_placeholder
        self._findings += not is_placeholder
        return not self.is_exceeded

    def _is_listed(self, finding: Finding) -> bool:
        is_placeholder = finding.standing is Standing.PLACEHOLDER
        return not is_placeholder or self._placeholders <= self._maximum

    def list_skipped(self, origin: Origin) -> Iterator[Skipped]:
        """Yield what was left out so far.

        Placeholders that are not listed are no gap: they are known to be harmless.
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
    known = {finding.secret for finding in in_members}
    shortest = _list_shortest(known)
    for finding in in_raw_bytes:
        secret = finding.secret
        is_known = secret in known or _is_related(secret, shortest)
        if not is_known or finding.origin.part == "name":
            yield finding


def _list_shortest(secrets: Iterable[Secret]) -> list[Secret]:
    """List the secrets that begin with no other one, by text: few comparisons tell relatives."""
    shortest: list[Secret] = []
    for secret in sorted(secrets):
        if not shortest or not secret.begins_with(shortest[-1]):
            shortest.append(secret)
    return shortest


def _is_related(secret: Secret, shortest: list[Secret]) -> bool:
    """Return whether a secret begins with one of the shortest ones, or the other way round.

    Only its neighbors in their order can do so.
    """
    at = bisect_right(shortest, secret)
    before, after = shortest[max(0, at - 1) : at], shortest[at : at + 1]
    return any(map(secret.begins_with, before)) or any(s.begins_with(secret) for s in after)
