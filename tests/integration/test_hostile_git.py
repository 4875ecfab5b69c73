"""Repositories that name programs to be run, or that keep git waiting: nothing runs, nothing hangs.

Every trap is sprung by plain git at the end, so that a test can't pass for want of a trap.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.command import Ran, execute
from tests.support.encoded_cases import build_key
from tests.support.files import write
from tests.support.keys import MakeKey
from tests.support.repositories import Repo, fingerprints
from wakeyscan.git.command import open_own

ZERO = "0" * 40
HOOKS = (
    *("pre-commit", "commit-msg", "pre-push", "pre-receive", "update", "post-checkout"),
    *("post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"),
    *("post-commit", "post-merge", "post-rewrite", "sendemail-validate", "proc-receive"),
)
SIGNED = """tree {tree}
parent {parent}
author A <a@example.org> 1700000000 +0000
committer A <a@example.org> 1700000000 +0000
gpgsig -----BEGIN PGP SIGNATURE-----
 wsB
 -----END PGP SIGNATURE-----

signed
"""


class Hostile(Repo):
    """A repository with all that a trap may need, and a program that leaves a mark."""

    def __init__(self, top: Path) -> None:
        super().__init__(top)
        self.mark = top.parent / "mark"
        self.program = str(self.script("program", "cat"))

    def fill(self, key: str) -> None:
        sub = Repo(self.top / "sub")
        sub.commit({".gitattributes": "* filter=evil diff=evil\n", "in-sub.txt": "sub\n"})
        self.commit({".gitattributes": "*.txt diff=evil filter=evil\n", "a.txt": "line\n"})
        self.commit({"old.txt": f"{key}\n", "gone.txt": "an object to lose\n"})
        self.git("update-index", "--add", "--cacheinfo", f"160000,{sub.id('HEAD')},sub")
        self.record()
        self.git("checkout", "-q", "-b", "side", "HEAD~1")
        self.commit({"side.txt": "side\n"})
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-edit", "side")
        content = SIGNED.format(tree=self.git("write-tree"), parent=self.id("HEAD"))
        asked = ("hash-object", "-t", "commit", "-w", "--stdin")
        self.git("update-ref", "HEAD", self.git(*asked, stdin=content.encode()))
        self.stage({"staged.txt": f"{key}\n"})
        self.write({"a.txt": "changed\n", "sub/in-sub.txt": "changed\n", "new.txt": "new\n"})
        for file in self.top.glob("*.txt"):
            os.utime(file, (1, 1))  # so that git has to look again

    def script(self, name: str, then: str) -> Path:
        """Write a program that leaves the mark, and goes on harmlessly."""
        file = self.top.parent / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{self.top.parent / 'mark'}'\n{then}\n")
        file.chmod(0o755)
        return file

    def config(self, **values: str) -> None:
        """Write settings; `__` stands for the dot between the parts of a name."""
        for name, value in values.items():
            self.git("config", name.replace("__", "."), value.format(self.program))

    def promise(self, url: str) -> None:
        """Configure a promisor remote, and remove an object that it would supply."""
        self.config(
            core__repositoryformatversion="1",
            extensions__partialClone="o",
            remote__o__promisor="true",
            remote__o__url=url,
        )
        lost = self.id("HEAD:gone.txt")
        (self.top / ".git" / "objects" / lost[:2] / lost[2:]).unlink()


def build_hostile(folder: Path) -> Path:
    """Build a hostile repository in a folder, to be copied."""
    repo = Hostile(folder / "repo")
    repo.fill(build_key("hostile"))
    return repo.top


def copy_hostile(mold: Path, folder: Path) -> Hostile:
    return Hostile(shutil.copytree(mold, folder / "repo", symlinks=True))


class Trap(NamedTuple):
    """A way to have a program run."""

    set: Callable[[Hostile], None]
    springs: tuple[str, ...] = ()
    """What plain git is to be asked to run it; empty where that needs a terminal or a network."""


def hooks_in(folder: str) -> Callable[[Hostile], None]:
    def set_(repo: Hostile) -> None:
        for name in HOOKS:
            file = repo.script(f"{repo.top.name}/{folder}/{name}", "exit 0")
            assert file.exists()

    return set_


def hooks_path(repo: Hostile) -> None:
    hooks_in("evil-hooks")(repo)
    repo.config(core__hooksPath="evil-hooks")


def configured_hooks(repo: Hostile) -> None:
    for name in HOOKS:
        repo.git("config", f"hook.{name}.command", repo.program)
        repo.git("config", f"hook.{name}.event", name)


def in_submodule(repo: Hostile) -> None:
    sub = repo.top / "sub"
    for name, value in {
        "core.fsmonitor": repo.program,
        "diff.external": repo.program,
        "filter.evil.clean": repo.program,
        "diff.evil.textconv": repo.program,
    }.items():
        repo.git("-C", str(sub), "config", name, value)
    repo.config(diff__submodule="diff", status__submoduleSummary="true")
    repo.config(diff__ignoreSubmodules="none", submodule__recurse="true")


def included(repo: Hostile) -> None:
    write(repo.top, {".git/more": f"[core]\n\tfsmonitor = {repo.program}\n"})
    repo.config(include__path="more")


def promised(url: str, **config: str) -> Callable[[Hostile], None]:
    """Lose an object that a remote is said to have, which git then asks for it."""

    def set_(repo: Hostile) -> None:
        program = repo.script("transport", "exit 1")
        known = {"program": program, "top": repo.top.parent}
        repo.config(**{name: value.format(**known) for name, value in config.items()})
        repo.promise(url.format(**known))

    return set_


FETCHES = ("cat-file", "-e", "HEAD:gone.txt")


def embedded(repo: Hostile) -> None:
    """A bare repository that comes along with a clone, as plain files."""
    inner = repo.top / "inner"
    Repo(repo.top.parent / "bare", "--bare").top.rename(inner)
    config = f"[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = {repo.program}\n"
    write(inner, {"config": f"{config}\trepositoryformatversion = 0\n"})


def aliases(repo: Hostile) -> None:
    for name in ("cat-file", "diff-index", "diff-tree", "ls-files", "rev-list", "rev-parse", "x"):
        repo.git("config", f"alias.{name}", f"!{repo.program}")


def pagers(repo: Hostile) -> None:
    for name in ("cat-file", "diff-index", "diff-tree", "ls-files", "rev-list", "rev-parse"):
        repo.git("config", f"pager.{name}", repo.program)
    repo.config(core__pager="{}", core__editor="{}", core__askPass="{}", credential__helper="!{}")


TRAPS = {
    "fsmonitor": Trap(lambda r: r.config(core__fsmonitor="{}"), ("status",)),
    "fsmonitor-included": Trap(included, ("status",)),
    "hooks": Trap(hooks_in(".git/hooks"), ("checkout", "-q", "main")),
    "hooks-path": Trap(hooks_path, ("checkout", "-q", "main")),
    "hooks-configured": Trap(configured_hooks),
    "diff-external": Trap(lambda r: r.config(diff__external="{}"), ("diff", "HEAD~2", "HEAD")),
    "diff-command": Trap(lambda r: r.config(diff__evil__command="{}"), ("diff", "HEAD~2", "HEAD")),
    "textconv": Trap(lambda r: r.config(diff__evil__textconv="{}"), ("log", "-p")),
    "clean": Trap(lambda r: r.config(filter__evil__clean="{}"), ("status",)),
    "smudge": Trap(
        lambda r: r.config(filter__evil__smudge="{}"), ("cat-file", "--filters", "HEAD:a.txt")
    ),
    "process": Trap(lambda r: r.config(filter__evil__process="{}"), ("status",)),
    "gpg": Trap(
        lambda r: r.config(gpg__program="{}", log__showSignature="true"), ("log", "-1", "HEAD")
    ),
    "upload-pack": Trap(promised("{top}", remote__o__uploadpack="{program}"), FETCHES),
    "ext": Trap(promised("ext::{program}", protocol__ext__allow="always"), FETCHES),
    "ssh": Trap(promised("ssh://example.invalid/x", core__sshCommand="{program}"), FETCHES),
    "proxy": Trap(promised("git://example.invalid/x", core__gitProxy="{program}"), FETCHES),
    "submodule": Trap(in_submodule, ("status",)),
    "embedded": Trap(embedded, ("-C", "inner", "ls-files")),
    "aliases": Trap(aliases, ("x",)),
    "pagers": Trap(pagers, ("var", "GIT_EDITOR")),
}
NOT_RUN_HERE = ("hooks-configured", "pagers")
"""Traps that need a newer git, or a terminal."""


@pytest.fixture(scope="module")
def mold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the repository that each test copies."""
    return build_hostile(tmp_path_factory.mktemp("mold"))


