"""Many units are scanned here, and by workers only if that takes long."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.contexts import few
from tests.support.files import write
from tests.support.keys import MakeKey
from wakeyscan.core import worker_pool
from wakeyscan.core.document import Document, Skipped
from wakeyscan.scanner import batches
from wakeyscan.scanner.batches import BatchScan
from wakeyscan.scanner.scan_result import ScanResult, merge_results
from wakeyscan.sources import files
from wakeyscan.sources.options import SourceOptions

CLEAN, WITH_ANCHOR, WITH_KEY = 500, 10, 5


@pytest.fixture
def units(tmp_path: Path, make_key: MakeKey) -> list[str]:
    write(tmp_path, {f"clean{number}": "x" for number in range(CLEAN)})
    write(tmp_path, {f"word{number}": "wa_live_" for number in range(WITH_ANCHOR)})
    write(tmp_path, {f"key{number}": make_key() for number in range(WITH_KEY)})
    return sorted(map(str, tmp_path.iterdir()))


def scan(units: list[str], jobs: int) -> tuple[ScanResult, list[str]]:
    """Scan the units; also return those that this process reads, beyond the search for anchors."""
    here: list[str] = []

    def read(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
        if os.getpid() == parent:
            here.append(os.path.basename(unit))
        yield from files.read_documents(unit, options)

    parent = os.getpid()
    results = BatchScan(read, SourceOptions(), "", jobs).scan(iter(units), few())
    return merge_results(results), here


@pytest.mark.parametrize("jobs", [0, 1])
def test_a_short_scan_reads_everything_in_this_process(
    units: list[str], jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_MIN_SECONDS", 600.0)
    result, here = scan(units, jobs)
    assert len(here) == WITH_ANCHOR + WITH_KEY
    assert result.coverage.documents == len(units)
    assert len(result.findings) == WITH_KEY


@pytest.mark.skipif(
    worker_pool.count_processors() < 2 or worker_pool.find_start_method() != "fork",
    reason="needs two processors, and workers that are forked",
)
@pytest.mark.parametrize(
    ("jobs", "many", "seconds"),
    [
        pytest.param(0, 1000, 0.0, id="long scan"),
        pytest.param(0, 3, 600.0, id="many files"),
        pytest.param(2, 1000, 600.0, id="as the user asks"),
    ],
)
def test_after_the_workers_only_files_with_keys_are_read_again(
    units: list[str], jobs: int, many: int, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_MANY_BATCHES", many)
    monkeypatch.setattr(batches, "_MIN_SECONDS", seconds)
    result, here = scan(units, jobs)
    assert len(here) == WITH_KEY
    assert result.coverage.documents == len(units)
    assert len(result.findings) == WITH_KEY
