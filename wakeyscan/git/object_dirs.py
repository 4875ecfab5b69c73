"""Listings of the object folders of a repository: packs, loose objects, and all object ids."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.objects import is_object_id
from wakeyscan.git.pack_index import PackError, read_pack_index

if TYPE_CHECKING:
    from wakeyscan.git.repository import Repository

_MAX_IDS = 2_000_000
"""Maximum number of objects whose ids, 150 bytes each, may be held in memory."""

_FEW_OBJECTS = 50_000
"""Maximum number of packed objects that git walks in 0.2 s."""

_DIGITS = "0123456789abcdef"

_BYTES_BESIDE_ID = 8
"""Bytes of an index entry besides the id: a checksum and an offset."""


def has_small_id_list(repository: Repository) -> bool:
    """Return whether the ids of all objects may be held in memory."""
    return _estimate_packed(repository) <= _MAX_IDS


def has_few_objects(repository: Repository) -> bool:
    """Return whether git walks all objects of the packs in no time."""
    return _estimate_packed(repository) <= _FEW_OBJECTS


def _estimate_packed(repository: Repository) -> float:
    """Return the number of objects that the sizes of all pack indexes allow at most."""
    indexes = (f"{pack.removesuffix('.pack')}.idx" for pack in _list_all_packs(repository))
    return sum(map(_get_size, indexes)) / (repository.id_width + _BYTES_BESIDE_ID)


def _get_size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:  # a pack without an index, or removed by a concurrent `git gc`
        return 0


def list_object_ids(repository: Repository) -> frozenset[bytes] | None:
    """Return the ids of all objects, in hex, or `None` if an index is not readable."""
    ids: set[bytes] = set()
    for pack in _list_all_packs(repository):
        try:
            index = read_pack_index(pack.removesuffix(".pack") + ".idx", repository.id_width)
        except PackError:
            return None
        ids.update(index.ids.hex("\n", repository.id_width).encode("ascii").split(b"\n"))
    for folder in repository.object_folders:
        for path in list_loose_objects(folder):
            name = join_loose_name(path)
            if len(name) == 2 * repository.id_width:  # git leaves files with other names behind
                ids.add(os.fsencode(name))
    ids.discard(b"")
    return frozenset(ids)


def _list_all_packs(repository: Repository) -> Iterator[str]:
    return (pack for folder in repository.object_folders for pack in list_packs(folder))


def list_packs(folder: str) -> list[str]:
    """Return the paths of the packs in an object folder."""
    return _list_pack_folder(folder, ".pack")


def list_indexes(folder: str) -> list[str]:
    """Return the paths of the pack indexes in an object folder."""
    return _list_pack_folder(folder, ".idx")


def _list_pack_folder(folder: str, suffix: str) -> list[str]:
    pack_folder = os.path.join(folder, "pack")
    names = _list_names(pack_folder)
    return [os.path.join(pack_folder, name) for name in names if name.endswith(suffix)]


def _list_names(folder: str) -> list[str]:
    """List a folder; a concurrent `git gc` may have removed it. Raise `SourceError`."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise SourceError(f"{folder}: cannot be read: {error.strerror}") from None


def join_loose_name(path: str) -> str:
    """Return the names of a loose object's folder and file: its id, unless git left it behind."""
    return "".join(path.rsplit(os.sep, 2)[1:])


def list_loose_objects(folder: str) -> Iterator[str]:
    """Yield the paths of the loose objects in an object folder."""
    return _list_subfolders(folder, lambda prefix: not prefix.strip(_DIGITS))


def _list_subfolders(folder: str, is_wanted: Callable[[str], bool]) -> Iterator[str]:
    for prefix in _list_names(folder):
        if len(prefix) == 2 and is_wanted(prefix):
            subfolder = os.path.join(folder, prefix)
            yield from (os.path.join(subfolder, name) for name in _list_names(subfolder))


def list_misnamed_objects(folder: str, loose: Iterable[str]) -> Iterator[str]:
    """Yield the files whose names would be ids in lower case, which git never reads.

    `loose` are the paths of `list_loose_objects`.
    """
    others = _list_subfolders(folder, lambda prefix: bool(prefix.strip(_DIGITS)))
    for path in (*loose, *others):
        name = join_loose_name(path)
        if is_object_id(name.lower()) and name != name.lower():
            yield path
