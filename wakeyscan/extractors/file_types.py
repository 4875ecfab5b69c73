"""Knows a container (zip, tar, gzip, …) by its first bytes, and how far one is opened.

All that whoever meets no container has to load. What opens one is in the family `containers`.
"""

from __future__ import annotations

SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "bundle": (b"# v2 git bundle\n", b"# v3 git bundle\n"),
    "bzip2": tuple(
        b"BZh%d" % level + block
        for level in range(1, 10)
        for block in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")  # with a first block, or with none
    ),
    "gzip": tuple(b"\x1f\x8b\x08" + bytes([flags]) for flags in range(32)),
    "lfs": (
        b"version https://git-lfs.github.com/spec/v1",
        b"version https://hawser.github.com/spec/v1",
        b"version http://git-media.io/v/2",
    ),
    "pdf": (b"%PDF-",),
    "rar": (b"Rar!\x1a\x07",),
    "sevenzip": (b"7z\xbc\xaf\x27\x1c",),
    "sqlite": (b"SQLite format 3\0",),
    "xz": (b"\xfd7zXZ\0",),
    "zip": (b"PK\3\4", b"PK\5\6", b"PK\7\x08"),
    "zlib": (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda"),
    "zstd": (b"\x28\xb5\x2f\xfd", *(bytes([low]) + b"\x2a\x4d\x18" for low in range(0x50, 0x60))),
}
"""By the files of `containers`; a table, so that none of them is loaded to be asked."""

_BY_FIRST_TWO = {mark[:2]: name for name, marks in SIGNATURES.items() for mark in marks}

TAR, TAR_AT = b"ustar", 257
"""What a tar has, and where: it begins with the name of a file."""
_ZIP_END = 22
"""Bytes of the end of a zip without a comment: whatever stands before it, that makes it one."""
_TRIED, _ENOUGH = 1024, 64
"""Bytes that are inflated to tell zlib from a text that begins with `x^` (and read, to tell a
pointer of Git LFS from a text about one), and what has to come of them where that is not its end:
of random bytes, one in 10,000 is taken for it."""
_OF_TEXT, _TEXT = 24, bytes((0, 9, 10, 13, *range(0x20, 0x7F)))
"""What is enough where it is a text, as long as the shortest key, with the NUL that git puts in."""


def detect_format(content: bytes | bytearray, size: int) -> str:
    """Name the member of `containers` that opens what `content[:size]` is; empty: none does.

    It is asked of every file and blob there is, so it costs three comparisons.
    """
    name = _BY_FIRST_TWO.get(bytes(content[:2]))
    if (
        name
        and content.startswith(SIGNATURES[name], 0, size)
        and (name != "zlib" or _inflates(bytes(content[: min(size, _TRIED)])))
        and (name != "lfs" or _points(bytes(content[: min(size, _TRIED)])))
    ):
        return name
    if content.startswith(TAR, TAR_AT, size):
        return "tar"
    if size >= _ZIP_END and content.startswith(b"PK\5\6", size - _ZIP_END, size):
        return "zip"  # behind a shell script, or a program that opens itself
    return ""


def _inflates(beginning: bytes) -> bool:
    """Say whether bytes are zlib's: all of it, with the check sum that it has, or enough."""
    import zlib  # which few texts ask for

    inflater = zlib.decompressobj()
    try:
        came = inflater.decompress(beginning, _TRIED)
    except zlib.error:
        return False
    if inflater.eof or len(came) >= _ENOUGH:
        return True
    return len(came) >= _OF_TEXT and not came.translate(None, _TEXT)


def _points(beginning: bytes) -> bool:
    """Say whether a text is a pointer of Git LFS, and nothing else besides."""
    from wakeyscan.git import lfs  # which few texts ask for

    return lfs.parse_pointer(beginning) is not None
