"""Demonstration: a leak, an audit that verifies keys, their revocation, and the HTML report.

Nothing leaves this machine: the keys are random, and a mock of the API listens on loopback.
"""

from __future__ import annotations

import os
import random
import string
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.support.fake_wastack import FORBIDDEN, LIVE, REVOKED, FakeWAStack

DROPPED_PREFIXES = ("GIT_", "WAKEYSCAN_")
"""Prefixes of variables that would change the demonstration."""


def build_key(length: int, prefix: str = "") -> str:
    """Return a random text with the format of a key."""
    letters = random.SystemRandom().choices(string.ascii_letters + string.digits, k=length - 2)
    return prefix + "k7" + "".join(letters)


class Keys(NamedTuple):
    """The keys of the demonstration, named by their fate."""

    in_use: str
    removed: str
    revoked: str
    forked: str
    ignored: str

    @classmethod
    def generate(cls) -> Keys:
        """Return new random keys."""
        return cls(*(build_key(40, "wa_live_") for _ in cls._fields))


class Shop:
    """A repository with a history, and with two bare repositories that it is pushed to."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder, self._env = folder / "shop", env
        self._folder.mkdir()
        self._git("init", "-q", "-b", "main")
        for name in ("origin", "alice"):
            bare = folder / f"{name}.git"
            self._git("init", "-q", "--bare", str(bare))
            self._git("remote", "add", name, str(bare))

    def commit(self, days_ago: int, message: str, files: Mapping[str, str]) -> None:
        """Commit files with a date in the past."""
        for name, text in files.items():
            path = self._folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        moment = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(timespec="seconds")
        self._git("add", "-A")
        dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        self._git("commit", "-q", "-m", message, **dates)

    def push(self, remote: str, branch: str) -> None:
        """Push a branch."""
        self._git("push", "-q", remote, branch)

    def switch(self, *branch: str) -> None:
        """Switch to a branch; `-c` creates it."""
        self._git("switch", "-q", *branch)

    def _git(self, *arguments: str, **env: str) -> None:
        own = ["-c", "user.name=Demo", "-c", "user.email=demo@example.org"]
        line = ["git", "-C", str(self._folder), *own, *arguments]
        subprocess.run(line, env={**self._env, **env}, check=True)


def leak_keys(shop: Shop, keys: Keys) -> None:
    """Commit keys, remove some of them later, and push them to the remote or to a fork."""
    from_environment = 'import os\n\nKEY = os.environ["WASTACK_API_KEY"]\n'
    shop.commit(300, "Send order notices", {"src/notices.py": f'KEY = "{keys.removed}"\n'})
    shop.commit(250, "Read the key from the environment", {"src/notices.py": from_environment})
    shop.commit(200, "A campaign", {"tools/campaign.sh": f"KEY={keys.revoked}\n"})
    shop.commit(180, "The campaign is over", {"tools/campaign.sh": "exit 0\n"})
    shop.commit(120, "Contact form", {"public/form.js": f"const key = '{keys.in_use}';\n"})
    shop.push("origin", "main")
    shop.switch("-c", "try-webhooks")
    env = f"WASTACK_API_KEY={keys.forked}\nWASTACK_APP_KEY={build_key(24)}\n"
    shop.commit(20, "Try webhooks", {"hooks.env": env})
    shop.push("alice", "try-webhooks")
    shop.switch("main")
    comment = "# wakeyscan:ignore -- only for tests"
    shop.commit(9, "Tests", {"tests/test_notices.py": f'KEY = "{keys.ignored}"  {comment}\n'})


def explain(*lines: str) -> None:
    """Print what the next step shows."""
    text = "\n    ".join(lines)
    sys.stdout.write(f"\n--- {text}\n")


def wakeyscan(folder: Path, env: Mapping[str, str], *line: str) -> int:
    """Print a command, run it, and print its exit code."""
    sys.stdout.write(f"\n$ wakeyscan {' '.join(line)}\n\n")
    sys.stdout.flush()
    code = subprocess.run(
        [sys.executable, "-m", "wakeyscan", *line], cwd=folder, env=env
    ).returncode
    sys.stdout.write(f"\n(exit code {code})\n")
    return code


class Demonstration:
    """The steps of the demonstration, in a folder with the repository."""

    def __init__(self, folder: Path) -> None:
        inherited = {
            name: text for name, text in os.environ.items() if not name.startswith(DROPPED_PREFIXES)
        }
        self._env = {**inherited, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        self._folder = folder
        self.keys = Keys.generate()
        leak_keys(Shop(folder, self._env), self.keys)

    def run(self, page: str) -> list[int]:
        """Run the steps, write the HTML report to `page`, and return the exit codes."""
        answers = dict.fromkeys(self.keys, LIVE)
        answers |= {self.keys.revoked: REVOKED, self.keys.forked: FORBIDDEN}
        with FakeWAStack(answers) as api:
            codes = [self.audit(api)]
            explain(
                "The key of src/notices.py was rotated months ago: the code got a new one, but",
                "nobody revoked the old one. Now someone does. 'verify' scans again and shows what",
                "has changed. It exits with 0 only when every key is revoked; with --wait it is",
                "the last step of a rotation.",
            )
            api.keys[self.keys.removed] = REVOKED
            codes.append(self._run(api, "verify", "report.json"))
            explain("The other keys are revoked, too. Now the leak is provably closed.")
            api.keys |= dict.fromkeys(self.keys, REVOKED)
            codes.append(self._run(api, "verify", "report.json"))
            explain(
                "The report of the audit as a page, for everybody who was not here: one file with",
                "the timeline of each key, and without the keys.",
            )
            html = ("--format", "html", "--output", page)
            codes.append(self._run(api, "report", "report.json", *html))
        return codes

    def audit(self, api: FakeWAStack) -> int:
        """Audit the repository, and save the report."""
        explain(
            "A shop has leaked five keys in a year. It removed two of them from the code, pushed",
            "one to a fork only, and ignores one. The API is a mock on this machine. The audit",
            "reads the whole history and verifies each key once. 'critical' marks keys that work:",
            "one of the removed keys does, and so does the ignored one.",
        )
        return self._run(api, "audit", "shop", "--verify", "--report", "json=report.json")

    def _run(self, api: FakeWAStack, *line: str) -> int:
        own = {"WAKEYSCAN_API_URL": api.url, "XDG_CACHE_HOME": str(self._folder / "cache")}
        return wakeyscan(self._folder, {**self._env, **own}, *line)


def main(arguments: list[str]) -> int:
    """Run the demonstration in a temporary folder; return 0 if it went as expected.

    An argument names the file of the HTML report, which is otherwise removed with the folder.
    """
    with tempfile.TemporaryDirectory(prefix="wakeyscan-demo-") as folder:
        page = os.path.abspath(arguments[0]) if arguments else "report.html"
        os.makedirs(os.path.dirname(page) or folder, exist_ok=True)
        is_expected = Demonstration(Path(folder)).run(page) == [1, 1, 0, 0]
    if arguments:
        sys.stdout.write(f"\nOpen it: {Path(page).as_uri()}\n")
    return 0 if is_expected else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
