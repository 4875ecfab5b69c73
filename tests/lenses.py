"""Rules and decoders, set to look at few bytes or at many, whatever a test looked at before."""

from __future__ import annotations

from wakeyscan import prefilter
from wakeyscan.catalog import Catalog
from wakeyscan.inspection import Wrappings
from wakeyscan.lens import Lens, lens
from wakeyscan.rules import loader

_RULES = loader.load()
_DECODERS = Wrappings()
_CATALOG = Catalog(_RULES, _DECODERS)


def few() -> Lens:
    """Make a lens that has seen nothing yet: after 128 KB it would look with what many need."""
    return lens(_RULES, _DECODERS)._replace(prefilter=prefilter.Prefilter(_CATALOG))


def more() -> Lens:
    """Make a lens that looks for the beginnings of forms."""
    return _expecting(prefilter.MORE)


def many() -> Lens:
    """Make a lens that looks for whole forms."""
    return _expecting(prefilter.MANY)


def _expecting(size: int) -> Lens:
    made = few()
    made.prefilter.expect(size)
    return made
