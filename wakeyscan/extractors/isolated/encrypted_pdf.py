"""Encrypted PDFs that open without a password, decrypted by pypdf: one PDF with all objects."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.isolated.reader import FrameWriter, OpaqueFile

if TYPE_CHECKING:
    from typing import Any, BinaryIO

# pypdf is optional; only a process of its own imports this module.
pypdf: Any = import_module("pypdf")
generic: Any = import_module("pypdf.generic")

_NOT_COPIED = ("/XRef", "/ObjStm")
"""Types of streams that only make sense in the encrypted file; their objects are copied."""


def read(file: BinaryIO, writer: FrameWriter) -> None:
    """Send a PDF without encryption, which has all objects of the file that can be read.

    Raise `ValueError` if some cannot be read.
    """
    reader = pypdf.PdfReader(file)
    if not reader.decrypt(""):
        raise OpaqueFile("encrypted with a password")
    writer.start_member("")
    writer.write(b"%PDF-1.7\n")
    encryption = reader.trailer.raw_get("/Encrypt")
    skipped, damaged = getattr(encryption, "idnum", None), []
    for number, generation in _list_objects(reader):
        if number == skipped:
            continue
        try:
            writer.write(_read_object(reader, number, generation))
        except MemoryError:
            raise
        except Exception:  # pypdf may raise anything for a damaged object
            damaged.append(number)
    if damaged:
        raise ValueError(f"{len(damaged):,} objects, such as object {damaged[0]}")


def _list_objects(reader: Any) -> list[tuple[int, int]]:
    """Return number and generation of all objects, those in object streams included."""
    plain = ((number, level) for level, found in reader.xref.items() for number in found)
    return sorted({*plain, *((number, 0) for number in reader.xref_objStm)})


def _read_object(reader: Any, number: int, generation: int) -> bytes:
    item = reader.get_object(generic.IndirectObject(number, generation, reader))
    if item is None or (isinstance(item, dict) and item.get("/Type") in _NOT_COPIED):
        return b""
    out = BytesIO()
    item.write_to_stream(out)
    return b"%d %d obj\n%b\nendobj\n" % (number, generation, out.getvalue())
