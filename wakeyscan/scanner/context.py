"""Scan context: the rules, decoders and settings that one run uses for every document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders import DECODERS
from wakeyscan.scanner.prefilter.anchors import AnchorIndex
from wakeyscan.scanner.prefilter.strategy import Prefilter

if TYPE_CHECKING:
    from typing import BinaryIO

    from regex import Pattern

    from wakeyscan.decoders.decoder import Decoder
    from wakeyscan.extractors import budget
    from wakeyscan.extractors.budget import Limits
    from wakeyscan.git import lfs
    from wakeyscan.rules import pattern
    from wakeyscan.rules.rule import Rule
    from wakeyscan.sources.options import SourceOptions
else:
    # A clean scan without archives needs none of these: `regex` takes 10 ms.
    lfs = lazy_import("wakeyscan.git.lfs")
    budget = lazy_import("wakeyscan.extractors.budget")
    pattern = lazy_import("wakeyscan.rules.pattern")


MAX_FINDINGS = 100_000
"""Findings that a report lists of one file, and as many placeholders; the rest is skipped."""


class CompiledPatterns:
    """The compiled patterns of rules, each compiled when the first anchor of its rule is found."""

    def __init__(self) -> None:
        self._compiled: dict[str, Pattern[bytes]] = {}

    def of(self, rule: Rule) -> Pattern[bytes]:
        """Return the compiled pattern of a rule; raise `RuleError`."""
        if rule.id not in self._compiled:
            self._compiled[rule.id] = pattern.compile_rule(rule)
        return self._compiled[rule.id]


class ScanContext(NamedTuple):
    """The settings of one run; the same context is used for every document."""

    rules: tuple[Rule, ...]
    decoders: Mapping[str, Decoder]
    prefilter: Prefilter
    patterns: CompiledPatterns
    honor_inline: bool = True
    """Whether `wakeyscan:ignore` comments count; in an untrusted repository they do not."""
    limits: Limits | None = None
    """Limits for opening archives; `None`: the defaults."""
    max_findings: int = MAX_FINDINGS
    """Maximum number of findings per file, and of placeholders; a run may have twice as many."""
    is_ignored_at_base: Callable[[str, str], bool] | None = None
    """Returns whether inline comments at the base revision ignored a rule's fingerprint.

    If set, inline comments count only for those keys.
    """
    honor_foreign: bool = False
    """Whether the inline comments of other scanners count where ours do."""
    open_lfs_object: Callable[[str, str], BinaryIO | None] | None = None
    """Opens a Git LFS object, given the path of the pointer and the object's id (SHA-256, in hex).

    `None` if LFS objects are not scanned.
    """
    stops_at_match: bool = False
    """Whether a match raises `MatchFound`, in a worker that does not build findings."""
    compares_lines: bool = False
    """Whether findings are compared with those in earlier versions of their document."""
    today: str = ""
    """The day of the run in UTC (ISO 8601), on which a token may have expired; empty: none has."""


def build_context(rules: tuple[Rule, ...], decoders: Mapping[str, Decoder]) -> ScanContext:
    """Return a context for rules and decoders, with default settings."""
    return ScanContext(rules, decoders, Prefilter(AnchorIndex(rules, decoders)), CompiledPatterns())


def build_scan_context(rules: tuple[Rule, ...], options: SourceOptions) -> ScanContext:
    """Return a context for rules, with all decoders and the size limit of the options."""
    context = build_context(rules, DECODERS)
    if options.max_file_size is None:
        return context
    return context._replace(limits=budget.Limits(max_member_size=options.max_file_size))


def build_lfs_opener(on_disk: bool) -> Callable[[str, str], BinaryIO | None]:
    """Return an opener of LFS objects that is built at the first pointer."""
    build = cache(lambda: lfs.build_lfs_opener(on_disk))
    return lambda path, oid: build()(path, oid)
