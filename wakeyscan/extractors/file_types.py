"""Detection of archive formats (zip, tar, gzip, …) by their first bytes.

A scan without archives loads only this module of the package.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import lzma
    import zlib

    from wakeyscan.extractors.columnar import arrow
    from wakeyscan.git import lfs
else:
    lzma = lazy_import("lzma")  # few files begin like these formats
    zlib = lazy_import("zlib")
    arrow = lazy_import("wakeyscan.extractors.columnar.arrow")
    lfs = lazy_import("wakeyscan.git.lfs")

_PDF, _MAX_BEFORE_PDF = b"%PDF-", 1024
"""How a PDF starts, and the bytes in which readers look for it: some programs write more first."""

SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "arrow": (b"ARROW1\0\0",),
    "avro": (b"Obj\x01",),
    "bundle": (b"# v2 git bundle\n", b"# v3 git bundle\n"),
    "bzip2": tuple(
        b"BZh%d" % level + block
        for level in range(1, 10)
        for block in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")  # with a first block, or with none
    ),
    "feather": (b"FEA1",),
    "gzip": tuple(b"\x1f\x8b\x08" + bytes([flags]) for flags in range(32)),
    "hdf5": (b"\x89HDF\r\n\x1a\n",),
    "lfs": (
        b"version https://git-lfs.github.com/spec/v1",
        b"version https://hawser.github.com/spec/v1",
        b"version http://git-media.io/v/2",
    ),
    # the default properties, and a dictionary of 64 KiB to 1 GiB, or half as much more
    "lzma": tuple(
        b"\x5d" + size.to_bytes(4, "little")
        for power in range(16, 31)
        for size in (1 << power, 3 << power - 1)
    ),
    "orc": (b"ORC",),
    "parquet": (b"PAR1", b"PARE"),
    "pdf": (_PDF,),
    "rar": (b"Rar!\x1a\x07",),
    "sevenzip": (b"7z\xbc\xaf\x27\x1c",),
    "sqlite": (b"SQLite format 3\0",),
    "sqlite-journal": (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7",),
    "sqlite-wal": (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"),
    "xz": (b"\xfd7zXZ\0",),
    "zip": (b"PK\3\4", b"PK\5\6", b"PK\7\x08"),
    "zlib": (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda"),
    "zstd": (b"\x28\xb5\x2f\xfd", *(bytes([low]) + b"\x2a\x4d\x18" for low in range(0x50, 0x60))),
}
"""By the names in `EXTRACTORS`, whose modules need not be loaded to detect a format."""

UNREAD_SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "cab": (b"MSCF\0\0\0\0",),
    "compress": tuple(b"\x1f\x9d" + bytes([0x80 + bits]) for bits in range(9, 17)),
    "deb": (b"!<arch>\ndebian-binary",),
    "lz4": (b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18"),
    "lzip": (b"LZIP\1",),
    "lzop": (b"\x89LZO\0\r\n\x1a\n",),
    "pack": (b"PACK\0\0\0\2", b"PACK\0\0\0\3"),
    "rpm": (b"\xed\xab\xee\xdb",),
    "snappy": (b"\xff\x06\0\0sNaPpY",),
    "squashfs": (b"hsqs", b"sqsh"),
    "xar": (b"xar!\0",),
}
"""Archives that are listed but not opened, so no text in base64 is searched for them."""

_BY_FORMAT = SIGNATURES | UNREAD_SIGNATURES


def _group_by_start() -> dict[bytes, dict[str, None]]:
    """Return the names of the formats by the first two bytes of their signatures."""
    names: dict[bytes, dict[str, None]] = {}
    for name, signatures in _BY_FORMAT.items():
        for signature in signatures:
            names.setdefault(signature[:2], {})[name] = None
    return names


_BY_FIRST_TWO = _group_by_start()

TAR_SIGNATURE, TAR_OFFSET = b"ustar", 257
"""The signature of a tar and its offset: the name of a file precedes it."""

_ARROW_STREAM = b"\xff\xff\xff\xff"
"""The start of a stream. In base64 it is a row of slashes, so it is not searched for in text."""

_TAR_BLOCK, _TAR_CHECKSUM = 512, slice(148, 156)
"""Bytes of a header, and where its checksum is: the only proof of a tar from before POSIX."""

_ZIP_END_SIGNATURE, _ZIP_END = b"PK\5\6", 22
"""The record that ends a zip, whatever precedes the archive, and its bytes without a comment."""
_MAX_ZIP_COMMENT = 0xFFFF

PROBE_SIZE, _ENOUGH_OUTPUT = 1024, 64
"""Bytes of the beginning to examine, and bytes of output that prove zlib.

