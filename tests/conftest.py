"""Fixtures that every test may use."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from traceback import walk_tb

import pytest
from hypothesis import settings

import wakeyscan
from tests.support.command import WAKEYSCAN, Ran, Run, execute
from tests.support.keys import ALPHABET, PREFIX, MakeKey

settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("random", deadline=None, max_examples=600)
settings.load_profile(os.environ.get("WAKEYSCAN_TEST_HYPOTHESIS", "steady"))
"""The same examples in each run; more and other ones with WAKEYSCAN_TEST_HYPOTHESIS=random."""

_WITHOUT = frozenset(os.environ.get("PYTHON_WITHOUT", "").split())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Return three workers for two processors, as tests wait for the processes that they start."""
    if all("unit" in Path(argument).parts for argument in config.args):
        return None
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return processors + (processors + 1) // 2


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Skip a test that needs a library which this run does without (`tests/support/python_start`).

    Our own code may not need it.
    """
    try:
        return (yield)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _WITHOUT and not _is_from_our_code(error):
            pytest.skip(f"needs {error.name}")
        raise


def _is_from_our_code(error: BaseException) -> bool:
    files = (Path(frame.f_code.co_filename) for frame, _ in walk_tb(error.__traceback__))
    ours = Path(wakeyscan.__file__).parent
    return any(ours in file.parents and file.name != "lazy.py" for file in files)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs the real command, by default in tmp_path."""

    def run_wakeyscan(
        *arguments: str,
        cwd: Path | None = None,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        return execute([WAKEYSCAN, *arguments], cwd or tmp_path, stdin, env)

    return run_wakeyscan


@pytest.fixture
def make_key() -> MakeKey:
    """Return a function that makes keys: a new key per call, the same keys in every run."""
    source = random.Random("wakeyscan")

    def key(length: int = 40, prefix: str = PREFIX) -> str:
        while True:
            body = "".join(source.choices(ALPHABET, k=length))
            if any(c.isdigit() for c in body) and len(set(body)) > min(length, 60) // 3:
                return prefix + body

    return key


@pytest.fixture
def key(make_key: MakeKey) -> str:
    """Return a key, for tests that need only one."""
    return make_key()


@pytest.fixture
def no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Assert that a test leaves no temporary folder behind, in a folder of its own."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    assert [*folder.glob("wakeyscan-*")] == []


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs git, by default in tmp_path, and returns its output."""

    def call(*arguments: str, cwd: Path | None = None, stdin: bytes = b"") -> str:
        ran = execute(["git", *arguments], cwd or tmp_path, stdin)
        assert ran.code == 0, ran.err
        return ran.out

    return call
