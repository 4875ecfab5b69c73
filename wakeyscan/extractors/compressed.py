"""Compressed streams: gzip, bzip2, xz, LZMA, zlib and Zstandard.

Except for LZMA, several streams may follow each other in one file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO

from wakeyscan.core.inflate import GZIP, INFLATE_ERRORS, ZLIB, Inflater
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors._remainder import split_remainder
from wakeyscan.extractors._stream import Codec, Decompressor, SkippableFrames, Stream
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import ExtractionError, Member
from wakeyscan.extractors.file_types import SIGNATURES

if TYPE_CHECKING:
    import bz2
    import lzma
    from typing import Any, BinaryIO

    from wakeyscan.extractors import _zstd_frame
else:
    # Each takes about a millisecond, and some builds of Python lack them.
    bz2 = lazy_import("bz2")
    lzma = lazy_import("lzma")
    _zstd_frame = lazy_import("wakeyscan.extractors._zstd_frame")


class CompressedFormat(NamedTuple):
    """An extractor for a compressed stream; its only member has the name of the file."""

    build_codec: Callable[[ExtractionBudget], Codec]
    signatures: tuple[bytes, ...] = ()
    """First bytes of a further stream; empty: no further stream may follow."""
    is_weak: bool = True
    """Whether many files that are not in this format begin with the same bytes."""
    SEEKS: bool = False

    def open(self, file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
        """Yield the decompressed content, then what the format skips, and what follows its end."""
        codec = self.build_codec(budget)
        stream = Stream(file.read, codec, budget, signatures=self.signatures, is_weak=self.is_weak)
        yield Member("", stream.read)
        if codec.frames:
            for content in codec.frames.contents:
                yield Member("", BytesIO(content).read, content=content)
            if codec.frames.is_cut:
                raise ExtractionError("a skippable frame is too large to open what is in it")
        yield from split_remainder(stream.read_rest)


def build_inflate_codec(wbits: int) -> Codec:
    """Return the codec of a deflate stream with the header that `wbits` selects."""
    return Codec(lambda: Inflater(wbits), INFLATE_ERRORS)


def build_bzip2_codec() -> Codec:
    """Return the codec of bzip2."""
    return Codec(bz2.BZ2Decompressor, (OSError,))


def build_xz_codec(budget: ExtractionBudget) -> Codec:
    """Return the codec of xz, limited to the memory that the budget allows."""
    start = partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, budget.limits.max_memory)
    return Codec(start, (lzma.LZMAError,))


def build_lzma_codec(budget: ExtractionBudget) -> Codec:
    """Return the codec of LZMA, limited to the memory that the budget allows."""
    start = partial(lzma.LZMADecompressor, lzma.FORMAT_ALONE, budget.limits.max_memory)
    return Codec(start, (lzma.LZMAError,))


def build_zstd_codec(budget: ExtractionBudget) -> Codec:
    """Return the codec of Zstandard; raise `ExtractionError` if no library is installed."""
    zstd = _load_zstd()
    memory = budget.limits.max_memory
    window = {zstd.DecompressionParameter.window_log_max: memory.bit_length() - 1}
    frames = SkippableFrames(memory)

    def start() -> Decompressor:
        return _zstd_frame.ZstdFrame(zstd.ZstdDecompressor(options=window), frames)

    return Codec(start, (zstd.ZstdError,), frames, _zstd_frame.explain_error)


def _load_zstd() -> Any:
    for package in ("compression", "backports"):  # Python's own since 3.14, or its backport
        if find_spec(package) and find_spec(f"{package}.zstd"):
            return import_module(f"{package}.zstd")
    raise ExtractionError("the library that opens it is not installed: pip install backports.zstd")


GZIP_FORMAT = CompressedFormat(lambda _: build_inflate_codec(GZIP), (b"\x1f\x8b",))
"""gzip (RFC 1952)."""

BZIP2_FORMAT = CompressedFormat(lambda _: build_bzip2_codec(), (b"BZh",), is_weak=False)

LZMA_FORMAT = CompressedFormat(build_lzma_codec)
"""LZMA (the .lzma file format, which xz replaced): firmware, old packages."""

XZ_FORMAT = CompressedFormat(build_xz_codec, SIGNATURES["xz"])
"""xz (the .xz file format)."""

ZLIB_FORMAT = CompressedFormat(lambda _: build_inflate_codec(ZLIB), (b"x\x01", b"x\x9c", b"x\xda"))
"""zlib (RFC 1950): a loose object of git, a cookie, the output of `zlib.compress`.

Its signature is two bytes, so `detect_format` inflates the beginning to recognize it.
"""

ZSTD_FORMAT = CompressedFormat(build_zstd_codec, SIGNATURES["zstd"])
"""Zstandard (RFC 8878), including skippable frames."""
