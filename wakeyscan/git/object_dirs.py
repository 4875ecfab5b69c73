"""The ids of all objects that a repository has, as its pack indexes and folders list them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.git import pack_index
from wakeyscan.git.repository import Repository

_MOST = 2_000_000
"""Objects up to which their ids, 150 bytes each, are worth the memory."""

_BESIDE = 8
"""Bytes of an index that each object takes beside its id: a check sum, and an offset."""


def is_small(repository: Repository) -> bool:
    """Say whether the ids of all objects may be held in memory."""
    listings = (f"{pack.removesuffix('.pack')}.idx" for pack in _packs(repository))
    size = sum(os.path.getsize(listing) for listing in listings if os.path.isfile(listing))
    return size <= _MOST * (repository.width + _BESIDE)


def list_object_ids(repository: Repository) -> frozenset[bytes] | None:
    """List the ids of all objects, in hex; `None` where an index is not readable."""
    names: set[bytes] = set()
    for pack in _packs(repository):
        try:
            listed = pack_index.read_index(pack.removesuffix(".pack") + ".idx", repository.width)
        except pack_index.Unreadable:
            return None
        names.update(listed.names.hex("\n", repository.width).encode("ascii").split(b"\n"))
    for folder in repository.object_folders:
        for path in list_loose_objects(folder):
            names.add(os.fsencode("".join(path.rsplit(os.sep, 2)[1:])))
    names.discard(b"")
    return frozenset(names)


def _packs(repository: Repository) -> Iterator[str]:
    return (pack for folder in repository.object_folders for pack in list_packs(folder))


def list_packs(folder: str) -> list[str]:
    """List the packs of an object folder."""
    return _in_pack_folder(folder, ".pack")


def _in_pack_folder(folder: str, suffix: str) -> list[str]:
    place = os.path.join(folder, "pack")
    try:
        names = sorted(os.listdir(place))
    except FileNotFoundError:
        return []
    return [os.path.join(place, name) for name in names if name.endswith(suffix)]


def list_loose_objects(folder: str) -> Iterator[str]:
    """Yield the paths of the loose objects of an object folder."""
    for first in sorted(os.listdir(folder)):
        if len(first) == 2 and not first.strip("0123456789abcdef"):
            place = os.path.join(folder, first)
            yield from (os.path.join(place, name) for name in sorted(os.listdir(place)))
