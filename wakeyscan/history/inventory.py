"""The ids of all objects that a repository has, as its pack indexes and folders list them."""

from __future__ import annotations

import os

from wakeyscan.history import index
from wakeyscan.history.repository import Repository
from wakeyscan.history.store import loose_objects, packs

_MOST = 2_000_000
"""Objects up to which their ids, 150 bytes each, are worth the memory."""


def inventory(repository: Repository) -> frozenset[bytes] | None:
    """List the ids of all objects, in hex; `None` where they are too many, or not readable."""
    names: set[bytes] = set()
    for folder in repository.object_folders:
        for pack in packs(folder):
            try:
                listed = index.read(pack.removesuffix(".pack") + ".idx", repository.width)
            except index.Unreadable:
                return None
            if len(names) + len(listed.offsets) > _MOST:
                return None
            names.update(listed.names.hex("\n", repository.width).encode("ascii").split(b"\n"))
        for path in loose_objects(folder):
            names.add(os.fsencode("".join(path.rsplit(os.sep, 2)[1:])))
    names.discard(b"")
    return frozenset(names)