@pytest.fixture
def repo(tmp_path: Path, mold: Path) -> Hostile:
    return copy_hostile(mold, tmp_path)


def commands(repo: Repo) -> dict[str, tuple[tuple[str, ...], bytes]]:
    """List every command of ours that has to do with git, with its stdin."""
    head = repo.git("rev-parse", "HEAD")
    pushed = f"refs/heads/main {head} refs/heads/main {ZERO}\n".encode()
    return {
        "tree": (("scan", "."), b""),
        "all": (("scan", "--no-gitignore", "."), b""),
        "folder": (("scan", "sub", "old.txt"), b""),
        "index": (("scan", "staged:"), b""),
        "range": (("scan", "git:HEAD"), b""),
        "whole": (("scan", "--whole-files", "git:HEAD"), b""),
        "pre-commit": (("hook", "pre-commit"), b""),
        "pre-push": (("hook", "pre-push", "o", "url"), pushed),
        "pre-receive": (("hook", "pre-receive"), f"{ZERO} {head} refs/heads/x\n".encode()),
        "commit-msg": (("hook", "commit-msg", "old.txt"), b""),
        "install": (("hook", "install", "post-commit"), b""),
    }


def run_all(repo: Hostile, env: Mapping[str, str] | None = None) -> None:
    """Run all commands of ours, and see that they do their work."""
    ran = {name: repo.run(*c, stdin=told, env=env) for name, (c, told) in commands(repo).items()}
    codes = {name: one.code for name, one in ran.items()}
    # A server has what is pushed already; and there is no such stage to install.
    wanted = {**dict.fromkeys(ran, 1), "pre-receive": 0, "install": 2}
    assert codes == wanted, ran


