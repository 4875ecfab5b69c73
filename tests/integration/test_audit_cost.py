"""The cost of an audit in calls of functions."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.support.audits import run_audit
from tests.support.calls import count_calls
from tests.support.keys import MakeKey
from tests.support.repositories import Repo


def build_repository(folder: Path, keys: list[str]) -> Repo:
    """Return a repository with a file of keys, in three versions."""
    repo = Repo(folder)
    for version in range(3):
        lines = "".join(f'key = "{key}"\n' for key in keys)
        repo.commit({"keys.py": f"# {version}\n{lines}"})
    return repo


def test_the_cost_of_a_file_is_linear_in_its_keys(tmp_path: Path, make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(160)]
    few, many = (
        count_calls(partial(run_audit, build_repository(tmp_path / str(count), keys[:count]).top))
        for count in (80, 160)
    )
    assert many < 2.5 * few


def test_the_cost_of_a_key_is_linear_in_its_paths(tmp_path: Path, key: str) -> None:
    few, many = (
        count_calls(partial(run_audit, build_copies(tmp_path / str(count), key, count).top))
        for count in (1000, 2000)
    )
    assert many < 2.5 * few


def build_copies(folder: Path, key: str, count: int) -> Repo:
    """Return a repository whose second commit adds a file at many paths."""
    repo = Repo(folder)
    repo.commit({"README": "x\n"})
    repo.commit({f"{number}.py": f'key = "{key}"\n' for number in range(count)})
    return repo
