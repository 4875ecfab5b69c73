"""Keeps a pattern compiled: `regex` takes 20 ms to compile our largest, and .5 ms to load it.

What `regex` pickles is its own compiled code, which no other version of it may run.
"""

from __future__ import annotations

import pickle
import sys

import regex

Kept = tuple[str, bytes]
"""What made it, and the pickled pattern."""

MAKER = f"regex {regex.__version__} {sys.byteorder}"


def keep(pattern: regex.Pattern[bytes]) -> Kept:
    """Give a pattern in a form that a later run can load."""
    return MAKER, pickle.dumps(pattern)


def restored(kept: Kept) -> regex.Pattern[bytes] | None:
    """Load a pattern of our own package; `None` where another `regex` made it."""
    maker, pickled = kept
    if maker != MAKER:
        return None
    pattern: regex.Pattern[bytes] = pickle.loads(pickled)  # noqa: S301 - from our own wheel
    return pattern
