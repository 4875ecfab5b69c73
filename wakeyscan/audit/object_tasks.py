"""Tasks that scan a repository's packs and loose objects without git."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO

from wakeyscan.audit.native_packs import read_pack_headers
from wakeyscan.audit.native_sift import choose_pack_sift
from wakeyscan.audit.object_findings import KeptFindings, ObjectFindings, ObjectScan
from wakeyscan.audit.object_sift import SiftTally, Suspect, sift_objects
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.object_dirs import (
    join_loose_name,
    list_indexes,
    list_loose_objects,
    list_misnamed_objects,
    list_packs,
)
from wakeyscan.git.objects import MAX_IN_MEMORY, OBJECT_KINDS, is_object_id
from wakeyscan.git.pack import Pack, UnlinkedPackError
from wakeyscan.git.pack_index import CorruptPackError, PackError, read_pack_index
from wakeyscan.git.pack_walk import measure_gaps

if TYPE_CHECKING:
    from wakeyscan.audit.cache import CachedPack, HistoryCache
    from wakeyscan.git.repository import Repository
    from wakeyscan.scanner.context import ScanContext

_MISNAMED = "{}: an object whose name is not in lower case; git never reads it, not scanned"

_ROOTS_PER_TASK, _LOOSE_PER_TASK = 400, 400
"""Delta families of a pack, and loose objects, in one task."""


class ObjectStore(NamedTuple):
    """The opened packs and listed loose objects of a repository."""

    packs: tuple[Pack, ...]
    loose: tuple[str, ...]
    """The paths of loose objects."""
    unreadable: tuple[str, ...]
    """The packs that our reader cannot open, and why; git reads all objects then."""
    problems: tuple[str, ...]
    """The reasons why git cannot read some objects either."""
    cached_packs: tuple[CachedPack, ...]
    """The results of packs that are not opened again."""
    width: int
    """Bytes of an object id."""


class Task(NamedTuple):
    """A part of the store: delta families of a pack, or loose objects (`pack` is -1 then)."""

    pack: int
    start: int
    stop: int
    size: int = 0
    """Bytes of the part in its pack; 0 for loose objects."""


class TaskResult(NamedTuple):
    """The result of a task; a pack's objects go by entry number until `resolve_object_ids`."""

    found: tuple[ObjectFindings, ...] = ()
    commits: bytes = b""
    """One line per commit, with its name, its tree and its parents."""
    objects: int = 0
    bytes: int = 0
    unread: tuple[str, ...] = ()
    """Objects for git to read: too large for our reader, or with an invalid format."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Objects that are too large to build or too slow to match, each with the reason."""
    gap_bytes: int = 0
    """Bytes that belong to no object."""
    left_out: int = 0
    """Number of objects with findings that are over the limit of an audit."""
    pack: int = -1
    """The number of the pack, or -1."""
    details: tuple[str, ...] = ()
    """What the native core left to Python, and why."""


def open_store(
    repository: Repository, cache: HistoryCache, on_pack: Callable[[], None] = lambda: None
) -> ObjectStore:
    """Open all packs that are not cached, and list all loose objects.

    `on_pack` is called after each opened pack: a large one takes seconds.
    """
    opener = _PackOpener(repository.id_width, cache, on_pack)
    loose: dict[str, None] = {}
    misnamed: list[str] = []
    for folder in repository.object_folders:
        # A concurrent `git gc` moves loose objects to a new pack, and unreachable objects of an old
        # pack to files; each time it adds them before it removes them.
        loose |= dict.fromkeys(list_loose_objects(folder))
        opener.open_folder(folder)
        loose |= dict.fromkeys(found := [*list_loose_objects(folder)])
        misnamed += list_misnamed_objects(folder, found)
    return ObjectStore(
        packs=tuple(opener.packs),
        loose=tuple(loose),
        unreadable=tuple(opener.unreadable),
        problems=(*opener.problems, *map(_MISNAMED.format, misnamed)),
        cached_packs=tuple(opener.cached),
        width=repository.id_width,
    )


