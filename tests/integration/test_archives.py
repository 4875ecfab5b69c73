"""Keys in containers: every format, in every other one, through every way a file comes in."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import re
import sqlite3
import struct
import subprocess
import tarfile
import zipfile
import zlib
from base64 import a85encode, b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.archives import (
    HOLDS_ANYTHING,
    INNER,
    MAKE,
    Pack,
    bundle,
    database,
    lzw,
    pdf,
    png_rows,
    run_lengths,
    tarred,
    tiff_rows,
    zipped,
)
from tests.support.command import TIMEOUT, WAKEYSCAN, Run, execute
from tests.support.encoded_cases import build_key
from tests.support.files import write
from tests.support.keys import ALPHABET, PREFIX, MakeKey, fingerprint, mask
from tests.support.repositories import Repo, places
from wakeyscan.core.document import CHUNK_SIZE, Document, Origin
from wakeyscan.decoders import DECODERS
from wakeyscan.extractors import EXTRACTORS
from wakeyscan.extractors.budget import ExtractionBudget, Limits
from wakeyscan.extractors.extractor import ExtractionError
from wakeyscan.extractors.file_types import (
    SIGNATURES,
    TAR_OFFSET,
    TAR_SIGNATURE,
    detect_format,
    may_have_format,
)
from wakeyscan.extractors.pdf.filters import open_filtered
from wakeyscan.extractors.pdf.predictors import parse_predictors
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.documents import scan_documents

FORMATS = (*MAKE, "bundle")
TEXTS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda key: f"\n  token = {key}\n".encode(),
    "base64": lambda key: b"data: " + b64encode(f"x={key} ".encode()) + b"\n",
    "utf-16": lambda key: f"token: {key}\n".encode("utf-16-le"),
}


class Case(NamedTuple):
    forms: tuple[str, ...]
    text: str

    @property
    def file(self) -> str:
        return f"{self}.bin"

    @property
    def key(self) -> str:
        return PREFIX + "".join(random.Random(str(self)).choices(ALPHABET, k=40))

    def __str__(self) -> str:
        return "-".join((*self.forms, self.text))

    @property
    def encoding(self) -> str:
        return "/".join((*self.forms, *(() if self.text == "plain" else (self.text,))))

    def made(self, scratch: Path) -> tuple[str, bytes]:
        """Make the content, and say which way leads in."""
        content, way = TEXTS[self.text](self.key), ""
        for form in reversed(self.forms):
            if form == "bundle":
                content, into = bundle(content, scratch), f"!/{INNER}"
            else:
                pack, into = MAKE[form]
                content = pack(content)
            way = into + way
        return way, content


CASES = [
    Case(forms, text)
    for forms in (
        *((form,) for form in FORMATS),
        *((o, i) for o in HOLDS_ANYTHING for i in FORMATS),
    )
    for text in TEXTS
    if not (forms[-1] == "pdf" and text == "utf-16")  # which no page shows
]


class Tree(NamedTuple):
    folder: Path
    ways: dict[str, str]
    """By the files: how the path goes on within."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    folder, scratch = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("scratch")
    ways = {}
    for case in CASES:
        ways[case.file], content = case.made(scratch)
        write(folder, {case.file: content})
    return Tree(folder, ways)


@pytest.fixture(scope="module")
def scanned(tree: Tree) -> dict[str, list[Any]]:
    """Scan all cases at once; give the findings by file."""
    ran = execute([WAKEYSCAN, "scan", "--format=json"], tree.folder)
    assert (ran.code, ran.err) == (1, "")
    report = ran.json()
    assert report["skipped"] == []
    return by_file(report)


def by_file(report: Any) -> dict[str, list[Any]]:
    files: dict[str, list[Any]] = {}
    for finding in report["findings"]:
        files.setdefault(finding["path"].partition("!/")[0], []).append(finding)
    return files


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_key_is_found_once_with_the_path_to_its_member(
    tree: Tree, scanned: dict[str, list[Any]], case: Case
) -> None:
    (finding,) = scanned[case.file]
    assert finding["fingerprint"] == fingerprint(case.key)
    assert finding["path"] == case.file + tree.ways[case.file]
    assert finding["encoding"] == case.encoding
    if case.forms[-1] in HOLDS_ANYTHING and case.text == "plain":
        assert (finding["line"], finding["column"]) == (2, 11)
        assert finding["excerpt"] == f"token = {mask(case.key)}"


def everywhere(report: Any) -> set[tuple[str, int, int, str]]:
    return {(f["path"], f["line"], f["column"], f["fingerprint"]) for f in report["findings"]}


