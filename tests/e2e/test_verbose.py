"""`--verbose`: the settings of a run with their sources, its accelerators, and skipped items."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.command import Run
from tests.support.files import write
from tests.support.keys import MakeKey
from tests.support.repositories import Repo


@pytest.mark.parametrize("command", [["scan", "a"], ["hook", "pre-commit", "--", "a"], ["audit"]])
def test_each_setting_is_printed_with_its_source(
    tmp_path: Path, make_key: MakeKey, command: list[str]
) -> None:
    repo = Repo(tmp_path, env={"WAKEYSCAN_JOBS": "1", "WAKEYSCAN_APP_KEY": make_key()[8:]})
    repo.commit({"a": "x", ".wakeyscan.toml": "fail-on = 'high'\n", ".wakeyscanignore": ""})
    ran = repo.run(command[0], "-v", "--max-file-size=1M", *command[1:], env=repo.env)
    lines = ran.err.splitlines()
    assert ran.code == 0
    assert "wakeyscan: fail-on: high, from .wakeyscan.toml" in lines
    assert "wakeyscan: jobs: 1, from WAKEYSCAN_JOBS" in lines
    assert "wakeyscan: max-file-size: 1M, from --max-file-size" in lines
    assert "wakeyscan: accepted findings: .wakeyscanignore" in lines
    assert repo.env["WAKEYSCAN_APP_KEY"] not in ran.err
    assert not [line for line in lines if line.startswith("wakeyscan: color:")]  # a default
    assert "fail-on:" not in repo.run(*command).err


@pytest.mark.parametrize(
    ("name", "module", "install"),
    [
        pytest.param("hyperscan", "hyperscan", "hyperscan", id="hyperscan"),
        pytest.param("isal", "isal", "isal", id="isal"),
        pytest.param("wakeyscan-native", "wakeyscan_native", "wakeyscan[native]", id="native"),
    ],
)
def test_an_accelerator_is_printed_or_how_to_get_it(
    run: Run, tmp_path: Path, name: str, module: str, install: str
) -> None:
    write(tmp_path, {"a": "x"})
    missing = {"PYTHONPATH": str(Path(__file__).parents[1] / "support" / "python_start")}
    missing["PYTHON_WITHOUT"] = module
    said = {
        line.removeprefix("wakeyscan: ").partition(": ")[2]
        for line in run("scan", "-v", "a", env=missing).err.splitlines()
        if line.startswith(f"wakeyscan: {name}")
    }
    assert [line.startswith("not installed; it ") for line in said] == [True]
    assert f"to get it: pip install '{install}'" in said.pop()
    if find_spec(module) and "PYTHON_WITHOUT" not in os.environ:
        assert f"wakeyscan: {name} " in run("scan", "-v", "a").err


def test_skipped_items_are_printed_if_the_report_is_not_the_text(run: Run, tmp_path: Path) -> None:
    names = [f"large{number:02}" for number in range(12)]
    write(tmp_path, dict.fromkeys(names, "xx"))
    options = ("--max-file-size=1", ".")
    ran = run("scan", "-v", "-f", "json", *options)
    assert ran.code == 3
    assert [name for name in names if f"wakeyscan: skipped {name}: " in ran.err] == names
    assert "skipped" not in run("scan", "-v", *options).err
    assert "skipped" not in run("scan", "-f", "json", *options).err
