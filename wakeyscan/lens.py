"""What one looks with: rules, decoders, and how marks and containers are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from wakeyscan import detect
from wakeyscan.catalog import Catalog
from wakeyscan.container import Bounds
from wakeyscan.layer import Decoder
from wakeyscan.prefilter import Prefilter
from wakeyscan.rule import Rule


class Lens(NamedTuple):
    """Made once for a run, used for every document."""

    rules: tuple[Rule, ...]
    decoders: Mapping[str, Decoder]
    prefilter: Prefilter
    patterns: detect.Patterns
    heed_marks: bool = True
    """Whether `wakeyscan:ignore` counts: in a stranger's repository it does not."""
    bounds: Bounds = Bounds()
    """How far containers are opened."""
    precedents: Callable[[str, str], bool] | None = None
    """Where marks count for some keys only: says whether for one of a rule and fingerprint."""
    heed_foreign: bool = False
    """Whether marks of other scanners count, too, where ours do."""


def lens(rules: tuple[Rule, ...], decoders: Mapping[str, Decoder]) -> Lens:
    """Grind a lens for rules and decoders, by the names of their files."""
    return Lens(rules, decoders, Prefilter(Catalog(rules, decoders)), detect.Patterns())
