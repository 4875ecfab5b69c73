"""Git bundles (gitformat-bundle): every object in the pack, blobs under their paths."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from io import BytesIO

from wakeyscan.core.inflate import ZLIB
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors._stream import Stream
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.compressed import build_inflate_codec
from wakeyscan.extractors.extractor import DAMAGED, ExtractionError, Member, ReadBytes, read_whole
from wakeyscan.git.delta import read_insertions
from wakeyscan.git.objects import BLOB, MAX_IN_MEMORY, OBJECT_KINDS, OFS_DELTA, TREE, parse_tree
from wakeyscan.git.pack_index import PackError
from wakeyscan.git.pack_walk import walk_pack
from wakeyscan.git.unindexed_pack import read_unindexed_pack

if TYPE_CHECKING:
    from typing import BinaryIO

    from wakeyscan.git.pack import Pack

SEEKS = True

_KIND_NAMES = {kind: name for name, kind in OBJECT_KINDS.items()}
_HEADER = re.compile(rb"# v[23] git bundle\n(?:[^\n]+\n)*\n")
_TOO_LARGE = "a bundle of {:,} bytes, over the limit of {:,}; clone it and audit the clone"
_CANNOT_BUILD = f"a delta that is damaged, or whose object exceeds {MAX_IN_MEMORY:,} bytes"
_SHORT_ID = 12
_MAX_DEPTH = 100
"""Maximum number of folders in a path; hostile trees may form a cycle."""

_PIECE = 1 << 20


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield commits, tags and the names in trees, then every version of every blob."""
    data = read_whole(file, budget, _TOO_LARGE)
    header = _HEADER.match(data)
    if not header:
        raise ExtractionError(DAMAGED)
    algorithm = "sha256" if b"\n@object-format=sha256\n" in header[0] else "sha1"
    width = hashlib.new(algorithm, usedforsecurity=False).digest_size
    try:
        pack, error = read_unindexed_pack(data, header.end(), width, budget.count_output)
    except PackError:
        raise ExtractionError(DAMAGED) from None
    objects = _Objects(pack, budget, algorithm)
    yield from objects.read()
    unbuilt = objects.find_unbuilt()
    yield from map(objects.read_delta, unbuilt)
    if error or unbuilt:
        raise ExtractionError(
            error or f"incomplete history: {len(unbuilt):,} deltas of objects that the bundle lacks"
        )


class _Objects:
    """The objects of a pack as members."""

    def __init__(self, pack: Pack, budget: ExtractionBudget, algorithm: str) -> None:
        self._pack, self._budget = pack, budget
        self._hash = getattr(hashlib, algorithm)
        self._is_built = bytearray(len(pack.kinds))
        self._parents: dict[bytes, tuple[bytes, bytes]] = {}
        """For each entry of a tree, a tree that has it and its name there; both by id."""
        self._names: set[bytes] = set()
        """The names in all trees."""

    def read(self) -> Iterator[Member]:
        """Yield the objects that are built from entries in the pack."""
        roots = self._pack.find_roots()
        kinds = self._pack.kinds
        yield from self._walk([n for n in roots if kinds[n] != BLOB], self._read_text)
        yield from self._walk([n for n in roots if kinds[n] == BLOB], self._read_blob)

    def _walk(
        self, roots: list[int], build_member: Callable[[int, bytes, bytes], Member | None]
    ) -> Iterator[Member]:
        refused: list[tuple[int, str]] = []
        walk = walk_pack(self._pack, roots, lambda *entry: refused.append(entry))
        for number, kind, content in walk:
            self._is_built[number] = 1
            if content is None:
                yield self._read_large(number, kind)
                continue
            if self._pack.kinds[number] >= OFS_DELTA:
                self._budget.count_output(len(content))
            object_id = self._hash_object(kind, content)
            if self._pack.missing_bases:
                self._pack.attach_deltas(number, object_id)
            if member := build_member(kind, object_id, content):
                yield member
        for number, reason in refused:
            self._is_built[number] = 1
            yield _build_failed(f"entry {number}", reason)

    def _hash_object(self, kind: int, content: bytes) -> bytes:
        digest = self._hash(
            b"%b %d\0" % (_KIND_NAMES[kind].encode(), len(content)), usedforsecurity=False
        )
        digest.update(content)
        return bytes(digest.digest())

    def _read_text(self, kind: int, object_id: bytes, content: bytes) -> Member | None:
        name = _name_object(kind, object_id)
        if kind != TREE:
            return _build_member(name, content)
        names = self._add_tree(object_id, content)
        return _build_member(name, b"\n".join(names)) if any(names) else None

    def _add_tree(self, object_id: bytes, content: bytes) -> list[bytes]:
        """Add the entries of a tree; return its names, empty if an earlier tree has the name.

        A commit changes a few entries of a tree, which may have thousands.
        """
        parents, known, names = self._parents, self._names, []
        for name, child in parse_tree(content, len(object_id)):
            if child not in parents:
                parents[child] = object_id, name
            if name in known:
                name = b""
            else:
                known.add(name)
            names.append(name)
        return names

    def _read_blob(self, kind: int, object_id: bytes, content: bytes) -> Member:
        name = _name_object(kind, object_id)
        return _build_member(self._find_path(object_id) or name, content, within=name)

    def _find_path(self, object_id: bytes) -> str:
        """Return the path of a blob in one of the trees that have it."""
        parts: list[bytes] = []
        while object_id in self._parents and len(parts) < _MAX_DEPTH:
            object_id, name = self._parents[object_id]
            parts.append(name)
        return os.fsdecode(b"/".join(reversed(parts)))

    def _read_large(self, number: int, kind: int) -> Member:
        """Return the member for an entry that `walk_pack` did not build."""
        name = f"{_KIND_NAMES[kind]} entry {number}"
        if self._pack.kinds[number] >= OFS_DELTA:
            return _build_failed(name, _CANNOT_BUILD)
        return Member(name, self._open_entry(number), is_counted=False)

    def find_unbuilt(self) -> list[int]:
        """Return the deltas whose base is not in the pack, and the deltas of these."""
        return [number for number, is_built in enumerate(self._is_built) if not is_built]

    def read_delta(self, number: int) -> Member:
        """Return the new text in a delta, which is stored as it is."""
        name, read = f"delta {self._pack.offsets[number]}", self._open_entry(number)
        delta = bytearray()
        try:
            while (piece := read(_PIECE)) and len(delta) <= MAX_IN_MEMORY:
                delta += piece
            if len(delta) > MAX_IN_MEMORY:
                return _build_failed(name, _CANNOT_BUILD)
            return _build_member(name, read_insertions(bytes(delta)))
        except IndexError:
            return _build_failed(name, DAMAGED)
        except ExtractionError as error:
            return _build_failed(name, str(error))

    def _open_entry(self, number: int) -> ReadBytes:
        pack = self._pack
        start = pack.offsets[number] + pack.header_sizes[number]
        packed = BytesIO(pack.data[start : pack.offsets[number + 1]])
        return Stream(packed.read, build_inflate_codec(ZLIB), self._budget).read


def _name_object(kind: int, object_id: bytes) -> str:
    return f"{_KIND_NAMES[kind]} {object_id.hex()[:_SHORT_ID]}"


def _build_member(name: str, content: bytes, within: str = "") -> Member:
    read = BytesIO(content).read
    return Member(name, read, len(content), within, content=content, is_counted=False)


def _build_failed(name: str, reason: str) -> Member:
    def read(size: int) -> bytes:
        raise ExtractionError(reason)

    return Member(name, read, is_counted=False)
