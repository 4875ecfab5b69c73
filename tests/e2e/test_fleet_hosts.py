"""`wakeyscan fleet github:NAME` and `gitlab:NAME`, with hosts on loopback."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Ran, Run
from tests.support.fake_host import Answer, FakeHost, describe_for_github, describe_for_gitlab
from tests.support.fleets import RESULTS, find_text, make_clones, read_lines, read_rows
from tests.support.keys import MakeKey

pytestmark = pytest.mark.usefixtures("no_litter")


@pytest.fixture
def run(run: Run) -> Run:
    """Return a function that runs wakeyscan, without a cluster (see test_fleet_cluster)."""

    def run_without_dask(*arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        nothing = {"GITHUB_TOKEN": "", "GH_TOKEN": "", "GITLAB_TOKEN": ""}
        return run(*arguments, env={"WAKEYSCAN_EXECUTOR": "processes", **nothing, **(env or {})})

    return run_without_dask


def test_an_organization_of_github_is_listed(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    names = ("api", "web", "fork", "old", "secret")
    repos = make_clones(tmp_path / "host", {name: {"a": make_key()} for name in names})
    wiki = make_clones(tmp_path / "host", {"web.wiki.git": {"Home.md": make_key()}})
    urls = {name: repo.top.as_uri() for name, repo in repos.items()} | {
        name.removesuffix(".git"): repo.top.as_uri() for name, repo in wiki.items()
    }
    items = [
        describe_for_github("o/api", urls["api"], has_wiki=True),  # a wiki without pages
        describe_for_github("o/web", urls["web"], has_wiki=True),
        describe_for_github("o/fork", urls["fork"], fork=True),
        describe_for_github("o/old", urls["old"], archived=True),
        describe_for_github("o/secret", urls["secret"], private=True),
    ]
    token = make_key(prefix="ghp_")
    with FakeHost({"/orgs/o/repos": items}, token=token) as host:
        options = ("--github-url", host.url, "--skip", "forks", "--skip", "archived", "--wikis")
        ran = run("fleet", "github:o", *options, "-f", "json", env={"GITHUB_TOKEN": token})
        refused = run("fleet", "github:o", *options, env={"GH_TOKEN": "other"})
    assert ran.code == 1
    rows = read_rows(tmp_path / RESULTS)
    assert set(rows) == {"o/api", "o/api.wiki", "o/web", "o/web.wiki", "o/secret"}
    assert {row["state"] for row in rows.values()} == {"audited"}
    assert {row["complete"] for row in rows.values()} == {True}
    assert len(read_lines(tmp_path / RESULTS, "keys.jsonl")) == 4
    skipped = [item["reason"] for item in ran.json()["skipped"] if item["path"] == "github:o"]
    assert skipped == ["1 archived excluded by --skip", "1 forks excluded by --skip"]
    assert (refused.code, "check GITHUB_TOKEN or GH_TOKEN" in refused.err) == (2, True)
    for folder in (RESULTS, "cache"):
        assert find_text(tmp_path / folder, token) == []
    assert token not in ran.out + ran.err


def test_a_group_of_gitlab_is_listed_with_pages_and_rate_limits(
    tmp_path: Path, run: Run, key: str
) -> None:
    (repo,) = make_clones(tmp_path / "host", {"r": {"a": key}}).values()
    items = [describe_for_gitlab(f"g/s/r{n}", repo.top.as_uri() + "/" * n) for n in range(3)]
    many = [describe_for_gitlab(f"g/p{n}", "x", archived=True) for n in range(120)]
    for item in many:
        item["http_url_to_repo"] = repo.top.as_uri()
    with FakeHost({"/groups/g%2Fs/projects": [*many, *items]}) as host:
        host.first = [Answer(429, {}, (("Retry-After", "1"),)), Answer(502, "bad gateway")]
        options = ("--gitlab-url", host.url, "--skip", "archived")
        ran = run("fleet", "gitlab:g/s", *options)
    assert ran.code == 1
    assert set(read_rows(tmp_path / RESULTS)) == {"g/s/r0", "g/s/r1", "g/s/r2"}
    assert len(host.asked) == 2 + 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("github:none",), "no such organization", id="missing"),
        pytest.param(("github:empty",), "contains no repositories", id="empty"),
        pytest.param(
            ("github:evil",), "an item that is not one of its repositories", id="other host"
        ),
        pytest.param(
            ("github:odd",), "an item that is not one of its repositories", id="no fields"
        ),
        pytest.param(
            ("github:half",), "an item that is not one of its repositories", id="half a character"
        ),
        pytest.param(
            ("github:path",), "an item that is not one of its repositories", id="half in a URL"
        ),
        pytest.param(
            ("github:big",), "an item that is not one of its repositories", id="infinite size"
        ),
        pytest.param(("github:empty", "--skip", "x"), "--skip: expected one of", id="kind"),
        pytest.param(("github:empty", "--github-url", "http://x.org"), "https", id="http"),
    ],
)
def test_invalid_listings_are_rejected(run: Run, arguments: tuple[str, ...], message: str) -> None:
    lists: dict[str, list[Any]] = {
        "/orgs/empty/repos": [],
        "/orgs/evil/repos": [describe_for_github("e/r", "https://example.org/e/r.git")],
        "/orgs/odd/repos": ["x"],
        "/orgs/half/repos": [describe_for_github("\ud800/r", "file:///r")],
        "/orgs/path/repos": [describe_for_github("o/r", "file:///\ud800")],
        "/orgs/big/repos": [describe_for_github("o/r", "file:///r", size=math.inf)],
    }
    with FakeHost(lists) as host:
        options = () if "--github-url" in arguments else ("--github-url", host.url)
        ran = run("fleet", *arguments, *options)
    assert ran.code == 2
    assert message in ran.err
