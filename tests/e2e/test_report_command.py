"""`wakeyscan report`: any format from a saved JSON report, and refusals of other files."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Run
from tests.support.dated_repository import Dated
from tests.support.fake_wastack import LIVE, FakeWAStack
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey, mask
from tests.support.reports import FORMATS


def hide_times(text: str) -> str:
    return re.sub(r'_time": "[^"]+"', '_time": ""', text)


@pytest.fixture
def repo(tmp_path: Path) -> Dated:
    return Dated(tmp_path / "repo").at(1)


def fill(folder: Path, make_key: MakeKey) -> str:
    """Write findings of every standing, a gap, an opaque item and a configuration."""
    key, ignored, allowed = make_key(), make_key(), make_key()
    notebook = {"cells": [{"cell_type": "code", "source": [f"k = '{key}'\n"], "outputs": []}]}
    files: dict[str, str | bytes] = {
        "a\x1b<b>.py": f"k = '{key}' # é\u202e\n{ignored} # wakeyscan:ignore -- old\n",
        "e.py": f"TOKEN = '{key}'\n",
        "b.js": f"const k = '{PREFIX}your_key_goes_here_please'",
        "c.ipynb": json.dumps(notebook),
        "docs/d.md": allowed,
        "out/e.md": make_key(),
        "f.rar": b"Rar!\x1a\x07\x01\x00",
        "large": "x" * 5000,
        ".wakeyscan.toml": "exclude = ['out']\n[[allow]]\npath = 'docs'\nreason = 'samples'\n",
    }
    write(folder, files)
    return key


def test_a_converted_report_equals_the_report_of_the_run(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    key = fill(tree, make_key)
    flags = [f"--report={name}=../{name}.one" for name in FORMATS]
    options = ("--show-suppressed", "--verbose")
    assert run("scan", "--max-file-size=4k", *options, *flags, cwd=tree).code == 1
    copies = [f"--report={name}=../{name}.two" for name in FORMATS]
    ran = run("report", "../json.one", *options, *copies, cwd=tree)
    assert (ran.code, ran.err) == (0, "")
    for name in FORMATS:
        one, two = ((tmp_path / f"{name}.{end}").read_text("utf-8") for end in ("one", "two"))
        assert hide_times(one) == hide_times(two), name
    assert ran.out == (tmp_path / "text.one").read_text("utf-8")
    assert mask(key) in ran.out
    assert '"fixes"' in (tmp_path / "sarif.two").read_text("utf-8")


def test_edits_cover_only_files_that_still_hold_the_key(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key, changed, other = make_key(), make_key(), make_key()
    write(tmp_path, {"a.py": f"K = '{key}'\n", "b.py": f"K = '{changed}'\n", "c.py": "x = 1\n"})
    run("scan", ".", "--report=json=r.json", "--report=sarif=r.sarif")
    write(tmp_path, {"b.py": f"K = '{other}'\n"})
    ran = run("report", "r.json", "-f", "sarif")
    assert _list_edits((tmp_path / "r.sarif").read_text("utf-8")) == ["a.py", "b.py"]
    assert (ran.code, _list_edits(ran.out), key in ran.out) == (0, ["a.py"], False)
    (tmp_path / "away").mkdir()
    assert _list_edits(run("report", "../r.json", "-f", "sarif", cwd=tmp_path / "away").out) == []


def test_edits_of_an_audit(repo: Dated, run: Run, make_key: MakeKey) -> None:
    repo.commit({"a.py": f"K = '{make_key()}'\n"})
    repo.commit({"b.txt": make_key()})
    one = run("audit", "--report=json=r.json", "-f", "sarif", cwd=repo.top).out
    two = run("report", "r.json", "-f", "sarif", cwd=repo.top).out
    assert (_list_edits(one), hide_times(one)) == (["a.py"], hide_times(two))


def _list_edits(log: str) -> list[str]:
    """Return the file of each edit in a SARIF report."""
    return [
        change["artifactLocation"]["uri"]
        for result in json.loads(log)["runs"][0]["results"]
        for fix in result.get("fixes", ())
        for change in fix["artifactChanges"]
    ]


def test_a_converted_audit_keeps_histories_and_verdicts(
    repo: Dated, run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    live, gone, named = make_key(), make_key(), make_key()
    repo.commit({"a": f"'{live}'", "c": f"'{gone}'", f"x{named}": "x"}, f"message {gone}")
    repo.git("update-ref", "refs/remotes/origin/main", repo.id("HEAD"))
    repo.at(5).commit({"c": "none"})
    flags = [f"--report={name}={tmp_path / name}.one" for name in FORMATS]
    with FakeWAStack({live: LIVE}) as api:
        asked = ("--verify", "--api-url", api.url, "--since=2024-01-01")
        repo.audit(*asked, *flags)
    copies = [f"--report={name}={name}.two" for name in FORMATS]
    assert run("report", str(tmp_path / "json.one"), *copies, cwd=tmp_path).code == 0
    for name in FORMATS:
        one, two = ((tmp_path / f"{name}.{end}").read_text("utf-8") for end in ("one", "two"))
        assert hide_times(one) == hide_times(two), name
    assert "1 LIVE" in (tmp_path / "text.two").read_text()


def test_a_converted_report_can_be_written_to_a_file(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, {"a": make_key()})
    run("scan", "a", "--report=json=r.json")
    assert run("report", "r.json", "-f", "jsonl", "-o", "r.jsonl").out == ""
    lines = (tmp_path / "r.jsonl").read_text().splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["finding", "summary"]


def test_a_report_with_a_custom_rule_is_converted(run: Run, tmp_path: Path) -> None:
    rule = """title = "Acme token"
