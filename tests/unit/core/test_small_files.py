"""Bounded reads: the whole file, and no more memory than it needs."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import pytest

from wakeyscan.core import small_files


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 100])
def test_a_file_up_to_the_maximum_is_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    assert small_files.read_small_file(str(tmp_path / "a"), 100) == content


def test_a_larger_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 101)
    with pytest.raises(small_files.FileRefused, match="maximum"):
        small_files.read_small_file(str(tmp_path / "a"), 100)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_kernel_file_without_a_size_is_read() -> None:
    assert small_files.read_small_file("/proc/self/status", 1 << 20).endswith(b"\n")
    with pytest.raises(small_files.FileRefused, match="maximum"):
        small_files.read_small_file("/proc/self/status", 20)


def test_a_small_file_takes_little_memory(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    tracemalloc.start()
    try:
        small_files.read_small_file(str(tmp_path / "a"), small_files.MAX_DATA_SIZE)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
