"""Write-ahead logs (`-wal`) and rollback journals (`-journal`): pages that changed.

The newest rows of a database in WAL mode are in its log only. A journal has the pages from before a
change. Each row is read once, although many versions of a page, and indexes, repeat it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import partial

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors._rows import Row, list_members
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import CUT, ExtractionError, Member
from wakeyscan.extractors.sqlite.records import DATABASE_HEADER, is_table, read_rows

if TYPE_CHECKING:
    from typing import BinaryIO

_WAL_HEADER = struct.Struct(">8I")
_FRAME_HEADER = struct.Struct(">6I")
_JOURNAL_HEADER = struct.Struct(">8s5I")
_CHECKSUM_SIZE = 4
"""Bytes after a page in a journal."""
_JOURNAL_MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_PAGE_SIZES = [1 << bits for bits in range(9, 17)]
_UNTIL_THE_END = (0, 0xFFFF_FFFF)
"""Numbers of records in a journal that SQLite had not completed, or does not sync."""

_MAX_KNOWN = 1 << 18
"""Maximum number of pages, and of rows and values, that are remembered: some 30 MB each."""
_MIN_VALUE = 24
"""Bytes of the shortest value that is looked for in an index: the shortest key."""


class _Page(NamedTuple):
    """The place of a version of a page."""

    number: int
    offset: int
    ends_change: bool
    """Whether it is the last page of a transaction."""


FindPages = Callable[["BinaryIO"], tuple[int, Iterator[_Page]]]
"""Returns the size of a page, and the pages of a file in order."""


class PageFile(NamedTuple):
    """An extractor for a file of pages; its only member has all rows."""

    find_pages: FindPages
    SEEKS: bool = True

    def open(self, file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
        """Yield the rows; raise `ExtractionError` if the last page is cut short."""
        self.find_pages(file)  # raises for a file that is none
        read = partial(_read_changes, file, self.find_pages, budget)
        yield from list_members("rows", read, budget)


def _find_wal_pages(file: BinaryIO) -> tuple[int, Iterator[_Page]]:
    file.seek(0)
    header = file.read(_WAL_HEADER.size)
    page_size = _WAL_HEADER.unpack(header)[2] if len(header) == _WAL_HEADER.size else 0
    if page_size not in _PAGE_SIZES:
        raise ExtractionError(f"pages of {page_size:,} bytes", gap=False)
    return page_size, _list_frames(file, page_size)


def _list_frames(file: BinaryIO, page_size: int) -> Iterator[_Page]:
    """Yield all frames, including those of an earlier use of the log, which SQLite ignores."""
    offset, end = _WAL_HEADER.size, file.seek(0, 2)
    while offset + _FRAME_HEADER.size + page_size <= end:
        file.seek(offset)
        number, size_after_commit, *_ = _FRAME_HEADER.unpack(file.read(_FRAME_HEADER.size))
        offset += _FRAME_HEADER.size
        yield _Page(number, offset, size_after_commit > 0)
        offset += page_size
    if offset < end:
        raise ExtractionError(CUT)


def _find_journal_pages(file: BinaryIO) -> tuple[int, Iterator[_Page]]:
    file.seek(0)
    header = file.read(_JOURNAL_HEADER.size)
    is_complete = len(header) == _JOURNAL_HEADER.size
    sector, page_size = _JOURNAL_HEADER.unpack(header)[4:] if is_complete else (0, 0)
    if page_size not in _PAGE_SIZES or not _JOURNAL_HEADER.size <= sector <= 1 << 16:
        raise ExtractionError(f"pages of {page_size:,} bytes", gap=False)
    return page_size, _list_records(file, sector, page_size)


def _list_records(file: BinaryIO, sector: int, page_size: int) -> Iterator[_Page]:
    offset, end, record = 0, file.seek(0, 2), _CHECKSUM_SIZE + page_size + _CHECKSUM_SIZE
    while (count := _count_records(file, offset)) is not None:
        offset += sector
        if count in _UNTIL_THE_END:
            count = max(0, end - offset) // record
        for _ in range(count):
            if offset + record > end:
                raise ExtractionError(CUT)
            file.seek(offset)
            number = int.from_bytes(file.read(4), "big")
            yield _Page(number, offset + 4, ends_change=False)
            offset += record
        offset += -offset % sector


def _count_records(file: BinaryIO, offset: int) -> int | None:
    """Return the number of records after a header; `None` if there is no header."""
    file.seek(offset)
    header = file.read(_JOURNAL_HEADER.size)
    if len(header) < _JOURNAL_HEADER.size or not header.startswith(_JOURNAL_MAGIC):
        return None
    return int(_JOURNAL_HEADER.unpack(header)[1])


def _read_changes(file: BinaryIO, find_pages: FindPages, budget: ExtractionBudget) -> Iterator[Row]:
    """Yield the rows of all transactions, with the pages of each known before its rows."""
    page_size, pages = find_pages(file)
    reader = _PageReader(file, page_size)
    change: list[_Page] = []
    for page in pages:
        change.append(page)
        if page.ends_change or len(change) == _MAX_KNOWN:
            yield from reader.read_change(change, budget)
            change.clear()
    yield from reader.read_change(change, budget)


class _PageReader:
    """The newest version of each page so far, and the rows and values that were read."""

    def __init__(self, file: BinaryIO, page_size: int) -> None:
        self._file, self._page_size = file, page_size
        self._offsets: dict[int, int] = {}
        self._known: set[int] = set()

    def read_change(self, change: list[_Page], budget: ExtractionBudget) -> Iterator[Row]:
        """Yield the new rows in the pages of a transaction."""
        if len(self._offsets) > _MAX_KNOWN:
            self._offsets.clear()
        self._offsets.update((page.number, page.offset) for page in change)
        for is_wanted in (True, False):  # the tables before the indexes, and tables without rowid
            for page in change:
                budget.check_time()
                content, start = self._read_at(page.offset), DATABASE_HEADER * (page.number == 1)
                if is_table(content, start) is is_wanted:
                    for row in read_rows(content, start, self._read_page):
                        budget.count_output(sum(map(len, row)))
                        yield from self._find_new(row, is_wanted)

    def _find_new(self, row: Row, is_whole: bool) -> Iterator[Row]:
        """Yield a row that is new, or the new values of a row of an index."""
        values = [value for value in row if len(value) >= _MIN_VALUE and self._is_new(value)]
        if is_whole and self._is_new(b"\t".join(row)):
            yield row
        elif values and not is_whole:
            yield values

    def _is_new(self, text: bytes) -> bool:
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
        count = len(self._known)
        self._known.add(hash(text))
        return len(self._known) > count

    def _read_page(self, number: int) -> bytes:
        offset = self._offsets.get(number)
        return b"" if offset is None else self._read_at(offset)

    def _read_at(self, offset: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(self._page_size)


WAL_FORMAT = PageFile(_find_wal_pages)
"""The write-ahead log of a database (file format, section 4)."""

JOURNAL_FORMAT = PageFile(_find_journal_pages)
"""The rollback journal of a database (file format, section 3)."""
