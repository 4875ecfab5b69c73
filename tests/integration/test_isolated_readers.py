"""7-Zip and encrypted PDFs, each opened by another library in a process of its own."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.support.archives import (
    encrypted_pdf,
    seven_zipped,
    tarred,
    whole_pdf,
    zipped,
)
from tests.support.command import Run, execute
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint
from tests.support.members import read_members
from tests.support.repositories import Repo
from wakeyscan.extractors.budget import Limits
from wakeyscan.extractors.extractor import ExtractionError, LimitExceeded, OpaqueContent

py7zr: Any = pytest.importorskip("py7zr", exc_type=ImportError)  # it needs backports.zstd

WITHOUT_EXTRAS = """
import sys
for name in ("py7zr", "inflate64", "pypdf"):
    sys.modules[name] = None
from wakeyscan.cli import main
sys.exit(main.main(sys.argv[1:]))
"""

METHODS = {
    "lzma2": (),
    "lzma": (py7zr.FILTER_LZMA,),
    "bzip2": (py7zr.FILTER_BZIP2,),
    "deflate": (py7zr.FILTER_DEFLATE,),
    "zstd": (py7zr.FILTER_ZSTD,),
    "brotli": (py7zr.FILTER_BROTLI,),
    "copy": (py7zr.FILTER_COPY,),
    "delta": (py7zr.FILTER_DELTA, py7zr.FILTER_LZMA2),
    "x86": (py7zr.FILTER_X86, py7zr.FILTER_LZMA2),
}
ALGORITHMS = ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256")


class Tree:
    """A tree of files with one key each, and where each key is to be found."""

    def __init__(self, make_key: MakeKey) -> None:
        self.files: dict[str, bytes] = {}
        self.expected: dict[str, str] = {}
        self._make_key = make_key

    def key(self, place: str) -> bytes:
        """Make a key that is expected at a place."""
        key = self._make_key()
        self.expected[place] = fingerprint(key)
        return f"token = {key}\n".encode()


@pytest.fixture
def tree(make_key: MakeKey) -> Tree:
    tree = Tree(make_key)
    files = tree.files
    for name, filters in METHODS.items():
        key = tree.key(f"{name}.7z!/a/b.env")
        files[f"{name}.7z"] = seven_zipped({"empty": b"", "a/b.env": key, "c": b"x"}, *filters)
    for name in ALGORITHMS:
        key = tree.key(f"{name}.pdf!/object 4")
        files[f"{name}.pdf"] = encrypted_pdf(whole_pdf(key), name)
    title = tree.key("title.pdf")
    files["title.pdf"] = encrypted_pdf(whole_pdf(b"x", title), "AES-256")
    inner = seven_zipped({"k": tree.key("a.zip!/b.7z!/k")})
    files["a.zip"] = zipped({"b.7z": inner})
    files["a.7z"] = seven_zipped({"b.tar": tarred({"c": tree.key("a.7z!/b.tar!/c")})})
    packed = seven_zipped({"k": tree.key("text.json")})
    files["text.json"] = b'"' + b64encode(packed) + b'"'
    noise = random.Random(1).randbytes(17 << 20)
    files["large.7z"] = seven_zipped(
        {"noise": noise, "k": tree.key("large.7z!/k")}, py7zr.FILTER_COPY
    )
    return tree


def found(report: Any) -> dict[str, str]:
    return {finding["path"]: finding["fingerprint"] for finding in report["findings"]}


def test_keys_are_found_in_every_format(tmp_path: Path, run: Run, tree: Tree) -> None:
    write(tmp_path, tree.files)
    ran = run("scan", "--format=json", "--jobs=2")
    report = ran.json()
    assert (ran.code, report["skipped"], ran.err) == (1, [], "")
    assert found(report) == tree.expected
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(tree.files)


def test_staged_files_and_audits_also_read_them(tmp_path: Path, tree: Tree) -> None:
    repo = Repo(tmp_path)
    names = ("lzma2.7z", "AES-256.pdf")
    wanted = {
        place: key for place, key in tree.expected.items() if place.partition("!")[0] in names
    }
    repo.stage({name: tree.files[name] for name in names})
    assert found(repo.scan("staged:").json()) == wanted
    repo.record()
    assert found(repo.run("audit", "--no-cache", "--format=json").json()) == wanted


def test_without_the_extras_files_are_opaque_and_the_extra_is_named(
    tmp_path: Path, tree: Tree
) -> None:
    names = ("lzma2.7z", "a.zip", "AES-256.pdf", "RC4-40.pdf")
    write(tmp_path, {name: tree.files[name] for name in names})
    command = [sys.executable, "-P", "-c", WITHOUT_EXTRAS, "scan", "--format=json"]
    ran = execute(command, tmp_path)
    report = json.loads(ran.out)
    assert report["complete"]
    hints = {item["path"]: item["reason"] for item in report["skipped"] if item["opaque"]}
    assert set(hints) == {"lzma2.7z", "a.zip!/b.7z", "AES-256.pdf", "RC4-40.pdf"}
    for path, reason in hints.items():
        extra = "pdf" if path.endswith(".pdf") else "archives"
        assert f"pip install 'wakeyscan[{extra}]'" in reason


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


ARCHIVE = seven_zipped({"a": b"some text " * 50, "b": b"other text"})
DAMAGED = {
    "cut in the data": ARCHIVE[:60],
    "cut at the end": ARCHIVE[:-1],
    "only the signature": ARCHIVE[:20],
    "start header": flip(ARCHIVE, 13),
    "data": flip(ARCHIVE, 40),
    "directory": flip(ARCHIVE, len(ARCHIVE) - 10),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_archive_is_a_gap_and_never_opaque(kind: str) -> None:
    with pytest.raises(ExtractionError, match=r"damaged|cut short") as refused:
        read_members("sevenzip", DAMAGED[kind])
    assert not isinstance(refused.value, OpaqueContent)
    assert refused.value.gap


@pytest.mark.parametrize("header", [False, True], ids=["content", "names too"])
def test_an_encrypted_archive_is_opaque(header: bool) -> None:
    held = io.BytesIO()
    with py7zr.SevenZipFile(held, "w", password="x", header_encryption=header) as archive:
        archive.writestr(b"text", "name")
    with pytest.raises(OpaqueContent, match="encrypted"):
        read_members("sevenzip", held.getvalue())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_pdf_with_a_password_is_opaque(algorithm: str) -> None:
    with pytest.raises(OpaqueContent, match="encrypted with a password"):
        read_members("pdf", encrypted_pdf(whole_pdf(b"x"), algorithm, "secret"))


def test_a_damaged_encrypted_pdf_is_a_gap() -> None:
    content = encrypted_pdf(whole_pdf(b"x"), "AES-256")
    harmed = content.replace(b"/V 5", b"/V 9").replace(b"startxref", b"startxxxx")
    with pytest.raises(ExtractionError) as refused:
        read_members("pdf", harmed[: len(harmed) * 2 // 3] + b"/Encrypt 9 0 R")
    assert not isinstance(refused.value, OpaqueContent)


BOMB = Limits(free_bytes=1 << 20, max_bytes=1 << 30)


def list_children() -> set[str]:
    """List the children of this process, dead ones too, without `ps` itself."""
    command = ["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return {line for line in listed.splitlines() if not line.endswith(" ps")}


def test_a_decompression_bomb_is_stopped_and_its_process_ends() -> None:
    content = seven_zipped({"a": bytes(40 << 20)})
    before = list_children()
    with pytest.raises(LimitExceeded, match="decompression bomb"):
        read_members("sevenzip", content, BOMB)
    assert list_children() == before


def test_a_reader_process_uses_the_remaining_time_budget() -> None:
    with pytest.raises(LimitExceeded, match="takes over 0 s"):
        read_members("sevenzip", ARCHIVE, Limits(max_seconds=0))


def test_a_dictionary_over_the_memory_limit_is_a_gap() -> None:
    held = io.BytesIO()
    filters = [{"id": py7zr.FILTER_LZMA2, "dict_size": 1 << 29}]
    content = random.Random(2).randbytes(100)
    with py7zr.SevenZipFile(held, "w", filters=filters) as archive:
        archive.writestr(content, "a")
    with pytest.raises(ExtractionError, match=r"MiB of memory|damaged|died") as refused:
        read_members("sevenzip", held.getvalue())
    assert refused.value.gap


def test_an_archive_in_memory_has_a_limit() -> None:
    with pytest.raises(ExtractionError, match="over the limit"):
        read_members("sevenzip", ARCHIVE, Limits(max_memory=100))


def test_nothing_in_the_scanned_folder_is_imported(tmp_path: Path, run: Run, key: str) -> None:
    trap = "raise SystemExit('executed')\n"
    files: dict[str, bytes | str] = {"a.7z": seven_zipped({"k": f"{key}\n".encode()})}
    for name in ("py7zr", "pypdf", "wakeyscan", "lzma", "sitecustomize"):
        files[f"{name}.py"] = trap
    write(tmp_path, files)
    ran = run("scan", "--format=json", "a.7z")
    assert list(found(ran.json())) == ["a.7z!/k"]


def test_a_name_that_leaves_the_folder_writes_nothing(tmp_path: Path, run: Run, key: str) -> None:
    packed = seven_zipped({"xx/evil": f"{key}\n".encode()}, py7zr.FILTER_COPY)
    name, hostile = "xx/evil".encode("utf-16-le"), "../evil".encode("utf-16-le")
    assert packed.count(name) <= 1  # the directory may be compressed
    write(tmp_path / "in", {"a.7z": packed.replace(name, hostile)})
    ran = run("scan", "--format=json", str(tmp_path / "in"))
    assert ran.code in (1, 3)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [
        *("in", "in/a.7z")
    ]
