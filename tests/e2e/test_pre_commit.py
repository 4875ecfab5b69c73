"""The real pre-commit, with the hooks of this checkout's manifest, in scratch repositories."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.command import Ran, execute
from tests.support.keys import MakeKey, mask
from tests.support.repositories import Repo

PRE_COMMIT = str(Path(sys.executable).with_name("pre-commit"))
HERE = Path(__file__).parents[2]
NO_SOURCE = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "node_modules", "dist")
KINDS = ("pre-commit", "pre-merge-commit", "commit-msg", "pre-push")


class Offer(NamedTuple):
    """This checkout as pre-commit is to get it."""

    url: Path
    revision: str
    home: Path


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Keep the other workers of pytest-xdist out."""
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def offer(tmp_path_factory: pytest.TempPathFactory) -> Offer:
    """Commit a copy of the working tree, once for all workers; they share the environment too."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    top = shared / "offer"
    with alone(shared / "offer.lock"):
        if not top.exists():
            shutil.copytree(HERE, top, ignore=shutil.ignore_patterns(*NO_SOURCE))
            made = Repo(top)
            made.git("add", "-A")
            made.record()
    return Offer(top, Repo(top).id("HEAD"), shared / "pre-commit-home")


class Hooked(Repo):
    """A repository in which pre-commit is at work."""

    def __init__(self, top: Path, offer: Offer) -> None:
        super().__init__(top, env={"PRE_COMMIT_HOME": str(offer.home)})
        self._offer = offer
        self.configure(
            *("- id: wakeyscan", "- id: wakeyscan-commit-msg"),
            *("- id: wakeyscan-push", "- id: wakeyscan-all"),
        )
        kinds = (part for kind in KINDS for part in ("--hook-type", kind))
        ran = self.pre_commit("install", *kinds)
        assert ran.code == 0, ran

    def configure(self, *hooks: str) -> None:
        """Configure these hooks, and commit the configuration."""
        hooks_yaml = "".join(f"    {hook}\n" for hook in hooks)
        repo_yaml = f"  - repo: {self._offer.url}\n    rev: {self._offer.revision}\n    hooks:\n"
        self.commit({".pre-commit-config.yaml": f"repos:\n{repo_yaml}{hooks_yaml}"})

    def pre_commit(self, *arguments: str) -> Ran:
        return execute([PRE_COMMIT, *arguments], self.top, env=self.env)

    def stops(self, *arguments: str, place: str) -> str:
        """Run git, and see that a hook of ours stops it; give what is shown."""
        ran = self.attempt(*arguments)
        return stopped(ran, place)

    def passes(self, *arguments: str) -> str:
        """Run git, and see that our hooks were run and let it pass."""
        ran = self.attempt(*arguments)
        shown = ran.out + ran.err
        assert ran.code == 0, shown
        assert "Passed" in shown
        return shown


def stopped(ran: Ran, place: str) -> str:
    shown = ran.out + ran.err
    assert ran.code == 1, shown
    assert "- exit code: 1" in shown
    path, _, line = place.rpartition(":")
    assert f"\n{path}" in shown
    assert f" {line}:1  high      wastack-api-key" in shown
    return shown


@pytest.fixture
def repo(tmp_path: Path, offer: Offer) -> Hooked:
    made = Hooked(tmp_path / "my repo", offer)
    made.commit({"a": "one\n"})
    return made


def test_the_manifest_is_valid() -> None:
    ran = execute([PRE_COMMIT, "validate-manifest", str(HERE / ".pre-commit-hooks.yaml")])
    assert ran == Ran(0, "", "")


def test_a_commit_with_a_key_is_blocked(repo: Hooked, key: str) -> None:
    repo.stage({"b": f"x\n{key}\n"})
    shown = repo.stops("commit", "-qm", "x", place="b:2")
    assert "wakeyscan: Commit blocked." in shown
    assert mask(key) in shown
    assert key not in shown
    repo.write({"b": "clean\n"})
    repo.stops("commit", "-qm", "x", place="b:2")  # what is staged counts, not the tree
    repo.stage({"b": f"clean\n{key}\n"})
    repo.stops("commit", "-qm", "x", "--amend", place="b:2")
    repo.stage({"b": "clean\n"})
    repo.write({"b": f"clean\n{key}\n"})
    repo.passes("commit", "-qm", "x")
    assert repo.git("show", "HEAD:b") == "clean"
    repo.stops("commit", "-qam", "x", place="b:2")


def test_an_old_key_does_not_block_a_commit(repo: Hooked, key: str) -> None:
    repo.commit({"b": f"x\n{key}\n"})
    repo.stage({"b": f"x\n{key}\ny\n"})
    repo.passes("commit", "-qm", "x")
    repo.git("mv", "b", "c")
    repo.passes("commit", "-qm", "x")


def test_a_merge_is_scanned_for_new_keys(repo: Hooked, key: str, make_key: MakeKey) -> None:
    repo.git("checkout", "-qb", "side")
    repo.commit({"theirs": key, "a": "theirs\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"ours": "x"})
    shown = repo.passes("merge", "--no-edit", "side")
    assert "wakeyscan (staged changes)" in shown
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit({"a": "ours\n"})
    assert repo.attempt("merge", "side").code == 1
    repo.stage({"a": f"both\n{make_key()}\n"})
    repo.stops("commit", "-qm", "merged", place="a:2")
    repo.stage({"a": "both\n"})
    repo.passes("commit", "-qm", "merged")


def test_all_files_are_scanned_with_the_option(repo: Hooked, key: str) -> None:
    assert repo.pre_commit("run", "--all-files", "wakeyscan").code == 0
    repo.commit({"old/b": f"x\n{key}\n"})
    stopped(repo.pre_commit("run", "--all-files", "wakeyscan"), "old/b:2")


def test_only_named_files_are_scanned(repo: Hooked, key: str) -> None:
    repo.commit({"b": f"x\n{key}\n", "c": "clean"})
    stopped(repo.pre_commit("run", "wakeyscan", "--files", "b", "c"), "b:2")
    assert repo.pre_commit("run", "wakeyscan", "--files", "c", "a").code == 0


def test_a_range_of_commits_is_scanned(repo: Hooked, key: str) -> None:
    repo.commit({"b": f"x\n{key}\n"})
    repo.commit({"c": "clean"})
    ran = repo.pre_commit("run", "wakeyscan", "--from-ref", "HEAD~2", "--to-ref", "HEAD")
    stopped(ran, "b:2")
    ran = repo.pre_commit("run", "wakeyscan", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert ran.code == 0


def test_a_commit_message_with_a_key_is_blocked(repo: Hooked, key: str) -> None:
    repo.stage({"a": "two\n"})
    shown = repo.stops("commit", "-qm", "x", "-m", key, place="(commit message):3")
    assert "remove the key from it." in shown
    repo.passes("commit", "-qm", "x")


def test_the_manual_hook_scans_the_whole_tree(repo: Hooked, key: str) -> None:
    whole = ("run", "wakeyscan-all", "--hook-stage", "manual")
    assert repo.pre_commit(*whole).code == 0
    repo.write({"b": f"x\n{key}\n"})
    stopped(repo.pre_commit(*whole), "b:2")


def remote(repo: Hooked) -> Repo:
    made = Repo(repo.top.parent / "remote.git", "--bare")
    repo.git("remote", "add", "origin", f"file://{made.top}")
    return made


def test_a_first_push_with_a_key_is_blocked(repo: Hooked, key: str) -> None:
    bare = remote(repo)
    repo.git("checkout", "-q", "--orphan", "new")
    root = repo.commit({"b": key})
    repo.commit({"b": "clean"})
    shown = repo.stops("push", "origin", "new", place=f"b (commit {root[:12]}):1")
    assert "wakeyscan: Push blocked." in shown
    assert bare.git("for-each-ref") == ""


def test_a_first_push_of_a_commit_on_no_branch_is_blocked(repo: Hooked, key: str) -> None:
    bare = remote(repo)
    repo.git("checkout", "-q", "--detach")
    commit = repo.commit({"b": key})
    for name in ("HEAD", commit):
        repo.stops("push", "origin", f"{name}:refs/heads/x", place=f"b (commit {commit[:12]}):1")
    repo.git("checkout", "-q", "main")
    repo.stops("push", "origin", f"{commit}:refs/heads/x", place=f"b (commit {commit[:12]}):1")
    assert bare.git("for-each-ref") == ""


def test_pushes_with_a_key_are_blocked(repo: Hooked, key: str) -> None:
    bare = remote(repo)
    repo.passes("push", "origin", "main")
    repo.git("checkout", "-qb", "one")
    repo.commit({"one": "clean"})
    repo.git("checkout", "-qb", "two", "main")
    commit = repo.commit({"two": key})
    repo.commit({"two": "clean"})
    before = bare.git("for-each-ref")
    place = f"two (commit {commit[:12]}):1"
    repo.stops("push", "origin", "one", "two", place=place)
    repo.stops("push", "origin", "two", place=place)
    assert bare.git("for-each-ref") == before
    repo.git("branch", "-qD", "-f", "one")
    repo.git("checkout", "-q", "main")
    repo.git("branch", "-qD", "two")
    repo.commit({"a": "more\n"})
    repo.passes("push", "origin", "main")


OPTIONS = {
    "options": ("-h", "--help", "--fail-on=never", "--config=evil.toml", "--quiet"),
    "end of options": ("--",),
    "standard input": ("-",),
}


@pytest.mark.parametrize("names", OPTIONS.values(), ids=OPTIONS)
def test_files_named_like_options_are_scanned(
    repo: Hooked, key: str, names: tuple[str, ...]
) -> None:
    repo.stage({**dict.fromkeys(names, "x"), "evil.toml": 'exclude = ["*"]\nfail-on = "never"\n'})
    repo.passes("commit", "-qm", "x")
    repo.stage({**dict.fromkeys(names, "y"), "z": f"x\n{key}\n"})
    repo.stops("commit", "-qm", "x", place="z:2")
    repo.record()
    stopped(repo.pre_commit("run", "--all-files", "wakeyscan"), "z:2")


def test_arguments_in_the_configuration_apply(repo: Hooked, key: str) -> None:
    repo.configure("- {id: wakeyscan, args: [--fail-on=critical, --]}")
    repo.stage({"-h": "x", "z": f"x\n{key}\n"})
    repo.passes("commit", "-qm", "x")


def test_a_commit_of_links_only_is_scanned(repo: Hooked, key: str) -> None:
    (repo.top / "link").symlink_to(key)
    repo.git("add", "link")
    repo.stops("commit", "-qm", "c", place="link:1")
