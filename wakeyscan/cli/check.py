"""The result of one check of `wakeyscan doctor`."""

from __future__ import annotations

from wakeyscan.core.typing import NamedTuple

OK, NOTE, PROBLEM = "ok", "note", "problem"
"""States of a check; only a problem fails."""


class Check(NamedTuple):
    """The result of a check."""

    name: str
    state: str
    text: str
    advice: str = ""
    """What to do; empty if nothing has to be done."""
