"""Short options, and the report in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import Ran, Run
from tests.support.files import write
from tests.support.keys import MakeKey
from wakeyscan import __version__


@pytest.mark.parametrize(
    "arguments",
    [["-f", "json"], ["-fjson"], ["-qf", "json"], ["--format=json", "-v"]],
    ids=["apart", "together", "with a switch", "verbose"],
)
def test_the_format_has_a_short_option(
    run: Run, make_key: MakeKey, tmp_path: Path, arguments: list[str]
) -> None:
    write(tmp_path, {"a": make_key()})
    assert run("scan", *arguments, "a").json()["summary"]["keys"] == 1


@pytest.mark.parametrize("option", ["-o", "--output"])
def test_the_output_file_has_a_short_option(
    run: Run, make_key: MakeKey, tmp_path: Path, option: str
) -> None:
    write(tmp_path, {"a": make_key()})
    assert run("scan", "-f", "json", option, "report.json", "a") == Ran(1, "", "")
    assert json.loads((tmp_path / "report.json").read_text())["summary"]["keys"] == 1


def test_a_hyphen_as_the_output_file_is_stdout(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a": "x"})
    assert run("scan", "-o", "-", "a").out == "No keys found.\nScanned 1 file (1 byte).\n"
    assert not (tmp_path / "-").exists()


def test_a_file_that_cannot_be_written_stops_the_scan(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a": "x"})
    ran = run("scan", "-o", "missing/report", "a")
    assert (ran.code, ran.out) == (2, "")
    assert "missing/report: the report cannot be written" in ran.err


def test_a_clean_hook_also_writes_its_report(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a": "x"})
    assert run("hook", "pre-commit", "-o", "report", "--", "a").code == 0
    assert (tmp_path / "report").read_text().startswith("No keys found.\n")


def test_the_version_has_a_short_option(run: Run) -> None:
    assert run("-V").out == f"wakeyscan {__version__}\n"
