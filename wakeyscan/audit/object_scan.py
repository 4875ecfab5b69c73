"""Scan of every object in a repository, with git for objects that our reader cannot handle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import chain

from wakeyscan.audit.cache import CachedPack, HistoryCache
from wakeyscan.audit.holder_marks import (
    format_marks,
    parse_marks,
    restore_findings,
    select_samples,
)
from wakeyscan.audit.object_findings import (
    LEFT_OUT,
    ContentFindings,
    KeptFindings,
    ObjectFindings,
    ObjectScan,
    to_content_findings,
)
from wakeyscan.audit.object_tasks import (
    ObjectStore,
    TaskResult,
    describe_gap,
    open_store,
    resolve_commit_lines,
    resolve_object_ids,
)
from wakeyscan.audit.task_processes import run_object_tasks
from wakeyscan.core.chunks import read_chunks
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError, TimeoutExceeded
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.objects import MAX_IN_MEMORY, OBJECT_KINDS, parse_commit_links
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.scan_result import Coverage

if TYPE_CHECKING:
    from wakeyscan.git.cat_file import Object
    from wakeyscan.git.command import Git
    from wakeyscan.git.repository import Repository
    from wakeyscan.scanner.context import ScanContext

ProgressCallback = Callable[[int, int, str, float], None]
"""Receives numbers of scanned objects and bytes, their unit, and the fraction that is done."""

FindingsCallback = Callable[[ObjectFindings], None]
"""Receives the findings of an object."""

_NO_ORIGIN = Origin("")


class ObjectScanResult(NamedTuple):
    """The findings in the objects of a repository."""

    objects: tuple[ObjectFindings, ...]
    skipped: tuple[Skipped, ...]
    coverage: Coverage
    interrupted: bool
    commit_lines: bytes
    """One line per commit, with its id, its tree and its parents."""
    details: tuple[str, ...]
    """Entries that the native core left to Python, and why."""


def scan_objects(
    repository: Repository,
    context: ScanContext,
    git: Git,
    cache: HistoryCache,
    *,
    jobs: int,
    rebuild_context: Callable[[], ScanContext],
    on_progress: ProgressCallback,
    on_findings: FindingsCallback,
) -> ObjectScanResult:
    """Scan all objects; Ctrl-C ends the scan, and the result has the findings so far.

    `on_findings` is called immediately, before an object in a pack has its id. `rebuild_context`
    can be pickled, for processes that are spawned.
    """
    store = open_store(repository, cache, partial(on_progress, 0, 0, "objects", 0.0))
    scan = _RepositoryScan(repository, store, context, on_findings)
    interrupted = False
    try:
        for result, fraction in run_object_tasks(store, context, rebuild_context, jobs):
            scan.add(result)
            on_progress(result.objects, result.bytes, "objects", fraction)
        scan.resolve_ids()
        scan.resolve_commits()
        scan.recall_cached_packs(git)
        scan.scan_unread(git)
        scan.store_packs(cache)
    except KeyboardInterrupt:
        interrupted = True
        scan.skip("", "interrupted before all objects were scanned")
        scan.resolve_ids()
    return scan.build_result(interrupted)


class _PackTotal(NamedTuple):
    """Results of the tasks on one pack."""

    objects: int = 0
    bytes: int = 0
    is_complete: bool = True


class _RepositoryScan:
    """The results of a scan in progress."""

    def __init__(
        self,
        repository: Repository,
        store: ObjectStore,
        context: ScanContext,
        on_findings: FindingsCallback,
    ) -> None:
        self._repository, self._store, self._context = repository, store, context
        self._on_findings = on_findings
        self._found: dict[str, ObjectFindings] = {}
        self._skipped: list[Skipped] = []
        self._kept = KeptFindings(context)
        self._unresolved: list[TaskResult] = []
        self._unread: list[str] = []
        self._details: list[str] = []
        self._pack_totals: dict[int, _PackTotal] = {}
        self._gaps: Counter[int] = Counter()
        """Bytes that belong to no object, by the number of the pack."""
        self._ids_by_pack: dict[int, set[str]] = {}
        self._commits_by_pack: dict[int, list[bytes]] = {}
        self._objects = self._bytes = self._places = 0
        for problem in store.problems:
            self.skip("", problem)

    def skip(self, object_id: str, reason: str) -> None:
        """Record a skipped object, or a skipped part of the repository if `object_id` is empty."""
        self._skipped.append(Skipped(self._build_origin(object_id), reason))

    def _build_origin(self, object_id: str) -> Origin:
        return Origin(self._repository.folder, object_id and f"object {object_id}")

    def add(self, result: TaskResult) -> None:
        """Add the result of a task."""
        self._objects += result.objects
        self._bytes += result.bytes
        if result.pack >= 0:
            total = self._pack_totals.get(result.pack, _PackTotal())
            self._pack_totals[result.pack] = _PackTotal(
                total.objects + result.objects,
                total.bytes + result.bytes,
                total.is_complete and not (result.unread or result.skipped or result.gap_bytes),
            )
        if result.unread or result.skipped:
            self._unresolved.append(result._replace(found=()))
        self._commits_by_pack.setdefault(result.pack, []).append(result.commits)
        self._details += result.details
        self._gaps[result.pack] += result.gap_bytes
        self._kept.left_out += result.left_out
        for findings in result.found:
            self._kept.add(result.pack, findings)
            self._on_findings(findings)

    def resolve_commits(self) -> None:
        """Resolve the ids of the commits in packs."""
        for number, lines in self._commits_by_pack.items():
            if number >= 0:
                self._commits_by_pack[number] = [
                    resolve_commit_lines(self._store.packs[number], lines)
                ]

    def resolve_ids(self) -> None:
        """Resolve the ids of all objects with findings, and of skipped and unread ones."""
        self._unresolved += (
            TaskResult(found=(findings,), pack=pack) for pack, findings in self._kept.release()
        )
        for result in resolve_object_ids(self._store, self._unresolved):
            ids = self._ids_by_pack.setdefault(result.pack, set())
            ids.update(findings.object_id for findings in result.found)
            self._unread += result.unread
            for object_id, reason in result.skipped:
                self.skip(object_id, reason)
            for findings in result.found:
                self._record(findings)
        self._unresolved = []

    def recall_cached_packs(self, git: Git) -> None:
        """Add the results of cached packs: some of their objects are scanned again."""
        for cached in self._store.cached_packs:
            self._objects += cached.objects
            self._bytes += cached.size
            self._add_commit_lines(cached.commit_lines)
            holders = parse_marks(cached.marks, self._context)
            marked = {holder.object_id for holder in holders}
            unmarked = [name for name in cached.objects_with_findings if name not in marked]
            self._rescan([*unmarked, *select_samples(holders)], git)
            restored = restore_findings(holders, self._found)
            if restored is None:
                self._rescan(sorted(marked - self._found.keys()), git)
            for findings in restored or ():
                if findings.object_id not in self._found:
                    self._record(findings)
                    self._on_findings(findings)

    def _rescan(self, ids: list[str], git: Git) -> None:
        """Scan objects again that were counted before."""
        self._objects -= len(ids)
        for found in git.read_objects(ids):
            self._bytes -= found.size
            self._scan(found)
            if found.id in self._found:
                self._on_findings(self._found[found.id])

    def scan_unread(self, git: Git) -> None:
        """Scan the objects that our reader could not read; report those that git cannot read."""
        unreadable = self._store.unreadable
        try:
            for found in git.read_all_objects() if unreadable else git.read_objects(self._unread):
                self._scan(found)
        except GitError as error:
            for reason in (*unreadable, str(error)):
                self.skip("", reason)

    def store_packs(self, cache: HistoryCache) -> None:
        """Cache the packs that were scanned completely."""
        if not cache.is_enabled or self._store.unreadable or self._kept.left_out:
            return
        for number, total in self._pack_totals.items():
            pack = self._store.packs[number]
            if total.is_complete and not pack.has_unreachable_parts:
                ids = tuple(sorted(self._ids_by_pack.get(number, ())))
                lines = b"".join(self._commits_by_pack[number])
                marks = format_marks([self._found[name] for name in ids], self._context)
                result = CachedPack(total.objects, total.bytes, ids, lines, marks)
                cache.store_pack(pack.pack_index.pack_path, result)

    def _add_commit_lines(self, lines: bytes) -> None:
        self._commits_by_pack.setdefault(-1, []).append(lines)

    def _scan(self, found: Object) -> None:
        if not found.type:
            self.skip(found.id, "is missing or damaged")
            return
        try:
            result = self._scan_content(found)
        except TimeoutExceeded as error:
            self.skip(found.id, str(error))
            return
        self._objects += 1
        self._bytes += found.size
        if any(result):
            kind = OBJECT_KINDS[found.type]
            self._record(ObjectFindings(found.id, kind, result.refs, result.skipped))

    def _scan_content(self, found: Object) -> ContentFindings:
        if found.type == "blob" or found.size > MAX_IN_MEMORY:
            chunks = read_chunks(_NO_ORIGIN, found.read, None)
            return to_content_findings(scan_documents(chunks, self._context))
        width, content = self._repository.id_width, found.read_all()
        if found.type == "commit":
            links = parse_commit_links(content, width)
            self._add_commit_lines(b"%b %b\n" % (found.id.encode("ascii"), links))
        return ObjectScan(self._context, width)(OBJECT_KINDS[found.type], content)

    def _record(self, findings: ObjectFindings) -> None:
        """Record the findings of an object; those of a cache or of git may be over the limit."""
        self._places += len(findings.refs)
        if self._places > self._kept.maximum:
            self._kept.left_out += 1
            return
        self._found[findings.object_id] = findings
        origin = self._build_origin(findings.object_id)
        for item in findings.skipped:
            reason = f"{item.origin.path}: {item.reason}" if item.origin.path else item.reason
            self._skipped.append(item._replace(origin=origin, reason=reason))

    def build_result(self, interrupted: bool) -> ObjectScanResult:
        """Return the result, sorted by object id."""
        for number, size in sorted((+self._gaps).items()):
            packs = self._store.packs
            place = packs[number].pack_index.pack_path if number >= 0 else "loose objects"
            self.skip("", describe_gap(place, size))
        if self._kept.left_out:
            self.skip("", LEFT_OUT.format(self._kept.left_out, self._kept.maximum))
        return ObjectScanResult(
            objects=tuple(self._found[object_id] for object_id in sorted(self._found)),
            skipped=tuple(dict.fromkeys(self._skipped)),
            coverage=Coverage(self._objects, self._bytes),
            interrupted=interrupted,
            commit_lines=b"".join(chain.from_iterable(self._commits_by_pack.values())),
            details=tuple(self._details),
        )
