"""Packs without an index, such as the pack in a bundle.

Only decompression shows where an entry ends, so all entries are inflated once to find the next.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable

from wakeyscan.core.inflate import INFLATE_ERRORS, find_end
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git.objects import OBJECT_KINDS, OFS_DELTA, REF_DELTA
from wakeyscan.git.pack import HEADER_BYTES, MAX_HEADER, SIGNATURES, Pack, link_entries
from wakeyscan.git.pack_index import PackError, PackIndex

_KINDS = {*OBJECT_KINDS.values(), OFS_DELTA, REF_DELTA}


class UnindexedPack(NamedTuple):
    """A pack, up to its last entry or to the first invalid one."""

    pack: Pack
    error: str
    """What is wrong with the pack, whose entries may end early; empty if it is intact."""


def read_unindexed_pack(
    data: bytes, start: int, id_width: int, count_output: Callable[[int], None]
) -> UnindexedPack:
    """Read the headers of all entries of the pack that starts at `start`.

    `count_output` is called with the number of inflated bytes, and may raise. Raise `PackError`
    if there is no pack.
    """
    if data[start : start + 8] not in SIGNATURES:
        raise PackError("not a pack of a known version")
    offsets, at, error = array("Q"), start + HEADER_BYTES, ""
    try:
        for _ in range(int.from_bytes(data[start + 8 : at])):
            content = _skip_header(data, at, id_width)
            if content - at > MAX_HEADER:
                raise PackError("the header of an entry is too long")
            end = find_end(data, content, count_output)
            offsets.append(at)
            at = end
    except IndexError:
        error = "cut short"
    except PackError as raised:
        error = f"damaged: {raised}"
    except INFLATE_ERRORS as raised:
        error = f"damaged: {raised}"
    if not error and len(data) > at + id_width:  # a checksum ends a pack
        error = f"damaged: {len(data) - at - id_width:,} bytes follow its objects"
    index = PackIndex("", id_width, memoryview(b""), offsets)
    return UnindexedPack(link_entries(index, data, array("Q", offsets), at), error)


def _skip_header(data: bytes, at: int, id_width: int) -> int:
    """Return the start of the compressed content; raise `IndexError` at the end of the data."""
    kind = data[at] >> 4 & 7
    if kind not in _KINDS:
        raise PackError(f"an entry of unknown kind {kind}")
    at = _skip_number(data, at)
    if kind == OFS_DELTA:
        return _skip_number(data, at)
    return at + id_width if kind == REF_DELTA else at


def _skip_number(data: bytes, at: int) -> int:
    while data[at] & 0x80:
        at += 1
    return at + 1
