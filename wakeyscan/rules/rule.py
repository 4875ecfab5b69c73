"""The rule: one kind of secret, as its file describes it."""

from __future__ import annotations

from typing import NamedTuple

from wakeyscan.core.finding import Severity

BEFORE, AFTER = 1024, 8192
"""A match starts at most so many bytes before its anchor and ends at most so many after it."""


TIMEOUT_SECONDS = 2.0
"""Seconds that one pattern may take around one group of anchors."""


RuleFolder = str | tuple[tuple[str, bytes], ...]
"""A folder of rule files; or the files, each with its path, where they are not on disk."""


SerializedPattern = tuple[str, bytes]
"""The `regex` version that compiled a pattern, and the pickled pattern."""


class Rule(NamedTuple):
    """One kind of secret, as its file describes it."""

    id: str
    title: str
    severity: Severity
    anchors: tuple[bytes, ...]
    """Literals, one of which stands in every match; in any case, unless `exact_case`."""
    pattern: str
    """A bytes pattern of `regex` with a group `secret`."""
    help: str
    """Markdown: what it is, why it matters, what to do."""
    verifier: str
    """The name of the service that can say whether such a secret works, or empty."""
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    at_anchor: bool = False
    """Whether every match begins at an anchor, as is known of our own rules: it is faster."""
    compiled: SerializedPattern | None = None
    """The pattern as it was compiled when the wheel was built, in an installed package."""
    forms: tuple[tuple[bytes, str, bytes, bool], ...] = ()
    """All forms of its anchors (see `catalog`), as they were made then; empty: not made yet."""

    @property
    def exact_case(self) -> bool:
        """Whether anchors count only in their own case: nothing in the pattern folds case."""
        return "(?i" not in self.pattern
