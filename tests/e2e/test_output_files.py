"""Files that wakeyscan writes where a repository may have put something else."""

from __future__ import annotations

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from tests.support.command import WAKEYSCAN, Run, execute
from tests.support.files import write
from tests.support.keys import MakeKey
from tests.support.repositories import Repo
from wakeyscan.integrations.agents import AGENTS

IGNORED = "a" * 32


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository, and files beside it that are nobody else's business."""
    made = Repo(tmp_path / "repo")
    write(tmp_path, {"outside/precious": "mine"})
    made.commit({"README": "x", "sub/README": "x"})
    return made


def precious(repo: Repo) -> dict[str, str]:
    """Return what the folder beside the repository holds."""
    folder = repo.top.parent / "outside"
    return {path.name: path.read_text() for path in folder.iterdir()}


LINKS = {  # the link, what it says, and the file that is to be written
    "file": ("r.json", "../outside/precious", "r.json"),
    "new-file": ("r.json", "../outside/new", "r.json"),
    "absolute": ("r.json", "{outside}/precious", "r.json"),
    "inside": ("r.json", "README", "r.json"),
    "config": ("r.json", ".git/config", "r.json"),
    "device": ("r.json", "/dev/null", "r.json"),
    "folder": ("out", "../outside", "out/precious"),
    "folder-new-file": ("out", "{outside}", "out/new"),
    "folder-and-back": ("out", "../outside", "out/../outside/precious"),
    "git-folder": ("out", ".git/hooks", "out/pre-commit"),
    "deep": ("sub/out", "../../outside", "sub/out/new"),
    "slash": ("r.json", "../outside/precious", "r.json/"),
    "typed-absolute": ("r.json", "../outside/precious", "{top}/r.json"),
    "loop": ("r.json", "r.json", "r.json"),
}


@pytest.mark.parametrize("command", [("scan",), ("scan", "staged:"), ("audit",)], ids=" ".join)
@pytest.mark.parametrize(("link", "target", "file"), LINKS.values(), ids=LINKS)
def test_a_report_is_not_written_through_a_link_in_the_tree(
    repo: Repo, command: tuple[str, ...], link: str, target: str, file: str
) -> None:
    named = {"outside": str(repo.top.parent / "outside"), "top": str(repo.top)}
    (repo.top / link).symlink_to(target.format(**named))
    repo.git("add", "-A")
    repo.record()
    before = (repo.top / ".git" / "config").read_text()
    ran = repo.run(*command, "--report", f"json={file.format(**named)}")
    assert (ran.code, ran.out) == (2, "")
    assert ": the report cannot be written: " in ran.err
    assert "of the scanned tree" in ran.err or "out of the scanned tree" in ran.err
    assert ran.err.endswith("; name another file, or remove it\n")
    assert precious(repo) == {"precious": "mine"}
    assert (repo.top / link).is_symlink()
    assert (repo.top / ".git" / "config").read_text() == before
    assert (repo.top / "README").read_text() == "x"
    assert not (repo.top / ".git" / "hooks" / "pre-commit").exists()


def test_a_link_in_a_folder_without_git_is_refused(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"unpacked/a": "x", "precious": "mine"})
    (tmp_path / "unpacked" / "r.json").symlink_to("../precious")
    for cwd, target, file in ((".", "unpacked", "unpacked/r.json"), ("unpacked", ".", "r.json")):
        ran = run("scan", target, "--report", f"json={file}", cwd=tmp_path / cwd)
        assert (ran.code, ran.out) == (2, "")
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_link_in_an_audited_repository_is_refused(repo: Repo, tmp_path: Path) -> None:
    (repo.top / "r.json").symlink_to("../outside/precious")
    line = [WAKEYSCAN, "audit", "repo", "--report", "json=repo/r.json"]
    assert execute(line, tmp_path).code == 2
    assert precious(repo) == {"precious": "mine"}


def test_links_of_the_user_are_followed(repo: Repo) -> None:
    """Links above the tree are the user's own, as are folders of the tree by another name."""
    above = repo.top.parent / "above"
    above.symlink_to("repo")
    (repo.top.parent / "latest.json").symlink_to("outside/precious")
    (repo.top / "reports").symlink_to("sub")
    for file in (f"{above}/1.json", "../above/sub/2.json", "reports/3.json", "../latest.json"):
        assert repo.run("scan", "--report", f"json={file}").code == 0, file
    assert {"1.json", "sub"} <= set(os.listdir(repo.top))
    assert set(os.listdir(repo.top / "sub")) == {"README", "2.json", "3.json"}
    assert precious(repo)["precious"].startswith("{")


