"""Git bundles (gitformat-bundle): every object of the pack within, blobs under their paths.

A pack without an index is read twice: once to see where its entries are, then by families, each
object right after the one that it is a delta of.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from wakeyscan.core.inflate import INFLATE_ERRORS, ZLIB, Inflater
from wakeyscan.extractors._delta import applied, literals
from wakeyscan.extractors.extractor import (
    CUT,
    ExtractionBudget,
    ExtractionError,
    Member,
    read_whole,
)
from wakeyscan.git.objects import (
    BLOB,
    COMMIT,
    OBJECT_KINDS,
    OFS_DELTA,
    REF_DELTA,
    TAG,
    TREE,
    parse_tree,
)

SEEKS = True

_NAMES = {kind: name for name, kind in OBJECT_KINDS.items()}
_HEADER = re.compile(rb"# v[23] git bundle\n(?:[^\n]+\n)*\n")
_TOO_LARGE = "a bundle of {:,} bytes; clone one of over {:,}, and audit that"
_SHORT = 12
_DEEPEST = 100
"""Folders in folders that a path is made of; trees may name each other in a circle no further."""

_FEED = 4 << 10
_PIECE = 1 << 20


class _Entry(NamedTuple):
    """One object, or the delta that makes it of another."""

    kind: int
    size: int
    at: int
    """Where its compressed bytes begin."""
    base: int
    """The offset of the entry that it is a delta of; -1: none, or an object that is elsewhere."""


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield commits, tags and the names in trees, then blobs, each in every version."""
    data = read_whole(file, budget, _TOO_LARGE)
    header = _HEADER.match(data)
    if not header or data[header.end() : header.end() + 4] != b"PACK":
        raise ExtractionError("damaged: it is not as the format says")
    sha = "sha256" if b"\n@object-format=sha256\n" in header[0] else "sha1"
    width = hashlib.new(sha, usedforsecurity=False).digest_size
    entries, fault = _scanned(data, header.end(), width, budget)
    families = _Families(data, entries, budget, sha)
    yield from _told(families, width)
    lost = 0
    for at, content in families.lost():  # new text stands in a delta as it is
        lost += 1
        yield _member(f"delta {at}", "", content)
    if fault or lost:
        raise fault or ExtractionError(
            f"of a part of a history: {lost:,} deltas of what it does not hold"
        )


def _scanned(
    data: bytes, start: int, width: int, budget: ExtractionBudget
) -> tuple[dict[int, _Entry], ExtractionError | None]:
    """Find all entries; where one is damaged nobody knows where the next begins."""
    entries: dict[int, _Entry] = {}
    at = start + 12
    try:
        for _ in range(int.from_bytes(data[start + 8 : at], "big")):
            entry = _entry(data, at, width)
            end = _end(data, entry.at, budget)
            entries[at] = entry
            at = end
    except IndexError:
        return entries, ExtractionError(CUT)
    except ExtractionError as fault:
        return entries, fault
    return entries, None


def _entry(data: bytes, start: int, width: int) -> _Entry:
    """Read the header of an entry (gitformat-pack); raises `IndexError` at the end of the data."""
    byte, at = data[start], start + 1
    kind, size, shift = byte >> 4 & 7, byte & 15, 4
    while byte & 0x80:
        byte = data[at]
        size |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
    base = -1
    if kind == OFS_DELTA:
        byte, at = data[at], at + 1
        back = byte & 0x7F
        while byte & 0x80:
            byte, at = data[at], at + 1
            back = (back + 1) << 7 | byte & 0x7F
        base = start - back
    elif kind == REF_DELTA:
        at += width
    return _Entry(kind, size, at, base)


def _end(data: bytes, at: int, budget: ExtractionBudget) -> int:
    """Find where what is deflated ends."""
    inflater, feed = Inflater(ZLIB), _FEED
    budget.check_time()
    try:
        while not inflater.eof:
            fed = b""
            if inflater.needs_input:
                fed = data[at : at + feed]
                at, feed = at + len(fed), 16 * _FEED
                if not fed:
                    raise ExtractionError(CUT)
            budget.count_output(len(inflater.decompress(fed, _PIECE)))
    except INFLATE_ERRORS as error:
        raise ExtractionError(f"damaged: {error}") from None
    return at - len(inflater.unused_data)


