"""Which files are looked at: walked folders, git's listing, special files, odd names."""

from __future__ import annotations

import errno
import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.test_scan import FORMATS, gaps, leaks, places
from tests.support.command import Run
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from wakeyscan.cli import main

Git = Callable[..., str]

NOT_SCANNED = "not scanned"
ROOT = os.geteuid() == 0
not_for_root = pytest.mark.skipif(ROOT, reason="root may read everything")


def found(run: Run, *arguments: str, cwd: Path | None = None, code: int = 1) -> list[str]:
    """Scan, and list the files with findings; all that was asked for was looked at."""
    ran = run("scan", "--format=json", *arguments, cwd=cwd)
    assert (ran.code, gaps(ran.json())) == (code, [])
    return [place.path for place in places(ran.json())]


# Special files


def make_socket(folder: Path, name: str) -> None:
    before = os.getcwd()
    os.chdir(folder)  # the path of a socket has to be short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(name)
    finally:
        os.chdir(before)


def make_device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes devices")


def make_special(folder: Path, kind: str, name: str) -> None:
    if kind == "FIFO":
        os.mkfifo(folder / name)
    elif kind == "socket":
        make_socket(folder, name)
    else:
        make_device(folder / name)


@pytest.mark.parametrize("target", [".", "special"], ids=["walked", "named"])
@pytest.mark.parametrize("kind", ["FIFO", "socket", "device"])
def test_special_files_are_gaps(tmp_path: Path, run: Run, kind: str, target: str) -> None:
    make_special(tmp_path, kind, "special")
    ran = run("scan", "--format=json", target)
    assert (ran.code, gaps(ran.json())) == (3, [("special", f"a {kind}, {NOT_SCANNED}")])


@pytest.mark.parametrize("target", [".", "pipe"], ids=["walked", "named"])
def test_a_fifo_is_not_opened(tmp_path: Path, run: Run, target: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    opened = threading.Event()

    def write_into_it() -> None:
        os.close(os.open(tmp_path / "pipe", os.O_WRONLY))  # holds until a reader opens it
        opened.set()

    writer = threading.Thread(target=write_into_it)
    writer.start()
    try:
        assert run("scan", target).code == 3
        assert not opened.wait(0.1)
    finally:
        os.close(os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK))
        writer.join(10)
    assert opened.is_set()


def test_a_fifo_in_place_of_a_tracked_file_is_a_gap(tmp_path: Path, run: Run, git: Git) -> None:
    repo(tmp_path, git, {"a.py": ""})
    (tmp_path / "a.py").unlink()
    os.mkfifo(tmp_path / "a.py")
    ran = run("scan", "--format=json")
    assert (ran.code, gaps(ran.json())) == (3, [("a.py", f"a FIFO, {NOT_SCANNED}")])


@pytest.mark.parametrize("many", [0, 600], ids=["few files", "many files"])
def test_links_are_not_followed_but_their_targets_are_scanned_as_text(
    tmp_path: Path, run: Run, make_key: MakeKey, many: int
) -> None:
    key = make_key()
    write(tmp_path, {"outside/a.py": make_key(), "in/b.py": "", "outside.py": make_key()})
    write(tmp_path / "in", {f"{number}.txt": "a" for number in range(many)})
    for name, text in {
        "folder": "../outside",
        "file": "../outside.py",
        "self": "self",
        "up": "..",
        "here": ".",
        "gone": "nowhere",
        "key": f"https://example.org/{key}",
    }.items():
        os.symlink(text, tmp_path / "in" / name)
    ran = run("scan", "in", "--format=json")
    report = ran.json()
    assert [(p.path, p.line, p.column, p.fingerprint) for p in places(report)] == [
        ("in/key", 1, 21, fingerprint(key))
    ]
    assert (ran.code, gaps(report), report["coverage"]["documents"]) == (1, [], 8 + many)


@pytest.mark.parametrize("target", ["link", "link/"])
def test_a_link_to_a_folder_as_a_target_is_scanned(
    tmp_path: Path, run: Run, make_key: MakeKey, target: str
) -> None:
    write(tmp_path, {"real/a.py": make_key()})
    os.symlink("real", tmp_path / "link")
    assert found(run, target) == ["link/a.py"]