OUTPUTS = {  # a command, and the folder of the tree that is a link
    "default": ("fleet sources", "wakeyscan-fleet"),
    "fleet": ("fleet sources -o od", "od"),
    "fleet-below": ("fleet sources -o od/fl", "od"),
    "ledger": ("fleet sources -o out", "out/ledger"),
    "sarif": ("fleet sources -o out", "out/sarif"),
    "merge": ("fleet merge -o od/fl ledgers", "od"),
    "mirrors": ("fleet sources --mirrors od/m", "od"),
    "purge-file": ("audit --purge-file od/p.txt", "od"),
    "purge-file-of-another": ("audit {top} --purge-file {top}/od/p.txt", "od"),
    "rule": ("rules new --rules od my-rule", "od"),
    "rule-below": ("rules new --rules od/rules my-rule", "od"),
}


@pytest.mark.parametrize(("command", "link"), OUTPUTS.values(), ids=OUTPUTS)
def test_no_output_is_written_through_a_link_in_the_tree(
    repo: Repo, make_key: MakeKey, command: str, link: str
) -> None:
    repo.commit({"a.py": f'KEY = "{make_key()}"\n', "out/README": "x"})
    Repo(repo.top / "sources" / "a").commit({"a.py": f'KEY = "{make_key()}"\n'})
    write(repo.top.parent, {"outside/old.sarif": "mine"})
    (repo.top / link).symlink_to(repo.top.parent / "outside")
    cwd = repo.top.parent / "sub" if "{top}" in command else repo.top
    cwd.mkdir(exist_ok=True)
    line = [WAKEYSCAN, *command.format(top=repo.top).split()]
    ran = execute(line, cwd, env={"XDG_CACHE_HOME": str(repo.top.parent / "cache")})
    assert (ran.code, ran.out) == (2, "")
    assert "of the scanned tree" in ran.err
    assert ran.err.endswith("; name another file, or remove it\n")
    assert precious(repo) == {"precious": "mine", "old.sarif": "mine"}


@pytest.mark.parametrize("kind", ["fifo", "socket", "folder"])
def test_a_path_that_is_not_a_regular_file_is_refused(
    repo: Repo, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.top)  # the path of a socket must be short
    place = Path("r")
    if kind == "fifo":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(place))
    before = place.lstat().st_mode
    for file in ("r", str(repo.top / "r")):
        ran = repo.run("scan", "--report", f"json={file}")
        assert (ran.code, ran.out) == (2, "")
        assert f"{file}: the report cannot be written: " in ran.err
    assert place.lstat().st_mode == before
    assert stat.S_IFMT(before) != stat.S_IFREG


STREAMS = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "//dev/./stdout"]


@pytest.mark.skipif(sys.platform != "linux", reason="not every system has all of these")
@pytest.mark.parametrize("file", STREAMS)
@pytest.mark.parametrize("to", ["a-pipe", "a-file"])
def test_streams_named_by_the_user_get_the_report(
    repo: Repo, tmp_path: Path, file: str, to: str
) -> None:
    text = repo.run("scan").out
    redirected = "> ../out; cat ../out" if to == "a-file" else "| cat"
    line = f'"$0" scan --report text={file} {redirected}'
    assert execute(["sh", "-c", line, WAKEYSCAN], repo.top).out == text * 2


@pytest.mark.parametrize("file", ["/dev/null", "/dev/stderr", "/dev/fd/2"])
def test_devices_named_by_the_user_get_the_report(repo: Repo, file: str) -> None:
    ran = repo.run("scan", "--report", f"text={file}")
    assert ran == (0, ran.out, "" if file == "/dev/null" else ran.out)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_process_substitution_gets_the_report(repo: Repo) -> None:
    line = '"$0" scan --report text=>(cat > ../copy) && wait && cat ../copy'
    ran = execute(["bash", "-c", line, WAKEYSCAN], repo.top)
    assert ran.code == 0, ran.err


