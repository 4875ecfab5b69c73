"""Rule: one kind of secret, as described by its TOML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.named_tuple import NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.severity import Severity

BEFORE, AFTER = 1024, 8192
"""Bytes: a match starts at most `BEFORE` before an anchor and ends at most `AFTER` after it."""

TIMEOUT_SECONDS = 2.0
"""Seconds that one pattern may take around one group of anchors."""

RuleFolder = str | tuple[tuple[str, bytes], ...]
"""Path of a folder of rule files, or (path, content) of each file if they are not on disk."""

SerializedPattern = tuple[str, bytes]
"""The `regex` version that compiled a pattern, and the pickled pattern."""


class Rule(NamedTuple):
    """One kind of secret, as described by its TOML file."""

    id: str
    title: str
    severity: Severity
    anchors: tuple[bytes, ...]
    """Keywords; every match contains one. Case is ignored unless `exact_case`."""
    pattern: str
    """A bytes pattern of `regex` with a group `secret`."""
    help: str
    """Markdown: what the secret is, why a leak matters, how to fix it."""
    verifier: str
    """Name of the service that can verify such a secret, or empty."""
    hits: tuple[str, ...]
    """Texts that must match."""
    misses: tuple[str, ...]
    """Texts that must not match."""
    at_anchor: bool = False
    """Whether every match begins at an anchor, which is faster. True for built-in rules only."""
    compiled: SerializedPattern | None = None
    """The pattern compiled when the wheel was built; `None` outside of an installed package."""
    encoded_anchors: tuple[tuple[bytes, str, bytes, bool], ...] = ()
    """Fields of each `EncodedAnchor`, built with the wheel; empty if not built yet."""

    @property
    def exact_case(self) -> bool:
        """Whether anchors match only in their own case; false if the pattern ignores case."""
        return "(?i" not in self.pattern
