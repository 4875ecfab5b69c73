"""What another scanner was told to accept: a place, and how the secret there can be known again."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from wakeyscan.core.secret import Secret


class BaselineEntry(NamedTuple):
    """One finding of another scanner that a person accepted."""

    entry: str
    """Where it is written, as `line 3`; for messages."""
    path: str = ""
    """As the scanner wrote it; empty: wherever the secret stands."""
    line: int = 0
    last_line: int = 0
    columns: tuple[int, int] | None = None
    """On its line, roughly: every scanner counts in its own way."""
    commit: str = ""
    """The version it is about, maybe in short; empty: any."""
    digest: tuple[str, str] | None = None
    """An algorithm of `hashlib`, and the hash of the secret in hex."""
    text: Secret | None = None
    """What the scanner took for the secret, where its file says that in the clear."""
    whole_line: bool = False
    """Whether all that stands on the line is accepted, not one finding."""
    note: str = ""
    """What a person wrote beside it."""
    obstacle: str = ""
    """Why it can't be looked for, if it can't."""

    @property
    def place(self) -> str:
        """Say where it is about, for messages."""
        version = f"{self.commit[:12]}:" if self.commit else ""
        return f"{version}{self.path}:{self.line}" if self.line else f"{version}{self.path}"


def parse_json(text: str) -> Any:
    """Read JSON; what is none gives `None`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
