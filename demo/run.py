"""Demonstration: a leak, an audit that verifies keys, and their revocation.

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
    ignored: str
    limited: str

    @classmethod
    def generate(cls) -> Keys:
        """Return new random keys."""
        return cls(*(build_key(40, "wa_live_") for _ in cls._fields))


class Shop:
    """A small repository with a history."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder, self._env = folder, env
        folder.mkdir()
        self._git("init", "-q", "-b", "main")

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

    def _git(self, *arguments: str, **env: str) -> None:
        own = ["-c", "user.name=Demo", "-c", "user.email=demo@example.org"]
        line = ["git", "-C", str(self._folder), *own, *arguments]
        subprocess.run(line, env={**self._env, **env}, check=True)


def leak_keys(shop: Shop, keys: Keys) -> None:
    """Commit keys, and remove some of them later."""
    from_environment = 'import os\n\nKEY = os.environ["WASTACK_API_KEY"]\n'
    shop.commit(300, "Send order notices", {"src/notices.py": f'KEY = "{keys.removed}"\n'})
    shop.commit(250, "Take the key out", {"src/notices.py": from_environment})
    shop.commit(200, "A campaign", {"tools/campaign.sh": f"KEY={keys.revoked}\n"})
    shop.commit(180, "The campaign is over", {"tools/campaign.sh": "exit 0\n"})
    shop.commit(120, "Contact form", {"public/form.js": f"const key = '{keys.in_use}';\n"})
    comment = "# wakeyscan:ignore -- only for tests"
    shop.commit(60, "Tests", {"tests/test_notices.py": f'KEY = "{keys.ignored}"  {comment}\n'})
    env = f"WASTACK_API_KEY={keys.limited}\nWASTACK_APP_KEY={build_key(24)}\n"
    shop.commit(20, "Settings of the dashboard", {"dashboard/.env": env})


def explain(text: str) -> None:
    """Print what the next step shows."""
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


def demonstrate(folder: Path) -> list[int]:
    """Run the demonstration and return the exit codes of its commands."""
    inherited = {
        name: text for name, text in os.environ.items() if not name.startswith(DROPPED_PREFIXES)
    }
    env = {**inherited, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    keys = Keys.generate()
    leak_keys(Shop(folder / "shop", env), keys)
    answers = dict.fromkeys(keys, LIVE) | {keys.revoked: REVOKED, keys.limited: FORBIDDEN}
    with FakeWAStack(answers) as api:
        env = {**env, "WAKEYSCAN_API_URL": api.url, "XDG_CACHE_HOME": str(folder / "cache")}
        explain(
            "A shop has leaked five keys in a year. It removed two of them from the code, ignores\n"
            "    one, and gave one few permissions. The API is a mock on this machine.\n"
            "    The audit reads the whole history and verifies each key once. 'critical' marks\n"
            "    keys that work: one of the removed keys does, and so does the ignored one."
        )
        report = ("--report", "json=report.json")
        codes = [wakeyscan(folder, env, "audit", "shop", "--verify", *report)]
        explain(
            "Someone revokes the key that was removed from src/notices.py months ago.\n"
            "    'verify' scans again and shows what has changed. It exits with 0 only when every\n"
            "    key is revoked; with --wait it is the last step of a rotation."
        )
        api.keys[keys.removed] = REVOKED
        codes.append(wakeyscan(folder, env, "verify", "report.json"))
        explain("The other keys are revoked, too. Now the leak is provably closed.")
        api.keys |= dict.fromkeys(keys, REVOKED)
        codes.append(wakeyscan(folder, env, "verify", "report.json"))
    return codes


def main() -> int:
    """Run the demonstration in a temporary folder; return 0 if it went as expected."""
    with tempfile.TemporaryDirectory(prefix="wakeyscan-demo-") as folder:
        return 0 if demonstrate(Path(folder)) == [1, 1, 0] else 1


if __name__ == "__main__":
    sys.exit(main())
