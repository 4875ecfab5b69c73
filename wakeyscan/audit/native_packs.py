"""Packs that the native core opens; nothing else imports the core."""

from __future__ import annotations

from array import array

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.pack import SIGNATURES, SMALL, Pack, read_pack
from wakeyscan.git.pack_index import map_file

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.git.pack_index import PackIndex

native: Any = lazy_import("wakeyscan_native")  # optional, and without type hints

_INTERFACE = 6
"""Version of the functions of the core that are used here."""


def has_native_core() -> bool:
    """Return whether a native core with our interface is installed, and can be loaded."""
    try:
        return bool(native.INTERFACE == _INTERFACE)
    except (ImportError, AttributeError):
        return False


def read_pack_headers(index: PackIndex) -> Pack:
    """Read the headers of all entries, natively where that is possible; raise `PackError`."""
    if index.offsets and has_native_core():
        try:
            return _read_natively(index) or read_pack(index)
        except (OSError, OverflowError, ValueError):  # the message of `read_pack` is better
            pass
    return read_pack(index)


def _read_natively(index: PackIndex) -> Pack | None:
    """Return the pack; `None` if its links or its index are not of the usual kind."""
    data = map_file(index.pack_path)
    if data[:8] not in SIGNATURES or int.from_bytes(data[8:12]) != len(index.offsets):
        return None
    end = len(data) - index.id_width
    headers = native.read_headers(index.pack_path, index.offsets, end, index.id_width, SMALL)
    if headers.unlinked:  # bases are given by their ids, or are no entries
        return None
    return Pack(
        pack_index=index,
        data=data,
        offsets=array("Q", headers.offsets),
        header_sizes=headers.sizes,
        kinds=headers.kinds,
        large_sizes=dict(headers.large),
        first_delta=array("i", headers.first_delta),
        next_delta=array("i", headers.next_delta),
        missing_bases={},
        positions=array("I", headers.positions),
    )


def open_natively(pack: Pack) -> Any:
    """Return the pack of the core; raise `OSError` if its file was removed."""
    index = pack.pack_index
    return native.Pack(
        index.pack_path, pack.offsets, pack.first_delta, pack.next_delta, index.id_width
    )
