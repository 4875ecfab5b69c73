"""Tells what kind of target a word on the command line is: `PATH`, `-` or `scheme:rest`."""

from __future__ import annotations

import os
from types import ModuleType

from wakeyscan import sources
from wakeyscan.core import registry


def find_source(target: str) -> tuple[ModuleType, str]:
    """Give the source that reads a target, and what it is to read.

    What exists on disk is always a path, whatever it is called: a committed file named `git:x`
    must not steer a hook.
    """
    if os.path.lexists(target):
        return registry.member(sources, "path"), target
    if target == "-":
        return registry.member(sources, "stdin"), target
    scheme, colon, rest = target.partition(":")
    if colon and scheme not in ("path", "stdin") and scheme in registry.names(sources):
        return registry.member(sources, scheme), rest
    return registry.member(sources, "path"), target
