"""Writing a report takes little memory, however many findings it has."""

from __future__ import annotations

import os
import tracemalloc

import pytest

from tests.support.keys import MakeKey
from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure, Finding, Position
from wakeyscan.core.secret import API_KEY, Secret
from wakeyscan.core.severity import Severity
from wakeyscan.reports import REPORTS
from wakeyscan.reports.report import ReportStyle
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage

COUNT = 300

MAX_PER_FINDING = 1_000
"""Bytes; the objects of one result of SARIF take 16 times that."""


@pytest.mark.parametrize(
    "name",
    ["codequality", "csv", "github", "gitlab", "json", "jsonl", "junit", "markdown", "sarif"],
)
def test_a_report_is_written_finding_by_finding(name: str, make_key: MakeKey) -> None:
    result = build_result([make_key() for _ in range(COUNT)])
    write = REPORTS[name].write
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        write(result._replace(findings=()), nowhere, ReportStyle())  # its imports
        tracemalloc.start()
        try:
            write(result, nowhere, ReportStyle())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < COUNT * MAX_PER_FINDING


def build_result(keys: list[str]) -> RunResult:
    findings = tuple(
        Finding(
            rule=API_KEY,
            secret=Secret(key.encode(), API_KEY),
            origin=Origin("src/app.js"),
            position=Position(number, 1, 41),
            excerpt="const key = …",
            severity=Severity.HIGH,
            exposure=Exposure.SOURCE,
        )
        for number, key in enumerate(keys, 1)
    )
    return RunResult("scan", (".",), load_rules(""), findings, (), Coverage())
