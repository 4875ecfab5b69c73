"""Compression methods of zip (APPNOTE.TXT 6.3.10, 4.4.5)."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from lzma import FILTER_LZMA1, FORMAT_RAW, LZMADecompressor, LZMAError

from wakeyscan.core.inflate import RAW
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors._stream import Codec
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.compressed import (
    build_bzip2_codec,
    build_inflate_codec,
    build_xz_codec,
    build_zstd_codec,
)
from wakeyscan.extractors.extractor import DAMAGED, ExtractionError, OpaqueContent, ReadBytes

if TYPE_CHECKING:
    from wakeyscan.extractors import deflate64
else:
    deflate64 = lazy_import("wakeyscan.extractors.deflate64")  # an optional library, a rare method

_NO_DEFLATE64 = (
    "compressed with Deflate64; pip install 'wakeyscan[archives]' to have it opened, or unpack it"
)
STORED, DEFLATED, _DEFLATE64, _BZIP2, _LZMA, _ZSTD, _XZ = 0, 8, 9, 12, 14, 93, 95
_UNREAD_METHODS = {
    **dict.fromkeys((1, 2, 3, 4, 5, 6, 10, 18), "a method of old zip programs"),
    94: "MP3",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
    99: "AES encryption",
}
"""Methods that nothing here reads."""

METHODS = frozenset((STORED, DEFLATED, _DEFLATE64, _BZIP2, _LZMA, _ZSTD, _XZ, *_UNREAD_METHODS))
"""All methods that the specification lists."""


def build_codec(method: int, read: ReadBytes, budget: ExtractionBudget) -> Codec:
    """Return the codec of a method; `read` reads the compressed data, whose start LZMA needs.

    Raise `ExtractionError` for an unknown method, and `OpaqueContent` for one that nothing reads.
    """
    if method == DEFLATED:
        return build_inflate_codec(RAW)
    if method == _BZIP2:
        return build_bzip2_codec()
    if method == _LZMA:
        return Codec(partial(_start_lzma, read(9), budget), (LZMAError,))
    if method == _XZ:
        return build_xz_codec(budget)
    if method == _ZSTD:
        return build_zstd_codec(budget)
    if method == _DEFLATE64 and find_spec("inflate64"):
        return Codec(deflate64.Deflate64Decompressor, (ValueError,))
    if method == _DEFLATE64:
        raise OpaqueContent(_NO_DEFLATE64)
    if method in _UNREAD_METHODS:
        raise OpaqueContent(f"compressed with {_UNREAD_METHODS[method]}, which is not supported")
    raise ExtractionError(f"compressed by an unknown method ({method})")


def _start_lzma(header: bytes, budget: ExtractionBudget) -> LZMADecompressor:
    """Parse a version, a length and five bytes of properties, and start to decompress the rest."""
    if len(header) < 9 or header[2:4] != b"\5\0" or header[4] >= 9 * 5 * 5:
        raise ExtractionError(f"{DAMAGED} (LZMA properties)")
    rest, lc = divmod(header[4], 9)
    pb, lp = divmod(rest, 5)
    window = int.from_bytes(header[5:9], "little")
    if window > budget.limits.max_memory or lc + lp > 4:
        raise ExtractionError(f"LZMA with a window of {window:,} bytes or invalid properties")
    filters = [{"id": FILTER_LZMA1, "dict_size": max(window, 4096), "lc": lc, "lp": lp, "pb": pb}]
    return LZMADecompressor(FORMAT_RAW, filters=filters)
