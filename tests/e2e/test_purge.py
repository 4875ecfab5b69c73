"""`audit --purge-file`: the list for git filter-repo, which then removes the keys for real."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest

from tests.support.keys import MakeKey, mask
from tests.support.repositories import Repo

FILTER = ("filter-repo", "--force", "--quiet")


def purge(repo: Repo, file: Path) -> None:
    repo.git(*FILTER, "--replace-text", str(file), "--replace-message", str(file))
    repo.git("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    repo.git("gc", "-q", "--prune=now")


def test_an_audit_after_the_purge_finds_nothing(tmp_path: Path, make_key: MakeKey) -> None:
    repo, file = Repo(tmp_path / "repo"), tmp_path / "purge.txt"
    first, second, third = make_key(), make_key(), make_key()
    longer = first + "x7"
    repo.commit({"a.py": f'KEY = "{first}"\n', "b.sh": f"curl -H 'X: {longer}' x\r\n"})
    repo.commit({"a.py": "import os\n"}, f"remove {second}")
    repo.git("tag", "-a", "v1", "-m", f"release with {second}")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"c.js": f"send(`Bearer {third}`)\n"})
    repo.git("checkout", "-q", "main")
    ran = repo.run("audit", "--purge-file", str(file))
    assert ran.code == 1
    assert f"{file} holds 4 keys in the clear; only you can read it" in ran.err
    assert f"git filter-repo --replace-text {file} --replace-message {file}" in ran.err
    assert "It does not reach:" not in ran.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = file.read_text().splitlines()
    assert lines[0] == f"literal:{longer}==>***REMOVED***"
    assert sorted(lines[1:]) == sorted(
        f"literal:{key}==>***REMOVED***" for key in (first, second, third)
    )
    purge(repo, file)
    after = repo.run("audit", "--no-cache", "--format=json")
    assert (after.code, after.json()["keys"], after.json()["complete"]) == (0, [], True)
    assert repo.git("show", "HEAD~1:b.sh") == "curl -H 'X: ***REMOVED***' x\r"


def test_a_report_and_stderr_show_no_key(tmp_path: Path, key: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": key})
    ran = repo.run("audit", "--purge-file", str(tmp_path / "p"))
    assert key not in ran.out + ran.err
    assert mask(key) in ran.out


def test_places_that_the_purge_does_not_reach_are_listed(tmp_path: Path, make_key: MakeKey) -> None:
    repo, file = Repo(tmp_path / "repo"), tmp_path / "p"
    key, other = make_key(), make_key()
    repo.commit({"b64.txt": base64.b64encode(f"key: {key}\n".encode()), f"{other}.txt": "x"})
    ran = repo.run("audit", "--purge-file", str(file))
    assert f"  b64.txt: {mask(key)}: encoded (base64); remove the file" in ran.err
    assert f"  {mask(other)}.txt: {mask(other)}: the name of a file; use --path-rename" in ran.err
    assert other not in ran.err
    assert sorted(file.read_text().splitlines()) == sorted(
        f"literal:{text}==>***REMOVED***" for text in (key, other)
    )


def test_a_short_credential_is_not_replaced_everywhere(tmp_path: Path, key: str) -> None:
    repo, file = Repo(tmp_path / "repo"), tmp_path / "p"
    app_key = "1w7z2q9v4k"[::-1]
    repo.commit({"a.py": f'h = {{"Authorization": "Bearer {key}", "X-App-Key": "{app_key}"}}\n'})
    ran = repo.run("audit", "--purge-file", str(file))
    assert file.read_text() == f"literal:{key}==>***REMOVED***\n"
    assert "it is too short to be replaced everywhere" in ran.err


def test_ignored_keys_are_not_purged(tmp_path: Path, key: str) -> None:
    repo, file = Repo(tmp_path / "repo"), tmp_path / "p"
    repo.commit({"a": f"{key}  # wakeyscan:ignore -- revoked in 2025\n"})
    ran = repo.run("audit", "--purge-file", str(file))
    assert (ran.code, file.exists()) == (0, False)
    assert f"no keys to purge, so {file} was not written" in ran.err


def test_a_limited_audit_warns_that_keys_may_be_missing(tmp_path: Path, key: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": key})
    ran = repo.run("audit", "--reachable", "--purge-file", str(tmp_path / "p"))
    assert "The audit does not cover the whole history, so the file may lack keys." in ran.err


def test_inside_a_work_tree_only_an_ignored_file_is_written(tmp_path: Path, key: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": key, ".gitignore": "*.purge\nprivate/\n"})
    (repo.top / "private").mkdir()
    (repo.top / "sub").mkdir()
    (tmp_path / "link").symlink_to(repo.top / "sub")
    for name in ("p", "sub/p", "./.git/p", str(repo.top / "p"), str(tmp_path / "link" / "p")):
        ran = repo.run("audit", "--purge-file", name)
        assert (ran.code, ran.out) == (2, "")
        assert f"--purge-file: {name} is inside a work tree" in ran.err
        assert not os.path.lexists(repo.top / name)
    for name in ("x.purge", "private/p"):
        assert repo.run("audit", "--purge-file", name).code == 1
        assert key in (repo.top / name).read_text()


@pytest.mark.parametrize("kind", ["file", "dangling link", "folder"])
def test_existing_files_are_not_overwritten(tmp_path: Path, key: str, kind: str) -> None:
    repo, file = Repo(tmp_path / "repo"), tmp_path / "p"
    repo.commit({"a": key})
    if kind == "file":
        file.write_text("mine")
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to(tmp_path / "elsewhere")
    ran = repo.run("audit", "--purge-file", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert f"--purge-file: {file} already exists; name another file, or remove it" in ran.err
    assert not (tmp_path / "elsewhere").exists()


def test_a_missing_folder_and_an_empty_name_are_rejected(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": "a"})
    absent = repo.run("audit", "--purge-file", str(tmp_path / "no" / "p"))
    assert (absent.code, "is not a folder; create it first" in absent.err) == (2, True)
    assert repo.run("audit", "--purge-file=").code == 2
