"""What one looks with: rules, decoders, and how marks and containers are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.core.lazy import lazy_import
from wakeyscan.extractors.extractor import Limits
from wakeyscan.rules.rule import Rule
from wakeyscan.scanner.prefilter.keywords import AnchorIndex
from wakeyscan.scanner.prefilter.strategy import Prefilter

if TYPE_CHECKING:
    from typing import BinaryIO

    from regex import Pattern

    from wakeyscan.decoders.decoder import Decoder
    from wakeyscan.rules import pattern
else:
    pattern = lazy_import("wakeyscan.rules.pattern")  # `regex` takes 10 ms; a clean scan needs none


class CompiledPatterns:
    """Compiled patterns, each made when its rule first has an anchor in a text."""

    def __init__(self) -> None:
        self._compiled: dict[str, Pattern[bytes]] = {}

    def of(self, rule: Rule) -> Pattern[bytes]:
        """Give the compiled pattern of a rule; raises `RuleError`."""
        if rule.id not in self._compiled:
            self._compiled[rule.id] = pattern.compile_rule(rule)
        return self._compiled[rule.id]


class ScanContext(NamedTuple):
    """Made once for a run, used for every document."""

    rules: tuple[Rule, ...]
    decoders: Mapping[str, Decoder]
    prefilter: Prefilter
    patterns: CompiledPatterns
    honor_inline: bool = True
    """Whether `wakeyscan:ignore` counts: in a stranger's repository it does not."""
    bounds: Limits = Limits()
    """How far containers are opened."""
    precedents: Callable[[str, str], bool] | None = None
    """Where marks count for some keys only: says whether for one of a rule and fingerprint."""
    honor_foreign: bool = False
    """Whether marks of other scanners count, too, where ours do."""
    kept: Callable[[str, str], BinaryIO | None] | None = None
    """Opens content that Git LFS keeps, by the path of the pointer and what it says; see `Budget`.
    `None`: it is not looked for."""


def build_context(rules: tuple[Rule, ...], decoders: Mapping[str, Decoder]) -> ScanContext:
    """Grind a lens for rules and decoders, by the names of their files."""
    return ScanContext(rules, decoders, Prefilter(AnchorIndex(rules, decoders)), CompiledPatterns())
