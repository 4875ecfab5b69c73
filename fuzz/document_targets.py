"""Parsers of the content of files: archives, string tables, encodings, structured documents."""

from __future__ import annotations

import json
import plistlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path

from fuzz.target import Target
from tests.support import (
    archives,
    columnar,
    encodings,
    ends,
    programs,
    shapes,
    statements,
    string_tables,
    value_formats,
)
from tests.support.keys import PREFIX
from wakeyscan.core.chunks import ChunkStream
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret import API_KEY
from wakeyscan.decoders import DECODERS
from wakeyscan.extractors import EXTRACTORS
from wakeyscan.extractors.budget import ExtractionBudget, Limits
from wakeyscan.extractors.extract import extract_members
from wakeyscan.extractors.file_types import SIGNATURES, detect_format
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.logical_locations import find_logical_locations
from wakeyscan.scanner.string_tables import (
    FIRST_TYPES,
    STRING_TABLES,
    find_format,
    find_table_strings,
)

_LIMITS = Limits(max_bytes=4 << 20, max_seconds=5)
_KEY = f"{PREFIX}q7Rk2mZp9XtB4vLs8NcY1wDf6HjG3aQe"
_TEXT = f"token = '{_KEY}'\nAuthorization: Bearer {_KEY[8:32]}\n".encode()
_NAMES = ("a.har", "a.ipynb", "a.js.map", "a.json", "a.tf", "a.yaml")


@cache
def _build_context() -> ScanContext:
    context = build_context(loader.load_rules(), DECODERS)
    return context._replace(limits=_LIMITS)


def scan(data: bytes, path: str = "a") -> None:
    """Scan a document; neither an excerpt nor a reason for a skip may quote a key."""
    result = scan_documents([Document(Origin(path), data)], _build_context())
    for finding in result.findings:
        assert redact(finding.excerpt) == finding.excerpt or not _has_key(finding.excerpt)
    for skipped in result.skipped:
        assert redact(skipped.reason) == skipped.reason


def _has_key(text: str) -> bool:
    """Return whether a text holds a key; `redact` masks damaged encodings of one too."""
    document = Document(Origin("a"), text.encode("utf-8", "surrogateescape"))
    return any(one.rule == API_KEY for one in scan_documents([document], _build_context()).findings)


def scan_as_text(data: bytes) -> None:
    """Scan a document under names that decide how it is read."""
    kinds = "py", "js", "ldif", "reg", "rtf", "md", "env", "xml", "properties", "log", "patch"
    scan(data, f"a.{kinds[len(data) % len(kinds)]}")


def scan_with_name(data: bytes) -> None:
    """Scan a document whose name is before the first NUL; it decides whether lines are wrapped."""
    name, _, content = data.partition(b"\0")
    scan(content, name.decode("utf-8", "replace"))


def extract(archive_format: str, data: bytes) -> None:
    """Read the members of an archive, if the first bytes say that it is one."""
    if detect_format(data, len(data)) != archive_format:
        return
    document = Document(Origin("a"), data)
    content = ChunkStream(document, lambda: None, lambda chunk: None)
    budget = ExtractionBudget(_LIMITS, lambda: len(data))
    for item, _ in extract_members(document.origin, archive_format, content, budget):
        assert not isinstance(item, Skipped) or item.reason


