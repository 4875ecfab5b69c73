"""Rule: one kind of secret, as described by its TOML file."""

from __future__ import annotations

from functools import cache

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.severity import Severity

BEFORE, AFTER = 1024, 8192
"""Bytes: a match starts at most `BEFORE` before an anchor and ends at most `AFTER` after it."""

TIMEOUT_SECONDS = 2.0
"""Seconds that one pattern may take around one group of anchors."""

GATE = "gate_"
"""Start of the names of the definitions that restrict where a shape may match."""

RuleFolder = str | tuple[tuple[str, bytes], ...]
"""Path of a folder of rule files, or (path, content) of each file if they are not on disk."""

SerializedPattern = tuple[str, bytes]
"""The release of `regex` and the byte order that compiled a pattern, and the marshalled pattern."""


class Shape(NamedTuple):
    """One way of writing a secret: a part of a rule that can be read and tested alone."""

    name: str
    pattern: str
    """As it is written, with calls of definitions, `(?&name)`."""
    hits: tuple[str, ...]
    """Texts that this shape must match, without the others."""
    misses: tuple[str, ...]
    """Texts that no shape of the rule must match."""


class Rule(NamedTuple):
    """One kind of secret, as described by its TOML file."""

    id: str
    title: str
    severity: Severity
    anchors: tuple[bytes, ...]
    """Keywords; every match contains one. Case is ignored unless `exact_case`."""
    pattern: str
    """A bytes pattern of `regex` with a group `secret`; empty if the rule has shapes."""
    help: str
    """Markdown: what the secret is, why a leak matters, how to fix it."""
    verifier: str
    """Name of the service that can verify such a secret, or empty."""
    hits: tuple[str, ...]
    """Texts that must match, beside those of the shapes."""
    misses: tuple[str, ...]
    """Texts that must not match, beside those of the shapes."""
    shapes: tuple[Shape, ...] = ()
    """The ways of writing the secret; of two that match at one place, the first counts."""
    definitions: tuple[tuple[str, str], ...] = ()
    """Names and patterns of the parts that shapes share; `shapes` inlines them."""
    portable: tuple[str, str, str] | None = None
    """Simpler patterns for other scanners, in RE2 syntax: text before, secret, text after."""
    at_anchor: bool = False
    """Whether every match begins at an anchor, which is faster. True for built-in rules only."""
    compiled: SerializedPattern | None = None
    """The pattern compiled when the wheel was built; `None` outside of an installed package."""
    prefixes: tuple[str, ...] | None = None
    """Patterns for the prefixes of its secrets, built with the wheel; `None` if not built yet."""
    encoded_anchors: tuple[tuple[bytes, str, bytes, bool], ...] = ()
    """Fields of each `EncodedAnchor`, built with the wheel; empty if not built yet."""

    def __hash__(self) -> int:
        """Hash the id alone: the patterns would be hashed again at each use as a key."""
        return hash(self.id)

    @property
    def has_gate(self) -> bool:
        """Whether some definitions are a gate: simple patterns that match wherever a shape may."""
        return self.at_anchor and any(name.startswith(GATE) for name, _ in self.definitions)

    @property
    def exact_case(self) -> bool:
        """Whether anchors match only in their own case; false if the pattern ignores case."""
        return _has_exact_case(self)


@cache  # asked for every text with an anchor, of rules with dozens of patterns
def _has_exact_case(rule: Rule) -> bool:
    shapes = (shape.pattern for shape in rule.shapes)
    definitions = (pattern for _, pattern in rule.definitions)
    return not any("(?i" in part for part in (rule.pattern, *shapes, *definitions))
