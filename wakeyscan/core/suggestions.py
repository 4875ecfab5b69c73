"""Suggestions for a mistyped name."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from wakeyscan.core.lazy import lazy_import

if TYPE_CHECKING:
    import difflib
else:
    difflib = lazy_import("difflib")  # only a mistyped name needs it

_MIN_RATIO = 0.65
"""Least similarity of a suggestion: at the default of 0.6, `nope` suggests `ignore`."""


def suggest(name: str, known: Collection[str]) -> str:
    """Return the end of a message about an unknown name: the closest known one, or all of them."""
    return suggest_closest(name, known) or f" (known: {', '.join(known)})"


def list_known(name: str, known: Collection[str]) -> str:
    """Return the end of a message about an unknown name: all known names, and the closest one."""
    return f" (known: {', '.join(known)}){suggest_closest(name, known)}"


def suggest_closest(name: str, known: Collection[str]) -> str:
    """Return the end of a message that names the closest known name; empty if none is close."""
    plain = name.lower().replace("_", "-")
    close = difflib.get_close_matches(plain, tuple(known), 1, _MIN_RATIO)
    return f"; did you mean {close[0]!r}?" if close else ""