@pytest.mark.parametrize("name", TRAPS)
def test_no_program_of_a_repository_is_run(repo: Hostile, name: str) -> None:
    trap = TRAPS[name]
    trap.set(repo)
    repo.mark.unlink(missing_ok=True)  # setting it may have sprung it
    run_all(repo)
    assert not repo.mark.exists(), repo.mark.read_text()
    if name not in NOT_RUN_HERE:
        repo.attempt(*trap.springs)
        assert repo.mark.exists()


def test_no_program_of_an_embedded_repository_is_run(repo: Hostile) -> None:
    embedded(repo)
    for arguments in (("scan", "."), ("scan", "staged:"), ("hook", "pre-commit")):
        ran = repo.run(*arguments, cwd="inner")
        assert (ran.code, "is a bare repository" in ran.err) == (2, True), ran
    assert not repo.mark.exists(), repo.mark.read_text()
    repo.attempt("-C", "inner", "ls-files")
    assert repo.mark.exists()


def test_a_missing_object_is_a_gap_and_is_not_fetched(repo: Hostile) -> None:
    promised("ext::{program}", protocol__ext__allow="always")(repo)
    report = repo.scan("git:HEAD").json()
    assert report["complete"] is False
    assert [item["path"] for item in report["skipped"] if item["path"] != "sub"] == ["gone.txt"]
    assert len(fingerprints(report)) == 1


VARIABLES = {
    "trace": ("GIT_TRACE", "GIT_TRACE_PACKET", "GIT_TRACE_SETUP", "GIT_TRACE_REFS"),
    "trace2": ("GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE2_PERF"),
}


@pytest.mark.parametrize("names", VARIABLES.values(), ids=VARIABLES)
def test_traces_are_not_written(repo: Hostile, names: tuple[str, ...]) -> None:
    traced = dict.fromkeys(names, str(repo.mark))
    run_all(repo, env=traced)
    assert not repo.mark.exists()
    repo.git("status", env=traced)
    assert repo.mark.exists()


