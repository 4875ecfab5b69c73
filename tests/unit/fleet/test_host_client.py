"""Listings of hosts: whose repositories, how many pages, and how long to wait."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.support.fake_host import Answer, FakeHost, describe_for_github
from wakeyscan.core.errors import UsageError
from wakeyscan.core.secret import Secret
from wakeyscan.fleet.hosts.client import HostClient
from wakeyscan.fleet.hosts.github import GITHUB
from wakeyscan.fleet.hosts.gitlab import GITLAB
from wakeyscan.fleet.hosts.host import ListingOptions
from wakeyscan.fleet.sources import list_repositories
from wakeyscan.git.mirror import Credentials, Remote, authenticate
from wakeyscan.verification.endpoint import parse_endpoint


def open_client(host: FakeHost, waits: list[float]) -> HostClient:
    return HostClient(parse_endpoint(host.url), None, ("T",), waits.append, lambda: 1_000.0)


def test_all_pages_are_read() -> None:
    with FakeHost({"/x": list(range(120))}) as host:
        items = open_client(host, []).list_items("/x?a=b")
        assert items is not None
        assert [*items] == list(range(120))
        assert len(host.asked) == 3


LIMITS = {
    "retry after": (Answer(429, {}, (("Retry-After", "7"),)), 7.0),
    "retry after of a secondary limit": (Answer(403, {}, (("Retry-After", "60"),)), 60.0),
    "no allowance of GitHub": (
        Answer(403, {}, (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1030"))),
        30.0,
    ),
    "no allowance of GitLab": (
        Answer(429, {}, (("RateLimit-Remaining", "0"), ("RateLimit-Reset", "1005"))),
        5.0,
    ),
    "reset has passed": (
        Answer(403, {}, (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "900"))),
        1.0,
    ),
    "no reason": (Answer(429, {}), 1.0),
    "failure": (Answer(503, {}), 1.0),
}


@pytest.mark.parametrize(("answer", "wait"), LIMITS.values(), ids=LIMITS)
def test_a_rate_limit_is_waited_for(answer: Answer, wait: float) -> None:
    waits: list[float] = []
    with FakeHost({"/x": [1]}) as host:
        host.first = [answer]
        items = open_client(host, waits).list_items("/x")
        assert items is not None
        assert [*items] == [1]
    assert waits == [wait]


REFUSED = {
    "a long wait": [
        Answer(403, {}, (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "9999")))
    ],
    "a wait that is no number": [Answer(429, {}, (("Retry-After", "\xb2"),))] * 5,
    "a reset that is no number": [
        Answer(403, {}, (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "\xb3")))
    ],
    "no permission": [Answer(403, {})],
    "failures": [Answer(500, {})] * 5,
    "a token": [Answer(401, {})],
    "no list": [Answer(200, {"a": 1})],
    "a redirect": [Answer(302, {}, (("Location", "https://example.org/"),))],
}


@pytest.mark.parametrize("answers", REFUSED.values(), ids=REFUSED)
def test_an_invalid_response_is_rejected(answers: list[Answer]) -> None:
    waits: list[float] = []
    with FakeHost({"/x": [1]}) as host, pytest.raises(UsageError):
        host.first = list(answers)
        for _ in open_client(host, waits).list_items("/x") or ():
            pass
    assert sum(waits) < 60


def test_the_token_lists_the_own_repositories_of_a_user(tmp_path: Path) -> None:
    item = describe_for_github("Me/r", tmp_path.as_uri())
    token = Secret(b"t", "token")
    with FakeHost({"/user/repos": [item], "/users/me/repos": []}) as host:
        host.values = {"/user": {"login": "Me"}}
        options = ListingOptions(urls={"github": host.url}, tokens={"GH_TOKEN": token})
        (repository,) = list_repositories(["github:me"], options).repositories
    assert (repository.name, repository.token_variable) == ("Me/r", "GH_TOKEN")


def test_paths_are_quoted() -> None:
    (first, *_) = GITLAB.list_paths("a/../b?c", lambda _: None)
    assert first.startswith("/groups/a%2F..%2Fb%3Fc/projects?")
    (first, *_) = GITHUB.list_paths("a/b", lambda _: None)
    assert first == "/orgs/a%2Fb/repos?type=all"


def test_credentials_go_to_their_host_only() -> None:
    remote = Remote("https://github.com/o/r.git", Credentials("u", Secret(b"pw", "token")))
    variables = authenticate(remote, {"GIT_CONFIG_COUNT": "1"})
    encoded = base64.b64encode(b"u:pw").decode()
    assert variables == {
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_1": "http.https://github.com/.extraHeader",
        "GIT_CONFIG_VALUE_1": f"Authorization: Basic {encoded}",
        "GIT_CONFIG_KEY_2": "http.followRedirects",
        "GIT_CONFIG_VALUE_2": "false",
    }
    assert authenticate(remote._replace(url="file:///r"), {}) == {}
    assert authenticate(Remote("https://github.com/o/r.git"), {}) == {}


def test_an_existing_path_named_like_a_host_is_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "github:o" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert [one.name for one in list_repositories(["github:o"]).repositories] == ["github:o"]
