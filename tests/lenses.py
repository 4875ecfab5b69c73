"""Rules and decoders, set to look at few bytes or at many, whatever a test looked at before."""

from __future__ import annotations

from wakeyscan.rules import loader
from wakeyscan.scanner.context import Lens, lens
from wakeyscan.scanner.prefilter import strategy
from wakeyscan.scanner.prefilter.keywords import Catalog
from wakeyscan.scanner.scan import Wrappings

_RULES = loader.load()
_DECODERS = Wrappings()
_CATALOG = Catalog(_RULES, _DECODERS)


def few() -> Lens:
    """Make a lens that has seen nothing yet: after 128 KB it would look with what many need."""
    return lens(_RULES, _DECODERS)._replace(prefilter=strategy.Prefilter(_CATALOG))


def more() -> Lens:
    """Make a lens that looks for the beginnings of forms."""
    return _expecting(strategy.MORE)


def many() -> Lens:
    """Make a lens that looks for whole forms."""
    return _expecting(strategy.MANY)


def _expecting(size: int) -> Lens:
    made = few()
    made.prefilter.expect(size)
    return made