class _Families:
    """The objects of a pack, each after the one that it is a delta of."""

    def __init__(
        self, data: bytes, entries: dict[int, _Entry], budget: ExtractionBudget, sha: str
    ) -> None:
        self._data, self._entries, self._budget, self._sha = data, entries, budget, sha
        self._children: dict[int, list[int]] = {}
        self._lost: dict[int, None] = {}
        for offset, entry in entries.items():
            if entry.base in entries:
                self._children.setdefault(entry.base, []).append(offset)
            elif entry.kind in (OFS_DELTA, REF_DELTA):
                self._lost[offset] = None

    def objects(self, kinds: Iterable[int]) -> Iterator[tuple[int, str, bytes | ExtractionError]]:
        """Yield kind, id and content; what can't be made has no id, nor has what hangs on it."""
        for root in (at for at, entry in self._entries.items() if entry.kind in kinds):
            kind = self._entries[root].kind
            pending: list[tuple[int, bytes]] = [(root, b"")]
            while pending:
                at, base = pending.pop()
                try:
                    content = self._made(at, base)
                except ExtractionError as fault:
                    yield kind, "", fault
                    continue
                pending += [(child, content) for child in self._children.get(at, ())]
                yield kind, self._id(kind, content), content

    def lost(self) -> Iterator[tuple[int, bytes | ExtractionError]]:
        """Yield, by their offsets, the deltas of objects that are not here, and deltas of those."""
        pending = list(self._lost)
        while pending:
            at = pending.pop()
            pending += self._children.get(at, ())
            try:
                yield at, literals(self._inflated(at))
            except ExtractionError as fault:
                yield at, fault

    def _made(self, at: int, base: bytes) -> bytes:
        content = self._inflated(at)
        if self._entries[at].kind < OFS_DELTA:
            return content
        made = applied(base, content, self._budget.limits.max_memory)
        self._budget.count_output(len(made))
        return made

    def _inflated(self, at: int) -> bytes:
        entry, most = self._entries[at], self._budget.limits.max_memory
        if entry.size > most:
            raise ExtractionError(
                f"an object of {entry.size:,} bytes; those over {most:,} are not held"
            )
        inflater, content, fed = Inflater(ZLIB), bytearray(), entry.at
        while not inflater.eof and len(content) <= entry.size:
            piece = self._data[fed : fed + _PIECE] if inflater.needs_input else b""
            fed += len(piece)
            content += inflater.decompress(piece, entry.size + 1)
        self._budget.count_output(len(content))
        if len(content) != entry.size:
            raise ExtractionError("damaged: an object has not the size that it says")
        return bytes(content)

    def _id(self, kind: int, content: bytes) -> str:
        head = f"{_NAMES[kind]} {len(content)}\0".encode()
        return hashlib.new(self._sha, head + content, usedforsecurity=False).hexdigest()


def _told(families: _Families, width: int) -> Iterator[Member]:
    above: dict[str, tuple[str, bytes]] = {}
    for kind, name, content in families.objects((TREE, COMMIT, TAG)):
        if isinstance(content, bytes) and kind == TREE:
            named = list(parse_tree(content, width))
            above |= {child.hex(): (name, called) for called, child in named}
            content = b"\n".join(called for called, _ in named)
        yield _member(f"{_NAMES[kind]} {name[:_SHORT]}", "", content)
    for _, name, content in families.objects((BLOB,)):
        blob = f"blob {name[:_SHORT]}"
        yield _member(_path(name, above) or blob, blob, content)


def _member(name: str, within: str, content: bytes | ExtractionError) -> Member:
    if isinstance(content, bytes):
        return Member(name, BytesIO(content).read, len(content), within)
    fault = content

    def read(size: int) -> bytes:
        raise fault

    return Member(name, read, None, within)


def _path(name: str, above: dict[str, tuple[str, bytes]]) -> str:
    """Give the path of a blob in one of the trees that have it."""
    parts: list[bytes] = []
    while name in above and len(parts) < _DEEPEST:
        name, part = above[name]
        parts.append(part)
    return os.fsdecode(b"/".join(reversed(parts)))
