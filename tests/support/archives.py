"""Archives of every format around a content, built in memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import re
import sqlite3
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.support.repositories import Repo
from wakeyscan.core.lazy import lazy_import

inflate64: Any = lazy_import("inflate64")  # these three are extras
py7zr: Any = lazy_import("py7zr")
pypdf: Any = lazy_import("pypdf")
zstd: Any = lazy_import("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")

Pack = Callable[[bytes], bytes]


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def encrypted_zip(files: Mapping[str, bytes]) -> bytes:
    """Build a zip whose members are marked as encrypted."""
    made = bytearray(zipped(files, zipfile.ZIP_STORED))
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = 0
        while (start := made.find(signature, start)) >= 0:
            made[start + flags] |= 1
            start += 4
    return bytes(made)


def deflate64_zip(files: Mapping[str, bytes]) -> bytes:
    """Build a zip whose members are compressed with Deflate64."""
    body, directory = bytearray(), bytearray()
    for name, content in files.items():
        deflater = inflate64.Deflater()
        packed = deflater.deflate(content) + deflater.flush()
        shared = (20, 0, 9, 0, 0, zlib.crc32(content), len(packed), len(content), len(name), 0)
        entry = struct.pack("<4sH5H3I2H", b"PK\1\2", 20, *shared)
        directory += entry + struct.pack("<3H2I", 0, 0, 0, 0, len(body)) + name.encode()
        body += struct.pack("<4s5H3I2H", b"PK\3\4", *shared) + name.encode() + packed
    counts = (len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory) + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, *counts)


def seven_zipped(files: Mapping[str, bytes], *filters: int, password: str | None = None) -> bytes:
    """Build a 7z, by default with LZMA2; the filters are constants of py7zr."""
    held = io.BytesIO()
    used = [{"id": one} for one in filters] or None
    with py7zr.SevenZipFile(held, "w", filters=used, password=password) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return held.getvalue()


def whole_pdf(text: bytes, title: bytes = b"") -> bytes:
    """Build a PDF that other programs open too: a page that shows a text, and a title."""
    page = zlib.compress(b"BT /F1 12 Tf 72 700 Td (%b) Tj ET" % _escaped(text))
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (%b) >>" % _escaped(title),
    )
    made, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    trailer = b"trailer << /Root 1 0 R /Info 6 0 R /Size %d >>\n" % (len(bodies) + 1)
    return made + head + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(made)


def encrypted_pdf(content: bytes, algorithm: str, password: str = "") -> bytes:
    """Encrypt a PDF; with an empty password every viewer opens it."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt(password, "owner", algorithm=algorithm)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def tarred(files: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=form) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def database(content: bytes, encoding: str = "UTF-8") -> bytes:
    """Build a database with the content in parts on two pages; a short one is on one."""
    text = None if encoding == "UTF-8" else content.decode()
    stored = content if text is None else text.encode(encoding.replace("UTF-", "utf-"))
    noise = random.Random(1).randbytes(700)
    for more in range(10, 1000, 10):
        made = _database(
            noise + content if text is None else "." * 700 + text, "-" * more, encoding
        )
        middle = stored[len(stored) // 4 : -(len(stored) // 4)]
        if len(stored) < 16 or not middle.strip(b"\0") or middle not in made:
            return made
    raise AssertionError("it never lies over two pages")


def _database(value: bytes | str, more: str, encoding: str) -> bytes:
    base = sqlite3.connect(":memory:")
    base.execute(f"PRAGMA encoding = '{encoding}'")
    base.execute("PRAGMA page_size = 512")
    base.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, body, more TEXT)")
    base.execute("INSERT INTO messages (body, more) VALUES (?, ?)", (value, more))
    base.commit()
    made = base.serialize()
    base.close()
    return made


def wal(content: bytes) -> bytes:
    """Build a write-ahead log with all pages of a database with the content."""
    size, pages = _split_pages(database(content))
    header = struct.pack(">8I", 0x377F0682, 3_007_000, size, *range(5))
    last = len(pages)
    return header + b"".join(
        struct.pack(">6I", number, last if number == last else 0, *range(4)) + page
        for number, page in enumerate(pages, 1)
    )


def journal(content: bytes) -> bytes:
    """Build a rollback journal with all pages of a database with the content."""
    size, pages = _split_pages(database(content))
    magic = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
    header = magic + struct.pack(">5I", len(pages), 1, len(pages), 512, size)
    records = (struct.pack(">I", n) + page + bytes(4) for n, page in enumerate(pages, 1))
    return header.ljust(512, b"\0") + b"".join(records)


def _split_pages(base: bytes) -> tuple[int, list[bytes]]:
    return 512, [base[at : at + 512] for at in range(0, len(base), 512)]


