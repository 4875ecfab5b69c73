"""Demonstration: from a leaked key to a clean repository, with the real tools.

The hook blocks a key; it gets in all the same, and out again: fix, rotate, prove, purge. Nothing
leaves this machine: the keys are random, and a mock of the API listens on loopback.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import Timer

from demo.run import DROPPED_PREFIXES, build_key, explain
from tests.support.fake_wastack import LIVE, REVOKED, FakeWAStack

_IDENTITY = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "Demo"), ("EMAIL", "demo@example.org"))
}
_REVOKED_AFTER = 1.5
"""Seconds after which someone revokes the old key, while `verify --wait` asks."""


class Repair:
    """The steps, in a folder with the repository of a shop."""

    def __init__(self, folder: Path, api: FakeWAStack, old: str, new: str) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(DROPPED_PREFIXES)}
        tools = str(Path(sys.executable).parent)
        self._env = {
            **kept,
            **_IDENTITY,
            "PATH": f"{tools}{os.pathsep}{kept.get('PATH', '')}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "WAKEYSCAN_API_URL": api.url,
            "WAKEYSCAN_CONTROL_KEY": new,
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        self._shop, self._api, self._old, self._new = folder / "shop", api, old, new
        self._codes: list[int] = []

    def run(self) -> list[int]:
        """Run all steps, and return the exit codes of wakeyscan and of the blocked commit."""
        self._leak()
        self._fix()
        self._rotate()
        self._purge()
        return self._codes

    def _leak(self) -> None:
        self._shop.mkdir()
        self._call("git init -q -b main")
        self._call(f"git init -q --bare {shlex.quote(str(self._shop.with_name('origin.git')))}")
        self._call("git remote add origin ../origin.git")
        explain("A key in the code: the hook blocks the commit.")
        self._show("wakeyscan hook install pre-commit")
        headers = f'{{"Authorization": "Bearer {self._old}"}}'
        code = f"import requests\n\nHEADERS = {headers}\n"
        (self._shop / "notices.py").write_text(code)
        self._call("git add .")
        self._show("git commit -q -m notices")
        explain("Someone skips the hook, and pushes. Now the key is leaked.")
        self._call("git commit -q --no-verify -m notices")
        self._call("git push -q origin main")
        self._show("wakeyscan audit --verify --report json=../leak.json")

    def _fix(self) -> None:
        explain("What to do, by the facts of git; then the code reads the key from a variable.")
        self._show("wakeyscan fix --plan")
        self._show("wakeyscan fix --write")
        self._call("git commit -q -a -m 'read the key from the environment'")
        self._show("wakeyscan scan")

    def _rotate(self) -> None:
        explain("The new key works. Somebody revokes the old one while 'verify --wait' asks.")
        self._show("wakeyscan verify", stdin=self._new)
        timer = Timer(_REVOKED_AFTER, self._api.keys.update, [{self._old: REVOKED}])
        timer.start()
        self._show("wakeyscan verify --wait 60s ../leak.json")
        timer.join()

    def _purge(self) -> None:
        explain("The key is dead. The team wants it out of the history all the same.")
        self._show("wakeyscan audit --fail-on never --purge-file ../purge.txt")
        replace = "--replace-text ../purge.txt --replace-message ../purge.txt"
        self._call(f"git filter-repo --quiet --force {replace}")
        self._call("git reflog expire --expire=now --expire-unreachable=now --all")
        self._call("git gc -q --prune=now")
        self._shop.with_name("purge.txt").unlink()
        self._show("wakeyscan audit")

    def _call(self, line: str) -> None:
        """Run a command that must succeed."""
        subprocess.run(shlex.split(line), cwd=self._shop, env=self._env, check=True)

    def _show(self, line: str, stdin: str = "") -> None:
        """Print a command, run it, and keep its exit code."""
        sys.stdout.write(f"\n$ {line}\n\n")
        sys.stdout.flush()
        done = subprocess.run(
            shlex.split(line), cwd=self._shop, env=self._env, input=stdin.encode(), check=False
        )
        sys.stdout.write(f"\n(exit code {done.returncode})\n")
        self._codes.append(done.returncode)


EXPECTED = {
    "hook install": 0,
    "commit": 1,
    "audit": 1,
    "plan": 1,
    "fix": 0,
    "scan": 0,
    "verify the new key": 1,
    "verify --wait": 0,
    "audit for the purge": 0,
    "audit after the purge": 0,
}
"""Exit codes of the steps: 1 means that a key was found, or that it works."""


def repair(answers: Mapping[str, str], folder: Path) -> list[int]:
    """Run the demonstration with an old and a new key, and return the exit codes."""
    old, new = answers["old"], answers["new"]
    with FakeWAStack({old: LIVE, new: LIVE}) as api:
        return Repair(folder, api, old, new).run()


def main() -> int:
    """Run the demonstration in a temporary folder; return 0 if it went as expected."""
    keys = {name: build_key(40, "wa_live_") for name in ("old", "new")}
    with tempfile.TemporaryDirectory(prefix="wakeyscan-demo-") as folder:
        return 0 if repair(keys, Path(folder)) == [*EXPECTED.values()] else 1


if __name__ == "__main__":
    sys.exit(main())