def test_a_link_to_a_file_as_a_target_is_scanned(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    write(tmp_path, {"real.py": make_key()})
    os.symlink("real.py", tmp_path / "link")
    assert found(run, "link") == [str(tmp_path.resolve() / "real.py")]


# Unreadable files


def dig(folder: Path) -> str:
    """Make folders so deep that the path of the last one is too long; give it."""
    name = "d" * 200
    handle = os.open(folder, os.O_RDONLY)
    for _ in range(4200 // len(name)):
        os.mkdir(name, dir_fd=handle)
        deeper = os.open(name, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = deeper
    os.close(os.open("a.py", os.O_CREAT, dir_fd=handle))
    os.close(handle)
    return name


def test_a_folder_with_a_too_long_path_is_a_gap(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    name = dig(tmp_path)
    too_deep = "/".join([name] * (4096 // (len(name) + 1) + 1))
    ran = run("scan", "--format=json")
    assert gaps(ran.json()) == [(too_deep, f"cannot be read: {os.strerror(errno.ENAMETOOLONG)}")]
    assert ran.code == 3


def test_a_folder_that_git_cannot_list_is_a_gap(tmp_path: Path, run: Run, git: Git) -> None:
    repo(tmp_path, git, {"a.py": ""})
    dig(tmp_path)
    ran = run("scan", "--format=json")
    [(path, reason)] = gaps(ran.json())
    assert (ran.code, path) == (3, ".")
    assert reason.startswith("git cannot list all files: warning: could not open directory")


@not_for_root
@pytest.mark.parametrize("target", [".", "sub"])
def test_files_and_folders_without_permission_are_gaps(
    tmp_path: Path, run: Run, target: str
) -> None:
    write(tmp_path, {"sub/file": "", "sub/folder/file": ""})
    (tmp_path / "sub/file").chmod(0)
    (tmp_path / "sub/folder").chmod(0)
    ran = run("scan", "--format=json", target)
    (tmp_path / "sub/folder").chmod(0o700)
    reason = "cannot be read: Permission denied"
    assert (ran.code, gaps(ran.json())) == (3, [("sub/file", reason), ("sub/folder", reason)])


@not_for_root
@pytest.mark.parametrize("target", ["file", "folder"])
def test_an_unreadable_target_is_rejected(tmp_path: Path, run: Run, target: str) -> None:
    write(tmp_path, {"file": "", "folder/file": ""})
    (tmp_path / target).chmod(0)
    ran = run("scan", target)
    (tmp_path / target).chmod(0o700)
    assert ran == (2, "", f"wakeyscan: {target}: cannot be read: Permission denied\n")


def test_keys_in_binary_content_are_found(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    key = make_key().encode()
    write(
        tmp_path,
        {
            "continuations": b"\x80" * 5000 + b" " + key,
            "every byte": bytes(range(256)) * 100 + key,
            "nul": b"\0" * 5000 + key + b"\0" * 5000,
            "odd utf-16": b"\xff\xfe" + b" " * 999 + key,
            "only a mark": b"\xff\xfe",
            "truncated": b"\xf0\x9f\x98" + key,
        },
    )
    wanted = ["continuations", "nul", "odd utf-16", "truncated"]
    assert found(run) == sorted([*wanted, "every byte"])


# Names


ODD_NAMES = {  # in the file system, in JSON, in text
    "space": (b"a b.py", "a b.py", "a b.py"),
    "like an option": (b"-rf", "-rf", "-rf"),
    "newline": (b"a\nb.py", "a\nb.py", r"a\nb.py"),
    "ESC": (b"a\x1b[31mb.py", "a\x1b[31mb.py", r"a\x1b[31mb.py"),
    "no UTF-8": (b"\xff\xe9.py", r"\xff\xe9.py", r"\xff\xe9.py"),
    "beyond ASCII": ("ü😀.py".encode(), "ü😀.py", "ü😀.py"),
    "like a range": (b"git:a..b", "git:a..b", "git:a..b"),
    "like an order to a runner": (b"::error::x", "::error::x", "./::error::x"),
}


@pytest.mark.parametrize(("name", "in_json", "in_text"), ODD_NAMES.values(), ids=ODD_NAMES)
def test_unusual_names_are_reported_and_escaped(
    tmp_path: Path, run: Run, make_key: MakeKey, name: bytes, in_json: str, in_text: str
) -> None:
    write_odd(tmp_path, name, make_key())
    assert found(run) == [in_json]
    shown = run("scan").out.splitlines()
    assert shown[2] == in_text
    assert "\x1b" not in "".join(shown)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_unusual_names_among_many_files_are_reported(
    tmp_path: Path, run: Run, make_key: MakeKey, jobs: str
) -> None:
    write(tmp_path, {f"sub/{number}.txt": "a" for number in range(600)})
    for name, *_ in ODD_NAMES.values():
        write_odd(tmp_path, name, make_key())
    wanted = [in_json for _, in_json, _ in ODD_NAMES.values()]
    assert sorted(found(run, "--jobs", jobs)) == sorted(wanted)


def write_odd(folder: Path, name: bytes, content: str) -> None:
    try:
        (folder / os.fsdecode(name)).write_text(content)
    except OSError:
        pytest.skip("this file system does not take such a name")


@pytest.mark.parametrize(
    ("name", "in_json"),
    [("a\nb", "a\nb"), ("\udcff", r"\xff"), ("a\x1b[2Jb", "a\x1b[2Jb"), ("é \"'\\", "é \"'\\")],
    ids=["newline", "no UTF-8", "ESC", "quotes"],
)
def test_unusual_names_in_a_repository_are_reported(
    tmp_path: Path, run: Run, git: Git, make_key: MakeKey, name: str, in_json: str
) -> None:
    repo(tmp_path, git, {})
    for folder in ("tracked", "untracked"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(make_key())
    git("add", "tracked")
    assert found(run) == [f"tracked/{in_json}", f"untracked/{in_json}"]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("shape", FORMATS)
def test_a_key_in_a_name_is_masked(
    tmp_path: Path, run: Run, make_key: MakeKey, shape: str, jobs: str
) -> None:
    keys = [make_key() for _ in range(4)]
    names = [f"sub/{keys[0]}.txt", f"sub/{keys[1]}/a.txt", f"{keys[2]}/{keys[3]}"]
    write(tmp_path, dict.fromkeys([*map(str, range(600)), *names], ""))
    ran = run("scan", "--format", shape, "--jobs", jobs)
    assert (ran.code, [leaks(ran, key) for key in keys], ran.err) == (1, [[]] * 4, "")
    assert [f"({fingerprint(key)[:6]})" in ran.out for key in keys] == [True] * 4


def test_a_key_in_a_name_is_a_finding(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    key, inside = make_key(), make_key()
    write(tmp_path, {f"sub/{key}.txt": f"\n{inside}"})
    findings = run("scan", "--format=json").json()["findings"]
    fields = ("path", "line", "column", "secret", "exposure", "severity", "details")
    path = f"sub/{mask(key)}.txt"
    assert [tuple(finding[field] for field in fields) for finding in findings] == [
        (path, 1, 5, mask(key), "metadata", "high", {"part": "name"}),
        (path, 2, 1, mask(inside), "documentation", "high", {}),
    ]


@pytest.mark.parametrize("shape", FORMATS)
@pytest.mark.parametrize("kind", ["FIFO", "socket"])
def test_a_key_in_the_name_of_a_skipped_file_is_masked(
    tmp_path: Path, run: Run, make_key: MakeKey, kind: str, shape: str
) -> None:
    key = make_key()
    make_special(tmp_path, kind, key)
    ran = run("scan", "--format", shape)
    assert (ran.code, leaks(ran, key), ran.err) == (1, [], "")


@pytest.mark.parametrize("shape", FORMATS)
def test_a_key_in_the_name_of_a_target_is_masked(
    tmp_path: Path, run: Run, make_key: MakeKey, shape: str
) -> None:
    key = make_key()
    write(tmp_path, {key: ""})
    ran = run("scan", key, "--format", shape)
    assert (ran.code, leaks(ran, key), ran.err) == (1, [], "")


@pytest.mark.parametrize("shape", FORMATS)
def test_a_key_in_a_message_of_git_is_masked(
    tmp_path: Path, run: Run, git: Git, make_key: MakeKey, shape: str
) -> None:
    key = make_key()
    repo(tmp_path, git, {})
    (tmp_path / key).mkdir()
    dig(tmp_path / key)
    ran = run("scan", "--format", shape)
    assert (ran.code, leaks(ran, key), ran.err) == (3, [], "")


@pytest.mark.parametrize(
    "targets",
    [(".", "a.py"), ("a.py", "a.py"), ("a.py", "./a.py"), (".", "././a.py"), ("./", ".//a.py")],
)
def test_a_file_named_twice_is_scanned_once(
    tmp_path: Path, run: Run, make_key: MakeKey, targets: tuple[str, ...]
) -> None:
    write(tmp_path, {"a.py": make_key(), "sub/b.txt": ""})
    assert found(run, *targets) == ["a.py"]


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (".", "a/b.py"),
        ("./", "a/b.py"),
        ("a", "a/b.py"),
        ("a/", "a/b.py"),
        ("./a", "a/b.py"),
        (".//a//", "a/b.py"),
        ("a/b.py", "a/b.py"),
        ("./a/b.py", "a/b.py"),
        ("a/../a", "a/../a/b.py"),
    ],
)
def test_paths_begin_with_the_target_as_given(
    tmp_path: Path, run: Run, make_key: MakeKey, target: str, path: str
) -> None:
    write(tmp_path, {"a/b.py": make_key()})
    assert found(run, target) == [path]
    top = str(tmp_path)
    assert found(run, f"{top}/a") == [f"{top}/a/b.py"]


# git


def repo(folder: Path, git: Git, files: dict[str, str]) -> None:
    """Make a repository with one commit of all files."""
    folder.mkdir(exist_ok=True)
    write(folder, files)
    git("init", "-q", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-q", "--allow-empty", "-m", "one", cwd=folder)


@pytest.fixture
def ignoring(tmp_path: Path, git: Git, make_key: MakeKey) -> Path:
    """Make a repository with a key in files of each kind."""
    top = tmp_path / "repo"
    repo(
        top,
        git,
        {
            ".gitignore": "*.log\n/build/\n!keep.log\n",
            "tracked.py": make_key(),
            "sub/tracked.py": make_key(),
            "keep.log": make_key(),
        },
    )
    write(
        top,
        {
            "untracked.py": make_key(),
            "sub/untracked.py": make_key(),
            "a.log": make_key(),
            "sub/b.log": make_key(),
            "build/c.py": make_key(),
            "build/deep/d.log": make_key(),
            "info.txt": make_key(),
        },
    )
    write(top, {"forced.log": make_key(), ".git/info/exclude": "info.txt\n"})
    git("add", "-f", "forced.log", cwd=top)
    return top


SEEN = ["forced.log", "keep.log", "sub/tracked.py", "sub/untracked.py", "tracked.py"]
ALL = ["a.log", "build/c.py", "build/deep/d.log", "forced.log", "info.txt", "keep.log"]
ALL += ["sub/b.log", "sub/tracked.py", "sub/untracked.py", "tracked.py", "untracked.py"]


@pytest.mark.parametrize(
    ("arguments", "cwd", "wanted"),
    [
        pytest.param([], ".", [*SEEN, "untracked.py"], id="here"),
        pytest.param(["--no-gitignore"], ".", ALL, id="all"),
        pytest.param([], "sub", ["sub/tracked.py", "sub/untracked.py"], id="from a subfolder"),
        pytest.param(["sub"], ".", ["sub/tracked.py", "sub/untracked.py"], id="a subfolder"),
        pytest.param([".."], "sub", [*SEEN, "untracked.py"], id="up"),
        pytest.param(["build"], ".", ["build/c.py", "build/deep/d.log"], id="an ignored folder"),
        pytest.param(["build/"], ".", ["build/c.py", "build/deep/d.log"], id="with a slash"),
        pytest.param(["build/deep"], ".", ["build/deep/d.log"], id="in an ignored folder"),
        pytest.param(["."], "build/deep", ["build/deep/d.log"], id="from an ignored folder"),
        pytest.param(["a.log"], ".", ["a.log"], id="an ignored file"),
        pytest.param(["sub", "sub/b.log"], ".", ["sub/b.log", *SEEN[2:4]], id="and next to it"),
        pytest.param(
            ["repo"], "..", [f"repo/{path}" for path in [*SEEN, "untracked.py"]], id="out"
        ),
    ],
)
def test_files_ignored_by_git_are_skipped(
    ignoring: Path, run: Run, arguments: list[str], cwd: str, wanted: list[str]
) -> None:
    assert found(run, *arguments, cwd=ignoring / cwd) == wanted


@pytest.mark.parametrize(
    ("cwd", "target", "shown"),
    [
        ("sub", "tracked.py", "tracked.py"),
        ("sub", "..", "tracked.py"),
        ("build", "{top}/sub", "sub/tracked.py"),
        ("build", "../sub", "sub/tracked.py"),
    ],
)
def test_reports_name_paths_from_the_top_and_text_from_the_current_directory(
    ignoring: Path, run: Run, cwd: str, target: str, shown: str
) -> None:
    folder = ignoring / cwd
    target = target.format(top=ignoring)
    assert "sub/tracked.py" in found(run, target, cwd=folder)
    log = run("scan", target, "--format", "sarif", cwd=folder).json()
    places = [place for result in log["runs"][0]["results"] for place in result["locations"]]
    uris = {place["physicalLocation"]["artifactLocation"]["uri"] for place in places}
    assert "sub/tracked.py" in uris
    assert "file=sub/tracked.py," in run("scan", target, "--format", "github", cwd=folder).out
    assert shown in run("scan", target, cwd=folder).out.splitlines()


def test_the_global_excludes_file_of_git_applies(
    ignoring: Path, run: Run, tmp_path: Path, make_key: MakeKey
) -> None:
    write(tmp_path, {"ignored": "*.py\n", "config": f"[core]\nexcludesFile = {tmp_path}/ignored\n"})
    ran = run(
        "scan", "--format=json", cwd=ignoring, env={"GIT_CONFIG_GLOBAL": f"{tmp_path}/config"}
    )
    tracked = [path for path in SEEN if "untracked" not in path]
    assert [place.path for place in places(ran.json())] == tracked


def test_a_deleted_tracked_file_is_not_a_gap(ignoring: Path, run: Run) -> None:
    (ignoring / "tracked.py").unlink()
    (ignoring / "sub/tracked.py").unlink()
    assert found(run, cwd=ignoring) == [
        "forced.log",
        "keep.log",
        "sub/untracked.py",
        "untracked.py",
    ]


def test_a_folder_whose_files_were_deleted_is_clean(ignoring: Path, run: Run, git: Git) -> None:
    for path in ("sub/tracked.py", "sub/untracked.py", "sub/b.log"):
        (ignoring / path).unlink()
    assert found(run, "sub", cwd=ignoring, code=0) == []


def test_files_that_a_sparse_checkout_omits_are_read_from_the_index(
    tmp_path: Path, run: Run, git: Git, make_key: MakeKey
) -> None:
    repo(tmp_path, git, {"in/a.py": make_key(), "out/b.py": make_key()})
    git("sparse-checkout", "set", "in")
    assert not (tmp_path / "out/b.py").exists()
    assert found(run) == ["in/a.py", "out/b.py"]


def test_a_file_with_a_conflict_is_scanned_once(
    tmp_path: Path, run: Run, git: Git, make_key: MakeKey
) -> None:
    repo(tmp_path, git, {"a.py": "1\n"})
    index = git("ls-files", "-s", "a.py").split()[1]
    stages = "".join(f"100644 {index} {stage}\ta.py\n" for stage in (1, 2, 3))
    git("update-index", "--index-info", stdin=f"0 {'0' * 40}\ta.py\n{stages}".encode())
    write(tmp_path, {"a.py": f"<<<<<<< ours\n{make_key()}\n"})
    report = run("scan", "--format=json").json()
    assert [place.path for place in places(report)] == ["a.py"]
    assert report["coverage"]["documents"] == 1


@pytest.mark.parametrize("many", [0, 600], ids=["few files", "many files"])
@pytest.mark.parametrize("kind", ["submodule", "untracked"])
def test_nested_repositories_are_scanned(
    tmp_path: Path, run: Run, git: Git, make_key: MakeKey, kind: str, many: int
) -> None:
    top = tmp_path / "repo"
    repo(top, git, {f"a/{number}.txt": "a" for number in range(many)})
    repo(tmp_path / "inner", git, {"x/in.py": make_key(), "clean.py": ""})
    if kind == "submodule":
        local = ("-c", "protocol.file.allow=always")
        git(*local, "submodule", "add", "-q", str(tmp_path / "inner"), "nested", cwd=top)
    else:
        (tmp_path / "inner").rename(top / "nested")
    write(top, {"nested/new.py": make_key()})
    write(top, {"nested/.git-like/a.py": make_key()})
    wanted = ["nested/.git-like/a.py", "nested/new.py", "nested/x/in.py"]
    assert found(run, cwd=top) == wanted
    assert found(run, "nested", cwd=top) == wanted


def test_a_linked_work_tree_is_scanned(
    tmp_path: Path, run: Run, git: Git, make_key: MakeKey
) -> None:
    repo(tmp_path / "repo", git, {".gitignore": "*.log", "a.py": make_key()})
    git("worktree", "add", "-q", "../tree", cwd=tmp_path / "repo")
    write(tmp_path, {"tree/b.log": make_key(), "tree/c.py": make_key()})
    assert found(run, cwd=tmp_path / "tree") == ["a.py", "c.py"]


def test_the_git_folder_can_be_a_target(
    tmp_path: Path, run: Run, git: Git, make_key: MakeKey
) -> None:
    repo(tmp_path, git, {})
    git("config", "http.extraHeader", f"X-Key: {make_key()}")
    write(tmp_path, {".git/hooks/mine": make_key()})
    assert found(run, code=0) == []
    assert found(run, ".git") == [".git/config", ".git/hooks/mine"]
    assert found(run, ".git/hooks") == [".git/hooks/mine"]
    assert found(run, ".git/config") == [".git/config"]
    assert found(run, "--no-gitignore", code=0) == []


def test_the_environment_of_a_hook_does_not_change_what_is_listed(
    ignoring: Path, tmp_path: Path, run: Run, git: Git
) -> None:
    repo(tmp_path / "other", git, {"a.py": ""})
    elsewhere = {
        "GIT_DIR": str(tmp_path / "other/.git"),
        "GIT_WORK_TREE": str(tmp_path / "other"),
        "GIT_INDEX_FILE": str(tmp_path / "none"),
    }
    ran = run("scan", "--format=json", cwd=ignoring, env=elsewhere)
    assert [place.path for place in places(ran.json())] == [*SEEN, "untracked.py"]


def test_a_setting_for_the_work_tree_does_not_change_what_is_listed(
    ignoring: Path, tmp_path: Path, run: Run, git: Git
) -> None:
    (tmp_path / "empty").mkdir()
    git("-C", str(ignoring), "config", "core.worktree", str(tmp_path / "empty"))
    ran = run("scan", "--format=json", cwd=ignoring)
    assert [place.path for place in places(ran.json())] == [*SEEN, "untracked.py"]


# Where git can't list


def test_a_missing_git_is_reported_only_if_it_is_needed(
    ignoring: Path, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "bin").mkdir()
    env = {"PATH": str(tmp_path / "bin")}
    said = "git is not installed or not on PATH; install it, or add its folder to PATH"
    assert run("scan", cwd=ignoring, env=env) == (2, "", f"wakeyscan: {said}\n")
    # What does not need git works without it.
    for arguments, cwd, wanted in (
        (["--no-gitignore"], ignoring, ALL),
        (["a.log", "tracked.py"], ignoring, ["a.log", "tracked.py"]),
    ):
        ran = run("scan", "--format=json", *arguments, cwd=cwd, env=env)
        assert [place.path for place in places(ran.json())] == wanted


def test_a_program_called_git_in_the_scanned_tree_is_not_run(ignoring: Path, run: Run) -> None:
    program = ignoring / "git"
    program.write_text("#!/bin/sh\ntouch ran\n")
    program.chmod(0o700)
    path = os.pathsep.join((".", "", os.environ["PATH"]))
    assert run("scan", cwd=ignoring, env={"PATH": path}).code == 1
    assert not (ignoring / "ran").exists()


def test_a_broken_repository_is_rejected(tmp_path: Path, run: Run, make_key: MakeKey) -> None:
    write(tmp_path, {".git/nothing": "", "a.py": make_key()})
    said = f"wakeyscan: {tmp_path.resolve()} is not in a git repository\n"
    assert run("scan") == (2, "", said)
    assert found(run, "--no-gitignore") == ["a.py"]


@pytest.mark.skipif(not ROOT, reason="only root gives files to somebody else")
def test_a_repository_of_another_user_is_rejected_with_a_remedy(
    tmp_path: Path, run: Run, git: Git, make_key: MakeKey
) -> None:
    repo(tmp_path, git, {"a.py": make_key()})
    for path in (tmp_path, tmp_path / ".git"):
        os.chown(path, 65534, 65534)
    top = tmp_path.resolve()
    said = (
        "git refuses ., which belongs to another user; if you trust it: "
        f"git config --global --add safe.directory {top}"
    )
    assert run("scan") == (2, "", f"wakeyscan: {said}\n")
    assert found(run, "--no-gitignore") == ["a.py"]
    write(tmp_path, {".git/trusting": f"[safe]\ndirectory = {top}\n"})
    ran = run("scan", env={"GIT_CONFIG_GLOBAL": f"{top}/.git/trusting"})
    assert (ran.code, ran.err) == (1, "")


# Excluded


@pytest.mark.parametrize(
    ("exclude", "arguments", "wanted", "excluded"),
    [
        pytest.param(["*.md"], ["."], ["a.py", "sub/a.py"], 2, id="by name"),
        pytest.param(["/a.*"], ["."], ["sub/a.md", "sub/a.py"], 2, id="at the top only"),
        pytest.param(["sub/"], ["."], ["a.md", "a.py"], 2, id="a folder"),
        pytest.param(["*", "!*.py", "!sub"], ["."], ["a.py", "sub/a.py"], 3, id="all but"),
        pytest.param(["*.md"], ["a.md", "a.py"], ["a.py"], 1, id="named files"),
        pytest.param(["sub/"], ["sub/a.py", "a.py"], ["a.py"], 1, id="a file in a folder"),
        pytest.param(["nothing"], ["a.py"], ["a.py"], 0, id="a missing path"),
    ],
)
def test_excluded_files_are_skipped_and_counted(
    tmp_path: Path,
    run: Run,
    make_key: MakeKey,
    exclude: list[str],
    arguments: list[str],
    wanted: list[str],
    excluded: int,
) -> None:
    write(tmp_path, {name: make_key() for name in ("a.py", "a.md", "sub/a.py", "sub/a.md")})
    write(tmp_path, {".wakeyscan.toml": f"exclude = {exclude!r}\n"})
    ran = run("scan", "--format=json", *arguments)
    report = ran.json()
    assert [place.path for place in places(report)] == wanted
    assert (ran.code, report["coverage"]["excluded"], gaps(report)) == (1, excluded, [])


def test_a_scan_of_only_excluded_targets_is_clean(
    tmp_path: Path, run: Run, make_key: MakeKey
) -> None:
    write(tmp_path, {"a.md": make_key(), ".wakeyscan.toml": 'exclude = ["*.md"]\n'})
    said = "No keys found (1 file excluded by *.md).\nScanned 0 files (0 bytes), 1 excluded.\n"
    assert run("scan", "a.md") == (0, said, "")


def test_an_excluded_special_file_is_not_a_gap(tmp_path: Path, run: Run) -> None:
    write(tmp_path, {".wakeyscan.toml": 'exclude = ["pipe"]\n'})
    os.mkfifo(tmp_path / "pipe")
    assert run("scan").code == 0


@pytest.mark.parametrize("pattern", ["link", "/sub/link"])
def test_a_link_is_excluded_by_its_own_name(
    tmp_path: Path, run: Run, make_key: MakeKey, pattern: str
) -> None:
    write(tmp_path, {".wakeyscan.toml": f"exclude = ['{pattern}']\n", "sub/a.md": ""})
    os.symlink(f"/nowhere/{make_key()}", tmp_path / "sub/link")
    assert found(run, code=0) == []


# Hostile


def test_a_fifo_that_blocks_git_is_reported_after_a_timeout(
    tmp_path: Path,
    git: Git,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    repo(tmp_path, git, {"a.py": ""})
    os.mkfifo(tmp_path / ".gitignore")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wakeyscan.git.process.TIMEOUT_SECONDS", 0.5)
    assert main.main(["scan"]) == 2
    out, err = capfd.readouterr()
    assert (out, err) == (
        "",
        f"wakeyscan: git ls-files in . is blocked by {tmp_path / '.gitignore'}, "
        "which is a FIFO, device or socket; remove it\n",
    )
