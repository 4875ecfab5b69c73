"""Worker processes that are forked, and those of multiprocessing, do the same."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest

from wakeyscan.core import worker_pool
from wakeyscan.core.errors import WakeyscanError
from wakeyscan.core.secret import Secret
from wakeyscan.core.traceback_text import TracedError

Answer = TypeVar("Answer")

METHODS = ["spawn", *(["fork"] if sys.platform == "linux" else [])]


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(worker_pool, "find_start_method", lambda: request.param)
    return str(request.param)


def double(text: bytes) -> tuple[int, bytes]:
    return os.getpid(), text + text


def die(text: bytes) -> None:
    os._exit(len(text))


def fail(text: bytes) -> None:
    raise ValueError


def reveal(text: bytes) -> Secret:
    return Secret(text, "a-rule")


def build(work: Callable[[bytes], Answer]) -> Callable[[bytes], Answer]:
    return work


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_every_task_is_answered_by_a_worker(method: str, size: int) -> None:
    tasks = [bytes([number]) * size for number in range(7)]
    answers = [*worker_pool.run_tasks(iter(tasks), partial(build, double), 2)]
    assert sorted(text for _, text in answers) == [text + text for text in tasks]
    assert os.getpid() not in {process for process, _ in answers}


@pytest.mark.parametrize("works_too", [False, True])
def test_large_tasks_and_answers_do_not_wait_for_each_other(method: str, works_too: bool) -> None:
    tasks = [bytes([number]) * 3_000_000 for number in range(9)]
    answers = worker_pool.run_tasks(iter(tasks), partial(build, double), 2, works_too=works_too)
    assert sorted(text for _, text in answers) == [text + text for text in tasks]


def test_a_worker_that_dies_before_it_has_read_its_tasks_is_an_error(method: str) -> None:
    tasks = iter([b"a", *[b"a" * 3_000_000] * 3])
    with pytest.raises(WakeyscanError, match="a worker process died"):
        [*worker_pool.run_tasks(tasks, partial(build, die), 2)]


def test_this_process_can_work_too(method: str) -> None:
    tasks = iter([b"a"] * 50)
    answers = worker_pool.run_tasks(tasks, partial(build, double), 2, works_too=True)
    assert [text for _, text in answers] == [b"aa"] * 50


def test_a_worker_that_dies_is_an_error(method: str) -> None:
    with pytest.raises(WakeyscanError, match="a worker process died"):
        [*worker_pool.run_tasks(iter([b"a"]), partial(build, die), 2)]


def test_an_error_in_a_worker_is_raised_with_its_traceback(method: str) -> None:
    with pytest.raises(TracedError, match="in fail"):
        [*worker_pool.run_tasks(iter([b"a"]), partial(build, fail), 1)]


def test_a_worker_hands_no_secret_over(method: str) -> None:
    with pytest.raises(TracedError, match="cannot be pickled"):
        [*worker_pool.run_tasks(iter([b"secret"]), partial(build, reveal), 1)]


def test_the_workers_end_with_the_run(method: str) -> None:
    answers = worker_pool.run_tasks(iter([b"a"] * 20), partial(build, double), 2)
    process, _ = next(answers)
    del answers
    until = time.monotonic() + 30
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < until:
            os.kill(process, 0)