def pdf(content: bytes) -> bytes:
    """Build a PDF with the text of a page, kerned, and the content in an object stream."""
    shown = b"] TJ\n0 -14 Td [".join(
        b" -20 ".join(b"(%b)" % _escaped(line[at : at + 5]) for at in range(0, len(line), 5))
        for line in content.split(b"\n")
    )
    page = zlib.compress(b"BT /F1 12 Tf [" + shown + b"] TJ ET")
    return b"".join(
        (
            b"%PDF-1.7\n",
            b"4 0 obj\n<< /Length ",
            str(len(page)).encode(),
            b" /Filter /FlateDecode >>\nstream\n",
            page,
            b"\nendstream\nendobj\nstartxref\n0\n%%EOF\n",
        )
    )


def _escaped(text: bytes) -> bytes:
    for odd in (b"\\", b"(", b")"):
        text = text.replace(odd, b"\\" + odd)
    return text


def lzw(content: bytes, early: bool = True) -> bytes:
    """Compress for LZWDecode of PDF; `early`: codes get wider one code early."""
    fresh = {bytes((byte,)): byte for byte in range(256)}
    table, size, width, word = dict(fresh), 258, 9, b""
    bits = f"{256:09b}"
    for byte in content:
        longer = word + bytes((byte,))
        if longer in table:
            word = longer
            continue
        bits += f"{table[word]:0{width}b}"
        table[longer], size, word = size, size + 1, longer[-1:]
        width = (size - 1 + early).bit_length()
        if size == 4094:
            bits += f"{256:0{width}b}"
            table, size, width = dict(fresh), 258, 9
    if word:
        bits += f"{table[word]:0{width}b}"
        width = min(12, (size + early).bit_length())
    bits += f"{257:0{width}b}"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def run_lengths(content: bytes) -> bytes:
    """Encode for RunLengthDecode of PDF."""
    made = bytearray()
    for same in re.finditer(rb"(.)\1{2,127}|(?:(.)(?!\2\2)){1,128}", content, re.DOTALL):
        made += bytes((257 - len(same[0]),)) + same[1] if same[1] else b""
        made += b"" if same[1] else bytes((len(same[0]) - 1,)) + same[0]
    return bytes(made) + b"\x80"


def png_rows(content: bytes, columns: int, step: int, kinds: bytes) -> bytes:
    """Apply the filters of PNG (RFC 2083, 6) to rows in turn."""
    made, above = bytearray(), bytes(step + columns * step)
    for number, at in enumerate(range(0, len(content), columns * step)):
        kind, row = kinds[number % len(kinds)], content[at : at + columns * step]
        here = bytes(step) + row
        made.append(kind)
        for place, byte in enumerate(row, step):
            a, b, c = here[place - step], above[place], above[place - step]
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))
            made.append(byte - (0, a, b, (a + b) // 2, nearest[2])[kind] & 0xFF)
        above = here.ljust(step + columns * step, b"\0")
    return bytes(made)


def tiff_rows(content: bytes, columns: int, colors: int, width: int) -> bytes:
    """Apply the predictor of TIFF (6.0, section 14), with samples of some bytes."""
    made = bytearray()
    for at in range(0, len(content), columns * colors * width):
        row = content[at : at + columns * colors * width]
        whole = len(row) - len(row) % width
        cells = [int.from_bytes(row[n : n + width], "big") for n in range(0, whole, width)]
        for n, cell in enumerate(cells):
            left = cells[n - colors] if n >= colors else 0
            made += (cell - left & (1 << 8 * width) - 1).to_bytes(width, "big")
        made += row[whole:]
    return bytes(made)


def bundle(content: bytes, folder: Path, name: str = "inner.txt") -> bytes:
    """Build a git bundle of a history with the content in its middle, as a delta."""
    repo = Repo(folder / f"repo-{random.Random(content).randrange(1 << 60)}")
    base = "".join(f"{random.Random(n).random()}\n" for n in range(300)).encode()
    for version in (base, base + content, base + b"gone\n"):
        repo.commit({name: version})
    repo.git("gc", "-q")
    made = repo.top / "made.bundle"
    repo.git("bundle", "create", "-q", str(made), "--all")
    return made.read_bytes()


def xz(content: bytes) -> bytes:
    return lzma.compress(content)


def zst(content: bytes) -> bytes:
    return bytes(zstd.compress(content))


INNER = "inner.txt"
MAKE: dict[str, tuple[Pack, str]] = {
    "gzip": (gzip.compress, ""),
    "zlib": (zlib.compress, ""),
    "bzip2": (bz2.compress, ""),
    "xz": (xz, ""),
    "lzma": (lambda content: lzma.compress(content, lzma.FORMAT_ALONE), ""),
    "zstd": (zst, ""),
    "zip": (lambda content: zipped({INNER: content}), f"!/{INNER}"),
    "tar": (lambda content: tarred({INNER: content}), f"!/{INNER}"),
    "sqlite": (database, "!/messages"),
    "sqlite-journal": (journal, "!/rows"),
    "sqlite-wal": (wal, "!/rows"),
    "pdf": (pdf, "!/object 4"),
}
"""Builders by format, with the path inside the archive. Bundles need a folder."""

HOLDS_ANYTHING = ("gzip", "zlib", "bzip2", "xz", "lzma", "zstd", "zip", "tar")
