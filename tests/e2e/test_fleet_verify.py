"""`wakeyscan fleet --verify`: each distinct key is asked about once, and no worker sends a key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Run
from tests.support.fake_wastack import LIVE, REVOKED, FakeWAStack
from tests.support.fleets import RESULTS, find_text, make_clones, read_lines, run_with_processes
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import Repo

pytestmark = pytest.mark.usefixtures("no_litter")


@pytest.fixture
def run(run: Run) -> Run:
    return run_with_processes(run)


@pytest.fixture
def api() -> Iterator[FakeWAStack]:
    with FakeWAStack({}) as server:
        yield server


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    return tmp_path / "clones"


def read_answers(folder: Path) -> dict[str, str]:
    keys = read_lines(folder, "keys.jsonl")
    assert len({key["fingerprint"] for key in keys}) == len(keys)
    return {key["fingerprint"]: key["liveness"] for key in keys}


def count_requests(api: FakeWAStack) -> Counter[str]:
    return Counter(request.headers["authorization"] for request in api.asked)


def test_each_key_is_asked_about_once(
    tmp_path: Path, clones: Path, run: Run, api: FakeWAStack, make_key: MakeKey
) -> None:
    live, dead, other = make_key(), make_key(), make_key()
    api.keys = {live: LIVE, dead: REVOKED, other: REVOKED}
    contents = (f"k = '{live}'\n", f"k = '{live}'; l = '{dead}'\n", f"'{live}'\n'{other}'\n")
    make_clones(clones, {name: {"a.py": text} for name, text in zip("abc", contents, strict=True)})
    ran = run("fleet", "clones", "--verify", "--api-url", api.url, "-f", "json")
    assert ran.code == 1
    assert set(count_requests(api).values()) == {1}
    assert len(api.asked) == 3
    assert read_answers(tmp_path / RESULTS) == {
        fingerprint(live): "live",
        fingerprint(dead): "revoked",
        fingerprint(other): "revoked",
    }
    severities = {(f["fingerprint"], f["severity"]) for f in ran.json()["findings"]}
    assert (fingerprint(live), "critical") in severities
    assert (fingerprint(dead), "note") in severities
    assert mask(live) in (tmp_path / RESULTS / "index.html").read_text("utf-8")
    for key in (live, dead, other):
        assert [*find_text(tmp_path / RESULTS, key), *find_text(tmp_path / "cache", key)] == []


def test_the_repository_with_an_app_key_is_read(
    clones: Path, run: Run, api: FakeWAStack, make_key: MakeKey
) -> None:
    key = make_key()
    api.keys, api.app_key = {key: LIVE}, "app-key-9f31c2d8e7"
    headers = f'headers = {{"Authorization": "Bearer {key}", "X-App-Key": "{api.app_key}"}}\n'
    make_clones(clones, {"a": {"a.py": f"k = '{key}'"}, "z": {"z.py": headers + "# x\n" * 99}})
    ran = run("fleet", "clones", "--verify", "--api-url", api.url, "-f", "json")
    assert len(api.asked) == 1
    assert ran.json()["summary"]["by_liveness"]["live"] == 1


def test_a_plan_sends_nothing(
    tmp_path: Path, clones: Path, run: Run, api: FakeWAStack, key: str
) -> None:
    make_clones(clones, {"a": {"a": key}, "b": {"b": key}})
    ran = run("fleet", "clones", "--verify-plan", "--api-url", api.url)
    assert "would send 1 request" in ran.err
    assert api.asked == []
    assert read_answers(tmp_path / RESULTS) == {fingerprint(key): "unchecked"}


def test_an_accepted_key_that_is_live_is_reported(
    tmp_path: Path, clones: Path, run: Run, api: FakeWAStack, key: str
) -> None:
    api.keys = {key: LIVE}
    make_clones(clones, {"a": {"a": key}})
    (tmp_path / "accepted").write_text(f"{fingerprint(key)} # revoked\n")
    options = ("--ignore-file", "accepted", "--verify", "--api-url", api.url)
    assert run("fleet", "clones", *options).code == 1
    api.keys = {key: REVOKED}
    assert run("fleet", "clones", *options).code == 0


def test_keys_of_urls_are_read_from_their_mirrors(
    tmp_path: Path, run: Run, api: FakeWAStack, key: str
) -> None:
    api.keys = {key: LIVE}
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": key})
    options = ("--verify", "--api-url", api.url)
    run("fleet", repo.top.as_uri(), *options)
    run("fleet", repo.top.as_uri(), *options, "--resume")
    assert len(api.asked) == 2
    assert read_answers(tmp_path / RESULTS) == {fingerprint(key): "live"}


def test_without_an_answer_a_required_verification_is_incomplete(
    clones: Path, run: Run, key: str
) -> None:
    make_clones(clones, {"a": {"a": key}, "b": {"b": "b"}})
    url = "http://127.0.0.1:9/api/v1"
    options = ("--verify", "--require-verified", "--api-url", url, "--fail-on", "never")
    assert run("fleet", "clones", *options).code == 3


def test_the_keys_of_a_fleet_are_verified_again(
    tmp_path: Path, clones: Path, run: Run, api: FakeWAStack, make_key: MakeKey
) -> None:
    shared, own, new = make_key(), make_key(), make_key()
    api.keys = {shared: LIVE, own: LIVE, new: LIVE}
    contents = {"a": shared, "team/b": f"{shared}\n{own}", "clean": "x"}
    repos = make_clones(clones, {name: {"a.py": text} for name, text in contents.items()})
    found = run("fleet", "clones")
    assert f"wakeyscan verify {RESULTS}/report.json --wait 10m" in found.out
    repos["a"].commit({"new.py": new})
    options = ("-f", "json", "--api-url", api.url)
    before = run("verify", RESULTS, *options)
    assert (before.code, before.json()["summary"]["by_liveness"]) == (1, {"live": 2})
    assert {one["fingerprint"] for one in before.json()["keys"]} == set(
        map(fingerprint, (shared, own))
    )
    assert set(count_requests(api).values()) == {1}
    api.keys = {shared: REVOKED, own: REVOKED, new: LIVE}
    assert run("verify", f"{RESULTS}/report.json", *options).code == 0


def test_a_repository_that_is_gone_leaves_its_key_unverified(
    tmp_path: Path, clones: Path, run: Run, api: FakeWAStack, make_key: MakeKey
) -> None:
    gone, moved = make_key(), make_key()
    api.keys = {gone: REVOKED, moved: REVOKED}
    make_clones(clones, {"a": {"a": moved}, "b": {"b": moved}, "c": {"c": gone}})
    run("fleet", "clones")
    (clones / "a" / ".git" / "HEAD").unlink()
    (clones / "c").rename(tmp_path / "elsewhere")
    ran = run("verify", RESULTS, "-f", "json", "--api-url", api.url)
    assert ran.code != 0
    assert len(api.asked) == 1
    assert mask(gone) in ran.out


def test_the_keys_of_joined_ledgers_are_verified_again(
    tmp_path: Path, clones: Path, run: Run, api: FakeWAStack, make_key: MakeKey
) -> None:
    keys = [make_key() for _ in range(4)]
    api.keys = dict.fromkeys(keys, REVOKED)
    make_clones(clones, {f"r{number}": {"a": key} for number, key in enumerate(keys)})
    for part in ("1", "2"):
        run("fleet", "clones", "--shard", f"{part}/2", "-o", f"part{part}")
    for ledgers in (("part1", "part2"), ()):
        assert run("fleet", "merge", *ledgers, "-o", "all").code == 1
        ran = run("verify", "all", "-f", "json", "--api-url", api.url)
        assert (ran.code, ran.json()["summary"]["by_liveness"]) == (0, {"revoked": 4}), ran.err