class _PackOpener:
    """Opens the packs of object directories; the lists are those of an `ObjectStore`."""

    def __init__(self, width: int, cache: HistoryCache, on_pack: Callable[[], None]) -> None:
        self._width, self._cache, self._on_pack = width, cache, on_pack
        self.packs: list[Pack] = []
        self.unreadable: list[str] = []
        self.problems: list[str] = []
        self.cached: list[CachedPack] = []

    def open_folder(self, folder: str) -> None:
        indexes = list_indexes(folder)
        self.problems += _list_packs_without_index(folder, indexes)
        for index in indexes:
            if result := self._cache.load_pack(index.removesuffix(".idx") + ".pack"):
                self.cached.append(result)
            else:
                self._open(index)

    def _open(self, index: str) -> None:
        try:
            pack = read_pack_headers(read_pack_index(index, self._width))
        except PackError as error:
            self.unreadable.append(str(error))
            self.problems += [str(error)] if isinstance(error, CorruptPackError) else []
            if isinstance(error, UnlinkedPackError) and (size := measure_gaps(error.pack)):
                self.problems.append(describe_gap(error.pack.pack_index.pack_path, size))
            return
        self.packs.append(pack)
        self._on_pack()
        path = pack.pack_index.pack_path
        if pack.cyclic:
            self.problems.append(f"{path}: {pack.cyclic} deltas form a cycle")
        if pack.gap_before:
            self.problems.append(describe_gap(path, pack.gap_before))


def _list_packs_without_index(folder: str, indexes: list[str]) -> list[str]:
    """List the packs that git ignores without an error."""
    indexed = {path.removesuffix(".idx") for path in indexes}
    packs = [path for path in list_packs(folder) if path.removesuffix(".pack") not in indexed]
    packs = [path for path in packs if _lacks_index(path)]
    return [f"{path}: pack without an index, not scanned; run git index-pack" for path in packs]


def _lacks_index(pack: str) -> bool:
    """Return whether a pack has no index now: a concurrent `git gc` adds and removes both."""
    return os.path.lexists(pack) and not os.path.lexists(f"{pack.removesuffix('.pack')}.idx")


def describe_gap(place: str, size: int) -> str:
    """Report bytes that belong to no object."""
    what = "1 byte belongs" if size == 1 else f"{size:,} bytes belong"
    return f"{place}: {what} to no object; git never reads them, and they were not scanned"


def list_roots(store: ObjectStore) -> list[list[int]]:
    """Return the roots of the delta families of each pack."""
    return [pack.find_roots() for pack in store.packs]


def list_tasks(store: ObjectStore, roots: list[list[int]]) -> Iterator[Task]:
    """Split the store into tasks."""
    for number, (pack, entries) in enumerate(zip(store.packs, roots, strict=True)):
        ends = [*entries, len(pack.kinds)]
        for start in range(0, len(entries), _ROOTS_PER_TASK):
            stop = min(len(entries), start + _ROOTS_PER_TASK)
            size = pack.offsets[ends[stop]] - pack.offsets[ends[start]]
            yield Task(number, start, stop, size)
    for start in range(0, len(store.loose), _LOOSE_PER_TASK):
        yield Task(-1, start, min(len(store.loose), start + _LOOSE_PER_TASK))


def build_worker(
    store: ObjectStore, roots: list[list[int]], context: ScanContext
) -> Callable[[Task], TaskResult]:
    """Return a function that runs tasks in this process."""
    scan, look = ObjectScan(context, store.width), partial(_look_at_all, context)
    sift_pack = choose_pack_sift(context.prefilter.literals, scan)

    def run_task(task: Task) -> TaskResult:
        tally = SiftTally()
        if task.pack < 0:
            loose = read_loose_objects(store.loose[task.start : task.stop], tally.add_gap)
            suspects = sift_objects(loose, store.width, scan.find_hits, tally)
            return look(suspects, scan, tally)
        pack, wanted = store.packs[task.pack], roots[task.pack][task.start : task.stop]
        result = look(sift_pack(pack, wanted, tally), scan, tally, task.pack)
        pack.release_pages()
        return result

    return run_task


