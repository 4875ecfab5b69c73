"""Fixtures that every test may use."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.command import WAKEYSCAN, Ran, Run, execute
from tests.support.keys import ALPHABET, PREFIX, MakeKey

settings.register_profile("steady", derandomize=True)
settings.register_profile("random")
settings.load_profile(os.environ.get("WAKEYSCAN_TEST_HYPOTHESIS", "steady"))
"""The same examples in each run; other ones with WAKEYSCAN_TEST_HYPOTHESIS=random."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs the real command, by default in tmp_path."""

    def wakeyscan(
        *arguments: str,
        cwd: Path | None = None,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        return execute([WAKEYSCAN, *arguments], cwd or tmp_path, stdin, env)

    return wakeyscan


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