@pytest.fixture(scope="module")
def repo(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Make a repository that has the tree staged."""
    repo = Repo(tmp_path_factory.mktemp("repo"))
    repo.commit({"readme": "x"})
    repo.stage({file.name: file.read_bytes() for file in sorted(tree.folder.iterdir())})
    return repo


def test_staged_files_ranges_hooks_and_audits_agree_with_a_scan(
    repo: Repo, tree: Tree, scanned: dict[str, list[Any]]
) -> None:
    seen = everywhere({"findings": [f for found in scanned.values() for f in found]})
    assert everywhere(repo.scan("staged:").json()) == seen
    hooked = repo.run("hook", "pre-commit", "--format=json")
    assert hooked.code == 1
    assert everywhere(hooked.json()) == seen
    repo.record()
    assert everywhere(repo.scan("git:HEAD~1..HEAD").json()) == seen
    repo.git("gc", "-q")
    audited = repo.run("audit", "--no-cache", "--format=json").json()
    assert everywhere(audited) == seen
    keys = {(key["fingerprint"], key["places"][0]["path"]) for key in audited["keys"]}
    assert keys == {(found, path) for path, _, _, found in seen}


@pytest.mark.parametrize("form", FORMATS)
def test_a_container_on_stdin_is_extracted(tree: Tree, run: Run, form: str) -> None:
    case = Case((form,), "plain")
    content = (tree.folder / case.file).read_bytes()
    ran = run("scan", "-", "--format=json", stdin=content)
    (finding,) = ran.json()["findings"]
    assert finding["path"] == "<stdin>" + tree.ways[case.file]
    assert finding["fingerprint"] == fingerprint(case.key)


def test_each_format_is_detected_by_its_signature(tree: Tree) -> None:
    for form in FORMATS:
        content = (tree.folder / f"{form}-plain.bin").read_bytes()
        assert detect_format(content, len(content)) == form
        assert b"\0" in content or may_have_format(content, len(content))
    tested_elsewhere = {"arrow", "avro", "feather", "hdf5", "lfs", "orc", "parquet", "sevenzip"}
    assert {*FORMATS, *UNREAD, *tested_elsewhere} == {*EXTRACTORS}
    texts = [text for some in SIGNATURES.values() for text in some]
    texts.append(b"a" * TAR_OFFSET + TAR_SIGNATURE)
    assert all(may_have_format(text, len(text)) for text in texts)


UNREAD = {
    "rar": b"Rar!\x1a\x07\x01\0" + bytes(range(60)),
    "cab": b"MSCF\0\0\0\0" + bytes(range(60)),
    "compress": b"\x1f\x9d\x90" + bytes(range(60)),
    "deb": b"!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n",
    "lz4": b"\x04\x22\x4d\x18" + bytes(range(60)),
    "lzip": b"LZIP\1\x0c" + bytes(range(60)),
    "lzop": b"\x89LZO\0\r\n\x1a\n" + bytes(range(60)),
    "pack": b"PACK\0\0\0\2\0\0\0\1" + bytes(range(60)),
    "rpm": b"\xed\xab\xee\xdb\3\0" + bytes(range(60)),
    "snappy": b"\xff\x06\0\0sNaPpY" + bytes(range(60)),
    "squashfs": b"hsqs" + bytes(range(60)),
    "xar": b"xar!\0\x1c\0\1" + bytes(range(60)),
}


@pytest.mark.parametrize("form", UNREAD)
def test_an_unsupported_format_is_reported(tmp_path: Path, run: Run, key: str, form: str) -> None:
    write(tmp_path, {"a": UNREAD[form], "b.zip": zipped({"c/d": UNREAD[form]}), "ok": b"x"})
    reason = f"in {form}: this format is not supported; unpack it and scan the result"
    ran = run("scan", "--format=json")
    assert ran.code == 0
    assert [(s["path"], s["reason"], s["opaque"]) for s in ran.json()["skipped"]] == [
        ("a", reason, True),
        ("b.zip!/c/d", reason, True),
    ]
    write(tmp_path, {"a": UNREAD[form] + f"\n{key}\n".encode()})  # where it is stored, it shows
    assert [f["path"] for f in run("scan", "--format=json").json()["findings"]] == ["a"]


@pytest.mark.parametrize("form", ["gzip", "bzip2", "xz", "zlib", "zstd", "sqlite", "tar", "pdf"])
def test_a_zip_after_an_archive_of_another_format_is_opened(
    tmp_path: Path, run: Run, key: str, form: str
) -> None:
    """Programs that open a zip look for its directory from the end of the file."""
    both = MAKE[form][0](b"nothing") + zipped({"k.txt": f"k={key}".encode()})
    write(tmp_path, {"a": both, "b.tar": tarred({"c": both})})
    found = {f["path"] for f in run("scan", "--format=json").json()["findings"]}
    assert found == {"a!/k.txt", "b.tar!/c!/k.txt"}


@pytest.mark.parametrize("before", [b"\n", b"\xef\xbb\xbf", b"HTTP/1.1 200 OK\r\n" * 50])
def test_a_pdf_that_starts_late_is_opened(
    tmp_path: Path, run: Run, key: str, before: bytes
) -> None:
    write(tmp_path, {"a": before + MAKE["pdf"][0](f"k={key}".encode())})
    found = run("scan", "--format=json").json()["findings"]
    assert [one["path"].partition("!")[0] for one in found] == ["a"]
    assert all("!" in one["path"] for one in found)


@pytest.mark.parametrize("after", [b"", b"\n", b"x" * 99])
@pytest.mark.parametrize("comment", [b"", b"of the archive"])
def test_a_zip_with_a_comment_is_opened_after_a_program(
    tmp_path: Path, run: Run, key: str, comment: bytes, after: bytes
) -> None:
    packed = zipped({"k.txt": f"k={key}".encode()})
    packed = packed[:-2] + struct.pack("<H", len(comment)) + comment
    write(tmp_path, {"a": b"#!/bin/sh\n" + packed + after})
    assert [f["path"] for f in run("scan", "--format=json").json()["findings"]] == ["a!/k.txt"]


def test_a_zip_after_a_program_of_several_chunks_is_opened(
    tmp_path: Path, run: Run, key: str
) -> None:
    """Inside an archive its size is not known, so there it is listed as skipped."""
    program = b"MZ" + random.Random(1).randbytes(2 * CHUNK_SIZE)
    both = program + zipped({"k.txt": f"k={key}".encode()})
    write(tmp_path, {"a": both})
    assert [f["path"] for f in run("scan", "--format=json").json()["findings"]] == ["a!/k.txt"]
    write(tmp_path, {"a": zipped({"c": both}, zipfile.ZIP_STORED)})
    ran = run("scan", "--format=json")
    reason = "ends with a zip that follows another file: not opened; unpack it and scan it"
    assert [(s["path"], s["reason"]) for s in ran.json()["skipped"]] == [("a!/c", reason)]
    assert ran.code == 3


def test_only_a_member_in_rtf_is_read_as_rtf(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    """The bytes of the whole archive hold the signature of RTF too."""
    one, two, other = make_key(), make_key(), make_key()
    members = {
        "0.txt": f"x={{{other[:20]}}}{{{other[20:]}}}\n",
        "a.bin": f"mail\n{{\\rtf1 {{{one[:20]}}}{{\\b {one[20:]}}}}}\n",
        "b.txt": f"x={{{other[:20]}}}{{{other[20:]}}}\n",
        "c.rtf": f"{{\\rtf1 {two[:20]}\n{two[20:]}}}\n",
        "d.txt": f"{other[:12]}\n{other[12:24]}\n{other[24:]}\n",
    }
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    found = {
        (f["path"], f["fingerprint"]) for f in run("scan", "-f", "json", ".").json()["findings"]
    }
    assert {path for path, _ in found} <= {f"a.tar!/{name}" for name in members}
    assert ("a.tar!/a.bin", fingerprint(one)) in found
    assert ("a.tar!/c.rtf", fingerprint(two)) in found


def test_a_tar_without_a_signature_is_opened(tmp_path: Path, run: Run, key: str) -> None:
    """`tar --format=v7` writes none: only the checksum of the header shows that it is a tar."""
    made = bytearray(tarred({"k.gz": gzip.compress(f"k={key}".encode())}))
    made[257:265] = bytes(8)
    made[148:156] = b" " * 8
    made[148:156] = b"%06o\0 " % sum(made[:512])
    write(tmp_path, {"a": bytes(made), "b.gz": gzip.compress(made)})
    found = {f["path"] for f in run("scan", "--format=json").json()["findings"]}
    assert found == {"a!/k.gz", "b.gz!/k.gz"}
    made[150] ^= 1
    write(tmp_path, {"a": bytes(made), "b.gz": b""})
    assert run("scan", "--format=json").json()["findings"] == []


KINDS = {
    "jar": "META-INF/MANIFEST.MF",
    "whl": "pkg/config.py",
    "apk": "assets/app.properties",
    "docx": "word/document.xml",
    "nupkg": "lib/a.config",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_every_kind_of_zip_is_extracted(
    tmp_path: Path, run: Run, key: str, kind: str, method: int
) -> None:
    write(tmp_path, {f"a.{kind}": zipped({KINDS[kind]: f"k={key}".encode()}, method)})
    ran = run("scan", "--format=json")
    assert places(ran.json()) == [f"a.{kind}!/{KINDS[kind]}:1"]
    assert ran.json()["skipped"] == []


_RUN = '<w:r w:rsidR="00A1"><w:rPr><w:b/><w:lang w:val="en-US"/></w:rPr>'
_WORD = f'</w:t></w:r><w:proofErr w:type="spellEnd"/>{_RUN}<w:t xml:space="preserve">'
_SLIDE = '</a:t></a:r><a:r><a:rPr lang="en-US" dirty="0" err="1"/><a:t>'
_SHEET = '</t></r><r><rPr><sz val="11"/><rFont val="Calibri"/></rPr><t>'
_WORDS = (
    "<w:document><w:body><w:p><w:r><w:t>x</w:t></w:r></w:p><w:p>"
    + _RUN
    + "<w:t>{}</w:t></w:r></w:p>"
)
RUNS: dict[str, tuple[str, str, str]] = {
    "document": ("word/document.xml", _WORDS, _WORD),
    "header": ("word/header1.xml", _WORDS, _WORD),
    "footer": ("word/footer2.xml", _WORDS, _WORD),
    "comment": ("word/comments.xml", _WORDS, _WORD),
    "on many lines": ("word/document.xml", _WORDS, "</w:t>\n </w:r>\n " + _RUN + "\n <w:t>"),
    "revision": (
        *("word/document.xml", _WORDS),
        f'</w:t></w:r><w:ins w:id="1" w:author="A B" w:date="2026-01-01T00:00:00Z">{_RUN}<w:t>',
    ),
    "deleted": (
        *("word/document.xml", _WORDS.replace("<w:t>{}</w:t>", "<w:delText>{}</w:delText>")),
        f"</w:delText></w:r>{_RUN}<w:delText>",
    ),
    "slide": (
        "ppt/slides/slide1.xml",
        "<p:sld><a:p><a:r><a:t>x</a:t></a:r></a:p><a:p><a:r><a:t>{}</a:t></a:r></a:p>",
        _SLIDE,
    ),
    "shared string": (
        "xl/sharedStrings.xml",
        "<sst><si><t>x</t></si><si><r><t>{}</t></r></si></sst>",
        _SHEET,
    ),
    "opendocument": (
        "content.xml",
        "<text:p>x</text:p><text:p>{}</text:p>",
        '<text:span text:style-name="T1">',
    ),
    "opendocument's marks": (
        "content.xml",
        "<text:h>x</text:h><text:p><text:span>{}</text:span></text:p>",
        '</text:span><text:bookmark text:name="a"/><text:span text:style-name="T2">',
    ),
}
"""By what it is: its name, a text with a place for a key, and what an editor puts into the key."""


@pytest.mark.parametrize("kind", RUNS)
def test_a_key_that_an_editor_split_into_runs_is_found(
    tmp_path: Path, run: Run, key: str, kind: str
) -> None:
    name, text, seam = RUNS[kind]
    for at in range(1, len(key)):
        cut = key[:at] + seam + key[at:]
        write(tmp_path, {f"{at}.docx": zipped({name: text.format("k: " + cut).encode()})})
    many = seam.join(re.findall("..?.?.?.?", key))
    write(tmp_path, {"0.docx": zipped({name: text.format("k: " + many).encode()})})
    report = run("scan", "--format=json").json()
    assert report["skipped"] == []
    assert {f["fingerprint"] for f in report["findings"]} == {fingerprint(key)}
    assert sorted((f["path"], f["line"]) for f in report["findings"]) == sorted(
        (f"{at}.docx!/{name}", 2) for at in range(len(key))
    )


ASUNDER = {
    "paragraphs": ("word/document.xml", f"</w:t></w:r></w:p><w:p>{_RUN}<w:t>"),
    "a line break": ("word/document.xml", "</w:t><w:br/><w:t>"),
    "a tab": ("word/document.xml", f"</w:t></w:r><w:r><w:tab/></w:r>{_RUN}<w:t>"),
    "a text between": (
        "word/document.xml",
        f"</w:t></w:r>{_RUN}<w:instrText> REF </w:instrText><w:t>",
    ),
    "cells": ("xl/sharedStrings.xml", "</t></si><si><t>"),
    "how it is read": ("xl/sharedStrings.xml", "</t></r><rPh sb='0' eb='1'><t>"),
    "a line break of a slide": ("ppt/slides/slide1.xml", "</a:t></a:r><a:br/><a:r><a:t>"),
    "OpenDocument's paragraphs": ("content.xml", "</text:p><text:p>"),
    "OpenDocument's blanks": ("content.xml", "<text:s/>"),
    "other tags": ("docs/a.xml", "</cell></row><row><cell>"),
}
"""By what stands between a key and what is none of it: the name of the member, and that."""


@pytest.mark.parametrize("kind", ASUNDER)
def test_text_of_other_paragraphs_is_not_part_of_a_key(
    tmp_path: Path, run: Run, key: str, kind: str
) -> None:
    name, between = ASUNDER[kind]
    text = f"<w:p><w:t>Next{between}{key}{between}Next</w:t></w:p>"
    write(tmp_path, {"a.docx": zipped({name: text.encode()})})
    report = run("scan", "--format=json").json()
    assert [f["fingerprint"] for f in report["findings"]] == [fingerprint(key)]


UNZIPPED = ("document", "on many lines", "revision", "opendocument", "opendocument's marks")
FEW_BYTES = build_context(loader.load_rules(""), DECODERS)
MANY_BYTES = build_context(loader.load_rules(""), DECODERS)
MANY_BYTES.prefilter.expect(1 << 30)


@pytest.mark.parametrize("context", [FEW_BYTES, MANY_BYTES], ids=["few bytes", "many"])
@pytest.mark.parametrize("kind", UNZIPPED)
def test_a_key_in_runs_of_an_unzipped_document_is_found(
    make_key: MakeKey, kind: str, context: ScanContext
) -> None:
    _, text, seam = RUNS[kind]
    for at in range(3, 40):
        key = make_key()
        cuts = key[:at] + seam + key[at : at + 5] + seam + key[at + 5 :]
        content = b"<?xml version='1.0'?>\n" + text.format("k: " + cuts).encode()
        (finding,) = detect_in_document(Document(Origin("a.fodt"), content), context)
        assert (finding.secret.reveal().decode(), finding.encoding) == (key, "runs")
        assert (finding.position.line, finding.position.column) == (
            2,
            text.index("{}") + len("k: ") + 1,
        )
        assert not any(key[n : n + 8] in finding.excerpt for n in range(8, 40))
    for at in (1, 2):
        content = text.format(key[:at] + seam + key[at:]).encode()
        found = detect_in_document(Document(Origin("a"), content), context)
        assert [f.secret.reveal().decode() for f in found] == [key]


@pytest.mark.parametrize("kind", ASUNDER)
def test_separate_texts_of_an_unzipped_document_are_not_joined(key: str, kind: str) -> None:
    _, between = ASUNDER[kind]
    for at in (4, 12):
        text = f"<w:p><w:t>Next {key[:at]}{between}{key[at:]}{between}Next</w:t></w:p>".encode()
        assert detect_in_document(Document(Origin("a.xml"), text), FEW_BYTES) == []
    text = f"<w:p><w:t>Next{between}{key}{between}Next</w:t></w:p>".encode()
    (finding,) = detect_in_document(Document(Origin("a.xml"), text), FEW_BYTES)
    assert (finding.secret.reveal().decode(), finding.encoding) == (key, "plain")


def test_many_keys_in_runs_are_each_found_once(make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(300)]
    paragraph = f"<w:p>{_RUN}<w:t>{{}}{_WORD}{{}}</w:t></w:r></w:p>\n"
    text = "".join(paragraph.format(key[:11], key[11:]) for key in keys).encode()
    found = detect_in_document(Document(Origin("a.xml"), text), FEW_BYTES)
    assert [(f.secret.reveal().decode(), f.position.line) for f in found] == [
        (key, number) for number, key in enumerate(keys, 1)
    ]


@pytest.mark.parametrize("kind", RUNS)
def test_a_key_at_the_start_of_a_run_starts_a_word(
    tmp_path: Path, run: Run, key: str, kind: str
) -> None:
    name, text, seam = RUNS[kind]
    write(tmp_path, {"a.docx": zipped({name: text.format("Key" + seam + key).encode()})})
    report = run("scan", "--format=json").json()
    assert [f["fingerprint"] for f in report["findings"]] == [fingerprint(key)]


def test_keys_in_tags_between_runs_are_found(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    one, two = make_key(), make_key()
    word = f'<w:p><w:t>a</w:t></w:r><w:hyperlink w:tooltip="{one}"><w:r><w:t>b</w:t></w:p>'
    odf = f'<text:p>a<text:a xlink:href="https://x.example/?k={two}">b</text:a></text:p>'
    files = {"word/document.xml": word.encode(), "content.xml": odf.encode()}
    write(tmp_path, {"a.docx": zipped(files)})
    report = run("scan", "--format=json").json()
    assert {f["fingerprint"] for f in report["findings"]} == {fingerprint(one), fingerprint(two)}


def test_keys_in_a_large_and_in_a_damaged_document_are_found(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    keys = [make_key() for _ in range(3)]
    paragraph = f"<w:p>{_RUN}<w:t>{{}}{_WORD}{{}}</w:t></w:r></w:p>"
    filler = paragraph.format("some", "thing") * 20_000
    text = filler.join(paragraph.format(key[:11], key[11:]) for key in keys).encode()
    packed = zipped({"word/document.xml": text}, zipfile.ZIP_STORED)
    odd = packed.replace(b"<w:p>", b"<w:P>", 1)  # the checksum shows it
    write(tmp_path, {"a.docx": packed, "b.docx": odd})
    report = run("scan", "--format=json").json()
    assert [(f["path"][0], f["line"], f["fingerprint"]) for f in report["findings"]] == [
        (file, 1 + 20_001 * number, fingerprint(key))
        for file in "ab"
        for number, key in enumerate(keys)
    ]
    assert [s["path"] for s in report["skipped"]] == ["b.docx!/word/document.xml"]


PACKAGES = {
    **dict.fromkeys(("apk", "xapk", "aab", "ipa", "hap", "msix", "crx", "xpi", "vsix"), True),
    **dict.fromkeys(("zip", "jar", "war", "whl", "nupkg", "docx"), False),
}


MEMBERS = ("assets/app.properties", "a.log", "README", "lib/run.py")


@pytest.fixture(scope="module")
def exposures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Scan all kinds of packages with each of the members; return the exposures by path."""
    folder = tmp_path_factory.mktemp("packages")
    for number, name in enumerate(MEMBERS):
        content = zipped({name: f"k={build_key(name)}".encode()})
        write(folder, {f"{number}/A.{kind}": content for kind in PACKAGES})
    report = execute([WAKEYSCAN, "scan", "--format=json"], folder).json()
    return {finding["path"]: finding["exposure"] for finding in report["findings"]}


@pytest.mark.parametrize("kind", PACKAGES)
@pytest.mark.parametrize("name", MEMBERS)
def test_files_in_the_package_of_an_app_are_client_side(
    exposures: dict[str, str], kind: str, name: str
) -> None:
    exposure = exposures[f"{MEMBERS.index(name)}/A.{kind}!/{name}"]
    assert (exposure == "client-side") == PACKAGES[kind]


def test_a_zip_appended_to_a_program_is_extracted(tmp_path: Path, run: Run, key: str) -> None:
    packed = zipped({"a/b.env": f"k={key}".encode()})
    write(tmp_path, {"run.pyz": b"#!/usr/bin/env python3\n" + packed})
    assert places(run("scan", "--format=json").json()) == ["run.pyz!/a/b.env:1"]


def test_a_zip_with_zip64_sizes_and_names_in_code_page_437_is_extracted(
    tmp_path: Path, run: Run, key: str
) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive, archive.open("n", "w", force_zip64=True) as entry:
        entry.write(f"k={key}".encode())
    odd = zipped({"naive.txt": f"k={key}".encode()}).replace(b"naive.txt", b"na\x8bve.txt")
    write(tmp_path, {"a.zip": held.getvalue(), "b.zip": odd})
    assert places(run("scan", "--format=json").json()) == ["a.zip!/n:1", "b.zip!/naïve.txt:1"]


@pytest.mark.parametrize(
    "form",
    [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT],
    ids=["ustar", "gnu", "pax"],
)
def test_tars_with_long_names_are_extracted(tmp_path: Path, run: Run, key: str, form: int) -> None:
    name = "/".join(["folder" * 4] * 6) + "/" + "n" * 90
    archive = tarred({"./first": b"x" * 1000, name: f"k={key}".encode()}, form)
    write(tmp_path, {"a.tar.gz": gzip.compress(archive)})
    assert places(run("scan", "--format=json").json()) == [f"a.tar.gz!/{name}:1"]


def test_keys_in_names_and_links_of_a_tar_are_found(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    keys = [make_key() for _ in range(3)]
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, kind in (("../up", b"0"), ("/etc/x", b"0"), ("twice", b"0"), ("twice", b"0")):
            entry = tarfile.TarInfo(name)
            entry.type = kind
            content = f"{keys[0]} {name}".encode()
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            link = tarfile.TarInfo(f"link{kind.decode()}")
            link.type, link.linkname = kind, f"/secrets/{keys[1]}"
            archive.addfile(link)
        for kind in (tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE):
            odd = tarfile.TarInfo(f"odd{kind.decode()}-{keys[2]}")
            odd.type = kind
            archive.addfile(odd)
    write(tmp_path, {"a.tar.gz": gzip.compress(held.getvalue())})
    report = run("scan", "--format=json").json()
    shown = sorted(
        {(f["path"].removeprefix("a.tar.gz!/"), f["fingerprint"]) for f in report["findings"]}
    )
    assert shown == sorted(
        {(name, fingerprint(keys[0])) for name in ("../up", "/etc/x", "twice")}
        | {(f"link{kind}", fingerprint(keys[1])) for kind in "12"}
        | {(f"odd{kind}-{mask(keys[2])}", fingerprint(keys[2])) for kind in ("6", "3", "4")}
        | {(f"odd5-{mask(keys[2])}/", fingerprint(keys[2]))}
    )
    assert report["skipped"] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz"]


def test_concatenated_archives_and_streams_are_extracted(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    one, two = make_key(), make_key()
    both = tarred({"one": one.encode()}) + tarred({"two": two.encode()})
    write(tmp_path, {"a.tar.gz": gzip.compress(both[:700]) + bytes(7) + gzip.compress(both[700:])})
    assert places(run("scan", "--format=json").json()) == ["a.tar.gz!/one:1", "a.tar.gz!/two:1"]


def image(layers: list[dict[str, bytes]], compressed: bool) -> bytes:
    """Make what `docker save` writes: layers, and a manifest that lists them."""
    packed = [gzip.compress(tarred(one)) if compressed else tarred(one) for one in layers]
    names = [f"blobs/sha256/{number:064x}" for number in range(len(layers))]
    manifest = json.dumps(
        [{"Config": "config.json", "RepoTags": ["a:1"], "Layers": names}]
    ).encode()
    files = dict(zip(names, packed, strict=True))
    return tarred({**files, "config.json": b"{}", "manifest.json": manifest})


@pytest.mark.parametrize("compressed", [False, True], ids=["docker", "oci"])
def test_a_file_that_an_upper_layer_of_an_image_deletes_is_found(
    tmp_path: Path, run: Run, key: str, compressed: bool
) -> None:
    layers = [{"app/.env": f"K={key}".encode()}, {"app/.wh..env": b"", "app/main.py": b"x"}]
    write(tmp_path, {"image.tar": image(layers, compressed)})
    (finding,) = run("scan", "--format=json").json()["findings"]
    assert finding["path"] == f"image.tar!/blobs/sha256/{0:064x}!/app/.env"
    assert finding["encoding"] == ("tar/gzip/tar" if compressed else "tar/tar")
    assert finding["exposure"] == "configuration"


def test_names_in_containers_are_masked_as_others_are(tmp_path: Path, run: Run, key: str) -> None:
    write(tmp_path, {"a.zip": zipped({f"x-{key}.txt": b"nothing", "b.zip": zipped({key: b""})})})
    report = run("scan", "--format=json").json()
    assert [f["path"] for f in report["findings"]] == [
        f"a.zip!/b.zip!/{mask(key)}",
        f"a.zip!/x-{mask(key)}.txt",
    ]
    assert {f["details"]["part"] for f in report["findings"]} == {"name"}
    for form in ("text", "sarif", "github", "markdown"):
        assert key not in run("scan", "--format", form).out


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_a_value_on_two_database_pages_is_found(
    tmp_path: Path, run: Run, key: str, encoding: str
) -> None:
    content = database(f".{key}".encode(), encoding)
    assert key.encode() not in content
    write(tmp_path, {"a.db": content})
    (finding,) = run("scan", "--format=json").json()["findings"]
    assert (finding["path"], finding["encoding"]) == ("a.db!/messages", "sqlite")
    assert finding["fingerprint"] == fingerprint(key)


def test_a_database_is_read_without_running_its_expressions(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    plain, glued, gone = make_key(), make_key(), make_key()
    base = sqlite3.connect(tmp_path / "a.db")
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA secure_delete = OFF")
    base.execute('CREATE TABLE "odd "" name" (a, b, c AS (hex(zeroblob(100000000))))')
    base.execute('INSERT INTO "odd "" name" (a, b) VALUES (?, ?)', (glued, "glued"))
    base.execute("CREATE VIEW v AS SELECT hex(zeroblob(500000000))")
    base.execute("CREATE TABLE w (k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID")
    base.execute("INSERT INTO w VALUES ('k', ?)", (plain.encode(),))
    base.execute("INSERT INTO w VALUES ('l', ?)", (f" {gone} ".encode(),))
    base.execute("DELETE FROM w WHERE k = 'l'")
    base.commit()
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    report = run("scan", "--format=json").json()
    assert report["skipped"] == []
    assert {(f["path"], f["fingerprint"]) for f in report["findings"]} == {
        ("a.db", fingerprint(gone)),  # which no table has, so the file itself shows it
        ('a.db!/odd " name', fingerprint(glued)),
        ("a.db!/w", fingerprint(plain)),
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db"]


def test_a_key_in_any_encoding_of_a_pdf_is_found(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    kinds: dict[str, Callable[[bytes], bytes]] = {
        "Tj": lambda key: b"BT (%b) Tj ET" % key,
        "octal": lambda key: b"BT (%b) Tj ET" % b"".join(b"\\%03o" % byte for byte in key),
        "hex": lambda key: b"BT <%b> Tj ET" % key.hex().encode(),
        "TJ": lambda key: (
            b"[<%b> 12.5 (%b)-.3(%b)] TJ" % (key[:3].hex().encode(), key[3:9], key[9:])
        ),
        "colours": lambda key: (
            b"BT /F1 9 Tf [(.%b)] TJ 1 0 0 rg /F2 9 Tf 0.1 Tc [(%b)-3(%b)] TJ ET"
            % (key[:5], key[5:11], key[11:])
        ),
        "next line": lambda key: b"BT (x) Tj (%b) ' 1 2 (y) \" ET" % key,
        "parentheses": lambda key: b"BT [(a(b) -300)-250(c\\(%b)] TJ ET" % key,
        "letters at places": lambda key: b"".join(
            b"BT /F1 10 Tf 1 0 0 1 %d 700 Tm (%c) Tj ET " % (72 + 6 * at, letter)
            for at, letter in enumerate(key)
        ),
        "letters after moves": lambda key: (
            b"BT /F1 10 Tf " + b"".join(b"6 0 Td <%02x> Tj " % letter for letter in key) + b"ET"
        ),
        "no show": lambda key: b"/Span << /ActualText (.%b) >> BDC (x) Tj EMC" % key,
        "odd hex": lambda key: b"BT [<2e2> 3 <%b>] TJ ET" % key.hex().encode(),
        "object stream": lambda key: b"5 0 << /URI (https://x.example/?k=%b) >>" % key,
    }
    keys = {kind: make_key() for kind in kinds}
    parts, filters = (
        [b"%PDF-1.7\n"],
        {"hex": "/ASCIIHexDecode", "Tj": "[/ASCII85Decode/FlateDecode]"},
    )
    for number, (kind, show) in enumerate(kinds.items(), 1):
        content = show(keys[kind].encode())
        if kind == "hex":
            content = content.hex().encode() + b">"
        elif kind == "Tj":
            import base64

            content = base64.a85encode(zlib.compress(content)) + b"~>"
        else:
            content = zlib.compress(content)
        named = filters.get(kind, "/FlateDecode").encode()
        parts.append(
            b"%d 0 obj << /Filter %b >>\nstream\r\n%b\nendstream endobj\n"
            % (number, named, content)
        )
    picture = b"9 0 obj << /Subtype /Image /Filter /DCTDecode >>\nstream\n\xff\xd8\xff\nendstream\n"
    write(tmp_path, {"a.pdf": b"".join((*parts, picture))})
    report = run("scan", "--format=json").json()
    assert report["skipped"] == []
    assert {f["path"]: f["fingerprint"] for f in report["findings"]} == {
        f"a.pdf!/object {number}": fingerprint(keys[kind]) for number, kind in enumerate(kinds, 1)
    }


def test_a_key_in_two_streams_of_a_pdf_page_is_found(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    key = make_key().encode()
    first, second = b"BT /F1 9 Tf (token: %b" % key[:20], b"%b) Tj ET" % key[20:]
    content = (
        b"%%PDF-1.7\n1 0 obj << /Type /Page /Contents [7 0 R 5 0 R] >> endobj\n"
        b"5 0 obj << /Length 8 0 R >>\nstream\n%b\nendstream endobj\n"
        b"7 0 obj << /Length 9 0 R >>\nstream\n%b\nendstream endobj\n" % (second, first)
    )
    write(tmp_path, {"a.pdf": content})
    report = run("scan", "--format=json").json()
    assert [(f["path"], f["fingerprint"], f["bounds"]) for f in report["findings"]] == [
        ("a.pdf!/object 7", fingerprint(key.decode()), "certain")
    ]


FILTERS: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "hex": (b"/ASCIIHexDecode", lambda c: c.hex(" ").encode() + b">"),
    "base 85": (b"/A85", lambda c: b" <~" + a85encode(c, wrapcol=60) + b"~>"),
    "run length": (b"/RunLengthDecode", run_lengths),
    "lzw": (b"/LZWDecode", lzw),
    "lzw, late": (
        b"/LZWDecode /DecodeParms << /EarlyChange 0 >>",
        lambda c: lzw(c, early=False),
    ),
    "base 85 of lzw": (b"[ /ASCII85Decode /LZW ]", lambda c: a85encode(lzw(c)) + b"~>"),
    "hex of run length of deflate": (
        b"[/AHx/RL/Fl]",
        lambda c: run_lengths(zlib.compress(c)).hex().encode() + b">",
    ),
    "deflate of base 85": (
        b"[/FlateDecode/ASCII85Decode]",
        lambda c: zlib.compress(a85encode(c) + b"~>"),
    ),
    "predicted as in PNG": (
        b"/FlateDecode /DecodeParms << /Predictor 15 /Columns 5 >>",
        lambda c: zlib.compress(png_rows(c, 5, 1, bytes(range(5)))),
    ),
    "predicted as in PNG, up": (
        b"/Fl /DP<</Columns 7/Predictor 12>>",
        lambda c: zlib.compress(png_rows(c, 7, 1, b"\2")),
    ),
    "predicted as in PNG, of colours": (
        b"[/AHx /LZW] /DecodeParms [null << /Predictor 10 /Colors 3 /Columns 4 >>]",
        lambda c: lzw(png_rows(c, 4, 3, bytes((4, 1, 3, 2)))).hex().encode() + b">",
    ),
    "predicted as in TIFF": (
        b"/FlateDecode /DecodeParms << /Predictor 2 /Colors 2 /Columns 3 >>",
        lambda c: zlib.compress(tiff_rows(c, 3, 2, 1)),
    ),
    "predicted as in TIFF, of words": (
        b"/LZWDecode /DecodeParms [<< /Predictor 2 /BitsPerComponent 16 /Columns 3 >>]",
        lambda c: lzw(tiff_rows(c, 3, 1, 2)),
    ),
    "not predicted": (
        b"/FlateDecode /DecodeParms << /Predictor 1 /Columns 3 >>",
        zlib.compress,
    ),
}
"""By what wraps a stream: how a PDF says so, and how it is done."""


def one_stream(named: bytes, content: bytes) -> bytes:
    return b"%%PDF-1.7\n3 0 obj << /Filter %b >>\nstream\n%b\nendstream endobj\n" % (named, content)


@pytest.mark.parametrize("kind", FILTERS)
def test_every_filter_of_a_pdf_is_decoded(tmp_path: Path, run: Run, key: str, kind: str) -> None:
    named, wrap = FILTERS[kind]
    drawn = "".join(f"{number} {number * 7} m 0 0 0 0 l " for number in range(3000))
    page = f"{drawn} BT (.{key[:9]}) Tj ({key[9:]}) Tj ET".encode()
    write(tmp_path, {"a.pdf": one_stream(named, wrap(page))})
    report = run("scan", "--format=json").json()
    assert report["skipped"] == []
    assert [f["fingerprint"] for f in report["findings"]] == [fingerprint(key)]


@given(content=st.binary(max_size=2000), kind=st.sampled_from(list(FILTERS)), data=st.data())
def test_filters_return_their_input_and_report_damage(
    content: bytes, kind: str, data: st.DataObject
) -> None:
    named, wrap = FILTERS[kind]
    content *= data.draw(st.integers(1, 9))
    wrapped = wrap(content)
    budget = ExtractionBudget(Limits(), lambda: 1 << 20)
    names, early = re.findall(rb"/(\w+)", re.split(rb"/D\w*P", named)[0]), "late" not in kind
    before = parse_predictors(named, len(names))
    assert open_filtered(wrapped, names, early, budget, before)(1 << 20) == content
    spoilt = bytearray(wrapped)
    spoilt[data.draw(st.integers(0, len(wrapped) - 1))] ^= data.draw(st.integers(1, 255))
    read = open_filtered(bytes(spoilt), names, early, budget, before)
    with suppress(ExtractionError):
        while read(999):
            pass


FILTER_BOMBS: dict[str, tuple[bytes, Callable[[], bytes]]] = {
    "lzw": (b"/LZWDecode", lambda: lzw(bytes(3 << 19))),
    "run length": (b"/RunLengthDecode", lambda: b"\x81\0" * (1 << 20)),
    "predicted": (
        b"/Fl /DecodeParms << /Predictor 12 /Columns 9999 >>",
        lambda: zlib.compress(bytes(4 << 20)),
    ),
}


@pytest.mark.parametrize("kind", FILTER_BOMBS)
def test_a_filter_bomb_is_skipped(kind: str) -> None:
    named, make = FILTER_BOMBS[kind]
    bounds = Limits(free_bytes=1 << 20, max_ratio=2)
    content = one_stream(named, make())
    looked = scan_documents([Document(Origin("a"), content)], CONTEXT._replace(limits=bounds))
    reason = "decompression bomb: unpacks to over 2 times its size; the rest is skipped"
    assert [item.reason for item in looked.skipped] == [reason]


@pytest.mark.parametrize(
    ("said", "reason"),
    {
        "rows": (b"/Predictor 12 /Columns 99999999", "a predictor with rows of 99,999,999 bytes"),
        "bits": (
            b"/Predictor 2 /BitsPerComponent 4",
            "an unknown predictor (2, of 4 bits)",
        ),
    }.values(),
    ids=["rows", "bits"],
)
def test_an_unsupported_predictor_is_a_gap(
    tmp_path: Path, run: Run, said: bytes, reason: str
) -> None:
    named = b"/FlateDecode /DecodeParms << %b >>" % said
    write(tmp_path, {"a.pdf": one_stream(named, zlib.compress(b"x"))})
    ran = run("scan", "--format=json")
    assert (ran.code, [s["reason"] for s in ran.json()["skipped"]]) == (3, [f"in pdf: {reason}"])


def test_an_unsupported_predictor_of_an_offset_table_is_not_a_gap(tmp_path: Path, run: Run) -> None:
    named = b"/FlateDecode /Type /XRef /DecodeParms << /Predictor 2 /BitsPerComponent 4 >>"
    write(tmp_path, {"a.pdf": one_stream(named, zlib.compress(b"x"))})
    assert run("scan", "--format=json").json()["skipped"] == []


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "object streams"])
def test_a_key_in_numbered_glyphs_of_a_pdf_is_found(
    tmp_path: Path, run: Run, key: str, packed: bool
) -> None:
    glyphs = {letter: number for number, letter in enumerate(sorted(set(key)), 3)}
    table = b"1 beginbfchar %b endbfchar\n1 beginbfrange <%04x> <%04x> [%b] endbfrange" % (
        b"<%04x> <%04x>" % (glyphs[key[0]], ord(key[0])),
        min(glyphs.values()),
        max(glyphs.values()),
        b"".join(b"<%04x>" % ord(letter) for letter in glyphs),
    )
    shown = "".join(f"{glyphs[letter]:04X}" for letter in key).encode()
    page = b"BT /F4 11 Tf [<%b> 3 <%b>] TJ ET" % (shown[:24], shown[24:])
    font = b"<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 7 0 R >>"
    names = b"<< /Resources << /Font << /F4 5 0 R >> >> >>"
    streams = {6: page, 7: table}
    if packed:
        streams[8] = b"5 0 4 %d %b %b" % (len(font) + 1, font, names)
        content = b"%PDF-1.7\n"
    else:
        content = b"%%PDF-1.7\n4 0 obj %b endobj\n5 0 obj %b endobj\n" % (names, font)
    for number, stream in streams.items():
        kind = b"/Type /ObjStm" if number == 8 else b""
        body = zlib.compress(stream)
        content += b"%d 0 obj << %b /Filter /FlateDecode >>\nstream\n" % (number, kind)
        content += body + b"\nendstream\nendobj\n"
    write(tmp_path, {"a.pdf": content})
    (finding,) = run("scan", "--format=json").json()["findings"]
    assert (finding["path"], finding["fingerprint"]) == ("a.pdf!/object 6", fingerprint(key))


def test_keys_in_a_complete_bundle_are_found(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(4)]
    repo = Repo(tmp_path / "repo", "--object-format=sha256")
    repo.commit({f"deep/{keys[0]}/b.txt": "x", "deep/a.txt": f"a {keys[1]}"}, f"say {keys[2]}")
    repo.git("tag", "-a", "v1", "-m", f"tag {keys[3]}")
    repo.git("bundle", "create", "-q", str(tmp_path / "a.bundle"), "--all")
    first = repo.id("HEAD")
    repo.commit({"deep/a.txt": "new"})
    report = run("scan", "--format=json", "a.bundle").json()
    assert report["skipped"] == []
    shown = {(f["path"], f["fingerprint"]) for f in report["findings"]}
    tree = repo.id(f"{first}:deep")[:12]
    assert shown == {
        (f"a.bundle!/deep/{mask(keys[0])}/b.txt", fingerprint(keys[0])),
        (f"a.bundle!/tree {tree}", fingerprint(keys[0])),
        ("a.bundle!/deep/a.txt", fingerprint(keys[1])),
        (f"a.bundle!/commit {first[:12]}", fingerprint(keys[2])),
        (f"a.bundle!/tag {repo.id('v1')[:12]}", fingerprint(keys[3])),
    }


def test_a_name_in_many_trees_of_a_bundle_is_reported_once(
    tmp_path: Path, run: Run, key: str
) -> None:
    repo = Repo(tmp_path / "repo")
    for number in range(4):
        repo.commit({"a.txt": "x", key: f"{number}"})
    repo.git("bundle", "create", "-q", str(tmp_path / "a.bundle"), "--all")
    report = run("scan", "--format=json", "a.bundle").json()
    paths = [f["path"].partition("!/")[2] for f in report["findings"]]
    (tree,) = [f for f in report["findings"] if "!/tree " in f["path"]]
    assert (tree["line"], paths.count(mask(key))) == (2, 4)


def test_bytes_after_the_objects_of_a_bundle_are_reported(
    tmp_path: Path, run: Run, key: str
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a.txt": key})
    made = tmp_path / "a.bundle"
    repo.git("bundle", "create", "-q", str(made), "--all")
    made.write_bytes(made.read_bytes() + b"more")
    report = run("scan", "--format=json", "a.bundle").json()
    assert [f["fingerprint"] for f in report["findings"]] == [fingerprint(key)]
    assert [gap["reason"] for gap in report["skipped"]] == [
        "in bundle: damaged: 4 bytes follow its objects"
    ]


def test_keys_in_a_partial_bundle_are_found(tmp_path: Path, run: Run, key: str) -> None:
    repo = Repo(tmp_path / "repo")
    base = "".join(f"line {number}\n" for number in range(900))
    repo.commit({"a.txt": base})
    repo.commit({"a.txt": f"{base}{key}\n"})
    repo.git("bundle", "create", "-q", str(tmp_path / "a.bundle"), "HEAD~1..HEAD")
    report = run("scan", "--format=json", "a.bundle").json()
    assert [f["fingerprint"] for f in report["findings"]] == [fingerprint(key)]
    (gap,) = report["skipped"]
    reason = "in bundle: incomplete history: 1 deltas of objects that the bundle lacks"
    assert gap["reason"] == reason


@pytest.mark.parametrize("base", ["", "--delta-base-offset"], ids=["by id", "by distance"])
def test_a_bundle_may_have_more_objects_than_an_archive_may_have_members(
    tmp_path: Path, key: str, base: str
) -> None:
    repo = Repo(tmp_path / "repo")
    lines = "".join(f"line {number}\n" for number in range(900))
    for number in range(9):
        repo.commit({"a.txt": f"{lines}{number}\n{key if number == 4 else ''}\n"})
    pack = subprocess.run(
        ["git", "pack-objects", "-q", "--all", "--revs", "--stdout", *base.split()],
        cwd=repo.top,
        input=b"",
        capture_output=True,
        check=True,
    )
    content = f"# v2 git bundle\n{repo.id('HEAD')} refs/heads/x\n\n".encode() + pack.stdout
    limits = Limits(max_members=3)
    looked = scan_documents([Document(Origin("a"), content)], CONTEXT._replace(limits=limits))
    assert looked.skipped == ()
    assert [f.origin.path for f in looked.findings] == ["a!/a.txt"]


def test_keys_that_a_container_already_had_are_not_new(tmp_path: Path, make_key: MakeKey) -> None:
    old, new = make_key(), make_key()
    repo = Repo(tmp_path)
    repo.commit({"a.zip": zipped({"x": f"k={old}".encode()})})
    repo.stage({"a.zip": zipped({"x": f"k={old}\nl={new}".encode(), "y": b"z"})})
    assert places(repo.scan("staged:").json()) == ["a.zip!/x:2"]
    repo.record()
    assert places(repo.scan("git:HEAD~1..HEAD").json()) == ["a.zip!/x:2"]


def test_a_member_over_the_limit_is_skipped(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    small, large = make_key(), make_key()
    files = {"small": small.encode(), "large": large.encode() + bytes(3000)}
    write(tmp_path, {"a.zip": zipped(files), "b.tgz": gzip.compress(tarred(files))})
    report = run("scan", "--max-file-size", "2000", "--format=json").json()
    assert places(report) == ["a.zip!/small:1", "b.tgz!/small:1"]
    assert [(s["path"], s["reason"]) for s in report["skipped"]] == [
        (f"{file}!/large", "larger than --max-file-size: 3,048 of 2,000 bytes")
        for file in ("a.zip", "b.tgz")
    ]


BLOCK_SIZE = 1 << 20
BLOCKS = 33
"""More than fit into two chunks, so that one of three has a neighbor on either side."""


def fill_chunks(keys: tuple[str, str], pack: Pack | None) -> bytes:
    """Make blocks of text, or pack blocks of noise one by one, with a key at either end."""
    block = random.Random(2).randbytes(BLOCK_SIZE) if pack else b"x = 1\n" * (BLOCK_SIZE // 6 + 1)
    parts = f"{keys[0]}\n".encode() + block, block, block + f"\n{keys[1]}\n".encode()
    first, middle, last = map(pack, parts) if pack else parts
    return first + middle * (BLOCKS - 2) + last


LARGE_FORMS: dict[str, tuple[Pack, str]] = {
    "zip": (lambda c: zipped({INNER: c}, zipfile.ZIP_STORED), f"!/{INNER}"),
    "tar": MAKE["tar"],
    "zlib": (lambda c: zlib.compress(c, 0), ""),
    "zip in tar": (
        lambda c: tarred({"b.zip": zipped({INNER: c}, zipfile.ZIP_STORED)}),
        f"!/b.zip!/{INNER}",
    ),
    "tar in gzip": (
        lambda c: gzip.compress(tarred({INNER: c, "empty": b"", "last": b"x"}), 0),
        f"!/{INNER}",
    ),
}
LARGE_STREAMS = ("gzip", "bzip2", "xz", "zstd")
"""Formats whose files may hold several streams, one after the other."""


class Large(NamedTuple):
    folder: Path
    found: dict[str, set[tuple[str, str]]]
    """Paths and fingerprints of the findings, by file."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Large:
    """Write a container of each form that is larger than two chunks."""
    folder = tmp_path_factory.mktemp("large")
    found = {}
    for form in (*LARGE_FORMS, *LARGE_STREAMS):
        pack, into = LARGE_FORMS.get(form, (bytes, ""))
        keys = build_key(f"{form} first"), build_key(f"{form} last")
        content = pack(fill_chunks(keys, MAKE[form][0] if form in LARGE_STREAMS else None))
        assert len(content) > 2 * CHUNK_SIZE
        write(folder, {form: content})
        found[form] = {(into, fingerprint(key)) for key in keys}
    return Large(folder, found)


def assert_found_in(large: Large, report: Any, names: Mapping[str, str]) -> None:
    """Assert that a report has the keys of forms, each in the document that is named."""
    assert report["skipped"] == []
    assert {(f["path"], f["fingerprint"]) for f in report["findings"]} == {
        (name + into, digest) for form, name in names.items() for into, digest in large.found[form]
    }
    sizes = [(large.folder / form).stat().st_size for form in names]
    assert report["coverage"]["bytes"] == sum(sizes)


def test_containers_in_files_larger_than_a_chunk_are_extracted(large: Large, run: Run) -> None:
    ran = run("scan", "--format=json", cwd=large.folder)
    assert_found_in(large, ran.json(), {form: form for form in large.found})


READ_IN_TURN = ("zip", "tar in gzip", "zstd")
"""A form for each way to read: as a whole, by members, as one stream."""


@pytest.mark.parametrize("form", READ_IN_TURN)
def test_a_container_on_stdin_larger_than_a_chunk_is_extracted(
    large: Large, run: Run, form: str
) -> None:
    ran = run("scan", "-", "--format=json", stdin=(large.folder / form).read_bytes())
    assert_found_in(large, ran.json(), {form: "<stdin>"})


def test_containers_in_blobs_larger_than_a_chunk_are_extracted(
    large: Large, tmp_path: Path
) -> None:
    repo = Repo(tmp_path)
    repo.git("config", "core.compression", "0")
    repo.stage({form: (large.folder / form).read_bytes() for form in READ_IN_TURN})
    report = repo.scan("staged:").json()
    assert_found_in(large, report, {form: form for form in READ_IN_TURN})


USTAR, GNU, PAX = tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT
LARGE = 17 << 20


@pytest.mark.parametrize(
    ("way", "form", "size"),
    [
        *(("file", USTAR, 511), ("file", GNU, LARGE - 1), ("file", PAX, 0), ("file", PAX, LARGE)),
        *(("stdin", GNU, 1), ("git", GNU, 1)),
    ],
)
def test_every_member_of_a_tar_larger_than_a_chunk_is_scanned(
    tmp_path: Path, run: Run, make_key: MakeKey, way: str, form: int, size: int
) -> None:
    middle, last = make_key(), make_key()
    noise = random.Random(3).randbytes(LARGE)
    files = {
        **{"empty": b"", "first": noise[:size], "rest": noise[size:], "none": b""},
        **{
            "middle": f"{middle}\n".encode(),
            "odd": b"x" * 333,
            "nothing": b"",
            "last": gzip.compress(last.encode()),  # shows only where the tar is read to its end
        },
    }
    packed = tarred(files, form)
    if way == "git":
        repo = Repo(tmp_path)
        repo.git("config", "core.compression", "0")
        repo.stage({"a.tar": packed})
        ran, name = repo.scan("staged:"), "a.tar"
    elif way == "stdin":
        ran, name = run("scan", "-", "--format=json", stdin=packed), "<stdin>"
    else:
        write(tmp_path, {"a.tar": packed})
        ran, name = run("scan", "a.tar", "--format=json"), "a.tar"
    report = ran.json()
    assert report["skipped"] == []
    assert {(f["path"], f["fingerprint"]) for f in report["findings"]} == {
        (f"{name}!/middle", fingerprint(middle)),
        (f"{name}!/last", fingerprint(last)),
    }
    assert report["coverage"]["bytes"] == len(packed)


NOTHING_BUT_THEIR_BEGINNING = {
    "gzip": b"\x1f\x8b\x08\0 and no more of it, whatever",
    "xz": b"\xfd7zXZ\0 and no more of it",
    "zstd": b"\x28\xb5\x2f\xfd\xff and no more of it",
    "tar": bytes(257) + b"ustar and no more of it".ljust(300),
}


@pytest.mark.parametrize("form", NOTHING_BUT_THEIR_BEGINNING)
def test_a_file_that_only_starts_like_a_container_is_scanned_as_a_file(
    tmp_path: Path, run: Run, key: str, form: str
) -> None:
    write(tmp_path, {"a": NOTHING_BUT_THEIR_BEGINNING[form]})
    ran = run("scan", "--format=json")
    assert ran.code == 0
    (item,) = ran.json()["skipped"]
    assert not item["gap"]
    assert item["reason"].startswith(f"looks like {form} but is not; scanned as a plain file (")
    write(tmp_path, {"a": NOTHING_BUT_THEIR_BEGINNING[form] + f"\n{key}".encode()})
    assert places(run("scan", "--format=json").json()) == ["a:2"]


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "zlib"])
def test_a_truncated_container_is_reported_and_scanned_as_far_as_possible(
    tree: Tree, tmp_path: Path, run: Run, form: str
) -> None:
    content = (tree.folder / f"{form}-plain.bin").read_bytes()
    for share in (0.3, 0.6, 0.9):
        write(tmp_path, {f"{share}": content[: int(len(content) * share)]})
    ran = run("scan", "--format=json")
    found = by_file(ran.json())
    said = {item["path"].partition("!/")[0] for item in ran.json()["skipped"]}
    for part in ("0.3", "0.6", "0.9"):
        assert part in found or part in said
    assert ran.code in (1, 3)


@pytest.mark.parametrize("level", [1, 6, 9])
def test_a_zlib_stream_after_another_one_is_read(
    tmp_path: Path, run: Run, key: str, level: int
) -> None:
    streams = zlib.compress(b"nothing\n" * 20) + zlib.compress(f"k={key}".encode(), level)
    write(tmp_path, {"a": streams})
    report = run("scan", "--format=json").json()
    assert [f["encoding"] for f in report["findings"]] == ["zlib"]


def test_a_key_at_the_start_of_a_truncated_stream_is_found(
    tmp_path: Path, run: Run, key: str
) -> None:
    content = gzip.compress(key.encode() + b"\n" + random.Random(3).randbytes(9000))
    write(tmp_path, {"a.gz": content[:5000]})
    report = run("scan", "--format=json").json()
    assert places(report) == ["a.gz:1"]
    assert [(s["path"], s["reason"]) for s in report["skipped"]] == [("a.gz", "in gzip: cut short")]


@pytest.mark.parametrize("level", [0, 1, 3, 6, 9])
@pytest.mark.parametrize("share", [0.5, 1])
def test_a_key_in_zlib_of_any_level_is_found(
    tmp_path: Path, run: Run, key: str, level: int, share: float
) -> None:
    content = f"{key}\n".encode() + random.Random(3).randbytes(9000)
    packed = zlib.compress(b"blob 123\0" + content, level)
    write(tmp_path, {"a": packed[: int(len(packed) * share)]})
    report = run("scan", "--format=json").json()
    assert places(report) == ["a:1"]
    assert [f["encoding"] for f in report["findings"]] == ["zlib"]
    told = [] if share == 1 else ["in zlib: cut short"]
    assert [s["reason"] for s in report["skipped"]] == told


@pytest.mark.parametrize("before", [b"", b"blob 49\0"], ids=["text", "object"])
def test_a_key_in_short_truncated_zlib_is_found(
    tmp_path: Path, run: Run, key: str, before: bytes
) -> None:
    write(tmp_path, {"a": zlib.compress(before + f"{key}\n".encode())[:-2]})
    report = run("scan", "--format=json").json()
    assert [(f["path"], f["encoding"]) for f in report["findings"]] == [("a", "zlib")]
    assert [s["reason"] for s in report["skipped"]] == ["in zlib: cut short"]


NO_ZLIB: dict[str, bytes] = {
    "a formula": b"x^2 + y^2 = z^2, and so on for as long as there is paper\n",
    "noise": b"x\x9c" + random.Random(4).randbytes(900),
    "a wrong check sum": zlib.compress(b"of a few words")[:-1] + b"?",
    "cut short at once": zlib.compress(b"of a few words")[:12],
    "bytes cut short": zlib.compress(random.Random(5).randbytes(40))[:-2],
}


@pytest.mark.parametrize("sample", NO_ZLIB)
def test_a_file_that_only_starts_like_zlib_is_scanned_as_a_file(
    tmp_path: Path, run: Run, key: str, sample: str
) -> None:
    write(tmp_path, {"a": NO_ZLIB[sample] + f"\n{key}".encode()})
    report = run("scan", "--format=json").json()
    assert [(f["path"], f["encoding"]) for f in report["findings"]] == [("a", "plain")]
    assert report["skipped"] == []


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str, int]] = {
    "gzip, its check sum": (lambda c: _flipped(gzip.compress(c), -6), "a", 1),
    "pdf, a check sum": (lambda c: _spoilt(pdf(c), b"\nendstream", -2), "a!/object 4", 1),
    "pdf, a stream": (lambda c: _spoilt(pdf(c), b"stream\n", 9), "a!/object 4", 0),
    "zip, a member": (lambda c: _flipped(zipped({"b": c}), 31), "a!/b", 0),
    "bzip2, its only block": (lambda c: _flipped(MAKE["bzip2"][0](c), 30), "a", 0),
}
"""How it is made of a content, the path that is told, and the line of what came out; 0: none."""


def _spoilt(content: bytes, mark: bytes, by: int) -> bytes:
    return _flipped(content, content.index(mark) + by)


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at:][1:]


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_container_damaged_at_the_start_is_a_gap_and_scanned(
    tmp_path: Path, run: Run, key: str, kind: str
) -> None:
    make, path, line = DAMAGED[kind]
    write(tmp_path, {"a": make(f"{key}\n{'filler ' * 9}".encode())})
    ran = run("scan", "--format=json")
    report = ran.json()
    assert [(f["path"], f["line"]) for f in report["findings"]] == [(path, line)] * (line > 0)
    assert [(s["path"], s["gap"]) for s in report["skipped"]] == [(path, True)]
    assert re.match(r"in (gzip|pdf|zip|bzip2): damaged: ", report["skipped"][0]["reason"])
    assert (report["complete"], ran.code) == (False, 1 if line else 3)


def _local(name: bytes, content: bytes, method: int = 0, flags: int = 0) -> bytes:
    check = zlib.crc32(content)
    head = (b"PK\3\4", 20, flags, method, 0, 0, check, len(content), len(content), len(name), 0)
    return struct.pack("<4s5H3I2H", *head) + name + content


def _entry(
    name: bytes, content: bytes, at: int = 0, method: int = 0, flags: int = 0, size: int = -1
) -> bytes:
    size = len(content) if size < 0 else size
    fields = (b"PK\1\2", 20, 20, flags, method, 0, 0, zlib.crc32(content), len(content), size)
    return struct.pack("<4s6H3I5H2I", *fields, len(name), 0, 0, 0, 0, 0, at) + name


def _zip(local: bytes, *entries: bytes) -> bytes:
    listed = b"".join(entries)
    count = min(len(entries), 0xFFFF)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(listed), len(local), 0)
    return local + listed + end


ODD_ZIPS = {
    "method": (
        _zip(_local(b"a", b"x", 77), _entry(b"a", b"x", 0, 77)),
        "a.zip!/a",
        "compressed by an unknown method (77)",
    ),
    "larger than it is": (
        _zip(_local(b"a", b"x"), _entry(b"a", b"x", size=99)),
        "a.zip!/a",
        "damaged: has 1 bytes instead of 99",
    ),
    "smaller than it is": (
        _zip(_local(b"a", b"xyz"), _entry(b"a", b"xyz", size=1)),
        "a.zip!/a",
        "damaged: has 3 bytes instead of 1",
    ),
    "check sum": (
        _zip(_local(b"a", b"xyz"), _entry(b"a", b"xyy")),
        "a.zip!/a",
        "damaged: its checksum is wrong",
    ),
    "elsewhere": (
        _zip(_local(b"a", b"xyz"), _entry(b"a", b"xyz", at=3)),
        "a.zip!/a",
        "damaged: it is not at the offset in the directory",
    ),
    "directory": (
        _zip(_local(b"a", b"xyz"), _entry(b"a", b"xyz")[:40]),
        "a.zip",
        "damaged: its directory does not follow the format",
    ),
    "no directory": (
        _local(b"a", b"xyz"),
        "a.zip",
        "its directory is missing: cut short, or one part of several",
    ),
}


@pytest.mark.parametrize("odd", ODD_ZIPS)
def test_invalid_and_encrypted_zips_are_reported(tmp_path: Path, run: Run, odd: str) -> None:
    content, path, reason = ODD_ZIPS[odd]
    write(tmp_path, {"a.zip": content})
    ran = run("scan", "--format=json")
    assert ran.code == 3
    assert [(s["path"], s["reason"]) for s in ran.json()["skipped"]] == [
        (path, f"in zip: {reason}")
    ]


def test_a_key_in_the_name_of_a_pdf_filter_is_masked(tmp_path: Path, run: Run, key: str) -> None:
    filtered = MAKE["pdf"][0](b"x").replace(b"/FlateDecode", f"/{key}".encode())
    write(tmp_path, {"a.pdf": filtered})
    ran = run("scan", "--format=json")
    assert [f["fingerprint"] for f in ran.json()["findings"]] == [fingerprint(key)]
    assert [s["reason"] for s in ran.json()["skipped"]] == [
        f"in pdf: an unknown filter ({PREFIX}…)"
    ]


def _nest(content: bytes, times: int, pack: Callable[[bytes], bytes]) -> bytes:
    for _ in range(times):
        content = pack(content)
    return content


def _forty_two() -> bytes:
    leaf = zipped({"0.dll": bytes(64 << 20)})
    for _ in range(5):
        leaf = zipped({f"lib {number}.zip": leaf for number in range(16)})
    return leaf


def _overlapping() -> bytes:
    squeeze = zlib.compressobj(9, 8, -15)
    content = squeeze.compress(bytes(16 << 20)) + squeeze.flush()
    entries = [_entry(b"%d" % number, content, 0, 8, size=16 << 20) for number in range(5000)]
    return _zip(_local(b"0", content, 8), *entries)


def _wide_window() -> bytes:
    from tests.support.archives import zstd

    options = {zstd.CompressionParameter.window_log: 30}
    squeeze = zstd.ZstdCompressor(options=options)
    return bytes(squeeze.compress(random.Random(4).randbytes(9000)) + squeeze.flush())


def _many(count: int) -> bytes:
    return _zip(_local(b"a", b"hi"), *(_entry(b"%d" % number, b"hi") for number in range(count)))


_BOMB = "decompression bomb: unpacks to over 100 times its size; the rest is skipped"
_DEEP = "is nested in 8 archives: not opened"
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "42": (_forty_two, _BOMB),
    "gzip in gzip": (lambda: _nest(bytes(280 << 20), 3, lambda c: gzip.compress(c, 1)), _BOMB),
    "bzip2": (lambda: MAKE["bzip2"][0](bytes(280 << 20)), _BOMB),
    "overlapping": (_overlapping, _BOMB),
    "deep": (lambda: _nest(b"x", 40, lambda content: zipped({"a.zip": content})), _DEEP),
    "a million": (lambda: _many(1_000_000), "has over 100,000 members; the rest is skipped"),
    "window": (_wide_window, "in zstd: needs a larger window than the memory limit allows"),
}
MOST_MEMORY = 400 << 10
"""kB that a scan may take at its peak, whatever it opens."""


@pytest.mark.parametrize("bomb", BOMBS)
def test_decompression_bombs_are_skipped_and_reported(tmp_path: Path, key: str, bomb: str) -> None:
    make, reason = BOMBS[bomb]
    write(tmp_path / "in", {"bomb": make(), "leak": key})
    (tmp_path / "tmp").mkdir()
    code, out, memory = measured(tmp_path, "scan", "--format=json", "in")
    report = json.loads(out)
    assert code == 1
    assert places(report) == ["in/leak:1"]
    assert reason in {item["reason"] for item in report["skipped"]}
    assert not report["complete"]
    assert memory < MOST_MEMORY
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [
        *("in", "in/bomb", "in/leak", "tmp")
    ]


def measured(folder: Path, *arguments: str) -> tuple[int, bytes, int]:
    """Run wakeyscan with a place of its own for temporary files; give its peak of memory, in kB."""
    code = (
        "import os, resource, sys; child = os.spawnvp(os.P_WAIT, 'wakeyscan', sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr);"
        "sys.exit(child)"
    )
    import os
    import sys

    env = {
        **os.environ,
        "TMPDIR": str(folder / "tmp"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, "wakeyscan", *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
    )
    return done.returncode, done.stdout, int(done.stderr.split()[-1])


CONTEXT = build_context(loader.load_rules(""), DECODERS)
FLAT = zipped({str(number): random.Random(number).randbytes(5000) for number in range(40)})
TIGHT: dict[str, tuple[Limits, bytes, str]] = {
    "total": (Limits(max_bytes=9999), FLAT, "unpacks to over 9,999 bytes; the rest is skipped"),
    "members": (Limits(max_members=9), FLAT, "has over 9 members; the rest is skipped"),
    "seconds": (Limits(max_seconds=0), FLAT, "takes over 0 s; the rest is skipped"),
    "depth": (Limits(max_depth=0), FLAT, "is nested in 0 archives: not opened"),
    "ratio": (
        *(Limits(free_bytes=1000, max_ratio=2), gzip.compress(b"a" * 99999)),
        "decompression bomb: unpacks to over 2 times its size; the rest is skipped",
    ),
}


@pytest.mark.parametrize("bound", TIGHT)
def test_each_extraction_limit_is_enforced(bound: str) -> None:
    bounds, content, reason = TIGHT[bound]
    looked = scan_documents([Document(Origin("a"), content)], CONTEXT._replace(limits=bounds))
    assert [item.reason for item in looked.skipped] == [reason]
    assert all(item.gap for item in looked.skipped)


def _pack_entry(kind: int, content: bytes, base: bytes = b"") -> bytes:
    size = len(content)
    header = bytearray([kind << 4 | size & 15])
    while size := size >> (4 if len(header) == 1 else 7):
        header[-1] |= 0x80
        header.append(size & 0x7F)
    return bytes(header) + base + zlib.compress(content)


def _bundle_of_deltas() -> bytes:
    """Make a bundle of a blob, two deltas of it and a delta of an object that is elsewhere."""
    content = random.Random(5).randbytes(50)
    name = hashlib.sha1(b"blob 50\0" + content, usedforsecurity=False).digest()
    blob = _pack_entry(3, content)
    delta = b"\x32\x35\x90\x32\x03new"
    entries = [blob, _pack_entry(6, delta, bytes([len(blob)]))]
    entries += [_pack_entry(7, delta, base) for base in (name, bytes(20))]
    pack = b"PACK\0\0\0\2" + len(entries).to_bytes(4, "big") + b"".join(entries) + bytes(20)
    return b"# v2 git bundle\n" + b"0" * 40 + b" refs/heads/x\n\n" + pack


@cache
def build_sample(form: str) -> bytes:
    return (
        _bundle_of_deltas() if form == "bundle" else MAKE[form][0](random.Random(5).randbytes(200))
    )


@pytest.mark.parametrize("form", FORMATS)
@given(data=st.data())
def test_any_bytes_after_a_signature_raise_no_error(form: str, data: st.DataObject) -> None:
    good = build_sample(form)
    cut = data.draw(st.integers(min_value=20 if form != "tar" else 300, max_value=len(good)))
    holes = data.draw(
        st.dictionaries(st.integers(0, len(good) - 1), st.integers(0, 255), max_size=8)
    )
    spoilt = bytearray(good)
    for at, byte in holes.items():
        spoilt[at] = byte
    content = bytes(spoilt[:cut]) + data.draw(st.binary(max_size=200))
    looked = scan_documents([Document(Origin("a"), content)], CONTEXT)
    assert looked.coverage == (1, len(content), 0)


def test_a_bundle_reports_how_many_deltas_lack_their_base() -> None:
    looked = scan_documents([Document(Origin("a"), build_sample("bundle"))], CONTEXT)
    reason = "in bundle: incomplete history: 1 deltas of objects that the bundle lacks"
    assert [item.reason for item in looked.skipped] == [reason]


_CANNOT_BUILD = "in bundle: a delta that is damaged, or whose object exceeds 67,108,864 bytes"


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        pytest.param(5, b"x", "in bundle: damaged: an entry of unknown kind 5", id="kind"),
        pytest.param(6, b"\x32\x80\x80\x80\x40", _CANNOT_BUILD, id="large"),
    ],
)
def test_an_entry_of_a_bundle_that_cannot_be_built_is_reported(
    kind: int, content: bytes, reason: str
) -> None:
    header, _, _ = build_sample("bundle").partition(b"PACK")
    blob = _pack_entry(3, bytes(50))
    entry = _pack_entry(kind, content, bytes([len(blob)]) if kind == 6 else b"")
    pack = b"PACK\0\0\0\2\0\0\0\2" + blob + entry + bytes(20)
    looked = scan_documents([Document(Origin("a"), header + pack)], CONTEXT)
    assert [item.reason for item in looked.skipped] == [reason]
    assert all(item.gap for item in looked.skipped)


def test_an_entry_of_a_bundle_with_an_endless_header_is_reported() -> None:
    header, _, _ = build_sample("bundle").partition(b"PACK")
    endless = bytes([6 << 4 | 1]) + b"\x80" * 70 + b"\1" + zlib.compress(b"x")
    pack = b"PACK\0\0\0\2\0\0\0\2" + _pack_entry(3, bytes(50)) + endless + bytes(20)
    looked = scan_documents([Document(Origin("a"), header + pack)], CONTEXT)
    reason = "in bundle: damaged: the header of an entry is too long"
    assert [(item.reason, item.gap) for item in looked.skipped] == [(reason, True)]


def test_a_database_that_claims_too_much_memory_is_reported(
    tmp_path: Path, run: Run, key: str
) -> None:
    """The payload of its only row has the largest size; SQLite then reports a lack of memory."""
    content = bytearray(1891)
    content[:24] = b"SQLite format 3\0\2\0\1\1\0\x40\x20\x20"
    content[0x64:0x6E] = b"\x0d\0\0\0\1\0\0\0\1\xa2"
    content[0x1A2:0x1B3] = b"\xff" * 15 + b"\0\x35"
    write(tmp_path, {"a.db": bytes(content), "b.zip": zipped({"a.db": bytes(content)}), "c": key})
    report = run("scan", "--format=json", ".").json()
    assert [finding["path"] for finding in report["findings"]] == ["c"]
    skipped = {one["path"]: one["gap"] for one in report["skipped"]}
    assert skipped == {"a.db": True, "b.zip!/a.db": True}
