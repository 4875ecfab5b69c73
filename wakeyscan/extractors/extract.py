"""Goes into a container, and into those within it: members come out as documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO
from typing import BinaryIO, NamedTuple, cast

from wakeyscan.core.chunks import CHUNK_SIZE, ChunkStream, format_too_large, read_chunks
from wakeyscan.core.document import MEMBER_SEPARATOR, Document, Origin, Skipped
from wakeyscan.core.redaction import redact
from wakeyscan.extractors import EXTRACTORS
from wakeyscan.extractors.extractor import (
    ExtractionBudget,
    ExtractionError,
    Extractor,
    LimitExceeded,
    Member,
    NotAvailable,
    ReadBytes,
)
from wakeyscan.extractors.file_types import detect_format

_NOT_HELD = "a {} of over {:,} bytes that is no file on disk: not held, so not opened"


class ExtractedItem(NamedTuple):
    """Something out of a container."""

    item: Document | Skipped
    packed: bool = False
    """Whether it is a container itself, the bytes of which were looked at from within already."""


def extract_members(
    origin: Origin, form: str, whole: ChunkStream, budget: ExtractionBudget
) -> Iterator[ExtractedItem]:
    """Yield what is in a container, as far as the budget allows, and what could not be had."""
    try:
        if _container(form).SEEKS:
            with whole.open_seekable(budget.bounds.held) or nullcontext() as file:
                yield from _into(origin, form, file, budget)
        else:
            yield from _into(origin, form, cast("BinaryIO", whole), budget)
    except OSError as error:
        yield ExtractedItem(Skipped(origin, f"can't be read a second time: {error.strerror}"))


def extract_embedded(
    origin: Origin, form: str, content: bytes, budget: ExtractionBudget
) -> Iterator[Document | Skipped]:
    """Yield what is in a container that a text holds, as `extract_members` does; raises `LimitExceeded`."""
    for item, packed in _Way(origin, "", budget, 0).into(form, BytesIO(content)):
        if not packed:
            yield item


def _into(
    origin: Origin, form: str, file: BinaryIO | None, budget: ExtractionBudget
) -> Iterator[ExtractedItem]:
    if file is None:
        yield ExtractedItem(Skipped(origin, _NOT_HELD.format(form, budget.bounds.held)))
        return
    try:
        yield from _Way(origin, "", budget, 0).into(form, file)
    except LimitExceeded as spent:
        yield ExtractedItem(Skipped(origin, str(spent)))


def _container(form: str) -> Extractor:
    return EXTRACTORS[form]


class _Way(NamedTuple):
    """The way in so far."""

    origin: Origin
    encoding: str
    budget: ExtractionBudget
    depth: int

    def into(self, form: str, file: BinaryIO) -> Iterator[ExtractedItem]:
        """Open a container; raises `LimitExceeded`."""
        if self.depth >= self.budget.bounds.depth:
            reason = f"lies in {self.depth} containers, one in the other, and is not opened"
            yield ExtractedItem(Skipped(self.origin, reason))
            return
        inside = f"{self.encoding}/{form}" if self.encoding else form
        way = self._replace(encoding=inside, depth=self.depth + 1)
        told: list[str] = []
        try:
            for member in _container(form).open(file, self.budget):
                self.budget.enter()
                yield from way._member(member, told)
        except ExtractionError as fault:
            if str(fault) not in told[-1:]:  # of a part that is cut short, and so the whole
                yield ExtractedItem(Skipped(self.origin, _reason(form, fault), fault.gap))

    def _member(self, member: Member, told: list[str]) -> Iterator[ExtractedItem]:
        path = (
            f"{self.origin.path}{MEMBER_SEPARATOR}{member.name}"
            if member.name
            else self.origin.path
        )
        origin = self.origin._replace(path=path, within=member.within or self.origin.within)
        most = self.budget.bounds.largest
        if most is not None and member.size is not None and member.size > most:
            yield ExtractedItem(Skipped(origin, format_too_large(member.size, most)))
            return
        source = _Source(member.read, member.file)
        yield from self._replace(origin=origin)._content(source)
        if isinstance(source.fault, LimitExceeded):
            raise source.fault
        if source.fault:
            told.append(str(source.fault))
            form = self.encoding.rpartition("/")[2]
            yield ExtractedItem(Skipped(origin, _reason(form, source.fault), source.fault.gap))

    def _content(self, source: _Source) -> Iterator[ExtractedItem]:
        head = source.held(CHUNK_SIZE)
        form = detect_format(head, len(head))
        if form:
            yield from self._nested(form, source, head)
        else:
            yield from self._shown(source.read)

    def _nested(self, form: str, source: _Source, head: bytes) -> Iterator[ExtractedItem]:
        """Go into a container that is in another; where it is small, its own bytes come too."""
        file: BinaryIO = cast("BinaryIO", source)
        if len(head) < CHUNK_SIZE:
            file = BytesIO(head)
        elif _container(form).SEEKS and source.file:
            file = source.file
        elif _container(form).SEEKS:
            most = self.budget.bounds.held
            if len(head := source.held(most + 1)) > most:
                yield ExtractedItem(Skipped(self.origin, _NOT_HELD.format(form, most)))
                yield from self._shown(source.read)
                return
            file = BytesIO(head)
        yield from self.into(form, file)
        largest = self.budget.bounds.largest
        if len(head) < CHUNK_SIZE and (largest is None or len(head) <= largest):
            yield ExtractedItem(Document(self.origin, head, self.encoding), packed=True)

    def _shown(self, read: ReadBytes) -> Iterator[ExtractedItem]:
        for item in read_chunks(self.origin, read, self.budget.bounds.largest):
            if isinstance(item, Document):
                item = item._replace(encoding=self.encoding)
            yield ExtractedItem(item)


def _reason(form: str, fault: ExtractionError) -> str:
    if isinstance(fault, NotAvailable):
        return str(fault)
    why = redact(str(fault))  # which may name what the file holds
    if not fault.gap:
        return f"begins like {form} and is none, so it was looked at as it is ({why})"
    return f"in {form}: {why}"


class _Source:
    """The bytes of a member, until they are over or something is wrong with them."""

    def __init__(self, read: ReadBytes, file: BinaryIO | None = None) -> None:
        self._read, self.file = read, file
        self._ahead = BytesIO()
        self.fault: ExtractionError | LimitExceeded | None = None

    def held(self, size: int) -> bytes:
        """Give the first so many bytes, which stay to be read."""
        pieces = [self._ahead.read()]
        left = size - len(pieces[0])
        while left > 0 and (piece := self._more(left)):
            pieces.append(piece)
            left -= len(piece)
        head = b"".join(pieces)
        self._ahead = BytesIO(head)
        return head

    def read(self, size: int) -> bytes:
        """Read at most so many bytes; what came before something went wrong is not lost."""
        return self._ahead.read(size) or self._more(size)

    def _more(self, size: int) -> bytes:
        if self.fault:
            return b""
        try:
            return self._read(size)
        except (ExtractionError, LimitExceeded) as fault:
            self.fault = fault
            return b""
