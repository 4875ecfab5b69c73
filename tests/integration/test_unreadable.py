"""Parts of a repository that may not be read, or that another process removes meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.support.command import WAKEYSCAN, Ran, environment, start_program
from tests.support.dated_repository import Dated, audit
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo, fingerprints

pytestmark = pytest.mark.usefixtures("no_litter")

AS_ANYONE: tuple[str, ...] = ()
if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("setpriv"):
    AS_ANYONE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
    """Root reads everything; this runs a command as root without that right."""


def can_be_unreadable() -> bool:
    return sys.platform != "win32" and (os.geteuid() != 0 or bool(AS_ANYONE))


NEEDS_PERMISSIONS = pytest.mark.skipif(not can_be_unreadable(), reason="every file is readable")


def run(folder: Path, *arguments: str) -> Ran:
    return start_program([*AS_ANYONE, WAKEYSCAN, *arguments], folder)


FOLDERS = ("", "objects", "objects/pack", "refs", "refs/heads", "info", "hooks", "logs", "modules")
FILES = ("HEAD", "config", "index", "packed-refs", "logs/HEAD", "info/exclude")
COMMANDS = dict.fromkeys(("", "HEAD", "index", "config"), (("scan", "."), ("hook", "pre-commit")))
"""Commands besides an audit, for parts that they read."""
HARMLESS = {"hooks", "logs", "modules", "logs/HEAD", "info/exclude"}


@NEEDS_PERMISSIONS
@pytest.mark.parametrize("part", [*FOLDERS, *FILES, "objects/info/alternates"])
def test_an_unreadable_part_is_reported(tmp_path: Path, make_key: MakeKey, part: str) -> None:
    repo = Repo(tmp_path / "repo")
    key = make_key()
    repo.commit({"a": key, "b": "b"})
    path = repo.top / ".git" / part
    if part in FOLDERS:
        path.mkdir(exist_ok=True)
    else:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    path.chmod(0)
    try:
        ran = run(tmp_path, "audit", "--format=json", "repo")
        others = [run(repo.top, *words) for words in COMMANDS.get(part, ())]
    finally:
        path.chmod(0o755)
    assert ran.code in ((1,) if part in HARMLESS else (1, 2)), ran
    assert {one.code for one in others} <= {0, 1, 2, 3}, others
    if ran.code == 1:
        assert fingerprints(ran.json()) == {fingerprint(key)}
    if part not in HARMLESS - {"logs", "logs/HEAD"}:
        assert part in ran.err + ran.out
    assert "Traceback" not in ran.err + "".join(one.err for one in others)


@NEEDS_PERMISSIONS
def test_an_unreadable_alternate_is_named(tmp_path: Path, make_key: MakeKey) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": make_key()})
    repo.git("clone", "-q", "--shared", ".", str(tmp_path / "other"))
    pack = repo.top / ".git" / "objects" / "pack"
    pack.chmod(0)
    try:
        ran = run(tmp_path, "audit", "other")
    finally:
        pack.chmod(0o755)
    assert (ran.code, ran.out) == (2, "")
    assert f"{pack}: cannot be read: Permission denied" in ran.err


def test_a_missing_alternate_is_named(tmp_path: Path, make_key: MakeKey) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": make_key()})
    repo.git("clone", "-q", "--shared", ".", str(tmp_path / "other"))
    repo.top.rename(tmp_path / "moved")
    ran = audit(tmp_path / "other")
    assert ran.code == 3
    named = [item["path"] for item in ran.json()["skipped"] if "alternates" in item["reason"]]
    assert named == [f"{repo.top}/.git/objects"]


def test_a_commit_with_an_invalid_parent_hides_no_key(tmp_path: Path, make_key: MakeKey) -> None:
    repo = Dated(tmp_path / "repo").at(1)
    key = make_key()
    repo.commit({"a": key})
    tree = repo.id("HEAD^{tree}").encode()
    who = b"a <a@example.org> 1700000000 +0000\n"
    for parent in ("é" * 20, "1" * 40, "\x1b[31m", "x"):
        lines = (
            b"tree " + tree,
            b"parent " + parent.encode(),
            b"author " + who + b"committer " + who,
        )
        options = ("hash-object", "-t", "commit", "-w", "--literally", "--stdin")
        bad = repo.git(*options, stdin=b"\n".join((*lines, b"m\n")))
        (repo.top / ".git/refs/heads" / f"b{len(parent)}").write_text(f"{bad}\n")
    ran = repo.audit()
    assert ran.code == 1, ran
    assert fingerprints(ran.json()) == {fingerprint(key)}


def test_a_loose_object_with_a_huge_size_is_a_gap(tmp_path: Path, make_key: MakeKey) -> None:
    repo = Dated(tmp_path / "repo").at(1)
    key = make_key()
    repo.commit({"a": key})
    folder = repo.top / ".git" / "objects" / "00"
    folder.mkdir(exist_ok=True)
    (folder / ("1" * 38)).write_bytes(zlib.compress(b"blob " + b"9" * 5000 + b"\0x"))
    ran = repo.audit()
    assert ran.code == 1, ran
    assert ran.json()["complete"] is False


WRONG = {
    "nothing": "true",
    "binary": r"printf '\377\376garbage %s\n' 1",
    "negative size": r"printf '%040d blob -5\nabc\n' 1",
    "changes": r"printf '::100644 1 \377 2 3 4\0x\0:'",
    "tags": r"printf 'tag \ncommit x y z\n'",
}
GIT_COMMANDS = (
    *(("scan",), ("scan", "git:HEAD"), ("scan", "staged:"), ("hook", "pre-commit")),
    *(("hook", "status"), ("audit",), ("audit", "--since=2020-01-01")),
)


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_invalid_output_of_git_causes_no_internal_error(tmp_path: Path, body: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": "a"})
    repo.stage({"b": "b"})
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    git = shutil.which("git")
    passed_on = f'case "$*" in *rev-parse*|*ls-files*) exec {git} "$@";; esac\n'
    codes = []
    for start in ("", passed_on):
        program.write_text(f"#!/bin/sh\n{start}{body}\n")
        program.chmod(0o755)
        env = {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
        codes += [repo.run(*words, env=env).code for words in GIT_COMMANDS]
    assert set(codes) <= {0, 2, 3}


def test_a_gc_during_an_audit_hides_nothing(tmp_path: Path, make_key: MakeKey) -> None:
    repo = Dated(tmp_path / "repo").at(1)
    key, dropped = make_key(), make_key()
    repo.commit({f"f{number}": f"{number}" for number in range(300)} | {"a": key})
    repo.blob(dropped)
    script = "while :; do git gc -q; git repack -q -A -d; git commit -q --allow-empty -m m; done"
    with subprocess.Popen(
        ["sh", "-c", script], cwd=repo.top, env=environment(), stderr=subprocess.DEVNULL
    ) as loop:
        try:
            runs = [repo.audit("--no-cache") for _ in range(12)]
        finally:
            loop.kill()
    assert {ran.code for ran in runs} == {1}, runs
    for ran in runs:
        assert fingerprints(ran.json()) == {fingerprint(key), fingerprint(dropped)}
