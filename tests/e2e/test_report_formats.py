"""Reports for CI systems, spreadsheets and programs that read a stream."""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from junitparser import JUnitXml

from tests.support.archives import zipped
from tests.support.command import Run
from tests.support.dated_repository import Dated
from tests.support.files import write
from tests.support.key_copies import COPIES, find_copies
from tests.support.keys import PREFIX, MakeKey, fingerprint, mask
from tests.support.reports import FORMATS

HOSTILE = "=cmd|'x'!A1 <b>&\"\x07.js"


@pytest.fixture
def tree(tmp_path: Path, make_key: MakeKey) -> tuple[str, str]:
    """Make a tree with a key in two files, one with a hostile name, and a key in an archive."""
    one, two = make_key(), make_key()
    files: dict[str, Any] = {"src/a.py": f"\nk = '{one}'\n", HOSTILE: f"'{one}'"}
    write(tmp_path, {**files, "b.zip": zipped({"in/c.txt": f"\n\n{two}\n".encode()})})
    return one, two


@pytest.fixture
def repo(tmp_path: Path) -> Dated:
    return Dated(tmp_path / "repo").at(1)


GAP = ("--max-file-size=10",)
"""Larger than one file of these tests, so that the scan is incomplete."""


def report(run: Run, name: str, *arguments: str) -> str:
    return run("scan", ".", "-f", name, *arguments).out


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_shows_a_copy_of_a_key_in_another_form(
    run: Run, repo: Dated, make_key: MakeKey, name: str
) -> None:
    bodies = [make_key().removeprefix(PREFIX) for _ in COPIES]
    pairs = [
        (PREFIX + body, write_copy(body))
        for body, write_copy in zip(bodies, COPIES.values(), strict=True)
    ]
    lines = [f"{key} {copy} # wakeyscan:ignore -- {copy}" for key, copy in pairs]
    content = "\n".join([*lines, *(f"x = '{copy}', '{key}'" for key, copy in pairs)])
    repo.commit({"a.txt": content})
    reports = [run("scan", "repo/a.txt", "--show-suppressed", "-f", name).out]
    reports += [repo.audit("-f", name, "--show-suppressed").out]
    for body in bodies:
        assert [find_copies(text, body, size=12) for text in reports] == [[], []]
        assert all(fingerprint(PREFIX + body)[:6] in text for text in reports)


# JSON lines


def test_each_line_is_a_value_and_the_last_one_is_the_summary(
    run: Run, tree: tuple[str, str]
) -> None:
    lines = [json.loads(line) for line in report(run, "jsonl").splitlines()]
    whole = json.loads(report(run, "json"))
    findings = [{k: v for k, v in line.items() if k != "type"} for line in lines[:-1]]
    assert findings == whole["findings"]
    assert {line["type"] for line in lines[:-1]} == {"finding"}
    last = lines[-1]
    assert (last["type"], last["complete"]) == ("summary", True)
    for name in ("schema", "command", "scope", "summary", "coverage"):
        assert last[name] == whole[name]


def test_lines_of_keys_and_of_what_was_skipped(repo: Dated, key: str) -> None:
    repo.commit({"a": key, "b.rar": b"Rar!\x1a\x07\x01\x00" + bytes(99)})
    lines = [json.loads(line) for line in repo.audit("-f", "jsonl").out.splitlines()]
    assert [line["type"] for line in lines] == ["finding", "key", "skipped", "summary"]
    assert lines[1]["fingerprint"] == fingerprint(key)
    assert lines[2]["opaque"]


# CSV


def test_a_row_per_finding_and_no_formula(run: Run, tree: tuple[str, str]) -> None:
    one, two = tree
    rows = list(csv.DictReader(io.StringIO(report(run, "csv"))))
    assert [(row["type"], row["secret"], row["line"]) for row in rows] == [
        ("finding", mask(one), "1"),
        ("finding", mask(two), "3"),
        ("finding", mask(one), "2"),
    ]
    assert rows[0]["path"].startswith("'=cmd")
    assert rows[1]["path"] == "b.zip!/in/c.txt"
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@\t\r" and cell]


def test_rows_of_what_was_skipped(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"-large": "x" * 11})
    (row,) = csv.DictReader(io.StringIO(report(run, "csv", *GAP)))
    assert (row["type"], row["path"]) == ("skipped", "'-large")
    assert row["reason"] == "larger than --max-file-size: 11 of 10 bytes"


# JUnit


def parse_junit(text: str) -> ElementTree.Element:
    """Return the only suite of a report, in which junitparser counts the same as we do."""
    parsed = JUnitXml.fromstring(text.encode())
    (suite,) = ElementTree.fromstring(text)
    states = {"failure": parsed.failures, "error": parsed.errors, "skipped": parsed.skipped}
    for name, count in states.items():
        assert len(suite.findall(f"testcase/{name}")) == count
    assert parsed.tests == len(suite.findall("testcase"))
    return suite