def test_programs_in_git_variables_are_not_run(repo: Hostile) -> None:
    program = repo.program
    names = (
        *("GIT_EXTERNAL_DIFF", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_PAGER", "GIT_EDITOR"),
        *("GIT_ASKPASS", "GIT_PROXY_COMMAND", "GIT_SEQUENCE_EDITOR"),
    )
    injected = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor"}
    env = {**dict.fromkeys(names, program), **injected, "GIT_CONFIG_VALUE_0": program}
    run_all(repo, env=env)
    assert not repo.mark.exists(), repo.mark.read_text()
    repo.attempt("status", env=env)
    assert repo.mark.exists()


@pytest.mark.parametrize("entry", [".", "", "bin"], ids=["dot", "empty", "relative"])
def test_a_git_program_in_the_tree_is_not_run(repo: Hostile, entry: str) -> None:
    for folder in (".", "bin"):
        repo.script(f"{repo.top.name}/{folder}/git", "exit 0")
    env = {"PATH": f"{entry}{os.pathsep}{os.environ['PATH']}"}
    for arguments in (("scan", "."), ("scan", "staged:"), ("hook", "pre-commit")):
        assert repo.run(*arguments, env=env).code == 1
    assert not repo.mark.exists(), repo.mark.read_text()
    execute(["/bin/sh", "-c", "git status"], repo.top, env=env)
    assert repo.mark.exists()


def test_a_missing_git_is_reported(repo: Hostile) -> None:
    said = "wakeyscan: git is not installed or not on PATH; install it, or add its folder to PATH\n"
    assert repo.run("scan", "staged:", env={"PATH": "/nowhere"}) == Ran(2, "", said)


FORBIDDEN = (
    *("add", "archive", "blame", "checkout", "commit", "config", "describe", "diff", "diff-files"),
    *("fetch", "grep", "hash-object", "log", "show", "status", "submodule", "update-index", "x"),
)


@pytest.mark.parametrize("command", FORBIDDEN)
def test_git_commands_that_may_run_programs_are_refused(command: str) -> None:
    with pytest.raises(ValueError, match="may run programs that a repository names"):
        open_own().run(command)


# What keeps git waiting

IMPATIENT = """
import sys
from wakeyscan.cli import main as cli
from wakeyscan.git import process
process.TIMEOUT_SECONDS = 1
sys.exit(cli.main(sys.argv[1:]))
"""
BLOCKED = "which is a FIFO, device or socket; remove it"
FIFOS = {
    "index": (".git/index", ("scan", "staged:")),
    "head": (".git/HEAD", ("scan", "staged:")),
    "config": (".git/config", ("hook", "pre-commit")),
    "refs": (".git/packed-refs", ("scan", "git:main")),
    "shallow": (".git/shallow", ("scan", "git:HEAD")),
    "ignore": (".gitignore", ("scan", ".")),
    "exclude": (".git/info/exclude", ("scan", ".")),
}


def impatient(repo: Repo, *arguments: str, stdin: bytes = b"") -> Ran:
    return execute([sys.executable, "-P", "-c", IMPATIENT, *arguments], repo.top, stdin)


def make_fifo(repo: Repo, name: str) -> None:
    path = repo.top / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)


@pytest.mark.parametrize(("name", "arguments"), FIFOS.values(), ids=FIFOS)
def test_a_fifo_in_a_repository_is_reported_after_a_timeout(
    tmp_path: Path, make_key: MakeKey, name: str, arguments: tuple[str, ...]
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": make_key()})
    make_fifo(repo, name)
    ran = impatient(repo, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("wakeyscan: git")
    assert ran.err.endswith(f"/{name}, {BLOCKED}\n")


@pytest.mark.parametrize("name", [".git/MERGE_HEAD", "fifo"])
def test_a_fifo_that_git_does_not_read_has_no_effect(
    tmp_path: Path, make_key: MakeKey, name: str
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"b": "b"})
    repo.stage({"a": make_key()})
    make_fifo(repo, name)
    assert repo.run("scan", "staged:").code == 1
    assert repo.run("hook", "pre-commit").code == 1


def test_a_fifo_in_place_of_a_nested_repository_is_reported(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"inner/a": "a"})
    make_fifo(repo, "inner/.git")
    assert repo.run("scan", "staged:").code == 0
    why = "it is a device, FIFO or socket, or a link to one; put a regular file there"
    said = f"wakeyscan: {repo.top}/inner/.git: cannot be read: {why}\n"
    assert repo.run("scan", "staged:", cwd="inner") == Ran(2, "", said)
