"""Processes that run the tasks on a repository's objects.

A forked process inherits the opened packs. One that is spawned, as on macOS and Windows, gets the
tables of each pack, maps the file itself and builds its own scan context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial

from wakeyscan.audit.object_findings import ObjectScan
from wakeyscan.audit.object_tasks import (
    ObjectStore,
    Task,
    TaskResult,
    build_worker,
    list_roots,
    list_tasks,
)
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.core.worker_pool import count_processors, find_start_method, run_tasks
from wakeyscan.git.objects import BLOB
from wakeyscan.git.pack import DetachedPack, attach_pack, detach_pack

if TYPE_CHECKING:
    from wakeyscan.scanner.context import ScanContext

_SAMPLE = b"Authorization: Basic dXNlcjpwYXNzd29yZA=="
"""A placeholder: to judge it loads what most matches need, and no decoder that few need."""

_MIN_SPAWNED = 20_000
"""Minimum number of objects for which processes are spawned: each takes as long as these."""

_FEW_TASKS = 64
"""Maximum number of tasks for which this process, too, runs some; it answers to Ctrl-C later."""


class DetachedStore(NamedTuple):
    """The picklable part of an `ObjectStore` that a spawned process needs."""

    packs: tuple[DetachedPack, ...]
    loose: tuple[str, ...]
    width: int


def run_object_tasks(
    store: ObjectStore,
    context: ScanContext,
    rebuild_context: Callable[[], ScanContext],
    jobs: int,
) -> Iterator[tuple[TaskResult, float]]:
    """Yield the result of each task, and the fraction of tasks that are done.

    `jobs` is the number of processes, or 0. `rebuild_context` can be pickled.
    """
    roots = list_roots(store)
    tasks = list(list_tasks(store, roots))
    processes = min(jobs or _count_processes(store), len(tasks))
    results: Iterable[TaskResult]
    if processes < 2:
        results = map(build_worker(store, roots, context), tasks)
    elif find_start_method() == "fork":
        _load_scanner(store, context)
        make_worker = partial(build_worker, store, roots, context)
        if works_too := len(tasks) <= _FEW_TASKS:
            tasks.sort(key=lambda task: -task.size)  # a large one at the end would be waited for
        results = run_tasks(iter(tasks), make_worker, processes, works_too=works_too)
    else:
        detached = DetachedStore(tuple(map(detach_pack, store.packs)), store.loose, store.width)
        make_spawned = partial(build_spawned_worker, detached, rebuild_context)
        results = run_tasks(iter(tasks), make_spawned, processes)
    for number, result in enumerate(results, 1):
        yield result, number / len(tasks)


def _load_scanner(store: ObjectStore, context: ScanContext) -> None:
    """Load what matches a text, and the patterns, once for all processes that are forked."""
    with suppress(TimeoutExceeded):
        ObjectScan(context, store.width)(BLOB, _SAMPLE)
    for rule in context.rules:
        context.patterns.of(rule)


def _count_processes(store: ObjectStore) -> int:
    objects = sum(len(pack.kinds) for pack in store.packs) + len(store.loose)
    is_worthwhile = find_start_method() == "fork" or objects >= _MIN_SPAWNED
    return count_processors() if is_worthwhile else 1


def build_spawned_worker(
    detached: DetachedStore, rebuild_context: Callable[[], ScanContext]
) -> Callable[[Task], TaskResult]:
    """Return a function that runs tasks in a process that inherits nothing."""
    store = ObjectStore(
        packs=tuple(map(attach_pack, detached.packs)),
        loose=detached.loose,
        unreadable=(),
        problems=(),
        cached_packs=(),
        width=detached.width,
    )
    return build_worker(store, list_roots(store), rebuild_context())
