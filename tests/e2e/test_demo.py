"""`make demo`: the whole story, told to a newcomer without a network or a key of his own."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

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
    page = str(place / "out" / "page.html")
    return execute([sys.executable, "-m", "demo.run", page], ROOT, env=hostile)


def steps(told: Ran) -> list[tuple[str, str]]:
    """Return the commands, each with its output."""
    _, *shown = re.split(r"(?m)^\$ ", told.out)
    return [(line, said) for line, _, said in (part.partition("\n") for part in shown)]


def test_the_demo_passes_and_removes_its_files(told: Ran, place: Path) -> None:
    assert (told.code, told.err) == (0, ""), told
    assert [file.name for file in place.rglob("*") if file.is_file()] == ["page.html"]


def test_the_demo_ends_with_a_page(told: Ran, place: Path) -> None:
    page = place / "out" / "page.html"
    assert told.out.endswith(f"Open it: {page.as_uri()}\n")
    assert "6 keys in 7 commits: 4 LIVE, 1 unchecked, 1 revoked." in page.read_text("utf-8")


def test_the_page_is_removed_unless_a_folder_is_given(place: Path) -> None:
    ran = execute([sys.executable, "-m", "demo.run"], ROOT, env={"TMPDIR": str(place)})
    assert (ran.code, ran.err, "Open it" in ran.out) == (0, "", False)
    assert [file.name for file in place.rglob("*") if file.is_file()] == ["page.html"]


def test_no_key_is_shown(told: Ran, place: Path) -> None:
    page = (place / "out" / "page.html").read_text("utf-8")
    for text in (told.out, page):
        assert len(set(re.findall(MASK, text))) == 5
        assert not re.search(PREFIX + r"\w{6}", text)


def test_each_step_is_introduced_and_ends_with_an_exit_code(told: Ran, place: Path) -> None:
    assert [line for line, _ in steps(told)] == [
        "wakeyscan audit shop --verify --report json=report.json",
        "wakeyscan verify report.json",
        "wakeyscan verify report.json",
        f"wakeyscan report report.json --format html --output {place / 'out' / 'page.html'}",
    ]
    assert re.findall(r"(?m)^\(exit code (\d)\)$", told.out) == ["1", "1", "0", "0"]
    assert len(re.findall(r"(?m)^--- .+", told.out)) == 4


def test_the_audit_shows_the_histories_of_keys(told: Ran) -> None:
    _, said = steps(told)[0]
    headings = re.findall(r"(?m)^(LIVE|Not known to be revoked|Revoked):.*\((\d)\)$", said)
    assert headings == [("LIVE", "4"), ("Not known to be revoked", "1"), ("Revoked", "1")]
    keys = re.findall(rf"(?m)^  \d  (\w+) +wastack-api-key  {MASK}$", said)
    assert keys == ["critical"] * 4 + ["note"]
    places = re.findall(r"introduced  [0-9a-f]{12}  (\S+)", said)
    assert sorted(places) == [
        "hooks.env:1",
        "hooks.env:2",
        "public/form.js:1",
        "src/notices.py:1",
        "tests/test_notices.py:1",
        "tools/campaign.sh:1",
    ]


def test_the_audit_shows_where_keys_were_pushed(told: Ran) -> None:
    _, said = steps(told)[0]
    assert re.findall(r"(?m)^ {5}pushed +(.+)$", said) == [
        "to alice/try-webhooks, origin/main",
        "no (no remote-tracking branch contains it)",
        "to alice/try-webhooks, origin/main",
        "to alice/try-webhooks",
        "to alice/try-webhooks",
        "to alice/try-webhooks, origin/main",
    ]


def test_the_second_verification_shows_the_changes(told: Ran) -> None:
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


def test_the_picture_of_the_readme_is_a_screen_without_keys(place: Path) -> None:
    for file in (ROOT / "docs" / "audit.svg", place.parent / "new.svg"):
        if not file.exists():
            ran = execute([sys.executable, "-m", "demo.picture", str(file)], ROOT)
            assert (ran.code, ran.err) == (0, "")
        picture = ElementTree.parse(file).getroot()
        shown = "".join(picture.itertext())
        assert "4 LIVE, 1 unchecked, 1 revoked." in shown
        assert "What to do next" in shown
        assert set(re.findall(PREFIX + r"(.{8})", shown)) == set(
            re.findall(r"…\([0-9a-f]{6}", shown)
        )
        assert {element.tag.rpartition("}")[2] for element in picture.iter()} == {
            *("svg", "style", "rect", "text")
        }
