"""Looks at every object of a repository: fast by ourselves, through git where that can't be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from wakeyscan.audit.cache import CachedPack, HistoryCache
from wakeyscan.audit.object_findings import (
    ContentFindings,
    ObjectFindings,
    build_object_scan,
    to_content_findings,
)
from wakeyscan.audit.object_tasks import (
    ObjectStore,
    TaskResult,
    build_worker,
    list_tasks,
    open_store,
    resolve_names,
)
from wakeyscan.core.chunks import read_chunks
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError, TimeoutExceeded
from wakeyscan.core.worker_pool import count_processors, run_tasks
from wakeyscan.git.cat_file import Object
from wakeyscan.git.command import Git
from wakeyscan.git.objects import OBJECT_KINDS
from wakeyscan.git.pack_walk import MAX_IN_MEMORY
from wakeyscan.git.repository import Repository
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.scan_result import Coverage

Advance = Callable[[int, int, str, float], None]
"""Is told of objects and bytes that were looked at, and of the share of all that makes."""


class ObjectScanResult(NamedTuple):
    """What was seen in the objects of a repository."""

    sightings: tuple[ObjectFindings, ...]
    gaps: tuple[Skipped, ...]
    coverage: Coverage
    interrupted: bool


def scan_objects(
    repository: Repository,
    context: ScanContext,
    git_there: Git,
    memory: HistoryCache,
    jobs: int,
    advance: Advance,
    hear: Callable[[ObjectFindings], None],
) -> ObjectScanResult:
    """Look at all objects; Ctrl-C ends it with what was seen so far.

    `hear` is told of what is seen as soon as it is, before the object has its name.
    """
    store = open_store(repository, memory, partial(advance, 0, 0, "objects", 0.0))
    gathered = _Gathered(repository, store)
    interrupted = False
    try:
        for seen, share in _seen(store, context, jobs):
            gathered.take(seen)
            advance(seen.objects, seen.bytes, "objects", share)
            for sighting in seen.sightings:
                hear(sighting)
        gathered.name()
        gathered.recall(git_there, context, hear)
        gathered.ask(git_there, context)
        gathered.remember(memory)
    except KeyboardInterrupt:
        interrupted = True
        gathered.gap("", "interrupted before all was looked at")
        gathered.name()
    return gathered.spied(interrupted)


def _seen(
    store: ObjectStore, context: ScanContext, jobs: int
) -> Iterator[tuple[TaskResult, float]]:
    work = list(list_tasks(store))
    make_worker = partial(build_worker, store, partial(build_object_scan, context, store.width))
    processes = min(jobs or count_processors(), len(work))
    answers: Iterable[TaskResult]
    if processes > 1 and sys.platform == "linux":  # elsewhere a pack can't be handed on by forking
        answers = run_tasks(iter(work), make_worker, processes)
    else:
        answers = map(make_worker(), work)
    for number, seen in enumerate(answers, 1):
        yield seen, number / len(work)


class _Gathered:
    """What comes in bit by bit."""

    def __init__(self, repository: Repository, store: ObjectStore) -> None:
        self._repository, self._store = repository, store
        self._sightings: dict[str, ObjectFindings] = {}
        self._gaps: list[Skipped] = []
        self._unnamed: list[TaskResult] = []
        self._left: list[str] = []
        self._by_pack: dict[int, tuple[int, int, bool]] = {}
        self._holders: dict[int, set[str]] = {}
        self._objects = self._bytes = 0
        for fault in store.gaps:
            self.gap("", fault)

    def gap(self, name: str, reason: str) -> None:
        """Take down that something was not looked at: an object, or a part of the whole."""
        self._gaps.append(
            Skipped(Origin(self._repository.folder, name and f"object {name}"), reason)
        )

    def _unopened(self, sighting: ObjectFindings) -> None:
        for item in sighting.gaps:
            origin = Origin(self._repository.folder, f"object {sighting.name}")
            reason = f"{item.origin.path}: {item.reason}" if item.origin.path else item.reason
            self._gaps.append(item._replace(origin=origin, reason=reason))

    def recall(
        self, git_there: Git, context: ScanContext, hear: Callable[[ObjectFindings], None]
    ) -> None:
        """Look again at what held secrets in packs that are remembered."""
        for recalled in self._store.recalled:
            self._objects += recalled.objects - len(recalled.holders)
            self._bytes += recalled.bytes
            for found in git_there.read_objects(recalled.holders):
                self._bytes -= found.size
                self._hear(found, context)
                if found.id in self._sightings:
                    hear(self._sightings[found.id])

    def remember(self, memory: HistoryCache) -> None:
        """Keep which packs were looked at, whole."""
        for number, (objects, size, whole) in self._by_pack.items():
            if whole and not self._store.faults:
                pack = self._store.packs[number].pack_index.pack_path
                holders = tuple(sorted(self._holders.get(number, ())))
                memory.keep(pack, CachedPack(objects, size, holders))

    def take(self, seen: TaskResult) -> None:
        """Take in what came of a task."""
        self._objects += seen.objects
        self._bytes += seen.bytes
        if seen.pack >= 0:
            objects, size, whole = self._by_pack.get(seen.pack, (0, 0, True))
            whole = whole and not seen.left and not seen.slow
            self._by_pack[seen.pack] = (objects + seen.objects, size + seen.bytes, whole)
        if seen.sightings or seen.left or seen.slow:
            self._unnamed.append(seen)

    def name(self) -> None:
        """Find out what the objects are called that matter."""
        for seen in resolve_names(self._store, self._unnamed):
            self._sightings.update((sighting.name, sighting) for sighting in seen.sightings)
            self._holders.setdefault(seen.pack, set()).update(s.name for s in seen.sightings)
            self._left += seen.left
            for name, why in seen.slow:
                self.gap(name, why)
            for sighting in seen.sightings:
                self._unopened(sighting)
        self._unnamed = []

    def ask(self, git_there: Git, context: ScanContext) -> None:
        """Ask git for what we could not read; what it can't read either is a gap."""
        faults = self._store.faults
        try:
            for found in (
                git_there.read_all_objects() if faults else git_there.read_objects(self._left)
            ):
                self._hear(found, context)
        except GitError as error:
            for reason in (*faults, str(error)):
                self.gap("", reason)

    def _hear(self, found: Object, context: ScanContext) -> None:
        if not found.type:
            self.gap(found.id, "is missing or damaged")
            return
        try:
            there = _seen_in(found, context, self._repository.id_width)
        except TimeoutExceeded as error:
            self.gap(found.id, str(error))
            return
        self._objects += 1
        self._bytes += found.size
        if any(there):
            sighting = ObjectFindings(found.id, OBJECT_KINDS[found.type], *there)
            self._sightings[found.id] = sighting
            self._unopened(sighting)

    def spied(self, interrupted: bool) -> ObjectScanResult:
        """Give it all, in order."""
        ordered = tuple(self._sightings[name] for name in sorted(self._sightings))
        gaps = tuple(dict.fromkeys(self._gaps))
        return ObjectScanResult(ordered, gaps, Coverage(self._objects, self._bytes), interrupted)


def _seen_in(found: Object, context: ScanContext, width: int) -> ContentFindings:
    if found.type != "blob" and found.size <= MAX_IN_MEMORY:
        return build_object_scan(context, width)(OBJECT_KINDS[found.type], found.read_all())
    return to_content_findings(scan_documents(read_chunks(Origin(""), found.read, None), context))
