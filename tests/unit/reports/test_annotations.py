"""Annotations and the job summary: what they say of a key, and where their links lead."""

from __future__ import annotations

import io
from typing import NamedTuple

import pytest

from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure, Finding, Liveness, Position
from wakeyscan.core.secret import Secret
from wakeyscan.core.severity import Severity
from wakeyscan.reports import github, markdown
from wakeyscan.reports.report import ReportStyle
from wakeyscan.reports.web_links import WebLinks
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage

KEY, OTHER = (Secret(text, "wastack-api-key") for text in (b"wa_" + b"live_a", b"wa_" + b"live_b"))
APP_KEY = Secret(b"x", "wastack-app-key")
COMMIT, NEXT, HEAD = "8ebbc6c1d2e3" + "0" * 28, "9" * 40, "7" * 40
IN_COMMIT, IN_NEXT = f"commit {COMMIT[:12]}", f"commit {NEXT[:12]}"
LINKS = WebLinks("https://github.com/o/r", HEAD, {COMMIT[:12]: COMMIT, NEXT[:12]: NEXT})
PAGE = "https://github.com/o/r"


def find(path: str, within: str = "", secret: Secret = KEY, part: str = "") -> Finding:
    origin, rule = Origin(path, within, part=part), "wastack-api-key"
    rule = "wastack-app-key" if secret == APP_KEY else rule
    return Finding(rule, secret, origin, Position(2, 1, 9), "", Severity.HIGH, Exposure.SOURCE)


def render(
    findings: list[Finding], removed: tuple[Secret, ...] = (), links: WebLinks | None = None
) -> tuple[list[str], str]:
    """Return the texts of the annotations, and the summary."""
    fingerprints = frozenset(secret.fingerprint for secret in removed)
    found = tuple(findings)
    result = RunResult("action", ("x",), load_rules(), found, (), Coverage(), removed=fingerprints)
    log, summary = io.StringIO(), io.StringIO()
    github.write(result, log, ReportStyle(links=links))
    markdown.write(result, summary, ReportStyle(links=links))
    lines = [line.split("::", 2)[2] for line in log.getvalue().splitlines()]
    return lines, summary.getvalue()


class Said(NamedTuple):
    """A finding, and the sentences of its annotation."""

    finding: Finding
    is_removed: bool
    text: str


SENTENCES = {
    "in-a-file": Said(
        find("a"),
        False,
        "Leaked WAStack key. Revoke it, and read the new one from an environment variable. ",
    ),
    "in-a-commit": Said(
        find("a", IN_COMMIT),
        False,
        "Leaked WAStack key, added in 8ebbc6c1d2e3. Revoke it, remove it from the file, then "
        "squash: the history of this branch keeps it. ",
    ),
    "removed-later": Said(
        find("a", IN_COMMIT),
        True,
        "Leaked WAStack key, added in 8ebbc6c1d2e3 and removed later: still in this branch's "
        "history. Revoke it, then squash. ",
    ),
    "app-key-removed-later": Said(
        find("a", IN_COMMIT, APP_KEY),
        True,
        "Hardcoded X-App-Key header, added in 8ebbc6c1d2e3 and removed later: still in this "
        "branch's history. Replace the credential, then squash. ",
    ),
    "in-a-message": Said(
        find("(commit message)", IN_COMMIT, part="message"),
        False,
        "Leaked WAStack key in a message, which a later commit cannot change. Revoke it, then "
        "reword the message. ",
    ),
    "in-a-name": Said(
        find("refs/heads/x", part="name"),
        False,
        "Leaked WAStack key in a name. Revoke it, then rename it. ",
    ),
    "revoked": Said(
        find("a", IN_COMMIT)._replace(liveness=Liveness.REVOKED, reason="as asked"),
        True,
        "Revoked WAStack API key, added in 8ebbc6c1d2e3 and removed later: still in this branch's "
        "history. It no longer works; remove it. ",
    ),
}


@pytest.mark.parametrize("said", SENTENCES.values(), ids=SENTENCES)
def test_an_annotation_begins_with_the_problem_and_the_remedy(said: Said) -> None:
    (text,), _ = render([said.finding], (said.finding.secret,) if said.is_removed else ())
    assert text.startswith(said.text)
    assert text.removeprefix(said.text).startswith(f"{said.finding.secret} (")


LINKED = {
    "file": (find("src/a.py"), f"{PAGE}/blob/{HEAD}/src/a.py#L2", ""),
    "commit": (
        find("src/a.py", IN_COMMIT),
        f"{PAGE}/blob/{COMMIT}/src/a.py#L2",
        f"{PAGE}/commit/{COMMIT}",
    ),
    "odd-name": (find("a b#%|é\udcff[x](y)"), f"{PAGE}/blob/{HEAD}/a%20b%23%25%7C%C3%A9%FF", ""),
    "member": (find("lib/a.jar!/b.txt"), f"{PAGE}/blob/{HEAD}/lib/a.jar", ""),
    "message": (
        find("(commit message)", IN_COMMIT, part="message"),
        "",
        f"{PAGE}/commit/{COMMIT}",
    ),
    "unknown-commit": (find("a", "commit 123456789abc"), "", ""),
    "tag": (find("a", "tag 123456789abc"), "", ""),
    "outside": (find("../a"), "", ""),
    "absolute": (find("/a"), "", ""),
    "masked-name": (find(f"a/{KEY}"), "", ""),
}


@pytest.mark.parametrize(("finding", "line", "commit"), LINKED.values(), ids=LINKED)
def test_links_lead_to_the_file_and_the_commit(finding: Finding, line: str, commit: str) -> None:
    (text,), summary = render([finding], links=LINKS)
    text = text.replace("%25", "%")
    for shown, count in ((text, text.count(PAGE)), (summary, summary.count(f"]({PAGE}"))):
        assert (line in shown, commit in shown, count) == (True, True, bool(line) + bool(commit))


def test_without_an_address_nothing_is_a_link() -> None:
    (text,), summary = render([find("a", IN_COMMIT)])
    assert "http" not in text + summary


@pytest.mark.parametrize("commits", [(COMMIT, NEXT), (NEXT, COMMIT)])
def test_the_first_commit_that_added_a_key_is_named(commits: tuple[str, str]) -> None:
    found = tuple(find("a", f"commit {commit[:12]}") for commit in sorted(commits))
    result = RunResult("action", ("x",), load_rules(), found, (), Coverage(), commits=commits)
    log = io.StringIO()
    github.write(result, log, ReportStyle())
    assert f"::Leaked WAStack key, added in {commits[0][:12]}. " in log.getvalue()


def test_findings_are_grouped_by_key_and_files_come_before_messages() -> None:
    message = find("(commit message)", IN_COMMIT, part="message")
    findings = [message, find("a", IN_COMMIT), find("b", IN_COMMIT, OTHER), find("c", IN_NEXT)]
    texts, summary = render(findings, (KEY,), LINKS)
    assert [str(KEY) in texts[0], str(OTHER) in texts[1], len(texts)] == [True, True, 2]
    assert texts[0].endswith(
        f"{PAGE}/commit/{COMMIT} Also at c:2 in {IN_NEXT} ({PAGE}/blob/{NEXT}/c#L2), "
        f"(commit message):2 in {IN_COMMIT} ({PAGE}/commit/{COMMIT})."
    )
    rows = [line for line in summary.splitlines() if "| high |" in line]
    assert [str(KEY) in row for row in rows] == [True, True, True, False]
    assert ["removed later" in row for row in rows] == [False, True, True, False]
    assert "**Removed later** is not gone" in summary
    assert "Removed later" not in render(findings)[1]
