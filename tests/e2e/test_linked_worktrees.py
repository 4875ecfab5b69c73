"""What other work trees have checked out, staged or logged is reachable, and named after them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.dated_repository import Dated, audit, life, lives
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo, fingerprints

pytestmark = pytest.mark.usefixtures("no_litter")

Action = Callable[[Dated, str], None]
"""Brings a key into a work tree."""


@pytest.fixture
def repo(tmp_path: Path) -> Dated:
    """Make a repository with a commit."""
    repo = Dated(tmp_path / "repo").at(1)
    repo.commit({"a/x": "1\n", "b/y": "2\n"})
    return repo


def _commit(tree: Dated, key: str) -> None:
    tree.at(2).commit({"k": key})


def _stage(tree: Dated, key: str) -> None:
    tree.stage({"k": key})


def _reset(tree: Dated, key: str) -> None:
    _commit(tree, key)
    tree.git("reset", "-q", "--hard", "HEAD~1")


def _update_ref(name: str) -> Action:
    def act(tree: Dated, key: str) -> None:
        _reset(tree, key)
        tree.git("update-ref", name, "ORIG_HEAD")
        _forget(tree)

    return act


def _forget(tree: Dated) -> None:
    """Delete the reflog and ORIG_HEAD of a work tree."""
    folder = Path(tree.git("rev-parse", "--absolute-git-dir").strip())
    (folder / "ORIG_HEAD").unlink()
    shutil.rmtree(folder / "logs")


def _merge(tree: Dated, key: str) -> None:
    _reset(tree, key)
    tree.git("merge", "-q", "--no-commit", "--no-ff", "ORIG_HEAD")
    tree.git("read-tree", "HEAD")
    _forget(tree)


def _stage_split(tree: Dated, key: str) -> None:
    tree.git("update-index", "--split-index")
    _stage(tree, key)


def _stage_sparse(tree: Dated, key: str) -> None:
    tree.git("sparse-checkout", "set", "--cone", "--sparse-index", "a")
    tree.stage({"a/k": key})


def _autostash(tree: Dated, key: str) -> None:
    _reset(tree, key)
    folder = Path(tree.git("rev-parse", "--absolute-git-dir").strip())
    (folder / "rebase-merge").mkdir()
    (folder / "ORIG_HEAD").rename(folder / "rebase-merge" / "autostash")
    shutil.rmtree(folder / "logs")


KINDS: dict[str, tuple[Action, set[str]]] = {
    "detached": (_commit, {"HEAD", "index", "reflog"}),
    "staged": (_stage, {"index"}),
    "reset": (_reset, {"ORIG_HEAD", "reflog"}),
    "merging": (_merge, {"MERGE_HEAD"}),
    "bisecting": (_update_ref("refs/bisect/bad"), {"refs/bisect/bad"}),
    "own-ref": (_update_ref("refs/worktree/mine"), {"refs/worktree/mine"}),
    "rewritten": (_update_ref("refs/rewritten/onto"), {"refs/rewritten/onto"}),
    "autostash": (_autostash, {"rebase-merge/autostash"}),
    "split": (_stage_split, {"index"}),
    "sparse": (_stage_sparse, {"index"}),
}


@pytest.mark.parametrize("is_gone", [False, True], ids=["there", "gone"])
def test_keys_of_other_work_trees_are_found(
    repo: Dated, make_key: MakeKey, tmp_path: Path, is_gone: bool
) -> None:
    keys = {kind: make_key() for kind in KINDS}
    for kind, (act, _) in KINDS.items():
        repo.git("worktree", "add", "-q", "--detach", str(tmp_path / kind))
        act(Dated(tmp_path / kind), keys[kind])
        if is_gone:
            shutil.rmtree(tmp_path / kind)
    unreachable = make_key()
    repo.blob(unreachable)
    report = repo.audit().json()
    for kind, (_, names) in KINDS.items():
        labels = {f"{name} (worktree {kind})" for name in names}
        assert set(life(report, keys[kind])["reachable_from"]) == labels
    assert life(report, unreachable)["reachable_from"] == ["unreachable"]
    assert (report["complete"], report["skipped"]) == (True, [])
    limited = repo.audit("--reachable").json()
    assert set(lives(limited)) == {fingerprint(key) for key in keys.values()}


def test_a_key_on_the_branch_of_another_work_tree_is_found(
    repo: Dated, key: str, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "x"))
    _commit(Dated(tmp_path / "x"), key)
    told = life(repo.audit().json(), key)
    assert {"refs/heads/side", "HEAD (worktree x)"} <= set(told["reachable_from"])
    assert not told["at_head"]


def test_an_audit_of_a_linked_work_tree_includes_the_main_one(
    repo: Dated, make_key: MakeKey, tmp_path: Path
) -> None:
    detached, staged, linked = make_key(), make_key(), make_key()
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "x"))
    _update_ref("refs/worktree/mine")(Dated(tmp_path / "x"), linked)
    repo.git("checkout", "-q", "--detach")
    repo.at(2).commit({"d": detached})
    repo.git("rm", "-q", "--cached", "d")
    repo.stage({"s": staged})
    shutil.rmtree(repo.top / ".git" / "logs")
    report = audit(tmp_path / "x").json()
    assert life(report, detached)["reachable_from"] == ["HEAD (main worktree)"]
    assert life(report, staged)["reachable_from"] == ["index (main worktree)"]
    assert life(report, linked)["reachable_from"] == ["refs/worktree/mine"]


def test_work_trees_of_a_bare_repository_are_audited(repo: Dated, key: str, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", ".", str(bare))
    Repo.git(repo, "--git-dir", str(bare), "worktree", "add", "-q", "--detach", str(tmp_path / "w"))
    _commit(Dated(tmp_path / "w"), key)
    names = life(audit(bare).json(), key)["reachable_from"]
    assert set(names) == {f"{name} (worktree w)" for name in ("HEAD", "index", "reflog")}


def test_staged_keys_count_as_reachable(repo: Dated, key: str) -> None:
    repo.stage({"k": key})
    assert fingerprints(repo.audit("--reachable").json()) == {fingerprint(key)}


def test_an_index_that_cannot_be_read_is_named(repo: Dated, key: str, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "x"))
    _stage(Dated(tmp_path / "x"), key)
    index = repo.top / ".git" / "worktrees" / "x" / "index"
    index.write_bytes(index.read_bytes()[:40])
    report = repo.audit().json()
    (item,) = report["skipped"]
    assert (item["path"], item["gap"], report["complete"]) == (str(index), False, True)
    assert item["reason"].startswith("an index cannot be read, so a key in it may look unreachable")
    assert life(report, key)["reachable_from"] == ["unreachable"]
    limited = repo.audit("--reachable")
    assert (limited.code, limited.json()["complete"]) == (3, False)


def test_a_huge_reflog_is_refused(repo: Dated, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "x"))
    log = repo.top / ".git" / "worktrees" / "x" / "logs" / "HEAD"
    os.truncate(log, (256 << 20) + 1)
    ran = repo.audit()
    assert (ran.code, ran.out) == (2, "")
    assert "x/logs/HEAD: cannot be read: it is larger than 256 MiB; make it smaller\n" in ran.err


HOSTILE = {
    "fifo": lambda head: os.mkfifo(head),
    "device": lambda head: head.symlink_to("/dev/zero"),
    "folder-link": lambda head: head.symlink_to("/"),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_special_file_in_a_work_tree_is_refused(
    repo: Dated, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "x"))
    head = repo.top / ".git" / "worktrees" / "x" / "HEAD"
    head.unlink()
    make(head)
    ran = repo.audit()
    assert (ran.code, ran.out) == (2, "")
    assert f"{head}: is neither a file nor a folder" in ran.err


def test_invalid_refs_of_a_work_tree_are_ignored(repo: Dated, key: str, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "x"))
    folder = repo.top / ".git" / "worktrees" / "x"
    (folder / "HEAD").write_bytes(b"ref: refs/heads/none\n")
    (folder / "ORIG_HEAD").write_bytes(b"0" * 40 + b"\n")
    (folder / "MERGE_HEAD").write_bytes(b"x" * 70_000 + b"\n\xff\xfe\n" + b"f" * 41)
    (folder / "logs" / "HEAD").write_bytes(b"\0" * 100)
    (folder / "empty").mkdir()
    (folder.parent / "file").write_text("no work tree")
    repo.blob(key)
    report = repo.audit().json()
    assert life(report, key)["reachable_from"] == ["unreachable"]
    assert report["complete"]
