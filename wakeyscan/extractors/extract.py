"""Goes into a container, and into those within it: members come out as documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO
from typing import BinaryIO, NamedTuple, cast

from wakeyscan import extractors
from wakeyscan.core import registry
from wakeyscan.core.chunks import WINDOW, Whole, too_large, windows
from wakeyscan.core.document import INTO, Document, Origin, Skipped
from wakeyscan.core.redaction import conceal
from wakeyscan.extractors.base import Absent, Budget, Closed, Container, Member, Read, Spent
from wakeyscan.extractors.file_types import format_of

_NOT_HELD = "a {} of over {:,} bytes that is no file on disk: not held, so not opened"


class Taken(NamedTuple):
    """Something out of a container."""

    item: Document | Skipped
    packed: bool = False
    """Whether it is a container itself, the bytes of which were looked at from within already."""


def members(origin: Origin, form: str, whole: Whole, budget: Budget) -> Iterator[Taken]:
    """Yield what is in a container, as far as the budget allows, and what could not be had."""
    try:
        if _container(form).SEEKS:
            with whole.seekable(budget.bounds.held) or nullcontext() as file:
                yield from _into(origin, form, file, budget)
        else:
            yield from _into(origin, form, cast("BinaryIO", whole), budget)
    except OSError as error:
        yield Taken(Skipped(origin, f"can't be read a second time: {error.strerror}"))


def enclosed(
    origin: Origin, form: str, content: bytes, budget: Budget
) -> Iterator[Document | Skipped]:
    """Yield what is in a container that a text holds, as `members` does; raises `Spent`."""
    for item, packed in _Way(origin, "", budget, 0).into(form, BytesIO(content)):
        if not packed:
            yield item


def _into(origin: Origin, form: str, file: BinaryIO | None, budget: Budget) -> Iterator[Taken]:
    if file is None:
        yield Taken(Skipped(origin, _NOT_HELD.format(form, budget.bounds.held)))
        return
    try:
        yield from _Way(origin, "", budget, 0).into(form, file)
    except Spent as spent:
        yield Taken(Skipped(origin, str(spent)))


def _container(form: str) -> Container:
    return cast("Container", registry.member(extractors, form))


class _Way(NamedTuple):
    """The way in so far."""

    origin: Origin
    encoding: str
    budget: Budget
    depth: int

    def into(self, form: str, file: BinaryIO) -> Iterator[Taken]:
        """Open a container; raises `Spent`."""
        if self.depth >= self.budget.bounds.depth:
            reason = f"lies in {self.depth} containers, one in the other, and is not opened"
            yield Taken(Skipped(self.origin, reason))
            return
        inside = f"{self.encoding}/{form}" if self.encoding else form
        way = self._replace(encoding=inside, depth=self.depth + 1)
        told: list[str] = []
        try:
            for member in _container(form).open(file, self.budget):
                self.budget.enter()
                yield from way._member(member, told)
        except Closed as fault:
            if str(fault) not in told[-1:]:  # of a part that is cut short, and so the whole
                yield Taken(Skipped(self.origin, _reason(form, fault), fault.gap))

    def _member(self, member: Member, told: list[str]) -> Iterator[Taken]:
        path = f"{self.origin.path}{INTO}{member.name}" if member.name else self.origin.path
        origin = self.origin._replace(path=path, within=member.within or self.origin.within)
        most = self.budget.bounds.largest
        if most is not None and member.size is not None and member.size > most:
            yield Taken(Skipped(origin, too_large(member.size, most)))
            return
        source = _Source(member.read, member.file)
        yield from self._replace(origin=origin)._content(source)
        if isinstance(source.fault, Spent):
            raise source.fault
        if source.fault:
            told.append(str(source.fault))
            form = self.encoding.rpartition("/")[2]
            yield Taken(Skipped(origin, _reason(form, source.fault), source.fault.gap))

    def _content(self, source: _Source) -> Iterator[Taken]:
        head = source.held(WINDOW)
        form = format_of(head, len(head))
        if form:
            yield from self._nested(form, source, head)
        else:
            yield from self._shown(source.read)

    def _nested(self, form: str, source: _Source, head: bytes) -> Iterator[Taken]:
        """Go into a container that is in another; where it is small, its own bytes come too."""
        file: BinaryIO = cast("BinaryIO", source)
        if len(head) < WINDOW:
            file = BytesIO(head)
        elif _container(form).SEEKS and source.file:
            file = source.file
        elif _container(form).SEEKS:
            most = self.budget.bounds.held
            if len(head := source.held(most + 1)) > most:
                yield Taken(Skipped(self.origin, _NOT_HELD.format(form, most)))
                yield from self._shown(source.read)
                return
            file = BytesIO(head)
        yield from self.into(form, file)
        largest = self.budget.bounds.largest
        if len(head) < WINDOW and (largest is None or len(head) <= largest):
            yield Taken(Document(self.origin, head, self.encoding), packed=True)

    def _shown(self, read: Read) -> Iterator[Taken]:
        for item in windows(self.origin, read, self.budget.bounds.largest):
            if isinstance(item, Document):
                item = item._replace(encoding=self.encoding)
            yield Taken(item)


def _reason(form: str, fault: Closed) -> str:
    if isinstance(fault, Absent):
        return str(fault)
    why = conceal(str(fault))  # which may name what the file holds
    if not fault.gap:
        return f"begins like {form} and is none, so it was looked at as it is ({why})"
    return f"in {form}: {why}"


class _Source:
    """The bytes of a member, until they are over or something is wrong with them."""

    def __init__(self, read: Read, file: BinaryIO | None = None) -> None:
        self._read, self.file = read, file
        self._ahead = BytesIO()
        self.fault: Closed | Spent | None = None

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
        except (Closed, Spent) as fault:
            self.fault = fault
            return b""
