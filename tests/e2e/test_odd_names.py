"""File names that are not plain text, where configuration or an ignore file matches paths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.test_config import OURS
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo
from wakeyscan.core.path_patterns import build_path_matcher

NAMES = {
    "latin-1": b"caf\xe9.txt",
    "bytes": b"\xff\xfe\x80",
    "cut-utf-8": b"a\xe2\x82",
    "encoded-surrogate": b"a\xed\xb2\x80b",
    "newline": b"a\nb.py",
    "newline-at-the-end": b"a.py\n",
    "carriage-return": b"a\r.py",
    "quotes": b'"a\' b".txt',
    "backslash": b"a\\b\\",
    "blanks": b" a ",
    "brackets": b"[a-z]*?.py",
    "hash": b"#a",
    "bang": b"!a",
    "line-separator": "a\u2028b\x85c".encode(),
    "decomposed": "cafe\u0301".encode(),
    "dashes": b"--config=x",
}
names = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)

COMMANDS = {
    "scan": ("scan",),
    "staged": ("scan", "staged:"),
    "hook": ("hook", "pre-commit", "--format=json"),
    "range": ("scan", "git:HEAD"),
    "audit": ("audit", "--no-cache"),
}

POLICIES = {
    "exclude": 'exclude = ["vendor/", "*.min.js", "/x/**/y", "!z"]\n',
    "allow": '[[allow]]\npath = "vendor/"\nreason = "made up"\n',
    "severity": '[rule.wastack-api-key]\nseverity = "low"\n',
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit."""
    made = Repo(tmp_path / "repo")
    made.commit({"README": "x"})
    return made


def put(repo: Repo, name: bytes, content: str) -> None:
    """Write a file of that name; skip where the file system does not take it."""
    try:
        (repo.top / os.fsdecode(name)).parent.mkdir(exist_ok=True)
        (repo.top / os.fsdecode(name)).write_text(content)
    except OSError:
        pytest.skip("this file system does not take such a name")


def found(repo: Repo, command: str) -> dict[str, str]:
    """Run a command; return path and standing of the findings in files."""
    if command in ("range", "audit"):
        repo.record()
    line = COMMANDS[command]
    ran = repo.run(*line, *(() if command == "hook" else ("--format=json",)))
    assert ran.code in (0, 1), ran.err
    assert ran.err == "" or command == "hook"
    report = ran.json() if ran.out else {"findings": []}
    return {one["path"]: one["standing"] for one in report["findings"]}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_that_no_pattern_matches_is_reported(
    repo: Repo, key: str, command: str, policy: str
) -> None:
    repo.write({OURS: policy})
    for name in NAMES.values():
        put(repo, name, key)
    repo.git("add", "-A")
    shown = {name.decode("utf-8", "backslashreplace"): "reported" for name in NAMES.values()}
    assert found(repo, command) == shown


@pytest.mark.parametrize("command", ["scan", "staged", "hook", "range"])
@pytest.mark.parametrize("pattern", ["vendor/", "/vendor", "vendor/**", "vendor/*", "**/vendor"])
def test_an_unusual_name_in_an_excluded_folder_is_excluded(
    repo: Repo, make_key: MakeKey, command: str, pattern: str
) -> None:
    repo.write({OURS: f"exclude = ['{pattern}']\n", "seen": make_key()})
    for name in NAMES.values():
        put(repo, b"vendor/" + name, make_key())
    repo.git("add", "-A")
    assert found(repo, command) == {"seen": "reported"}


@names
def test_an_excluded_folder_below_an_unusual_one_is_excluded(
    repo: Repo, key: str, name: bytes
) -> None:
    put(repo, name + b"/x", "")
    put(repo, name + b"/vendor/a", key)
    repo.write({OURS: 'exclude = ["vendor/"]\n'})
    assert found(repo, "scan") == {}


@pytest.mark.parametrize("command", COMMANDS)
def test_paths_of_an_entry_match_unusual_names(repo: Repo, key: str, command: str) -> None:
    repo.write({".wakeyscanignore": f"{fingerprint(key)} paths=vendor/* # made up\n"})
    for name in NAMES.values():
        put(repo, name, key)
        put(repo, b"vendor/" + name, key)
    repo.git("add", "-A")
    standing = found(repo, command)
    shown = [name.decode("utf-8", "backslashreplace") for name in NAMES.values()]
    wanted = {**dict.fromkeys(shown, "reported"), **{f"vendor/{n}": "ignored" for n in shown}}
    assert standing == wanted


@names
def test_a_commit_is_blocked_for_its_key_alone(repo: Repo, key: str, name: bytes) -> None:
    repo.install("pre-commit")
    repo.write({OURS: POLICIES["exclude"] + POLICIES["allow"]})
    put(repo, name, "clean")
    repo.git("add", "-A")
    assert repo.attempt("commit", "-qm", "x").code == 0
    put(repo, name, key)
    repo.git("add", "-A")
    ran = repo.attempt("commit", "-qm", "x")
    assert (ran.code, "Commit blocked." in ran.err) == (1, True)


@pytest.mark.parametrize("ref", ["a\u2028b", "a\x85b", "caf\udce9", "a\"'b"], ids=ascii)
def test_a_push_to_an_unusual_ref_is_scanned(
    repo: Repo, key: str, tmp_path: Path, ref: str
) -> None:
    remote = Repo(tmp_path / "remote", "--bare")
    repo.install("pre-push")
    assert repo.attempt("push", "-q", str(remote.top), f"HEAD:refs/heads/{ref}").code == 0
    repo.commit({"a": key})
    ran = repo.attempt("push", "-q", str(remote.top), f"HEAD:refs/heads/{ref}")
    assert (ran.code, "Push blocked." in ran.err) == (1, True)


PATTERNS = (
    "*.py",
    "a*",
    "/d/a",
    "d/*b",
    "**/b",
    "d/**",
    "[!a]*",
    "\\#*",
    "a\\ ",
    "!a.py",
    "[a-c].py",
)
part = st.text(alphabet="ab.py\n\r\t \\[]!#*?\"'\udce9\udcff", min_size=1, max_size=6)


@given(paths=st.lists(st.lists(part, min_size=1, max_size=3), min_size=1, max_size=8))
def test_patterns_match_as_git_does(
    tmp_path_factory: pytest.TempPathFactory, paths: list[list[str]]
) -> None:
    repo = Repo(tmp_path_factory.getbasetemp() / "matching")
    repo.write({".gitignore": "\n".join(PATTERNS) + "\n"})
    wanted = ["/".join(("d", *parts)) for parts in paths if not {".", ".."} & {*parts}]
    listed = "".join(f"{path}\0" for path in wanted).encode("utf-8", "surrogateescape")
    by_git = repo.attempt("check-ignore", "-z", "--stdin", "--no-index", stdin=listed)
    assert by_git.code in (0, 1), by_git.err
    matches = build_path_matcher(PATTERNS, ".")
    assert [path for path in wanted if matches(path, "")] == by_git.out.split("\0")[:-1]
