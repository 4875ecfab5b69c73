"""Workers that are spawned: they get tables of packs, and map the files themselves."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.support.contexts import many
from tests.support.keys import PREFIX
from tests.support.repositories import Repo
from wakeyscan.audit.cache import HistoryCache
from wakeyscan.audit.object_tasks import (
    Task,
    TaskResult,
    build_worker,
    list_roots,
    list_tasks,
    open_store,
)
from wakeyscan.audit.task_processes import DetachedStore, build_spawned_worker
from wakeyscan.git.pack import detach_pack
from wakeyscan.git.repository import find_repository
from wakeyscan.scanner.context import ScanContext

_CONTEXT = many()
_KEY = PREFIX + "k7Qm2Xv9Rb4Tz8Wn3Yc6"


def rebuild_context() -> ScanContext:
    return _CONTEXT


@pytest.fixture
def repository(tmp_path: Path) -> Repo:
    """Return a repository with a pack and a loose object, each with a key."""
    repo = Repo(tmp_path / "repo")
    for number in range(4):
        repo.commit({"a": "text\n" * 50 + f"{number}\n", "b": f"{_KEY}\n" * number})
    repo.git("gc", "-q")
    repo.commit({"c": f"loose {_KEY}\n"})
    return repo


def run(repo: Repo) -> tuple[list[TaskResult], DetachedStore, list[Task]]:
    """Run the tasks here; also return what a spawned process would get."""
    cache = HistoryCache("", _CONTEXT.rules)
    store = open_store(find_repository(str(repo.top)), cache)
    detached = DetachedStore(tuple(map(detach_pack, store.packs)), store.loose, store.width)
    roots = list_roots(store)
    tasks = list(list_tasks(store, roots))
    return [*map(build_worker(store, roots, _CONTEXT), tasks)], detached, tasks


def run_spawned(detached: DetachedStore, tasks: list[Task]) -> list[TaskResult]:
    received = pickle.loads(pickle.dumps(detached))
    return [*map(build_spawned_worker(received, rebuild_context), tasks)]


def test_a_spawned_worker_has_the_same_results(repository: Repo) -> None:
    results, detached, tasks = run(repository)
    assert sum(len(result.found) for result in results) == 4
    assert run_spawned(detached, tasks) == results


@pytest.mark.parametrize("change", ["removed", "rewritten"])
def test_the_objects_of_a_pack_that_has_changed_are_left_to_git(
    repository: Repo, change: str
) -> None:
    results, detached, tasks = run(repository)
    path = Path(detached.packs[0].path)
    content = path.read_bytes()
    path.unlink()
    if change == "rewritten":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    packed, loose = run_spawned(detached, tasks)
    assert loose == results[1]
    assert (packed.objects, packed.found) == (0, ())
    assert sorted(map(int, packed.unread)) == [*range(results[0].objects)]
