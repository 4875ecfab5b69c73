"""Changes of files that other processes may change: locks, and comparison before a replacement."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wakeyscan.core.file_updates import lock_folder, update_file

MOST = 1 << 20


def test_a_lock_excludes_another_one(tmp_path: Path) -> None:
    with (
        lock_folder(str(tmp_path)),
        pytest.raises(OSError, match="another process is changing a file in this folder"),
        lock_folder(str(tmp_path), seconds=0),
    ):
        raise AssertionError


def test_a_lock_is_free_after_its_use(tmp_path: Path) -> None:
    for _ in range(2):
        with lock_folder(str(tmp_path), seconds=0):
            pass
    assert not os.listdir(tmp_path)


def test_a_folder_that_does_not_exist_has_the_lock_of_the_one_around_it(tmp_path: Path) -> None:
    with (
        lock_folder(str(tmp_path / "a" / "b")),
        pytest.raises(OSError, match="another process"),
        lock_folder(str(tmp_path), seconds=0),
    ):
        raise AssertionError
    with lock_folder("does-not-exist/either", seconds=0):
        pass


def test_a_change_without_a_lock_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "file"
    others = [b"one\n", b"two\n"]

    def build(content: bytes) -> tuple[bytes, int]:
        if others:  # an editor, which asks for no lock
            file.write_bytes(content + others.pop(0))
        return content + b"mine\n", len(content)

    assert update_file(str(file), (), MOST, build) == len(b"one\ntwo\n")
    assert file.read_bytes() == b"one\ntwo\nmine\n"


def test_a_file_that_changes_all_the_time_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "file"

    def build(content: bytes) -> tuple[bytes, None]:
        file.write_bytes(content + b"other\n")
        return content + b"mine\n", None

    with pytest.raises(OSError, match="changes again and again"):
        update_file(str(file), (), MOST, build)
    assert {*file.read_bytes().splitlines()} == {b"other"}


def test_a_file_that_stays_the_same_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert update_file(str(file), (), MOST, lambda content: (content, "result")) == "result"
    assert not file.exists()


def test_a_file_that_is_too_large_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 11)
    with pytest.raises(OSError, match="larger than"):
        update_file(str(file), (), 10, lambda content: (b"", None))
    assert file.stat().st_size == 11