def find_strings(name: str, data: bytes) -> None:
    """Find the strings of a format around offsets."""
    if find_format(data) != name and name not in FIRST_TYPES.get(data[:1], ()):
        return
    offsets = range(0, len(data), 1 + len(data) // 50)
    for offset, spans in find_table_strings(data, offsets).items():
        assert all(0 <= start <= offset < end <= len(data) for start, end in spans)


def locate(data: bytes) -> None:
    """Find logical locations at offsets."""
    offsets = range(0, len(data), 1 + len(data) // 50)
    for name in _NAMES:
        details = find_logical_locations(Document(Origin(name), data), offsets, redact)
        assert len(details) == len(offsets)


def _make_archives(archive_format: str) -> Iterator[bytes]:
    if archive_format in SIGNATURES:
        yield SIGNATURES[archive_format][0] + bytes(40)
    if archive_format in archives.MAKE:
        yield archives.MAKE[archive_format][0](_TEXT)
    if archive_format == "pdf":
        yield archives.whole_pdf(_TEXT, b"Title")
    if archive_format == "bundle":
        with tempfile.TemporaryDirectory() as folder:
            yield archives.bundle(_TEXT, Path(folder))
    if archive_format == "avro":
        yield columnar.avro([[_TEXT, b"b"], [b"c", b"d"]])
    if archive_format == "parquet":
        yield columnar.parquet({"a": [_TEXT, b"b"], "c": [b"d", b"e"]})
    if archive_format == "lfs":
        yield b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize 9\n" % (b"a" * 64)


def _make_texts() -> Iterator[bytes]:
    values = {
        "token": "q7Rk2mZp9XtB4vLs8NcY1wDf",
        "basic": "dXNlcjpxN1JrMm1acDlYdEI0dkxz",
        "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJxN1JrMiJ9.q7Rk2mZp9XtB4vLs8NcY1wDf",
        "key": _KEY,
        "app": "k4Tn8wQz1LrV6bXs3Hd9",
    }
    for table in shapes.load_header_shapes().values():
        for text in table.values():
            for name, value in values.items():
                text = text.replace(f"{{{name}}}", value)
            yield text.encode()
    for encoding in encodings.SINGLE.values():
        yield encoding.wrap(_TEXT)
    yield b"dn: cn=a\ndescription: " + _KEY[:20].encode() + b"\n " + _KEY[20:].encode() + b"\n"
    yield f'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_A]\r\n"a"="{_KEY}"\r\n'.encode()
    yield rb"{\rtf1\ansi " + _KEY[:20].encode() + rb"\u95?" + _KEY[20:].encode() + rb"\par}"


def _make_ends() -> Iterator[bytes]:
    for name, text in (*ends.CUT.values(), *ends.WHOLE.values()):
        content, _, _ = ends.place_cut(text.replace("KEY", "AAABBB"), _KEY, 20)
        yield name.encode() + b"\0" + content
    for name, text, _ in statements.assemble_keys(lambda length: _KEY.ljust(length, "z"), 20, 12):
        yield f"{name}\0{text}".encode()
    for wrap in ends.WRAPS.values():
        content, _, _ = ends.place_wrapped("export KEY\nexit\n", _KEY, 20, wrap)
        yield b"a.txt\0" + content


def _make_structured() -> Iterator[bytes]:
    request = {"url": "u", "headers": [{"name": "Authorization", "value": _KEY}]}
    for document in (
        {"cells": [{"cell_type": "code", "source": [_KEY]}], "nbformat": 4},
        {"log": {"version": "1.2", "entries": [{"request": request}]}},
        {"version": 3, "sources": ["a.js"], "sourcesContent": [_KEY], "mappings": ""},
        {"version": 4, "terraform_version": "1", "resources": [{"type": "a", "instances": [{}]}]},
        {"info": {"_postman_id": "a"}, "item": [{"name": "b", "request": request}]},
    ):
        yield json.dumps(document, indent=1).encode()
    yield b"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  k: |\n    text\n"


def _make_tables(name: str) -> Iterable[bytes]:
    text = _KEY.encode()
    if name == "hermes":
        return (string_tables.HermesFile().build_from([b"abc", text, b"def"]),)
    if name == "property_list":
        tree = {"A": "x", "K": _KEY, "Y": [1, 2.5, {"z": b"abc"}]}
        return (plistlib.dumps(tree, fmt=plistlib.FMT_BINARY),)
    if name == "web_assembly":
        return (programs.web_assembly(b"abc" + text, programs.constants(3, len(text))),)
    if name == "numpy_array":
        return (value_formats.numpy_array("'|S48'", text.ljust(48, b"\0"), b"A" * 48),)
    if name in value_formats.PREFIXES:
        prefix = value_formats.PREFIXES[name]
        return [
            build(text) for known, build in value_formats.VALUES.items() if known.startswith(prefix)
        ]
    builders = {
        "elf": programs.elf,
        "portable_executable": programs.portable_executable,
        "mach_o": programs.mach_o,
    }
    strings = b"abc" + text + b"def"
    refers = programs.REFERENCES.values()
    return [builders[name](strings, 3, len(text), refer) for refer in refers]


def _bind(
    run: Callable[[str, bytes], None], make: Callable[[str], Iterable[bytes]], name: str
) -> Target:
    return Target(partial(run, name), partial(make, name))


TARGETS: Mapping[str, Target] = {
    "text": Target(scan_as_text, _make_texts),
    "ends": Target(scan_with_name, _make_ends),
    "structured": Target(locate, _make_structured),
    **{f"extract-{name}": _bind(extract, _make_archives, name) for name in EXTRACTORS},
    **{f"strings-{name}": _bind(find_strings, _make_tables, name) for name in STRING_TABLES},
}
