"""What is compared for commits with merges."""

from __future__ import annotations

from pathlib import Path

from tests.support.repositories import Repo
from wakeyscan.git.command import open_foreign
from wakeyscan.git.rev_list import CommitSelection, select_commits
from wakeyscan.sources.merged_trees import Growth, Pair, list_growths


def test_a_commit_that_two_names_give_is_compared_once(tmp_path: Path) -> None:
    """As in a push to the default branch."""
    repo = Repo(tmp_path)
    start = repo.commit({"a": "a\n"})
    repo.git("branch", "default")
    repo.git("checkout", "-qb", "side")
    repo.commit({"b": "b\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"c": "c\n"})
    repo.git("merge", "-q", "--no-edit", "side")
    tip, git = repo.id("HEAD"), open_foreign(str(tmp_path))
    selected = select_commits(CommitSelection((tip,), (start,)), git)
    pairs = [Pair(tip, ("default",)), Pair("main", (start,)), Pair("none", (start,))]
    assert [*list_growths(selected, pairs, git)] == [Growth(tip, start, (start,))]
