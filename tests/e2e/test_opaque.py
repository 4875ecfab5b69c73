"""Opaque content: intact, but it cannot be opened. It is listed and counted in every report."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.support.archives import encrypted_zip, tarred, zipped
from tests.support.command import Run
from tests.support.files import write
from tests.support.keys import MakeKey
from tests.support.reports import FORMATS
from tests.support.repositories import Repo

RAR = b"Rar!\x1a\x07\x01\0" + bytes(range(60))
REASON = "in rar: this format is not supported; unpack it and scan the result"


def test_opaque_items_are_listed_and_the_scan_is_complete(tmp_path: Path, run: Run) -> None:
    files = {"a.rar": RAR, "b.tar": tarred({"c/d.rar": RAR}), "e.zip": encrypted_zip({"f": b"x"})}
    write(tmp_path, {**files, "g": b"nothing"})
    ran = run("scan", "--format=json")
    report = ran.json()
    assert (ran.code, report["complete"], report["coverage"]["opaque"]) == (0, True, 3)
    assert [(s["path"], s["reason"], s["gap"], s["opaque"]) for s in report["skipped"]] == [
        ("a.rar", REASON, False, True),
        ("b.tar!/c/d.rar", REASON, False, True),
        ("e.zip!/f", "in zip: encrypted", False, True),
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_every_report_shows_opaque_items(tmp_path: Path, run: Run, name: str) -> None:
    write(tmp_path, {"a.rar": RAR, "b.rar": RAR})
    ran = run("scan", "--format", name)
    assert ran.code == 0
    assert "opaque" in ran.out
    assert "a.rar" in ran.out
    assert REASON in ran.out
    assert "2 opaque" in ran.out or ran.out.count("opaque") > 1 or "1 more" in ran.out


def test_a_damaged_file_is_a_gap_and_never_opaque(tmp_path: Path, run: Run) -> None:
    damaged = zipped({"a": b"good"}, zipfile.ZIP_STORED).replace(b"good", b"evil")
    write(tmp_path, {"a.zip": damaged, "b.rar": RAR})
    ran = run("scan", "--format=json")
    assert ran.code == 3
    assert [(s["path"], s["gap"], s["opaque"]) for s in ran.json()["skipped"]] == [
        ("a.zip!/a", True, False),
        ("b.rar", False, True),
    ]


@pytest.mark.parametrize("command", [("scan",), ("scan", "staged:"), ("hook", "pre-commit")])
def test_strict_makes_opaque_items_gaps_and_names_the_remedy(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    repo = Repo(tmp_path)
    repo.stage({"fixtures/a.zip": zipped({"b.rar": RAR})})
    assert repo.run(*command).code == 0
    ran = repo.run(*command, "--strict")
    assert ran.code == 3
    remedy = 'add "fixtures/a.zip" to `exclude` in .wakeyscan.toml'
    assert remedy in ran.out
    repo.write({".wakeyscan.toml": 'exclude = ["fixtures/a.zip"]\n'})
    assert repo.run(*command, "--strict").code == 0
    assert repo.run(*command, env={"WAKEYSCAN_STRICT": "1"}).code == 0


def test_strict_makes_an_audit_incomplete(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit({"a.rar": RAR})
    assert repo.run("audit").code == 0
    ran = repo.run("audit", "--strict", "--format=json")
    assert (ran.code, ran.json()["complete"]) == (3, False)
    assert [(s["reason"], s["gap"], s["opaque"]) for s in ran.json()["skipped"]] == [
        (REASON, True, True)
    ]


def test_a_hook_lets_opaque_content_pass_and_names_it(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.stage({"a.zip": encrypted_zip({"b": b"x"})})
    ran = repo.run("hook", "pre-commit")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "wakeyscan: a.zip!/b: in zip: encrypted\n"


def test_a_plain_key_in_an_opaque_file_is_found(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    key = make_key()
    write(tmp_path, {"a.rar": RAR + f"\n{key}\n".encode()})
    ran = run("scan", "--format=json")
    assert ran.code == 1
    assert [f["path"] for f in ran.json()["findings"]] == ["a.rar"]
    assert ran.json()["skipped"][0]["opaque"]


def test_many_opaque_members_of_one_file_are_counted(tmp_path: Path, run: Run) -> None:
    write(tmp_path, {"a.zip": encrypted_zip({f"{n:02}": b"x" for n in range(20)})})
    report = json.loads(run("scan", "--format=json").out)
    assert report["coverage"]["opaque"] == 20
    assert [(s["times"], s["opaque"]) for s in report["skipped"]] == [
        *((17, True), (1, True), (1, True), (1, True))
    ]
