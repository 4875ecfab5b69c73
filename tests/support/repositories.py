"""A scratch repository for real git and the real command."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.command import WAKEYSCAN, Ran, execute
from tests.support.files import write

Files = Mapping[str, str | bytes]

ON_PATH = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
"""Environment in which `wakeyscan` and `pre-commit` are found by name."""


class Repo:
    """A repository in a folder, created there unless it exists."""

    def __init__(self, top: Path, *options: str, env: Mapping[str, str] | None = None) -> None:
        self.top = top
        self.env = {**ON_PATH, **(env or {})}
        if not (top / ".git").exists() and not (top / "HEAD").exists():
            top.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """Run git, which must succeed; return its output without the last newline."""
        ran = self.attempt(*arguments, stdin=stdin, env=env)
        assert ran.code == 0, (arguments, ran)
        return ran.out.removesuffix("\n")

    def attempt(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Ran:
        """Run git, which may fail."""
        return execute(["git", *arguments], self.top, stdin, {**self.env, **(env or {})})

    def write(self, files: Files) -> None:
        """Write files to the work tree."""
        write(self.top, files)

    def stage(self, files: Files) -> None:
        """Write files and add them to the index."""
        self.write(files)
        self.git("add", "-A", "--", *files)

    def commit(self, files: Files | None = None, message: str = "c") -> str:
        """Commit files without hooks; return the id of the commit."""
        self.stage(files or {})
        return self.record(message)

    def record(self, message: str = "c") -> str:
        """Commit the index without hooks; return the id of the commit."""
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message)
        return self._read_head() or self.id("HEAD")

    def _read_head(self) -> str:
        """Read the id of HEAD without git, if it is in the file of a branch."""
        with suppress(OSError):
            head = (self.top / ".git" / "HEAD").read_text()
            if head.startswith("ref: "):
                return (self.top / ".git" / head[5:].strip()).read_text().strip()
        return ""

    def id(self, revision: str) -> str:
        """Resolve a revision."""
        return self.git("rev-parse", "--verify", revision)

    def blob(self, content: str | bytes) -> str:
        """Store a blob and return its id."""
        data = content.encode() if isinstance(content, str) else content
        return self.git("hash-object", "-w", "--stdin", stdin=data)

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        cwd: str = ".",
    ) -> Ran:
        """Run wakeyscan in the repository."""
        return execute([WAKEYSCAN, *arguments], self.top / cwd, stdin, env)

    def scan(self, *arguments: str, env: Mapping[str, str] | None = None, cwd: str = ".") -> Ran:
        """Scan with a JSON report."""
        return self.run("scan", "--format=json", *arguments, env=env, cwd=cwd)

    def install(self, stage: str) -> None:
        """Install wakeyscan's native hook."""
        ran = self.run("hook", "install", stage)
        assert ran.code == 0, ran

    def hook(self, name: str, script: str) -> Path:
        """Install another hook."""
        file = self.top / ".git" / "hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file


def places(report: Any) -> list[str]:
    """List the places of the findings in a JSON report, as `path:line`."""
    return [f"{finding['path']}:{finding['line']}" for finding in report["findings"]]


def fingerprints(report: Any) -> set[str]:
    """Return the fingerprints of the findings in a JSON report."""
    return {finding["fingerprint"] for finding in report["findings"]}
