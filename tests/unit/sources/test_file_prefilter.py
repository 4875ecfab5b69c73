"""The quick search of a large scan leaves every file that a full scan may say something about."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.contexts import few, many
from tests.support.encoded_cases import build_key, build_single
from tests.support.encodings import SINGLE
from tests.support.files import write
from wakeyscan.sources import file_prefilter
from wakeyscan.sources.file_prefilter import PrefilterResult, prefilter_files
from wakeyscan.sources.options import SourceOptions

PIECE, OVERLAP = 32 << 10, 16 << 10
BORDERS = (PIECE, 2 * PIECE - OVERLAP, 3 * PIECE - 2 * OVERLAP)
"""Offsets where the search of a large file begins another piece."""

LINE = b"Some words of a log, line by line.\n"
FEW, MANY = few(), many()


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_prefilter, "_PIECE", PIECE)
    monkeypatch.setattr(file_prefilter, "_OVERLAP", OVERLAP)


def build_text(size: int) -> bytes:
    return (LINE * (size // len(LINE) + 1))[:size]


def prefilter(
    folder: Path, *, max_size: int | None = None, is_large: bool = True
) -> PrefilterResult:
    """Search all files of a folder; give the names of those that remain."""
    context = MANY if is_large else FEW
    units = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    result = prefilter_files(units, SourceOptions(max_size), context.prefilter.searches)
    return result._replace(remaining=[os.path.basename(unit) for unit in result.remaining])


def list_places() -> Iterator[tuple[str, bytes]]:
    """Yield large files with an encoded key before, on and behind each border of two pieces."""
    for number, name in enumerate(sorted(SINGLE)):
        text = build_single(name, 0).content
        border = BORDERS[number % len(BORDERS)]
        for before in (0, 20, len(text) // 2, len(text)):
            start = build_text(border - before)
            yield f"{name}-{before}", start + text + build_text(PIECE // 2)


@pytest.mark.parametrize("is_large", [True, False], ids=["hyperscan", "substrings"])
def test_an_encoded_key_on_a_chunk_border_is_detected(tmp_path: Path, is_large: bool) -> None:
    file = tmp_path / "file"
    for number, (name, content) in enumerate(list_places()):
        if is_large or number % 5 == 0:  # the search for substrings takes 50 times as long
            file.write_bytes(content)
            assert prefilter(tmp_path, is_large=is_large).remaining == ["file"], name


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, *BORDERS, 5 * PIECE])
def test_a_clean_file_counts_with_all_its_bytes(tmp_path: Path, size: int) -> None:
    write(tmp_path, {"a": build_text(size)})
    assert prefilter(tmp_path) == PrefilterResult(1, size, [])


@pytest.mark.parametrize("size", [PIECE, 3 * PIECE])
def test_a_file_remains_if_it_is_too_large(tmp_path: Path, size: int) -> None:
    write(tmp_path, {"a": build_text(size)})
    assert prefilter(tmp_path, max_size=size).remaining == []
    assert prefilter(tmp_path, max_size=size - 1).remaining == ["a"]


def test_only_regular_files_without_an_anchor_in_their_names_are_clean(tmp_path: Path) -> None:
    write(tmp_path, {"clean": "a", "empty": "", "folder/file": "a"})
    named = build_key("name")
    write(tmp_path, {named: "a"})
    os.mkfifo(tmp_path / "fifo")
    os.symlink("clean", tmp_path / "link")
    os.symlink("nowhere", tmp_path / "stale")
    remaining = ["fifo", "folder", "link", "stale", named]
    assert prefilter(tmp_path) == PrefilterResult(2, 1, remaining)


def build_zip() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("a", "b")
    return file.getvalue()


LATE = b64encode(build_key("late").encode()).decode()

LARGE_FILES = {
    "zip after a program": build_text(2 * PIECE) + build_zip(),
    "tar": b"\0" * 257 + b"ustar" + b"\0" * 2 * PIECE,
    **{
        f"base64 in {codec}": (" é" * PIECE + LATE).encode(codec)
        for codec in ("utf-16", "utf-16-le", "utf-16-be")
    },
}


@pytest.mark.parametrize("name", LARGE_FILES)
def test_a_large_file_remains_if_its_start_or_its_end_decides(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"a": LARGE_FILES[name]})
    assert prefilter(tmp_path).remaining == ["a"]
