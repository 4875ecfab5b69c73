"""A fuzz target: a parser, and what it may do with any bytes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

Seeds = Callable[[], Iterable[bytes]]


class Target(NamedTuple):
    """A parser with valid inputs."""

    run: Callable[[bytes], object]
    """Parses any bytes. Whatever it raises is a fault: it catches the errors that are declared."""
    seeds: Seeds


def write_files(files: Mapping[str, bytes]) -> tempfile.TemporaryDirectory[str]:
    """Write files to a new temporary folder, for parsers that open files themselves."""
    folder = tempfile.TemporaryDirectory(prefix="wakeyscan-fuzz-")
    for name, content in files.items():
        path = os.path.join(folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    return folder
