"""Rules and decoders, set to look at few bytes or at many, whatever a test looked at before."""

from __future__ import annotations

from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.prefilter import strategy
from wakeyscan.scanner.prefilter.keywords import AnchorIndex

_RULES = loader.load_rules()
_DECODERS = DECODERS
_CATALOG = AnchorIndex(_RULES, _DECODERS)


def few() -> ScanContext:
    """Make a lens that has seen nothing yet: after 128 KB it would look with what many need."""
    return build_context(_RULES, _DECODERS)._replace(prefilter=strategy.Prefilter(_CATALOG))


def more() -> ScanContext:
    """Make a lens that looks for the beginnings of forms."""
    return _expecting(strategy.LARGE_SCAN)


def many() -> ScanContext:
    """Make a lens that looks for whole forms."""
    return _expecting(strategy.HUGE_SCAN)


def _expecting(size: int) -> ScanContext:
    made = few()
    made.prefilter.expect(size)
    return made
