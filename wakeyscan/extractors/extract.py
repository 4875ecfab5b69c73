"""Extraction of archives, and of archives within them: members become documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO
from typing import BinaryIO, cast

from wakeyscan.core.chunks import ChunkStream, format_too_large, read_chunks
from wakeyscan.core.document import CHUNK_SIZE, MEMBER_SEPARATOR, Document, Origin, Skipped
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import NamedTuple
from wakeyscan.extractors import EXTRACTORS
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import (
    ExtractionError,
    LimitExceeded,
    Member,
    NotAvailable,
    OpaqueContent,
    ReadBytes,
)
from wakeyscan.extractors.file_types import detect_beginning, detect_format, ends_with_zip

_TOO_LARGE = "a {} of over {:,} bytes that is not a file on disk: not opened; unpack it and scan it"
_ENDS_WITH_ZIP = "ends with a zip that follows another file: not opened; unpack it and scan it"
_NO_MEMORY = ExtractionError("needs more memory than is available; the rest is skipped")


class ExtractedItem(NamedTuple):
    """A document out of an archive, or a part of the archive that was skipped."""

    item: Document | Skipped
    packed: bool = False
    """Whether the document is an archive itself, and its members were yielded before it."""


def extract_members(
    origin: Origin, archive_format: str, content: ChunkStream, budget: ExtractionBudget
) -> Iterator[ExtractedItem]:
    """Yield the documents in an archive, as far as the budget allows, and the skipped parts."""
    try:
        if EXTRACTORS[archive_format].SEEKS:
            with content.open_seekable(budget.limits.max_memory) or nullcontext() as file:
                yield from _extract(origin, archive_format, file, budget)
        else:
            yield from _extract(origin, archive_format, cast("BinaryIO", content), budget)
    except OSError as error:
        reason = f"cannot be read a second time: {error.strerror}"
        yield ExtractedItem(Skipped(origin, reason))


def extract_embedded(
    origin: Origin, archive_format: str, content: bytes, budget: ExtractionBudget
) -> Iterator[Document | Skipped]:
    """Yield the documents in an archive that a text encodes; raise `LimitExceeded`."""
    for item, packed in _Archive(origin, "", budget, 0).extract(archive_format, BytesIO(content)):
        if not packed:
            yield item


def _extract(
    origin: Origin, archive_format: str, file: BinaryIO | None, budget: ExtractionBudget
) -> Iterator[ExtractedItem]:
    if file is None:
        reason = _TOO_LARGE.format(archive_format, budget.limits.max_memory)
        yield ExtractedItem(Skipped(origin, reason))
        return
    try:
        yield from _Archive(origin, "", budget, 0).extract(archive_format, file)
    except LimitExceeded as exceeded:
        yield ExtractedItem(Skipped(origin, str(exceeded)))


class _Archive(NamedTuple):
    """A file that may be an archive, and its position in the archives around it."""

    origin: Origin
    encoding: str
    budget: ExtractionBudget
    depth: int

    def extract(self, archive_format: str, file: BinaryIO) -> Iterator[ExtractedItem]:
        """Open the archive; raise `LimitExceeded`."""
        if self.depth >= self.budget.limits.max_depth:
            reason = f"is nested in {self.depth} archives: not opened"
            yield ExtractedItem(Skipped(self.origin, reason))
            return
        encoding = f"{self.encoding}/{archive_format}" if self.encoding else archive_format
        inner = self._replace(encoding=encoding, depth=self.depth + 1)
        errors: list[str] = []
        try:
            for member in EXTRACTORS[archive_format].open(file, self.budget):
                if member.is_counted:
                    self.budget.count_member()
                yield from inner._extract_member(member, errors)
        except ExtractionError as error:
            if str(error) not in errors[-1:]:  # a member that is cut short cuts the archive too
                yield ExtractedItem(_build_skipped(self.origin, archive_format, error))
        except MemoryError:  # SQLite says so of a size that a damaged page claims
            yield ExtractedItem(_build_skipped(self.origin, archive_format, _NO_MEMORY))

    def _extract_member(self, member: Member, errors: list[str]) -> Iterator[ExtractedItem]:
        path = self.origin.path
        if member.name:
            path = f"{path}{MEMBER_SEPARATOR}{member.name}"
        origin = self.origin._replace(path=path, within=member.within or self.origin.within)
        limit = self.budget.limits.max_member_size
        if limit is not None and member.size is not None and member.size > limit:
            yield ExtractedItem(Skipped(origin, format_too_large(member.size, limit)))
            return
        content = member.content
        is_small = content is not None and len(content) < CHUNK_SIZE
        if content is not None and is_small and not detect_format(content, len(content)):
            yield ExtractedItem(Document(origin, content, self.encoding))
            return
        source = _MemberReader(member.read, member.file)
        yield from self._replace(origin=origin)._extract_content(source)
        if isinstance(source.error, LimitExceeded):
            raise source.error
        if source.error:
            errors.append(str(source.error))
            archive_format = self.encoding.rpartition("/")[2]
            yield ExtractedItem(_build_skipped(origin, archive_format, source.error))

    def _extract_content(self, source: _MemberReader) -> Iterator[ExtractedItem]:
        head = source.peek(CHUNK_SIZE)
        detect = detect_format if len(head) < CHUNK_SIZE else detect_beginning
        archive_format = detect(head, len(head))
        if archive_format:
            yield from self._extract_nested(archive_format, source, head)
        else:
            yield from self._read_documents(source.read)

    def _extract_nested(
        self, archive_format: str, source: _MemberReader, head: bytes
    ) -> Iterator[ExtractedItem]:
        """Open an archive within an archive; if it is small, also yield its own bytes."""
        file: BinaryIO = cast("BinaryIO", source)
        if len(head) < CHUNK_SIZE:
            file = BytesIO(head)
        elif EXTRACTORS[archive_format].SEEKS and source.file:
            file = source.file
        elif EXTRACTORS[archive_format].SEEKS:
            limit = self.budget.limits.max_memory
            if len(head := source.peek(limit + 1)) > limit:
                reason = _TOO_LARGE.format(archive_format, limit)
                yield ExtractedItem(Skipped(self.origin, reason))
                yield from self._read_documents(source.read)
                return
            file = BytesIO(head)
        yield from self.extract(archive_format, file)
        if archive_format != "zip" and len(head) < CHUNK_SIZE and ends_with_zip(head):
            yield from self.extract("zip", BytesIO(head))
        limit_or_none = self.budget.limits.max_member_size
        if len(head) < CHUNK_SIZE and (limit_or_none is None or len(head) <= limit_or_none):
            yield ExtractedItem(Document(self.origin, head, self.encoding), packed=True)

    def _read_documents(self, read: ReadBytes) -> Iterator[ExtractedItem]:
        for item in read_chunks(self.origin, read, self.budget.limits.max_member_size):
            if isinstance(item, Document):
                item = item._replace(encoding=self.encoding)
                start, end = item.own or (0, 0)
                if start and end == len(item.content) and ends_with_zip(item.content):
                    yield ExtractedItem(Skipped(self.origin, _ENDS_WITH_ZIP))
            yield ExtractedItem(item)


def _build_skipped(origin: Origin, archive_format: str, error: ExtractionError) -> Skipped:
    is_opaque = isinstance(error, OpaqueContent)
    return Skipped(origin, _format_reason(archive_format, error), error.gap, opaque=is_opaque)


def _format_reason(archive_format: str, error: ExtractionError) -> str:
    if isinstance(error, NotAvailable):
        return str(error)
    reason = redact(str(error))  # it may quote the content of the file
    if not error.gap and not isinstance(error, OpaqueContent):
        return f"looks like {archive_format} but is not; scanned as a plain file ({reason})"
    return f"in {archive_format}: {reason}"


class _MemberReader:
    """The content of a member up to its end, or up to the first error."""

    def __init__(self, read: ReadBytes, file: BinaryIO | None = None) -> None:
        self._read, self.file = read, file
        self._ahead = BytesIO()
        self.error: ExtractionError | LimitExceeded | None = None

    def peek(self, size: int) -> bytes:
        """Return the first `size` bytes; `read` returns them again."""
        pieces = [self._ahead.read()]
        left = size - len(pieces[0])
        while left > 0 and (piece := self._read_more(left)):
            pieces.append(piece)
            left -= len(piece)
        head = b"".join(pieces)
        self._ahead = BytesIO(head)
        return head

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes; return the bytes before an error instead of raising it."""
        return self._ahead.read(size) or self._read_more(size)

    def _read_more(self, size: int) -> bytes:
        if self.error:
            return b""
        try:
            return self._read(size)
        except (ExtractionError, LimitExceeded) as error:
            self.error = error
            return b""
