"""The benchmark measures every job, checks what is found, and writes a table and a chart."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.chart import draw_chart
from benchmarks.measure import Lane, Sample, find_missing, run
from benchmarks.results import Measured, Results
from benchmarks.table import format_table, insert_table
from tests.support.command import WAKEYSCAN, execute
from tests.support.files import write
from tests.support.repositories import Repo
from tests.support.runner import ROOT

JOBS = {
    "audit": {"wakeyscan", "git cat-file"},
    "second audit": {"wakeyscan"},
    "scan": {"wakeyscan"},
    "scan without archives": {"wakeyscan"},
    "hook": {"wakeyscan", "bare Python"},
    "hook with a key": {"wakeyscan", "bare Python"},
}


def test_all_jobs_are_measured_and_all_planted_keys_found(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a.py": "import os\n"})
    write(tmp_path, {"tree/a.txt": "a", "tree/b.gz": b"\x1f\x8b\x08\0"})
    page = (
        "# How fast\n<!-- results of the benchmark -->\nold\n<!-- end of the results -->\n\nMore.\n"
    )
    write(tmp_path, {"docs/performance.md": page})
    inputs = ["--repository", str(repo.top), "--tree", str(tmp_path / "tree")]
    line = ["--wakeyscan", WAKEYSCAN, "--rounds", "1", "--docs", str(tmp_path / "docs"), *inputs]
    ran = execute([sys.executable, "-m", "benchmarks", *line], ROOT)
    assert ran.code == 0, ran.err
    results = Results.from_json((tmp_path / "docs/speed.json").read_text())
    measured = {job: {one.scanner for one in results.measured if one.job == job} for job in JOBS}
    assert all(scanners <= measured[job] for job, scanners in JOBS.items())
    assert [one for one in results.measured if one.missing] == []
    assert {one.planted for one in results.measured if one.job == "hook with a key"} == {1}
    text = (tmp_path / "docs/performance.md").read_text()
    assert "| **scan**: 2 files, 0.0 GB | wakeyscan |" in text
    assert "| **scan without archives**: 1 files, 0.0 GB | wakeyscan |" in text
    assert "old" not in text and text.endswith("<!-- end of the results -->\n\nMore.\n")
    assert "2 staged" not in text and "Machine: " in text
    ElementTree.parse(tmp_path / "docs/speed.svg")


RESULTS = Results(
    "2 cores",
    {"wakeyscan": "1.0", "other": "2.0"},
    2,
    17.0,
    [
        Measured(
            "scan", "9 files", "wakeyscan", 5, 0, False, [Sample(0.5, 0.4, 20), Sample(1, 2, 30)]
        ),
        Measured(
            "scan", "9 files", "other", 5, 2, False, [Sample(12, 20, 99), Sample(14, 21, 100)]
        ),
        Measured("scan", "9 files", "limit", 5, 0, True, [Sample(0.1, 0.1, 17)] * 2),
    ],
)


def test_results_survive_a_round_trip_through_json() -> None:
    assert Results.from_json(RESULTS.to_json()) == RESULTS
    json.loads(RESULTS.to_json())


def test_the_table_has_medians_ranges_and_found_keys() -> None:
    rows = [row for row in format_table(RESULTS).splitlines() if row.startswith("|")]
    assert rows[2:] == [
        "| **scan**: 9 files | wakeyscan | 0.750 | 0.500–1.00 | 1.20 | 30 | 5 of 5 |",
        "|  | other | 13.0 | 12.0–14.0 | 20.5 | 100 | 3 of 5 |",
        "|  | limit | 0.100 | 0.100–0.100 | 0.100 | 17 |  |",
    ]


def test_the_chart_has_a_bar_for_each_scanner_the_fastest_first() -> None:
    svg = ElementTree.fromstring(draw_chart(RESULTS))
    texts = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [
        "scan: 9 files",
        *("limit", "100 ms", "wakeyscan", "750 ms", "other", "13.0 s"),
    ]
    bars = [bar.get("class") for bar in svg.iter("{http://www.w3.org/2000/svg}rect")]
    assert bars == ["limit", "ours", "bar"]


def test_a_page_without_markers_for_the_table_is_rejected(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "# Page\n"})
    with pytest.raises(SystemExit, match=r"a\.md: has no lines"):
        insert_table(tmp_path / "a.md", RESULTS)


def test_a_run_is_prepared_and_a_missed_key_is_reported(tmp_path: Path) -> None:
    prepared: list[int] = []
    command = [sys.executable, "-c", "print('found planted-1.py')"]
    lane = Lane("a", command, tmp_path, ("planted-1.py", "planted-2.py"))
    lane = lane._replace(prepare=lambda: prepared.append(1))
    assert find_missing(lane, {}) == ["planted-2.py"]
    assert find_missing(lane._replace(is_limit=True), {}) == []
    assert run(lane, {}).wall > 0
    assert prepared == [1, 1, 1]
