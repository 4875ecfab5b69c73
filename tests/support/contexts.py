"""Scan contexts with one search of the prefilter, whatever a test has scanned before."""

from __future__ import annotations

from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.prefilter import strategy
from wakeyscan.scanner.prefilter.anchors import AnchorIndex

_RULES = loader.load_rules()
_INDEX = AnchorIndex(_RULES, DECODERS)


def few() -> ScanContext:
    """Return a context with the substring search, for up to 128 KB."""
    return build_context(_RULES, DECODERS)._replace(prefilter=strategy.Prefilter(_INDEX))


def many() -> ScanContext:
    """Return a context with hyperscan."""
    context = few()
    context.prefilter.expect(strategy.LARGE_SCAN)
    return context