WAYS = {
    "add": ("add", IGNORED, "--reason=r"),
    "all": ("add", "--all", "--reason=r"),
    "prune": ("prune",),
    "named": ("add", IGNORED, "--reason=r", "--ignore-file=./.wakeyscanignore"),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("target", ["../outside/precious", "../outside/new"])
def test_an_ignore_file_that_is_a_link_is_not_written(
    repo: Repo, key: str, way: tuple[str, ...], target: str
) -> None:
    expired = f"{IGNORED[1:]}b until=2020-01-01 # gone\n"
    (repo.top.parent / "outside" / "precious").write_text(expired)
    (repo.top / ".wakeyscanignore").symlink_to(target)
    repo.commit({"b": key})
    ran = repo.run("ignore", *way)
    if way != ("prune",) or target.endswith("precious"):
        assert ran.code == 2
        assert "cannot be written: a link of the scanned tree is in its place" in ran.err
    assert precious(repo) == {"precious": expired}


def test_a_hook_that_is_a_link_is_kept(repo: Repo, tmp_path: Path) -> None:
    """Tracked hooks are often links into another folder of the tree."""
    script = tmp_path / "outside" / "hook"
    script.write_text("#!/bin/sh\necho theirs >&2\n")
    script.chmod(0o755)
    repo.write({"hooks/x": ""})
    repo.git("config", "core.hooksPath", "hooks")
    (repo.top / "hooks" / "pre-commit").symlink_to("../../outside/hook")
    repo.install("pre-commit")
    assert script.read_text() == "#!/bin/sh\necho theirs >&2\n"
    assert not (repo.top / "hooks" / "pre-commit").is_symlink()
    repo.stage({"b": "x"})
    assert repo.attempt("commit", "-qm", "x").err == "theirs\n"


@pytest.mark.parametrize(
    ("link", "path"), [(".husky", ".husky/_"), ("hooks", "hooks"), ("a", "a/hooks")]
)
@pytest.mark.parametrize("action", ["install", "uninstall"])
def test_a_hooks_folder_behind_a_link_in_the_tree_is_refused(
    repo: Repo, link: str, path: str, action: str
) -> None:
    outside = repo.top.parent / "outside"
    repo.git("config", "core.hooksPath", path)
    if action == "uninstall":
        repo.install("pre-commit")
        (repo.top / link).rename(outside / "hooks")
        (repo.top / link).symlink_to(outside / "hooks")
    else:
        (repo.top / link).symlink_to(outside)
    before = {file: file.is_file() and file.read_text() for file in outside.rglob("*")}
    ran = repo.run("hook", action, "pre-commit")
    assert (ran.code, ran.out) == (2, "")
    assert "of the scanned tree" in ran.err
    assert {file: file.is_file() and file.read_text() for file in outside.rglob("*")} == before


def test_a_hook_is_not_moved_through_a_link_in_the_tree(repo: Repo) -> None:
    repo.write({"hooks/pre-commit": "#!/usr/bin/python3\n"})
    (repo.top / "hooks" / "pre-commit").chmod(0o755)
    (repo.top / "hooks" / "before-wakeyscan").symlink_to("../../outside")
    repo.git("config", "core.hooksPath", "hooks")
    assert repo.run("hook", "install", "pre-commit").code == 2
    assert precious(repo) == {"precious": "mine"}


def test_a_link_in_the_git_folder_is_followed(repo: Repo) -> None:
    hooks, outside = repo.top / ".git" / "hooks", repo.top.parent / "outside"
    if hooks.exists():
        hooks.rename(repo.top / ".git" / "old-hooks")
    hooks.symlink_to(outside)
    for action, is_there in (("install", True), ("uninstall", False)):
        assert repo.run("hook", action, "pre-commit").code == 0
        assert (outside / "pre-commit").exists() == is_there


@pytest.mark.parametrize("agent", AGENTS)
def test_project_settings_behind_a_link_are_not_changed(repo: Repo, agent: str) -> None:
    """Nothing is made there, nor removed."""
    first = Path(AGENTS.load(agent).SETTINGS.project).parts[0]
    outside = repo.top.parent / "outside"
    (repo.top / first).symlink_to(outside)
    ran = repo.run("hook", "install", "agent", agent, "--scope", "project")
    assert (ran.code, ran.out) == (2, "")
    assert precious(repo) == {"precious": "mine"}
    (repo.top / first).unlink()
    assert repo.run("hook", "install", "agent", agent, "--scope", "project").code == 0
    (repo.top / first).rename(outside / "moved")
    (repo.top / first).symlink_to(outside / "moved")
    before = {file: file.is_file() and file.read_text() for file in outside.rglob("*")}
    assert repo.run("hook", "uninstall", "agent", agent, "--scope", "project").code == 2
    assert {file: file.is_file() and file.read_text() for file in outside.rglob("*")} == before


@pytest.mark.parametrize("kind", ["our-hook", "fifo", "folder"])
def test_a_hook_is_not_written_through_a_link(repo: Repo, tmp_path: Path, kind: str) -> None:
    hook = repo.top / ".git" / "hooks" / "pre-commit"
    if kind == "our-hook":
        repo.install("pre-commit")
        hook.rename(tmp_path / "outside" / "ours")
        hook.symlink_to(tmp_path / "outside" / "ours")
    elif kind == "fifo":
        os.mkfifo(hook)
    else:
        hook.mkdir()
    before = precious(repo)
    ran = repo.run("hook", "install", "pre-commit")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"wakeyscan: {hook}: ")
    assert precious(repo) == before


def test_the_hooks_folder_may_be_a_link(repo: Repo, tmp_path: Path) -> None:
    """Outside of the work tree, it is the user's own."""
    (tmp_path / "hooks").symlink_to(tmp_path / "outside")
    repo.git("config", "core.hooksPath", "../hooks")
    repo.install("pre-commit")
    assert (tmp_path / "outside" / "pre-commit").stat().st_mode & 0o111 == 0o111
