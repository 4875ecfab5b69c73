"""Scan of the documents of one unit: a file, a blob, standard input.

A document that starts like an archive (zip, tar, PDF, …) is opened, and its members are scanned.
Every other document goes straight to the detector. Large files arrive as overlapping chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.file_types import (
    detect_beginning,
    detect_format,
    ends_with_zip,
    find_zip_end,
)
from wakeyscan.scanner.detector import (
    detect_in_name,
    find_in_document,
    keep_new,
    mask_name,
    redact_path,
)
from wakeyscan.scanner.scan_result import (
    Coverage,
    ScanResult,
    merge_results,
    summarize_skipped,
)

if TYPE_CHECKING:
    from wakeyscan.core import chunks
    from wakeyscan.core.finding import Finding
    from wakeyscan.extractors import budget as extraction
    from wakeyscan.extractors import extract
    from wakeyscan.scanner import embedded, listed_findings
    from wakeyscan.scanner.context import ScanContext
else:
    # Most documents are not archives and have no anchor; such documents need none of these.
    chunks = lazy_import("wakeyscan.core.chunks")
    embedded = lazy_import("wakeyscan.scanner.embedded")
    extract = lazy_import("wakeyscan.extractors.extract")
    extraction = lazy_import("wakeyscan.extractors.budget")
    listed_findings = lazy_import("wakeyscan.scanner.listed_findings")

_FindLimit = Callable[[], "listed_findings.FindingLimit"]
"""Returns the limit of a file; a file without an anchor needs none."""


def scan_documents(items: Iterable[Document | Skipped], context: ScanContext) -> ScanResult:
    """Return the findings in the documents of one unit, and in everything inside them."""
    stream, limits = _DocumentStream(items), _UnitLimits(context)
    results: list[tuple[Origin, ScanResult]] = []
    for item in stream:
        if not limits.begin(item):
            continue
        archive_format = _detect_archive(item)
        if archive_format and isinstance(item, Document):
            result = _scan_archive(item, archive_format, stream, context)
        else:
            result = _scan_text(item, context, limits.find_file_limit)
        if result.findings and isinstance(item, Document) and item.is_repeated:
            result = limits.drop_listed(result, results)
        results.append((item.origin, limits.apply(result)))
        if limits.is_full:
            break
    merged = merge_results(result for _, result in results)
    if len(merged.skipped) < 2:
        return merged
    return merged._replace(skipped=tuple(_summarize_by_file(results, context)))


class _UnitLimits:
    """The limits of the files of one unit, and those of a run, which also apply to the unit."""

    def __init__(self, context: ScanContext) -> None:
        self.is_full = False
        """Whether the unit, such as a range of commits, has more findings than a run lists."""
        self._context = context
        self._file_limit: listed_findings.FindingLimit | None = None
        self._run_limit: listed_findings.FindingLimit | None = None
        self._listed: listed_findings.ListedSecrets | None = None

    def begin(self, item: Document | Skipped) -> bool:
        """Return whether an item is to be scanned: no chunk of a file with too many findings is."""
        if isinstance(item, Skipped) or _is_first_chunk(item):
            self._file_limit = None
        return self._file_limit is None or not self._file_limit.is_exceeded

    def find_file_limit(self) -> listed_findings.FindingLimit:
        """Return the limit of the current file; most files have no anchor, and need none."""
        if self._file_limit is None:
            self._file_limit = listed_findings.FindingLimit(self._context.max_findings)
        return self._file_limit

    def drop_listed(
        self, result: ScanResult, results: Iterable[tuple[Origin, ScanResult]]
    ) -> ScanResult:
        """Drop the findings of a repeated document that the `results` before it list already."""
        if self._listed is None:
            self._listed = listed_findings.ListedSecrets()
            for _, earlier in results:
                self._listed.add(earlier.findings)
        found = tuple(self._listed.drop_listed(result.findings))
        self._listed.add(found)
        return result._replace(findings=found)

    def apply(self, result: ScanResult) -> ScanResult:
        """Return the part of a result that is within the limits of a run."""
        if not result.findings:
            return result
        if self._run_limit is None:
            self._run_limit = listed_findings.build_run_limit(self._context.max_findings)
        listed = self._run_limit.list_all(result.findings)
        self.is_full = self._run_limit.is_exceeded
        skipped = self._run_limit.list_skipped(Origin("")) if self.is_full else ()
        return result._replace(findings=listed, skipped=(*result.skipped, *skipped))


class _DocumentStream:
    """The documents of a unit; an archive consumes its own further chunks."""

    def __init__(self, items: Iterable[Document | Skipped]) -> None:
        self._items = iter(items)
        self._pending: Document | Skipped | None = None

    def __iter__(self) -> Iterator[Document | Skipped]:
        while (item := self._next()) is not None:
            yield item

    def next_chunk(self) -> Document | None:
        """Return the next item if it is a further chunk of the current document."""
        item = self._next()
        if isinstance(item, Document) and not _is_first_chunk(item):
            return item
        self._pending = item
        return None

    def _next(self) -> Document | Skipped | None:
        item, self._pending = self._pending, None
        return item if item is not None else next(self._items, None)


def _is_first_chunk(document: Document) -> bool:
    return document.own is None or document.own[0] == 0


def _is_last_chunk(document: Document) -> bool:
    return document.own is None or document.own[1] == len(document.content)


def _detect_archive(item: Document | Skipped) -> str | None:
    if isinstance(item, Skipped) or item.origin.part not in ("", "note"):
        return None  # a note is a blob, which may be an archive
    size = len(item.content)
    if not _is_first_chunk(item):
        return "zip" if _is_last_chunk(item) and find_zip_end(item.content, size) else None
    detect = detect_format if _is_last_chunk(item) else detect_beginning
    return detect(item.content, size)


def _scan_text(
    item: Document | Skipped,
    context: ScanContext,
    find_limit: _FindLimit,
    budget: extraction.ExtractionBudget | None = None,
) -> ScanResult:
    """Scan a document, or a chunk of it, without opening it as an archive.

    The chunks of a file share a limit; `budget` is that of the archive from which the document was
    extracted.
    """
    origin, name_findings = detect_in_name(item.origin, context)
    if name_findings:
        name_findings = list(find_limit().list_findings(name_findings))
    if isinstance(item, Skipped):
        item = item._replace(origin=redact_path(origin))
        return ScanResult(tuple(name_findings), (item,))
    if name_findings and item.has_new_name and not item.has_new_name():
        name_findings = []
    findings = tuple(name_findings)
    start, end = item.own or (0, len(item.content))
    coverage = Coverage(documents=int(start == 0), bytes=end - start)
    hits = context.prefilter(item.content)
    if not hits:
        return ScanResult(findings, (), coverage)
    origin = redact_path(origin)
    document, limit = item._replace(origin=origin), find_limit()
    context = context._replace(compares_lines=context.compares_lines or item.before is not None)
    archives = embedded.EmbeddedArchives(document, context, budget)
    try:
        found = find_in_document(document, context, hits, archives)
        if document.before is not None:
            found = keep_new(found, document, partial(_find_in_old, context=context))
        listed = tuple(limit.list_findings(found))
    except TimeoutExceeded as error:
        return ScanResult(findings, (Skipped(origin, str(error)), *archives.skipped), coverage)
    skipped = (*limit.list_skipped(origin), *archives.skipped)
    return ScanResult((*findings, *listed), skipped, coverage)


def _find_in_old(document: Document, context: ScanContext) -> Iterator[Finding]:
    archives = embedded.EmbeddedArchives(document, context)
    return find_in_document(document, context, archives=archives)


def _scan_archive(
    first: Document, archive_format: str, stream: _DocumentStream, context: ScanContext
) -> ScanResult:
    """Scan the members of an archive, and its raw bytes for findings that no member shows.

    `first` is the archive, or its first chunk; the extractor takes the others from `stream`.
    """
    context = context._replace(compares_lines=context.compares_lines or first.before is not None)
    raw_results: list[ScanResult] = []
    limit = listed_findings.FindingLimit(context.max_findings)

    last = first

    def scan_raw(chunk: Document) -> None:
        nonlocal last
        last = chunk
        if not limit.is_exceeded:
            raw = chunk._replace(before=None)
            raw_results.append(_scan_text(raw, context, lambda: limit))

    archive = chunks.ChunkStream(first, stream.next_chunk, scan_raw)
    members, packed = _scan_members(first, archive_format, archive, context)
    archive.drain()
    if archive_format != "zip" and ends_with_zip(last.content):
        members = _add_appended_zip(members, last, context)
    raw = merge_results(raw_results)
    in_raw_bytes = (*packed.findings, *raw.findings)
    found = [*members.findings, *listed_findings.drop_repeated(in_raw_bytes, members.findings)]
    if first.before is not None:
        found = list(keep_new(found, first, partial(_scan_old, context=context)))
    return ScanResult(tuple(found), (*members.skipped, *raw.skipped), raw.coverage)


def _add_appended_zip(members: ScanResult, last: Document, context: ScanContext) -> ScanResult:
    """Add the result of a zip that follows another archive in a file and ends it."""
    archive = chunks.ChunkStream(last, lambda: None, lambda _: None)
    appended, packed = _scan_members(last, "zip", archive, context)
    found = (*appended.findings, *packed.findings)
    found = tuple(listed_findings.drop_repeated(found, members.findings))
    return members._replace(
        findings=(*members.findings, *found), skipped=(*members.skipped, *appended.skipped)
    )


def _scan_members(
    first: Document, archive_format: str, archive: chunks.ChunkStream, context: ScanContext
) -> tuple[ScanResult, ScanResult]:
    """Return the results of the members, and the findings in archives inside as raw bytes.

    The skipped items of both are in the first result.
    """
    open_lfs_object = context.open_lfs_object
    open_object = partial(open_lfs_object, first.origin.path) if open_lfs_object else None
    budget = extraction.ExtractionBudget(context.limits, lambda: archive.size, open_object)
    origin = mask_name(first.origin, context)
    in_members: list[Finding] = []
    in_packed: list[Finding] = []
    skipped: list[Skipped] = []
    limit = listed_findings.FindingLimit(context.max_findings)
    for item, is_packed in extract.extract_members(origin, archive_format, archive, budget):
        result = _scan_text(item, context, lambda: limit, budget)
        (in_packed if is_packed else in_members).extend(result.findings)
        skipped += result.skipped
        if limit.is_exceeded:
            skipped += limit.list_skipped(origin)
            break
    return ScanResult(tuple(in_members), tuple(skipped)), ScanResult(tuple(in_packed))


def _scan_old(document: Document, context: ScanContext) -> tuple[Finding, ...]:
    return scan_documents([document._replace(before=None)], context).findings


def _summarize_by_file(
    results: Iterable[tuple[Origin, ScanResult]], context: ScanContext
) -> Iterator[Skipped]:
    """Summarize the skipped items of each file, over all of its chunks."""
    by_file: dict[Origin, list[Skipped]] = {}
    for origin, result in results:
        if result.skipped:
            by_file.setdefault(mask_name(origin, context), []).extend(result.skipped)
    for file, skipped in by_file.items():
        yield from summarize_skipped(skipped, file)