def resolve_object_ids(store: ObjectStore, results: list[TaskResult]) -> Iterator[TaskResult]:
    """Replace entry numbers by object ids."""
    for result in results:
        if result.pack < 0:
            yield result
            continue
        find_id = store.packs[result.pack].find_id
        yield result._replace(
            found=tuple(f._replace(object_id=find_id(int(f.object_id))) for f in result.found),
            unread=tuple(find_id(int(entry)) for entry in result.unread),
            skipped=tuple((find_id(int(entry)), reason) for entry, reason in result.skipped),
        )


def resolve_commit_lines(pack: Pack, lines: list[bytes]) -> bytes:
    """Replace the entry numbers at the start of lines by object ids."""
    find_id = pack.find_id
    return b"".join(
        b"".join(
            [
                b"%b %b" % (find_id(int(number)).encode("ascii"), links)
                for number, _, links in [line.partition(b" ") for line in BytesIO(part)]
            ]
        )
        for part in lines
    )


def _look_at_all(
    context: ScanContext,
    suspects: Iterable[Suspect],
    scan: ObjectScan,
    tally: SiftTally,
    pack: int = -1,
) -> TaskResult:
    kept, skipped = KeptFindings(context), []
    for suspect in suspects:
        name = str(suspect.name)
        try:
            result = scan(suspect.kind, suspect.content, suspect.hits)
        except TimeoutExceeded as error:
            skipped.append((name, str(error)))
            continue
        if any(result):
            kept.add(pack, ObjectFindings(name, suspect.kind, result.refs, result.skipped))
    refused = ((str(entry), reason) for entry, reason in tally.refused)
    return TaskResult(
        found=tuple(findings for _, findings in kept.release()),
        objects=tally.objects,
        bytes=tally.bytes,
        unread=tuple(map(str, tally.unread)),
        skipped=(*skipped, *refused),
        gap_bytes=tally.gap_bytes,
        left_out=kept.left_out,
        commits=b"".join(b"%b\n" % line for line in tally.commits),
        pack=pack,
        details=tuple(tally.details),
    )


def read_loose_objects(
    paths: tuple[str, ...], add_gap: Callable[[int], None] = lambda size: None
) -> Iterator[tuple[str, int, bytes | None]]:
    """Yield the id, kind and content of loose objects; `None` for a content that is not valid.

    `add_gap` is called with numbers of bytes that follow an object, which git never reads.
    """
    for path in paths:
        object_id = join_loose_name(path)
        if is_object_id(object_id):  # other names are temporary files that git left behind
            kind, content = _inflate(path, add_gap)
            yield object_id, kind, content


def _inflate(path: str, add_gap: Callable[[int], None]) -> tuple[int, bytes | None]:
    """Read a loose object: a header `kind size NUL` and the content, deflated together."""
    try:
        with open(path, "rb") as file:
            file_size = os.fstat(file.fileno()).st_size  # a read allocates all that it may need
            data = file.read(min(file_size, MAX_IN_MEMORY))
        inflater = zlib.decompressobj()
        inflated = inflater.decompress(data, MAX_IN_MEMORY)
    except (OSError, zlib.error):
        return 0, None
    if inflater.unused_data:
        add_gap(len(inflater.unused_data))
    header, _, content = inflated.partition(b"\0")
    kind_name, _, size = header.partition(b" ")
    kind = OBJECT_KINDS.get(kind_name.decode("ascii", "replace"), 0)
    is_complete = inflater.eof and size == b"%d" % len(content)
    return kind, content if kind and is_complete else None
