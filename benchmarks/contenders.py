"""The commands that are measured: one for each scanner and job."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

RULES = Path(__file__).parent / "peers"
"""Our three rules, as other scanners read them."""

NATIVE = "wakeyscan[native]"
"""The same program in an environment that has the native core, which only audits load."""

_KEYWORDS = ("wa_live_", "authorization", "x-app-key", "AuthenticationHeaderValue")

Arguments = Callable[[list[str]], list[str]]
"""Returns the arguments for the paths to scan."""


class Contender(NamedTuple):
    """A scanner, and its arguments for each kind of job."""

    name: str
    program: str
    version: str
    """The argument that prints its version."""
    scan: Arguments | None = None
    audit: Arguments | None = None
    hook: Arguments | None = None
    is_limit: bool = False
    """Whether it does only a part of the job, and no scanner can be faster."""


def _search(paths: list[str]) -> list[str]:
    """Search for the words that every match of our rules holds: the limit of a scan."""
    return [
        "-uuu",
        "-a",
        "-i",
        "-c",
        *(part for word in _KEYWORDS for part in ("-e", word)),
        *paths,
    ]


def _print_objects(paths: list[str]) -> list[str]:
    """Print every object: the limit of an audit that reads through git."""
    asked = ["--batch-all-objects", "--batch", "--buffer", "--unordered"]
    return ["-C", *paths, "cat-file", *asked]


def _kingfisher(paths: list[str], *options: str) -> list[str]:
    rules = ["--load-builtins", "false", "--rules-path", str(RULES / "kingfisher.yml")]
    offline = ["--no-validate", "--no-update-check"]
    return ["scan", *paths, *rules, *offline, "--format", "jsonl", *options]


def _betterleaks(command: str, paths: list[str], *options: str) -> list[str]:
    rules = ["--config", str(RULES / "betterleaks.toml")]
    return [command, *paths, *rules, "--no-banner", "--jsonl", *options]


def _gitleaks(command: str, paths: list[str], *options: str) -> list[str]:
    rules = ["--config", str(RULES / "betterleaks.toml")]
    return [command, *paths, *rules, "--no-banner", "-f", "json", "-r", "-", *options]


CONTENDERS = (
    Contender(
        "wakeyscan",
        program="wakeyscan",
        version="--version",
        scan=lambda paths: ["scan", "--no-gitignore", *paths],
        audit=lambda paths: ["audit", "--no-cache", *paths],
        hook=lambda paths: ["hook", "pre-commit"],
    ),
    Contender(
        NATIVE,
        program="wakeyscan",
        version="--version",
        audit=lambda paths: ["audit", "--no-cache", *paths],
    ),
    Contender("ripgrep", program="rg", version="--version", scan=_search, is_limit=True),
    Contender(
        "git cat-file", program="git", version="--version", audit=_print_objects, is_limit=True
    ),
    Contender(
        "betterleaks",
        program="betterleaks",
        version="--version",
        scan=lambda paths: _betterleaks("filesystem", paths),
        audit=lambda paths: _betterleaks("git", paths),
        hook=lambda paths: _betterleaks("git", paths, "--staged"),
    ),
    Contender(
        "gitleaks",
        program="gitleaks",
        version="version",
        scan=lambda paths: _gitleaks("dir", paths),
        audit=lambda paths: _gitleaks("git", paths),
        hook=lambda paths: _gitleaks("git", paths, "--staged"),
    ),
    Contender(
        "kingfisher",
        program="kingfisher",
        version="--version",
        scan=_kingfisher,
        audit=lambda paths: _kingfisher(paths, "--git-history", "full"),
        hook=lambda paths: _kingfisher(paths, "--staged"),
    ),
    Contender(
        "bare Python",
        program="python3",
        version="--version",
        hook=lambda _: ["-c", "pass"],
        is_limit=True,
    ),
)


def find_program(contender: Contender, folders: Iterable[Path]) -> str | None:
    """Return the path of a scanner; `None` if it is not installed.

    A package of Python's index wraps a program, which is measured without its wrapper.
    """
    if contender.name == "bare Python":
        return sys.executable
    for folder in folders:
        for found in sorted(folder.glob(f"lib/*/site-packages/*/bin/{contender.program}")):
            if os.access(found, os.X_OK):
                return str(found)
    places = [*map(str, folders), *(str(folder / "bin") for folder in folders)]
    return shutil.which(contender.program, path=os.pathsep.join([*places, os.environ["PATH"]]))
