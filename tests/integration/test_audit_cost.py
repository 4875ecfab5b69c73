"""The cost of an audit in calls of functions, which do not depend on the machine."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.support.keys import MakeKey
from tests.support.repositories import Repo
from wakeyscan.audit.audit import audit
from wakeyscan.audit.options import AuditOptions
from wakeyscan.audit.scope import AuditScope
from wakeyscan.git.repository import find_repository


def ignore_progress(done: int, size: int, what: str, share: float) -> None:
    """Show nothing."""


def count_steps(repo: Repo) -> int:
    """Return how many functions an audit calls."""
    options = AuditOptions(
        rules_folder="",
        jobs=1,
        honor_inline=False,
        scope=AuditScope(),
        now=datetime.now(UTC),
        cache_file="",
    )
    steps = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        audit(find_repository(str(repo.top)), options, ignore_progress)
    finally:
        sys.setprofile(None)
    return steps


def build_repository(folder: Path, keys: list[str]) -> Repo:
    """Return a repository with a file of keys, in three versions."""
    repo = Repo(folder)
    for version in range(3):
        lines = "".join(f'key = "{key}"\n' for key in keys)
        repo.commit({"keys.py": f"# {version}\n{lines}"})
    return repo


def test_the_cost_of_a_file_grows_with_its_keys(tmp_path: Path, make_key: MakeKey) -> None:
    keys = [make_key() for _ in range(160)]
    few, many = (
        count_steps(build_repository(tmp_path / str(count), keys[:count])) for count in (80, 160)
    )
    assert many < 2.5 * few
