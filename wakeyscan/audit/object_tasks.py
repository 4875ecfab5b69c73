"""All objects of a repository, read by ourselves where we can, and by git where we can't."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from wakeyscan.audit.cache import CachedPack, HistoryCache
from wakeyscan.audit.object_findings import ObjectFindings, ObjectScan
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.git.object_dirs import list_indexes, list_loose_objects, list_packs
from wakeyscan.git.objects import OBJECT_KINDS, is_object_id
from wakeyscan.git.pack import Pack, read_pack
from wakeyscan.git.pack_index import CorruptPackError, PackError, read_pack_index
from wakeyscan.git.pack_walk import MAX_IN_MEMORY, walk_pack
from wakeyscan.git.repository import Repository

_ROOTS, _LOOSE = 400, 400
"""Families of a pack, and loose objects, that are one task."""


class ObjectStore(NamedTuple):
    """The object folders of a repository, opened."""

    packs: tuple[Pack, ...]
    loose: tuple[str, ...]
    """The paths of loose objects."""
    faults: tuple[str, ...]
    """What we could not open, in words; git is asked for all objects then."""
    gaps: tuple[str, ...]
    """What git can't open either."""
    recalled: tuple[CachedPack, ...]
    """Of packs that were looked at before, and are not opened again."""
    width: int


class Task(NamedTuple):
    """A part of the store: families of a pack, or loose objects (`pack` is -1 then)."""

    pack: int
    start: int
    stop: int


class TaskResult(NamedTuple):
    """What came of a task; objects of a pack go by the numbers of their entries (see `resolve_names`)."""

    sightings: tuple[ObjectFindings, ...] = ()
    objects: int = 0
    bytes: int = 0
    left: tuple[str, ...] = ()
    """Objects to ask git for: too large to hold, or not as the format says."""
    slow: tuple[tuple[str, str], ...] = ()
    """Objects that are skipped: too large to make, or too slow for a pattern; and the reason."""
    pack: int = -1
    """The number of the pack, or -1."""


def open_store(
    repository: Repository, memory: HistoryCache, opened: Callable[[], None] = lambda: None
) -> ObjectStore:
    """Open all packs that are not remembered, and list all loose objects.

    `opened` is told of each pack: a large one takes seconds.
    """
    recalled: list[CachedPack] = []
    packs: list[Pack] = []
    loose: list[str] = []
    faults: list[str] = []
    gaps: list[str] = []
    for folder in repository.object_folders:
        for listing in _indexes(folder, gaps):
            if seen := memory.recall(listing.removesuffix(".idx") + ".pack"):
                recalled.append(seen)
                continue
            try:
                one = read_pack(read_pack_index(listing, repository.id_width))
            except PackError as fault:
                faults.append(str(fault))
                gaps += [str(fault)] if isinstance(fault, CorruptPackError) else []
                continue
            packs.append(one)
            opened()
            if one.cyclic:
                gaps.append(f"{one.pack_index.pack_path}: {one.cyclic} deltas go round in a circle")
        loose += list_loose_objects(folder)
    return ObjectStore(
        tuple(packs), tuple(loose), tuple(faults), tuple(gaps), tuple(recalled), repository.id_width
    )


def _indexes(folder: str, gaps: list[str]) -> list[str]:
    """List the indexes of a folder's packs; a pack without one is a gap that git keeps quiet."""
    indexes = list_indexes(folder)
    indexed = {path.removesuffix(".idx") for path in indexes}
    gaps += [
        f"{path}: a pack without an index, so not read"
        for path in list_packs(folder)
        if path.removesuffix(".pack") not in indexed
    ]
    return indexes


def list_tasks(store: ObjectStore) -> Iterator[Task]:
    """Cut the store into parts of work."""
    for number, one in enumerate(store.packs):
        count = len(one.find_roots())
        for start in range(0, count, _ROOTS):
            yield Task(number, start, min(count, start + _ROOTS))
    for start in range(0, len(store.loose), _LOOSE):
        yield Task(-1, start, min(len(store.loose), start + _LOOSE))


def build_worker(
    store: ObjectStore, make_sight: Callable[[], ObjectScan]
) -> Callable[[Task], TaskResult]:
    """Make what does tasks, in this process."""
    see = make_sight()
    roots = [one.find_roots() for one in store.packs]

    def work(task: Task) -> TaskResult:
        if task.pack < 0:
            return _see(_read_loose(store.loose[task.start : task.stop]), see)
        one, wanted = store.packs[task.pack], roots[task.pack][task.start : task.stop]
        refused: list[tuple[str, str]] = []
        found = walk_pack(one, wanted, lambda number, why: refused.append((str(number), why)))
        seen = _see(found, see)
        one.release_pages()
        return seen._replace(pack=task.pack, slow=(*seen.slow, *refused))

    return work


def resolve_names(store: ObjectStore, seen: Iterable[TaskResult]) -> Iterator[TaskResult]:
    """Give what was seen the ids of its objects; the names of a pack are looked up at once."""
    numbers: dict[int, set[int]] = {}
    for one in seen:
        if one.pack >= 0:
            known = (s.name for s in one.sightings), one.left, (name for name, _ in one.slow)
            numbers.setdefault(one.pack, set()).update(int(n) for part in known for n in part)
    names = {number: store.packs[number].find_ids(wanted) for number, wanted in numbers.items()}
    for one in seen:
        if one.pack < 0:
            yield one
            continue
        name = names[one.pack]
        yield one._replace(
            sightings=tuple(s._replace(name=name[int(s.name)]) for s in one.sightings),
            left=tuple(name[int(number)] for number in one.left),
            slow=tuple((name[int(number)], why) for number, why in one.slow),
        )


def _see(found: Iterable[tuple[int | str, int, bytes | None]], see: ObjectScan) -> TaskResult:
    sightings, left, slow = [], [], []
    objects = size = 0
    for name, kind, content in found:
        if content is None:
            left.append(str(name))
            continue
        objects += 1
        size += len(content)
        try:
            if any(saw := see(kind, content)):
                sightings.append(ObjectFindings(str(name), kind, *saw))
        except TimeoutExceeded as error:
            slow.append((str(name), str(error)))
    return TaskResult(tuple(sightings), objects, size, tuple(left), tuple(slow))


def _read_loose(paths: tuple[str, ...]) -> Iterator[tuple[str, int, bytes | None]]:
    for path in paths:
        folder, rest = os.path.split(path)
        name = os.path.basename(folder) + rest
        if is_object_id(name):
            kind, content = _inflated(path)
            yield name, kind, content  # what is named otherwise is a draft that git left behind


def _inflated(path: str) -> tuple[int, bytes | None]:
    """Read a loose object: a header `kind size NUL` and the content, deflated together."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_IN_MEMORY)
        inflater = zlib.decompressobj()
        plain = inflater.decompress(data, MAX_IN_MEMORY)
    except (OSError, zlib.error):
        return 0, None
    header, _, content = plain.partition(b"\0")
    kind, _, size = header.partition(b" ")
    known = OBJECT_KINDS.get(kind.decode("ascii", "replace"), 0)
    whole = inflater.eof and size.isdigit() and int(size) == len(content)
    return known, content if known and whole else None
