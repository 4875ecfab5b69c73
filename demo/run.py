"""The whole story in one command: a leak, an audit that asks, a key that is revoked at last.

Nothing leaves this machine: the keys are made up, and the API is a stand-in on loopback.
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

from tests.support.fake_wastack import FORBIDDEN, LIVE, REVOKED, StandIn

DROPPED = ("GIT_", "WAKEYSCAN_")
"""Variables that would make this another story."""


def made_up(length: int, prefix: str = "") -> str:
    """Make a text that looks like a key, and opens nothing."""
    letters = random.SystemRandom().choices(string.ascii_letters + string.digits, k=length - 2)
    return prefix + "k7" + "".join(letters)


class Keys(NamedTuple):
    """The keys of the story, named after what becomes of them."""

    in_use: str
    removed: str
    revoked: str
    ignored: str
    limited: str

    @classmethod
    def made(cls) -> Keys:
        """Make them."""
        return cls(*(made_up(40, "wa_live_") for _ in cls._fields))


class Shop:
    """A small repository with a past."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder, self._env = folder, env
        folder.mkdir()
        self._git("init", "-q", "-b", "main")

    def commit(self, days_ago: int, message: str, files: Mapping[str, str]) -> None:
        """Commit files on a day of the past."""
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


def leak(shop: Shop, keys: Keys) -> None:
    """Do what people do."""
    looked_up = 'import os\n\nKEY = os.environ["WASTACK_API_KEY"]\n'
    shop.commit(300, "Send order notices", {"src/notices.py": f'KEY = "{keys.removed}"\n'})
    shop.commit(250, "Take the key out", {"src/notices.py": looked_up})
    shop.commit(200, "A campaign", {"tools/campaign.sh": f"KEY={keys.revoked}\n"})
    shop.commit(180, "The campaign is over", {"tools/campaign.sh": "exit 0\n"})
    shop.commit(120, "Contact form", {"public/form.js": f"const key = '{keys.in_use}';\n"})
    mark = "# wakeyscan:ignore -- only for tests"
    shop.commit(60, "Tests", {"tests/test_notices.py": f'KEY = "{keys.ignored}"  {mark}\n'})
    env = f"WASTACK_API_KEY={keys.limited}\nWASTACK_APP_KEY={made_up(24)}\n"
    shop.commit(20, "Settings of the dashboard", {"dashboard/.env": env})


def tell(text: str) -> None:
    """Say what comes next."""
    sys.stdout.write(f"\n--- {text}\n")


def wakeyscan(folder: Path, env: Mapping[str, str], *line: str) -> int:
    """Show a command, run it, and show what it exits with."""
    sys.stdout.write(f"\n$ wakeyscan {' '.join(line)}\n\n")
    sys.stdout.flush()
    code = subprocess.run(
        [sys.executable, "-m", "wakeyscan", *line], cwd=folder, env=env
    ).returncode
    sys.stdout.write(f"\n(exit code {code})\n")
    return code


def story(folder: Path) -> list[int]:
    """Tell it; give the exit codes of the commands."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(DROPPED)}
    env = {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    keys = Keys.made()
    leak(Shop(folder / "shop", env), keys)
    answers = dict.fromkeys(keys, LIVE) | {keys.revoked: REVOKED, keys.limited: FORBIDDEN}
    with StandIn(answers) as api:
        env = {**env, "WAKEYSCAN_API_URL": api.url, "XDG_CACHE_HOME": str(folder / "cache")}
        tell(
            "A shop has leaked five keys in a year: two of them it took out again, one is marked\n"
            "    to be ignored, one may do little. The API is a stand-in on this machine.\n"
            "    The audit reads the whole history, and asks about each key once. 'critical' is a\n"
            "    key that works: the one that was removed still does, and so does the ignored one."
        )
        report = ("--report", "json=report.json")
        codes = [wakeyscan(folder, env, "audit", "shop", "--verify", *report)]
        tell(
            "Now somebody revokes the key that was removed from src/notices.py months ago.\n"
            "    'verify' looks again, and shows what has changed. It exits with 0 only when no\n"
            "    key works any more: with --wait it is the last step of a rotation."
        )
        api.keys[keys.removed] = REVOKED
        codes.append(wakeyscan(folder, env, "verify", "report.json"))
        tell("The others are revoked, too: now the leak is closed, and that is proved.")
        api.keys |= dict.fromkeys(keys, REVOKED)
        codes.append(wakeyscan(folder, env, "verify", "report.json"))
    return codes


def main() -> int:
    """Tell the story in a folder that goes away; 0 where it went as it should."""
    with tempfile.TemporaryDirectory(prefix="wakeyscan-demo-") as folder:
        return 0 if story(Path(folder)) == [1, 1, 0] else 1


if __name__ == "__main__":
    sys.exit(main())
