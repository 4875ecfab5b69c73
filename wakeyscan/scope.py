"""What of a target is looked at, and how much of it at once."""

from __future__ import annotations

from typing import NamedTuple


class Scope(NamedTuple):
    """The limits that a person sets; plain data, so that every process can have it."""

    max_file_size: int | None = None
    """Bytes; a larger file is skipped, and said. `None`: no limit, however large a file is."""
    gitignore: bool = True
    """Leave out what git ignores, inside a work tree."""
    exclude: tuple[str, ...] = ()
    """gitignore patterns of what to leave out."""
    whole_files: bool = False
    """Of a change: look at all of the files that it touches, not at what it adds alone."""
    only: tuple[str, ...] = ()
    """Of a change: look at these paths, from the top of the work tree; empty: at all."""
    root: str = "."
    """The folder that the patterns of `exclude` are relative to."""
