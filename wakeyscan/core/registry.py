"""A folder whose file names are its registry: lists the members, loads one when asked.

The one lazy import of the house: a hook that prints text must not pay for SARIF.
"""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType

from wakeyscan.core.errors import UsageError


def names(package: ModuleType) -> tuple[str, ...]:
    """List the members of a family, sorted, without loading any."""
    found = {file.partition(".")[0] for file in os.listdir(package.__path__[0])}
    return tuple(sorted(name for name in found if not name.startswith("_")))


def check(package: ModuleType, name: str) -> None:
    """Refuse a name that no member has, without loading any; raises `UsageError`."""
    if name not in names(package):
        kind = package.__name__.rpartition(".")[2]
        raise UsageError(f"no {name!r} among the {kind}; there are: {', '.join(names(package))}")


def member(package: ModuleType, name: str) -> ModuleType:
    """Load one member; raises `UsageError` where there is none of that name."""
    check(package, name)
    return import_module(f"{package.__name__}.{name}")
