"""The HTML report: what it shows, and that nothing in it can run or load anything."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.archives import zipped
from tests.support.command import Run, execute
from tests.support.dated_repository import Dated
from tests.support.fake_wastack import LIVE, REVOKED, FakeWAStack
from tests.support.files import write
from tests.support.keys import MakeKey, mask
from tests.support.runner import NODE_MODULES, ROOT
from wakeyscan.reports import html, html_keys
from wakeyscan.reports.report import ReportStyle
from wakeyscan.reports.saved_result import load_result
from wakeyscan.rules.loader import load_rules

HOSTILE = "<script>alert(1)<\\script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
CHROMIUM = shutil.which("chromium") or ""
VOID = {"meta", "link", "img", "input", "br", "hr"}


class Page(HTMLParser):
    """The elements, attributes and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source = text
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(text for one in self.texts.values() for text in one).split())


@pytest.fixture
def repo(tmp_path: Path) -> Dated:
    return Dated(tmp_path / "repo").at(1)


def test_a_page_has_the_verdict_places_and_steps_of_a_scan(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    one, two = make_key(), make_key()
    files = {f"src/{n}.py": f"k = '{one}'\n" for n in range(7)}
    write(tmp_path, {**files, "public/app.js": f"'{two}'", "z.zip": zipped({"a": b"x"})})
    page = Page(run("scan", ".", "-f", "html").out)
    assert page.open == []
    assert page.texts["h1"] == ["2 keys in 8 places: 1 critical, 1 high."]
    articles = page.all("article")
    assert [article["data-severity"] for article in articles] == ["critical", "high"]
    assert [article["data-exposure"] for article in articles] == ["client-side", "source"]
    assert "src/0.py:1:6" in page.texts["code"]
    assert page.texts["summary"] == ["2 more places"]
    assert f"k = '{mask(one)}'" in page.texts["code"]
    assert "wakeyscan verify leak.json --wait 10m" in page.texts["code"]
    assert not page.all("svg")


def test_a_page_without_findings_is_clean_and_has_no_script(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a": "x"})
    page = Page(run("scan", "-f", "html").out)
    assert page.texts["h1"] == ["No keys found."]
    assert "Everything in this scope was scanned." in page.text
    assert not page.all("script")


def test_an_incomplete_scan_is_not_shown_as_clean(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"large<b>": "x" * 11})
    page = Page(run("scan", "-f", "html", "--max-file-size=10").out)
    assert page.all("header") == [{"class": "gap"}]
    assert "The scan is incomplete." in page.text
    assert "large<b>" in page.texts["code"]


def test_a_timeline_shows_when_keys_were_in_the_code(repo: Dated, make_key: MakeKey) -> None:
    here, gone = make_key(), make_key()
    repo.commit({"a": f"'{here}'", "c": f"'{gone}'"})
    repo.git("update-ref", "refs/remotes/origin/main", repo.id("HEAD"))
    repo.at(5).commit({"c": "none"})
    page = Page(repo.audit("-f", "html").out)
    spans = [shape for shape in page.all("rect") if shape["class"] == "in-code"]
    assert (spans[0]["x"], spans[0]["width"]) == ("0.0%", "100.0%")
    assert float(spans[1]["width"].rstrip("%")) < 100
    assert [line["class"] for line in page.all("line")] == ["introduced"] * 2 + ["removed"]
    assert page.all("line")[2]["x1"] == spans[1]["width"]
    assert [(mark["class"], mark["cx"]) for mark in page.all("circle")] == [("pushed", "0.0%")] * 2
    labels = [svg["aria-label"] for svg in page.all("svg")]
    assert labels[0].startswith("since 2024-01-01, exposed for ")
    assert labels[1].startswith("2024-01-01 to 2024-01-05, exposed for ")
    assert all(label.endswith(", pushed") for label in labels)
    assert "to origin/main" in page.texts["dd"]
    assert "a:1" in page.texts["dd"]
    links = {link["href"] for link in page.all("a")}
    targets = {f"#{one['id']}" for _, one in page.elements if one.get("id")}
    assert links <= targets


def test_a_page_lists_the_steps_of_the_most_urgent_keys(
    repo: Dated, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a": make_key(), "b": make_key()})
    report = repo.top / "leak.json"
    repo.audit("-o", str(report))
    monkeypatch.setattr(html_keys, "_MAX_RUNBOOKS", 1)
    page = io.StringIO()
    html.write(load_result(str(report), load_rules()), page, ReportStyle())
    texts = Page(page.getvalue()).texts
    items = [*texts["li"], *texts["p"]]
    assert sum("Check that the new key works" in item for item in items) == 1
    assert sum("are in the JSON report: keys[].next" in item for item in items) == 1


def test_names_and_excerpts_are_escaped(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    key = make_key()
    write(tmp_path, {HOSTILE.replace("/", "_"): f"{HOSTILE} {key} <!-- </style></script>\n"})
    os.mkfifo(tmp_path / f"{HOSTILE}.pipe")
    page = Page(run("scan", "-f", "html").out)
    assert page.open == []
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert not page.all("img")
    assert f"{HOSTILE} {mask(key)} <!-- </style></script>" in page.texts["code"]
    assert [
        text for text in page.texts["code"] if re.fullmatch(re.escape(HOSTILE) + ":1:[0-9]+", text)
    ]


def test_the_policy_allows_only_the_style_and_the_script_of_the_page(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, {"a": make_key()})
    page = Page(run("scan", "-f", "html").out)
    (policy,) = [
        meta["content"]
        for meta in page.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    for tag in ("style", "script"):
        (text,) = page.texts[tag]
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    attributes = [name for _, one in page.elements for name in one]
    assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
    assert not re.search(r"https?://", page.source)


def browse(page: Path) -> Page:
    """Return the page as a browser shows it once its script has run."""
    profile = f"--user-data-dir={page.parent / 'profile'}"
    flags = ("--headless", "--no-sandbox", "--disable-gpu", profile, "--dump-dom")
    line = [CHROMIUM, *flags, "--virtual-time-budget=5000", page.as_uri()]
    return Page(subprocess.run(line, capture_output=True, timeout=120).stdout.decode())


@pytest.fixture
def crowded(
    repo: Dated, make_key: MakeKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Write a page of five keys; a browser shows two at once, and the others later."""
    order = "<img src=x onerror=document.title='owned'><noscript>"
    repo.commit({f"{n}{order}": f"{order} {make_key()}" for n in range(5)})
    report = tmp_path / "leak.json"
    repo.audit("-o", str(report))
    monkeypatch.setattr(html, "_BATCH", 2)
    page = tmp_path / "page.html"
    with page.open("w", encoding="utf-8") as out:
        html.write(load_result(str(report), load_rules()), out, ReportStyle())
    return page


def test_keys_after_the_first_batch_are_stored_as_text(crowded: Path) -> None:
    page = Page(crowded.read_text("utf-8"))
    assert page.open == []
    assert len(page.all("article")) == len(page.all("svg")) == 5
    assert len(page.all("noscript")) == 2 + 2
    first = page.source.partition("<noscript>")[0]
    assert first.count("<svg") == 2
    assert "3 more keys appear here" in page.text


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium")
def test_a_browser_builds_the_remaining_keys(crowded: Path) -> None:
    page = browse(crowded)
    assert [article["id"] for article in page.all("article")] == [f"key-{n}" for n in range(1, 6)]
    assert len(page.all("svg")) == 5
    assert page.texts["output"] == ["5 of 5 shown"]
    assert page.texts["title"] == ["wakeyscan: 5 keys in 1 commit: 5 high."]
    assert not page.all("noscript")
    assert not page.all("img")
    assert "more keys appear" not in page.text


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium")
def test_a_browser_runs_the_filters_and_nothing_else(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    order = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    write(tmp_path, {order.replace("/", "_"): f"{order} {make_key()}\n"})
    assert run("scan", "-f", "html", "-o", "page.html").code == 1
    page = browse(tmp_path / "page.html")
    assert page.texts["title"] == ["wakeyscan: 1 key in 1 place: 1 high."]
    assert page.texts["output"] == ["1 of 1 shown"]
    assert len(page.all("script")) == 1
    assert not page.all("img")


@pytest.mark.skipif(
    not (CHROMIUM and NODE_MODULES),
    reason="there is no chromium, or WAKEYSCAN_TEST_NPM names no folder with axe and puppeteer",
)
def test_axe_finds_no_barrier_in_light_dark_and_phone_width(
    repo: Dated, make_key: MakeKey, tmp_path: Path
) -> None:
    live, revoked = make_key(), make_key()
    order = "<img src=x onerror=alert(1)>"
    files = {f"src/{n}/{'deep/' * 20}{order}.py": f"k = '{live}'  # {order}\n" for n in range(7)}
    repo.commit({**files, "old.js": f"'{revoked}'", "z.rar": b"Rar!\x1a\x07\x01\x00" + bytes(99)})
    repo.git("update-ref", "refs/remotes/origin/main", repo.id("HEAD"))
    repo.at(5).commit({"old.js": "none", "app.py": f"Authorization: Bearer {make_key(prefix='')}"})
    page = tmp_path / "page.html"
    with FakeWAStack({live: LIVE, revoked: REVOKED}) as api:
        asked = ("--verify", "--api-url", api.url)
        assert repo.audit(*asked, "-f", "html", "-o", str(page)).code == 1
    assert "1 LIVE" in page.read_text("utf-8")
    line = ["node", str(ROOT / "tests" / "support" / "axe.mjs"), NODE_MODULES, CHROMIUM, str(page)]
    ran = execute(line, tmp_path)
    assert (ran.code, ran.json()) == (0, []), ran.err
