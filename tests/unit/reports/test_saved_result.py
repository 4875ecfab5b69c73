"""Reports of a saved result: the same as those of the run itself."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.support.reports import FORMATS, hide_times
from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure, Finding, Position
from wakeyscan.core.secret import Secret
from wakeyscan.core.severity import Severity
from wakeyscan.reports import REPORTS
from wakeyscan.reports.report import ReportStyle
from wakeyscan.reports.saved_result import load_result
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage

FIRST, NEXT = "9" * 40, "1" * 40


def find(path: str, commit: str, text: bytes) -> Finding:
    secret = Secret(b"wa_" + b"live_" + text, "wastack-api-key")
    origin = Origin(path, f"commit {commit[:12]}")
    place = Position(2, 1, 9)
    return Finding("wastack-api-key", secret, origin, place, "x", Severity.HIGH, Exposure.SOURCE)


def render(name: str, result: RunResult) -> str:
    out = io.StringIO()
    REPORTS[name].write(result, out, ReportStyle())
    return hide_times(out.getvalue())


@pytest.mark.parametrize("name", FORMATS)
def test_a_range_keeps_its_commits_and_the_secrets_that_were_removed_later(
    name: str, tmp_path: Path
) -> None:
    kept, gone = find("a", NEXT, b"a"), find("b", FIRST, b"b")
    result = RunResult(
        "action",
        ("pull request",),
        load_rules(),
        (kept, kept._replace(origin=Origin("c", f"commit {FIRST[:12]}")), gone),
        (),
        Coverage(),
        commits=(FIRST, NEXT),
        removed=frozenset({gone.secret.fingerprint}),
    )
    (tmp_path / "report.json").write_text(render("json", result), "utf-8")
    saved = load_result(str(tmp_path / "report.json"), load_rules())
    assert (saved.commits, saved.removed) == (result.commits, result.removed)
    assert render(name, saved) == render(name, result)
