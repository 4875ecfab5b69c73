"""Local branches whose upstream has no remote-tracking branch, with git as the writer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repositories import Repo
from wakeyscan.git.repository import Repository, find_repository
from wakeyscan.git.upstreams import list_lost_upstreams

NAMES = ["x", 'a"b', "feature/ä-1", "x.y", "A;b", "a#b", "[a]", "a=b"]


def open_configured(folder: Path, config: str) -> Repository:
    Repo(folder)
    with (folder / ".git" / "config").open("a", encoding="utf-8", newline="") as file:
        file.write(config)
    return find_repository(str(folder))


def test_upstreams_are_read_as_git_writes_them(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    for name in NAMES:
        repo.git("config", f"branch.{name}.remote", "o")
        repo.git("config", f"branch.{name}.merge", f"refs/heads/{name}")
    repository = find_repository(str(tmp_path))
    assert list_lost_upstreams(repository, ()) == {f"refs/heads/{name}" for name in NAMES}
    tracked = [f"refs/remotes/o/{name}" for name in NAMES[1:]]
    assert list_lost_upstreams(repository, tracked) == {"refs/heads/x"}


CONFIGS = {
    "local upstream": ('[branch "x"]\n remote = .\n merge = refs/heads/main\n', False),
    "no remote": ('[branch "x"]\n merge = refs/heads/x\n', False),
    "no merge": ('[branch "x"]\n remote = o\n', False),
    "next section": ('[branch "x"]\n remote = o\n[other]\n merge = refs/heads/x\n', False),
    "other section": ('[remote "x"]\n remote = o\n merge = refs/heads/x\n', False),
    "capitals": ('[branch "x"]\n Remote = o\n MERGE = refs/heads/x\n', True),
    "Windows": ('[branch "x"]\r\n\tremote = o\r\n\tmerge = refs/heads/x\r\n', True),
    "address": ('[branch "x"]\n remote = https://h.example/o\n merge = refs/heads/x\n', True),
    "quotes": ('[branch "x"]\n remote = "o"\n merge = "refs/heads/x"\n', True),
    "after a comment": ('# [branch\n[branch "x"] ; "\n remote=o\n merge=refs/heads/x\n', True),
}


@pytest.mark.parametrize(("config", "is_lost"), CONFIGS.values(), ids=CONFIGS)
def test_only_branches_with_an_upstream_elsewhere_count(
    tmp_path: Path, config: str, is_lost: bool
) -> None:
    repository = open_configured(tmp_path, config)
    assert ("refs/heads/x" in list_lost_upstreams(repository, ())) == is_lost
