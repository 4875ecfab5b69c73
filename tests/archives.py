"""Makes containers of every format around a content, in memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sqlite3
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.repository import Repo

zstd: Any = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")

Pack = Callable[[bytes], bytes]


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
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
    """Make a database that has the content in pieces, on two pages."""
    text = None if encoding == "UTF-8" else content.decode()
    stored = content if text is None else text.encode(encoding.replace("UTF-", "utf-"))
    noise = random.Random(1).randbytes(700)
    for more in range(10, 1000, 10):
        made = _database(
            noise + content if text is None else "." * 700 + text, "-" * more, encoding
        )
        if stored[len(stored) // 4 : -(len(stored) // 4)] not in made:
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


def pdf(content: bytes) -> bytes:
    """Make a PDF with a page's text, letters moved, and the content in an object stream."""
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


def bundle(content: bytes, folder: Path, name: str = "inner.txt") -> bytes:
    """Make a git bundle of a history that has the content in its middle, as a delta."""
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
    "zstd": (zst, ""),
    "zip": (lambda content: zipped({INNER: content}), f"!/{INNER}"),
    "tar": (lambda content: tarred({INNER: content}), f"!/{INNER}"),
    "sqlite": (database, "!/messages"),
    "pdf": (pdf, "!/object 4"),
}
"""By format: how one is made, and how the path goes on within it. Bundles need a folder."""

HOLDS_ANYTHING = ("gzip", "zlib", "bzip2", "xz", "zstd", "zip", "tar")