They distinguish zlib from text that begins with `x^`. One in 10,000 random inputs passes.
"""

_MAX_PROBE_MEMORY = 256 << 20

_ENOUGH_TEXT, _TEXT_BYTES = 24, bytes((0, 9, 10, 13, *range(0x20, 0x7F)))
"""Bytes of output that prove zlib if all are text: the shortest key and the NUL of a git object."""


def detect_format(content: bytes | bytearray, size: int) -> str:
    """Return the name of the format of `content[:size]`, or an empty string.

    It runs for every file and blob, so it costs a few comparisons. `may_be_container` of the native
    core makes those that content without a NUL may pass.
    """
    return detect_beginning(content, size) or ("zip" if find_zip_end(content, size) else "")


def may_have_format(text: bytes | bytearray, size: int) -> bool:
    """Return whether `detect_format` may find one in `text[:size]` without a NUL; mostly not."""
    if bytes(text[:2]) in _BY_FIRST_TWO:
        return True
    return text.startswith(TAR_SIGNATURE, TAR_OFFSET, size)


def detect_beginning(content: bytes | bytearray, size: int) -> str:
    """Return the name of the format as which the first bytes show a file, or an empty string."""
    for name in _BY_FIRST_TWO.get(bytes(content[:2]), ()):
        if content.startswith(_BY_FORMAT[name], 0, size) and (
            name not in _PROBES or _PROBES[name](bytes(content[: min(size, PROBE_SIZE)]))
        ):
            return name
    if content.startswith(TAR_SIGNATURE, TAR_OFFSET, size) or _is_old_tar(content, size):
        return "tar"
    if content.startswith(_ARROW_STREAM, 0, size) and arrow.starts_stream(
        bytes(content[: min(size, PROBE_SIZE)])
    ):
        return "arrow"
    if content.find(_PDF, 1, min(size, _MAX_BEFORE_PDF)) > 0 and content.find(b"\0", 0, size) >= 0:
        return "pdf"
    return ""


def find_zip_end(content: bytes | bytearray, size: int) -> int:
    """Return the offset at which a zip within `content[:size]` ends; 0 without one.

    A program, or a file of any other format, may precede it, and a few bytes may follow it:
    programs that open a zip look for its directory from the end.
    """
    start = max(0, size - _ZIP_END - _MAX_ZIP_COMMENT)
    if size < _ZIP_END or content.find(b"\0", start, size) < 0:  # text has no NUL
        return 0
    at = content.rfind(_ZIP_END_SIGNATURE, start, size - _ZIP_END + len(_ZIP_END_SIGNATURE))
    if at < 0:
        return 0
    directory_size = int.from_bytes(content[at + 12 : at + 16], "little")
    end = at + _ZIP_END + int.from_bytes(content[at + 20 : at + 22], "little")
    if size in (at + _ZIP_END, end):
        return size
    is_whole = 0 < directory_size <= at and content.startswith(b"PK\1\2", at - directory_size)
    return min(end, size) if is_whole else 0


def ends_with_zip(content: bytes) -> bool:
    """Return whether a zip is the end of a content, which may begin in another format."""
    return find_zip_end(content, len(content)) == len(content) > 0


def _is_old_tar(content: bytes | bytearray, size: int) -> bool:
    """Return whether a header without a signature, as `tar --format=v7` writes it, is valid."""
    if size < _TAR_BLOCK or content[154:156] != b"\0 ":
        return False
    block = content[:_TAR_BLOCK]
    digits = bytes(block[_TAR_CHECKSUM][:6]).strip(b" ")
    checksum = sum(block) - sum(block[_TAR_CHECKSUM]) + 8 * 0x20
    return digits.lstrip(b"0") == b"%o" % checksum


def inflates(beginning: bytes) -> bool:
    """Return whether the bytes inflate to the end with a valid checksum, or far enough."""
    inflater = zlib.decompressobj()
    try:
        output = inflater.decompress(beginning, PROBE_SIZE)
    except zlib.error:
        return False
    if inflater.eof or len(output) >= _ENOUGH_OUTPUT:
        return True
    return len(output) >= _ENOUGH_TEXT and not output.translate(None, _TEXT_BYTES)


def _decompresses(beginning: bytes) -> bool:
    """Return whether the bytes are the beginning of an LZMA stream with more than no content."""
    try:
        decompressor = lzma.LZMADecompressor(lzma.FORMAT_ALONE, _MAX_PROBE_MEMORY)
        return bool(decompressor.decompress(beginning, PROBE_SIZE))
    except lzma.LZMAError as error:
        return "emory" in str(error)  # its dictionary is large: the extractor says so


def _has_binary(beginning: bytes) -> bool:
    """Return whether the bytes are more than text, which may start with a few letters by chance."""
    return bool(beginning.translate(None, _TEXT_BYTES))


def _is_pointer(beginning: bytes) -> bool:
    """Return whether a text is a Git LFS pointer and nothing else."""
    return lfs.parse_pointer(beginning) is not None


_PROBES = {
    "feather": _has_binary,
    "lfs": _is_pointer,
    "lzma": _decompresses,
    "orc": _has_binary,
    "parquet": _has_binary,
    "squashfs": _has_binary,
    "zlib": inflates,
}
"""Formats whose signature is too short, and functions that examine the beginning of the file."""
