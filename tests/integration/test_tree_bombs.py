"""Trees of a few hundred bytes with 10 ** 8 paths: every key is found, and the limit is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.dated_repository import audit
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import Repo, fingerprints, places
from tests.support.runner import Event, Runner
from tests.support.tree_bombs import commit_tree, make_tree_bomb

SAID = "the same files have over 10,000 paths; each was scanned completely, at one path"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.commit({"first": "first"})
    return repo


def reasons(report: dict[str, list[dict[str, str]]]) -> list[str]:
    return [item["reason"] for item in report["skipped"]]


@pytest.mark.parametrize("depth", [5, 8, 30])
def test_keys_inside_and_next_to_a_tree_bomb_are_found(
    repo: Repo, make_key: MakeKey, depth: int
) -> None:
    inside, beside, later = make_key(), make_key(), make_key()
    bomb = make_tree_bomb(repo, repo.blob(inside), depth)
    commit_tree(repo, {"z.env": repo.blob(beside)}, {"a": bomb})
    commit_tree(repo, {"z.env": repo.blob(later)}, {"a": bomb, "b": bomb})
    ran = repo.scan("git:HEAD~2..HEAD")
    report = ran.json()
    assert (ran.code, reasons(report)) == (1, [SAID])
    assert fingerprints(report) == {fingerprint(key) for key in (inside, beside, later)}
    assert len(report["findings"]) == 3


def test_an_event_whose_newest_commit_is_a_tree_bomb_is_incomplete(
    repo: Repo, tmp_path: Path, make_key: MakeKey
) -> None:
    before = repo.id("HEAD")
    repo.commit({"k": make_key()})
    after = commit_tree(repo, {}, {"a": make_tree_bomb(repo, repo.blob("clean"), 30)})
    pushed = {"ref": "refs/heads/main", "before": before, "after": after}
    event = Event("push", {**pushed, "repository": {"default_branch": "main"}})
    told = Runner(tmp_path / "github", repo.top).run("scan", event)
    assert (told.code, told.outputs["incomplete"], told.outputs["findings"]) == (1, "true", "1")
    assert "removed later" not in told.log


def test_a_clean_range_with_a_tree_bomb_is_incomplete(repo: Repo) -> None:
    commit_tree(repo, {}, {"a": make_tree_bomb(repo, repo.blob("clean"))})
    ran = repo.scan("git:HEAD")
    assert (ran.code, reasons(ran.json())) == (3, [SAID])


def test_a_commit_that_removes_a_tree_bomb_is_incomplete(repo: Repo, make_key: MakeKey) -> None:
    key = make_key()
    commit_tree(repo, {}, {"a": make_tree_bomb(repo, repo.blob("clean"))})
    commit_tree(repo, {"k": repo.blob(key)}, {})
    report = repo.scan("git:HEAD~1..HEAD").json()
    assert (places(report), reasons(report)) == (["k:1"], [SAID])


def test_a_key_in_a_merge_with_a_tree_bomb_is_found(repo: Repo, make_key: MakeKey) -> None:
    key = make_key()
    bomb = make_tree_bomb(repo, repo.blob("clean"))
    sides = [commit_tree(repo, {name: repo.blob(name)}, {}) for name in ("x", "y")]
    tree = repo.git(
        "mktree", stdin=f"100644 blob {repo.blob(key)}\tk\n040000 tree {bomb}\ta\n".encode()
    )
    merge = repo.git("commit-tree", tree, "-p", sides[0], "-p", sides[1], "-m", "merge")
    repo.git("update-ref", "HEAD", merge)
    assert fingerprints(repo.scan("git:HEAD~1..HEAD").json()) == {fingerprint(key)}


def test_a_key_in_a_tagged_tree_bomb_is_found_and_the_limit_reported(
    repo: Repo, make_key: MakeKey
) -> None:
    key = make_key()
    repo.git("tag", "-a", "-m", "t", "t", make_tree_bomb(repo, repo.blob(key)))
    pushed = f"refs/tags/t {repo.id('t')} refs/tags/t {'0' * 40}\n".encode()
    ran = repo.run("hook", "pre-push", "o", "url", stdin=pushed)
    assert (ran.code, mask(key) in ran.out, SAID in ran.out) == (1, True, True), ran


def test_copies_below_the_limit_are_all_reported(repo: Repo, make_key: MakeKey) -> None:
    commit_tree(repo, {}, {"a": make_tree_bomb(repo, repo.blob(make_key()), depth=2)})
    report = repo.scan("git:HEAD~1..HEAD").json()
    assert (len(report["findings"]), reasons(report)) == (100, [])


def test_an_audit_finds_the_keys_and_reports_incomplete_histories(
    repo: Repo, make_key: MakeKey
) -> None:
    inside, beside = make_key(), make_key()
    commit_tree(repo, {"z.env": repo.blob(beside)}, {"a": make_tree_bomb(repo, repo.blob(inside))})
    ran = audit(repo.top)
    report = ran.json()
    assert (ran.code, fingerprints(report)) == (1, {fingerprint(inside), fingerprint(beside)})
    assert reasons(report) == [
        "the histories of keys are incomplete: the same files have over 10,000 paths",
        "it was not searched for the variables that replace keys: it has too many files, or their "
        "search takes over 5 s",
    ]


def test_an_audit_without_keys_needs_no_paths(repo: Repo) -> None:
    commit_tree(repo, {}, {"a": make_tree_bomb(repo, repo.blob("clean"))})
    ran = audit(repo.top)
    assert (ran.code, ran.json()["complete"]) == (0, True)
