"""A repository with dated commits, and reports of its audit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.command import WAKEYSCAN, Ran, execute
from tests.support.keys import fingerprint
from tests.support.repositories import Repo

Life = dict[str, Any]


class Dated(Repo):
    """A repository whose commits have the dates that a test sets."""

    def at(self, day: int) -> Dated:
        """Set the clock to noon of a day in January 2024."""
        moment = f"2024-01-{day:02}T12:00:00+00:00"
        self.env |= {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        return self

    def audit(self, *options: str, env: Mapping[str, str] | None = None) -> Ran:
        """Audit from outside the repository, with a JSON report."""
        return audit(self.top, *options, env=env)


def audit(target: Path | str, *options: str, env: Mapping[str, str] | None = None) -> Ran:
    """Audit a target from the root folder, with a JSON report."""
    command = [WAKEYSCAN, "audit", "--format=json", *options, str(target)]
    return execute(command, Path("/"), env=env)


def noon(day: int) -> str:
    """Return a day in the format of reports."""
    return f"2024-01-{day:02}T12:00:00Z"


def lives(report: Any) -> dict[str, Life]:
    """Return the histories of a report by fingerprint; fail on duplicates."""
    told = {key["fingerprint"]: key for key in report["keys"]}
    assert len(told) == len(report["keys"])
    return told


def life(report: Any, secret: str, rule: str = "wastack-api-key") -> Life:
    """Return the history of a secret."""
    return lives(report)[fingerprint(secret, rule)]


def born(told: Life) -> tuple[str, str, str, int]:
    """Return where a secret was introduced: commit, date, path, line."""
    one = told["introduced"]
    return one["commit"], one["author_date"], one["path"], one["line"]
