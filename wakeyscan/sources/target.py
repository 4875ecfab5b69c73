"""Targets on the command line: `PATH`, `-` or `scheme:rest`."""

from __future__ import annotations

import os

from wakeyscan.sources import SOURCES, Source


def find_source(target: str) -> tuple[Source, str]:
    """Return the source that reads a target, and the target as that source takes it.

    An existing path is always a path, whatever its name: a committed file named `git:x` must not
    steer a hook.
    """
    if os.path.lexists(target):
        return SOURCES["path"], target
    if target == "-":
        return SOURCES["stdin"], target
    scheme, colon, rest = target.partition(":")
    if colon and scheme not in ("path", "stdin") and scheme in SOURCES:
        return SOURCES[scheme], rest
    return SOURCES["path"], target
