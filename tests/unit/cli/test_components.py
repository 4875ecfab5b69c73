"""The components that `wakeyscan doctor` checks."""

from __future__ import annotations

import re
import tomllib

from tests.support.runner import ROOT
from wakeyscan.cli.check import NOTE
from wakeyscan.cli.components import Component, list_components
from wakeyscan.cli.health import check_component


def test_every_dependency_is_listed_as_a_component() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[<>=; ]", line)[0].lower() for line in project["dependencies"]}
    known = {component.distribution.lower() for component in list_components()}
    assert len(names) > 5
    assert names - known <= {"backports.zstd"}  # a part of newer Pythons


def test_a_component_of_another_version_is_named() -> None:
    stale = Component("pytest", "pytest", "reads packs faster", fits=lambda: False)
    check = check_component(stale)
    assert check.state == NOTE
    assert check.text.endswith(": not used, made for another wakeyscan; it reads packs faster")
    assert check.advice == "pip install --upgrade 'pytest'"
