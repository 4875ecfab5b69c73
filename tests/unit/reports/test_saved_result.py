"""Reports of a saved result: the same as those of the run itself."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.reports import FORMATS, hide_times
from wakeyscan.core.document import Origin
from wakeyscan.core.errors import SourceError
from wakeyscan.core.finding import Exposure, Finding, Position
from wakeyscan.core.secret import Secret
from wakeyscan.core.secret_history import CommitRef, Occurrence, SecretHistory
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


def load_edited(file: Path, edit: Callable[[Any], object]) -> RunResult:
    """Load the report of an audit with one key, after a change to it."""
    finding = find("a", FIRST, b"a")
    place = Occurrence("a", 2, NEXT, FIRST)
    commit = CommitRef(FIRST, "2026-01-02T03:04:05Z")
    history = SecretHistory(
        rule=finding.rule,
        secret=finding.secret,
        severity=finding.severity,
        introduced=commit,
        removed=commit,
        at_head=False,
        pushed=None,
        reachable_from=("HEAD",),
        exposed_days=3,
        places=(place,),
    )
    result = RunResult("audit", (".",), load_rules(), (finding,), (), Coverage(), keys=(history,))
    report = json.loads(render("json", result))
    edit(report)
    file.write_text(json.dumps(report), "utf-8")
    return load_result(str(file), load_rules())


NAMES: dict[str, Callable[[Any, str], object]] = {
    "command": lambda report, text: report.update(command=text),
    "rule": lambda report, text: report["findings"][0].update(rule=text),
    "encoding": lambda report, text: report["findings"][0].update(encoding=text),
    "key-rule": lambda report, text: report["keys"][0].update(rule=text),
    "commit": lambda report, text: report["keys"][0]["introduced"].update(commit=text),
    "removed": lambda report, text: report["keys"][0]["removed"].update(commit=text),
    "date": lambda report, text: report["keys"][0]["removed"].update(
        author_date="2026-01-02" + text
    ),
    "place": lambda report, text: report["keys"][0]["places"][0].update(commit=text),
    "blob": lambda report, text: report["keys"][0]["places"][0].update(blob=text),
    "range": lambda report, text: report["scope"].update(range={"commits": [text], "removed": []}),
}


@pytest.mark.parametrize("text", ["\x1b]0;title\x07", "x\n::error::x", "\u202e"], ids=repr)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_no_run_writes_is_refused(name: str, text: str, tmp_path: Path) -> None:
    """Reports print these fields unchanged, and another person may have made the report."""
    with pytest.raises(SourceError, match="expected printable characters") as caught:
        load_edited(tmp_path / "report.json", lambda report: NAMES[name](report, text))
    assert str(caught.value).isprintable()


def test_a_key_without_a_finding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="keys: expected a finding of each"):
        load_edited(tmp_path / "report.json", lambda report: report.update(findings=[]))


def test_a_report_that_was_not_changed_is_accepted(tmp_path: Path) -> None:
    assert len(load_edited(tmp_path / "report.json", lambda report: None).keys) == 1