severity = "medium"
anchors = ["acme-"]
pattern = '(?P<secret>acme-[0-9]{8})'
help = "Acme."
hits = ["acme-12345678", "acme-23456789", "acme-34567890"]
misses = ["acme-1", "acme-x", "acme"]
"""
    write(tmp_path, {"rules/mine.toml": rule, "a": "acme-90210817"})
    run("scan", "a", "--rules=rules", "--report=json=r.json")
    for name in FORMATS:
        assert run("report", "r.json", "-f", name).code == 0
    assert "mine medium" not in run("report", "r.json", "-f", "junit").out
    assert "Acme token" in run("report", "r.json", "-f", "junit", "--rules=rules").out


EDITS: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "schema": (("schema",), "other/1"),
    "findings": (("findings",), {}),
    "a finding": (("findings", 0), []),
    "severity": (("findings", 0, "severity"), "huge"),
    "liveness": (("findings", 0, "liveness"), "dead"),
    "line": (("findings", 0, "line"), "1"),
    "negative": (("findings", 0, "line"), -1),
    "truth": (("findings", 0, "line"), True),
    "fingerprint": (("findings", 0, "fingerprint"), "x"),
    "details": (("findings", 0, "details"), {"a": 1}),
    "scope": (("scope",), None),
    "targets": (("targets",), [1]),
    "exposed": (("keys", 0, "exposed_days"), 10**12),
    "date": (("keys", 0, "introduced", "author_date"), "yesterday"),
    "places": (("keys", 0, "places"), []),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the report of an audit."""
    repo = Dated(tmp_path_factory.mktemp("saved") / "repo").at(1)
    repo.commit({"a": f"k = '{PREFIX}{secrets.token_hex(20)}'\n"})
    return repo.audit("-f", "json").out


@pytest.mark.parametrize(("path", "value"), EDITS.values(), ids=EDITS)
def test_other_files_are_rejected(
    run: Run, tmp_path: Path, saved: str, path: tuple[Any, ...], value: Any
) -> None:
    report = json.loads(saved)
    item = report
    for name in path[:-1]:
        item = item[name]
    item[path[-1]] = value
    write(tmp_path, {"r.json": json.dumps(report)})
    ran = run("report", "r.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("wakeyscan: r.json: not a JSON report of wakeyscan: ")


def test_a_key_inserted_into_a_report_is_masked(
    run: Run, make_key: MakeKey, tmp_path: Path, saved: str
) -> None:
    key = make_key()
    report = json.loads(saved)
    report["findings"][0] |= {"excerpt": f"\x1b[31m{key}\ud800", "path": f"a/{key}"}
    write(tmp_path, {"r.json": json.dumps(report)})
    for name in FORMATS:
        ran = run("report", "r.json", "-f", name)
        assert (ran.code, key in ran.out, "\x1b" in ran.out) == (0, False, False)
    report["findings"][0]["secret"] = key
    write(tmp_path, {"r.json": json.dumps(report)})
    ran = run("report", "r.json")
    assert (ran.code, key in ran.out + ran.err) == (2, False)


@pytest.mark.parametrize("operands", [(), ("a", "b"), ("missing.json",)], ids=len)
def test_one_report_is_needed(run: Run, operands: tuple[str, ...]) -> None:
    ran = run("report", *operands)
    assert (ran.code, ran.out) == (2, "")
