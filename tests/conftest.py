"""What all tests use: keys made at run time, trees and repositories in tmp, the real command."""

from __future__ import annotations

import hashlib
import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

WAKEYSCAN = str(Path(sys.executable).with_name("wakeyscan"))
PREFIX = "wa_" + "live_"
NEXT_STEPS = """
What to do next
  Take every key above for leaked: make a new one in WAStack (Settings, API Keys),
  give it to the application through its environment, then revoke the old one.
  Both work until the old one is revoked: taking it out of the code closes nothing.
  Why, and how to mend it:  wakeyscan rules show wastack-api-key
  No credential at all?  Write on its line:  wakeyscan:ignore -- the reason
  To accept one, by the digits in brackets:  wakeyscan ignore add DIGITS --reason TEXT
"""
"""What a report in text says last where it has a key, and nothing but keys."""
NEXT_STEPS_OF_AUDIT = "".join(
    line for line in NEXT_STEPS.splitlines(keepends=True) if "wakeyscan:ignore" not in line
)
ALPHABET = string.ascii_letters + string.digits


class Ran(NamedTuple):
    """What a run of a command came to."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Read stdout as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ran]
MakeKey = Callable[..., str]


def environment(**more: str) -> dict[str, str]:
    """Give an environment without what a developer's shell or a CI server puts into it."""
    unwanted = ("GIT_", "WAKEYSCAN_", "GITHUB_", "CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    identity = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    return {**kept, **identity, **more}


def execute(
    command: Sequence[str],
    cwd: Path | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Ran:
    """Run a command to its end."""
    done = subprocess.run(
        list(command),
        cwd=cwd,
        input=stdin,
        env=environment(**(env or {})),
        capture_output=True,
        timeout=120,
        check=False,
    )
    text = [stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr)]
    return Ran(done.returncode, *text)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the real wakeyscan, in tmp_path unless `cwd` says otherwise."""

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
    """Make keys: another one at each call, the same ones in each run."""
    source = random.Random("wakeyscan")

    def key(length: int = 40, prefix: str = PREFIX) -> str:
        while True:
            body = "".join(source.choices(ALPHABET, k=length))
            if any(c.isdigit() for c in body) and len(set(body)) > min(length, 60) // 3:
                return prefix + body

    return key


@pytest.fixture
def key(make_key: MakeKey) -> str:
    """Make the one key of a test."""
    return make_key()


@pytest.fixture
def no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """See that a test leaves no temporary folder behind; each has a place of its own for them."""
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    assert [*place.glob("wakeyscan-*")] == []


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """Run git in tmp_path (or `cwd`), and give what it prints; a failure fails the test."""

    def call(*arguments: str, cwd: Path | None = None, stdin: bytes = b"") -> str:
        ran = execute(["git", *arguments], cwd or tmp_path, stdin)
        assert ran.code == 0, ran.err
        return ran.out

    return call


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder, and the folders that they need."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def fingerprint(secret: str, rule: str = "wastack-api-key") -> str:
    """Compute a fingerprint from the contract (section 5), not with our own code."""
    return hashlib.sha256(f"wakeyscan/1\0{rule}\0{secret}".encode()).hexdigest()[:32]


def mask(secret: str, rule: str = "wastack-api-key") -> str:
    """Say how a report is to show a secret (section 4)."""
    prefix = PREFIX if secret.startswith(PREFIX) else ""
    return f"{prefix}…({fingerprint(secret, rule)[:6]})"