def test_a_finding_is_a_failed_test(run: Run, tree: tuple[str, str]) -> None:
    one, _ = tree
    suite = parse_junit(report(run, "junit"))
    assert suite.attrib == {
        "name": "wakeyscan",
        "tests": "3",
        "failures": "3",
        "errors": "0",
        "skipped": "0",
    }
    case = suite[2]
    assert (case.get("file"), case.get("line"), case.get("classname")) == (
        *("src/a.py", "2"),
        "src/a.py",
    )
    assert case.get("name") == f"WAStack API key {mask(one)}"
    assert "revoke this one" in (case[0].text or "")
    assert suite[1].get("file") == "b.zip"


def test_a_clean_scan_is_a_passed_test(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a": "x"})
    suite = parse_junit(report(run, "junit"))
    assert [(case.get("name"), len(case)) for case in suite] == [("No keys found.", 0)]


def test_a_gap_is_an_error_and_opaque_content_is_skipped(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"large": "x" * 11, "a.rar": b"Rar!\x1a\x07\x01\x00"})
    suite = parse_junit(report(run, "junit", *GAP))
    assert [(case.get("name"), case[0].tag) for case in suite] == [
        ("opaque: a.rar", "skipped"),
        ("skipped: large", "error"),
    ]


# GitLab


def test_code_quality_has_an_issue_for_each_finding(run: Run, tree: tuple[str, str]) -> None:
    issues = json.loads(report(run, "codequality"))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 3
    places = {(issue["location"]["path"], issue["location"]["lines"]["begin"]) for issue in issues}
    assert places == {(HOSTILE, 1), ("b.zip", 1), ("src/a.py", 2)}
    assert {issue["severity"] for issue in issues} == {"critical"}


def test_code_quality_names_what_was_skipped(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"large": "x" * 11})
    (issue,) = json.loads(report(run, "codequality", *GAP))
    assert (issue["check_name"], issue["severity"]) == ("wakeyscan-skipped", "major")
    assert "large: larger than --max-file-size" in issue["description"]


def test_gitlab_secret_detection_has_a_valid_report(run: Run, tree: tuple[str, str]) -> None:
    log = json.loads(report(run, "gitlab"))
    found = log["vulnerabilities"]
    assert len({UUID(one["id"]) for one in found}) == 3
    assert [one["identifiers"][0]["value"] for one in found] == ["wastack-api-key"] * 3
    assert {one["location"]["commit"]["sha"] for one in found} == {"0000000"}
    assert log["scan"]["status"] == "success"


def test_gitlab_gets_an_identifier_for_each_place_of_a_key(
    run: Run, key: str, tmp_path: Path
) -> None:
    members = zipped({"one": f"{key}\n".encode(), "two": f"{key}\n".encode()})
    write(
        tmp_path,
        {"twice": f"{key} {key}\n", "b64": b64encode(key.encode()).decode(), "a.zip": members},
    )
    found = json.loads(report(run, "gitlab"))["vulnerabilities"]
    assert len({one["id"] for one in found}) == len(found) == 5
    assert found == json.loads(report(run, "gitlab"))["vulnerabilities"]


def test_gitlab_names_the_introducing_commit(repo: Dated, key: str) -> None:
    commit = repo.commit({"a": key})
    log = repo.audit("-f", "gitlab").json()
    (found,) = log["vulnerabilities"]
    assert found["location"]["commit"]["sha"] == commit


def test_an_incomplete_scan_has_a_failed_status_for_gitlab(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"large": "x" * 11})
    log = json.loads(report(run, "gitlab", *GAP))
    scan = log["scan"]
    assert scan["status"] == "failure"
    assert re.match(r"skipped: large: larger than", scan["messages"][0]["value"])


# Markdown


def test_a_table_of_the_keys_of_an_audit(repo: Dated, make_key: MakeKey) -> None:
    here, gone = make_key(), make_key()
    repo.commit({"a|b.py": f"'{here}'", "c": f"'{gone}'"})
    pushed = repo.id("HEAD")
    repo.git("update-ref", "refs/remotes/origin/main", pushed)
    repo.at(5).commit({"c": "none"})
    lines = repo.audit("-f", "markdown").out.splitlines()
    assert lines[0] == "### wakeyscan: 2 keys in 2 commits: 2 high"
    rows = {line.split("`")[1]: line.replace(r"\|", "/").split(" | ") for line in lines[4:6]}
    assert [cell.split(" ")[0] for cell in rows[mask(here)][4:6]] == ["`origin/main`", "`a/b.py:1`"]
    assert rows[mask(gone)][5] == "removed 2024-01-05"
    assert rows[mask(gone)][6].startswith(f"`{pushed[:12]}` 2024-01-01 `c:1`")
