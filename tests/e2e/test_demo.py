"""`make demo`: the whole story, told to a newcomer without a network or a key of his own."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.support.command import Ran, execute
from tests.support.keys import PREFIX
from tests.support.runner import ROOT

MASK = rf"{PREFIX}…\([0-9a-f]{{6}}\)"
NAMED = r'the API rejected this key \("API key has been revoked"\)'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def told(place: Path) -> Ran:
    """Run it as one whose settings would spoil the story."""
    hostile = {
        "TMPDIR": str(place),
        "WAKEYSCAN_FAIL_ON": "never",
        "WAKEYSCAN_APP_KEY": "x",
        "GIT_DIR": "/nowhere",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    return execute([sys.executable, "-m", "demo.run"], ROOT, env=hostile)


def steps(told: Ran) -> list[tuple[str, str]]:
    """Return the commands, each with its output."""
    _, *shown = re.split(r"(?m)^\$ ", told.out)
    return [(line, said) for line, _, said in (part.partition("\n") for part in shown)]


def test_it_goes_as_it_should_and_leaves_nothing_behind(told: Ran, place: Path) -> None:
    assert (told.code, told.err) == (0, ""), told
    assert [*place.iterdir()] == []


def test_no_key_is_shown(told: Ran) -> None:
    assert len(set(re.findall(MASK, told.out))) == 5
    assert not re.search(PREFIX + r"\w{6}", told.out)


def test_each_step_is_introduced_and_ends_with_an_exit_code(told: Ran) -> None:
    assert [line for line, _ in steps(told)] == [
        "wakeyscan audit shop --verify --report json=report.json",
        "wakeyscan verify report.json",
        "wakeyscan verify report.json",
    ]
    assert re.findall(r"(?m)^\(exit code (\d)\)$", told.out) == ["1", "1", "0"]
    assert len(re.findall(r"(?m)^--- .+", told.out)) == 3


def test_the_audit_tells_the_lives(told: Ran) -> None:
    _, said = steps(told)[0]
    headings = re.findall(r"(?m)^(LIVE|Not known to be revoked|Revoked):.*\((\d)\)$", said)
    assert headings == [("LIVE", "4"), ("Not known to be revoked", "1"), ("Revoked", "1")]
    keys = re.findall(rf"(?m)^  \d  (\w+) +wastack-api-key  {MASK}$", said)
    assert keys == ["critical"] * 4 + ["note"]
    places = re.findall(r"introduced  [0-9a-f]{12}  (\S+)", said)
    assert sorted(places) == [
        "dashboard/.env:1",
        "dashboard/.env:2",
        "public/form.js:1",
        "src/notices.py:1",
        "tests/test_notices.py:1",
        "tools/campaign.sh:1",
    ]


def test_the_proof_shows_what_has_changed(told: Ran) -> None:
    _, once = steps(told)[1]
    assert len(re.findall(rf"(?m)^{MASK}  live -> revoked  {NAMED}$", once)) == 1
    assert len(re.findall(rf"(?m)^{MASK}  revoked  {NAMED}$", once)) == 1
    assert (
        len(
            re.findall(
                rf"(?m)^{MASK}  live  the API accepted it; at least read access; 2 devices$", once
            )
        )
        == 2
    )
    assert (
        len(re.findall(rf"(?m)^{MASK}  live  the API knows it but denied this request", once)) == 1
    )
    _, last = steps(told)[2]
    assert len(re.findall(rf"(?m)^{MASK}  live -> revoked  {NAMED}", last)) == 4
