"""The whole story with the real tools: leak, block, fix, rotate, prove, purge, clean audit."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from demo.repair import EXPECTED
from tests.support.command import Ran, execute
from tests.support.keys import PREFIX
from tests.support.runner import ROOT


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the demonstration, with settings that must not reach it."""
    hostile = {
        "TMPDIR": str(tmp_path_factory.mktemp("repair")),
        "WAKEYSCAN_FAIL_ON": "never",
        "GIT_DIR": "/nowhere",
    }
    return execute([sys.executable, "-m", "demo.repair"], ROOT, env=hostile)


def test_the_demo_ends_with_a_clean_audit(told: Ran) -> None:
    codes = [int(code) for code in re.findall(r"\(exit code (\d+)\)", told.out)]
    assert (told.code, codes) == (0, [*EXPECTED.values()]), told
    assert "live -> revoked" in told.out
    assert told.out.split("$ ")[-1].startswith("wakeyscan audit\n\nNo keys found.\n")


def test_the_hook_blocks_the_key_first(told: Ran) -> None:
    assert "Commit blocked" in told.err


def test_no_key_is_printed(told: Ran) -> None:
    assert not re.search(PREFIX + r"\w{8}", told.out + told.err)


def test_the_demo_leaves_no_files(told: Ran, tmp_path_factory: pytest.TempPathFactory) -> None:
    folders = Path(tmp_path_factory.getbasetemp()).glob("repair*")
    assert [file for folder in folders for file in folder.rglob("*")] == []
