"""A repository with a clock, and what an audit says of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.command import WAKEYSCAN, Ran, execute
from tests.support.keys import fingerprint
from tests.support.repositories import Repo

Life = dict[str, Any]


class Dated(Repo):
    """A repository whose commits are made on the days that a test says."""

    def at(self, day: int) -> Dated:
        """Set the clock to noon of a day of January 2024."""
        moment = f"2024-01-{day:02}T12:00:00+00:00"
        self.env |= {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        return self

    def audit(self, *options: str, env: Mapping[str, str] | None = None) -> Ran:
        """Audit as a stranger does: from somewhere else, for a JSON report."""
        return audit(self.top, *options, env=env)


def audit(target: Path | str, *options: str, env: Mapping[str, str] | None = None) -> Ran:
    """Audit a target from the root folder, for a JSON report."""
    command = [WAKEYSCAN, "audit", "--format=json", *options, str(target)]
    return execute(command, Path("/"), env=env)


def noon(day: int) -> str:
    """Say a day as a report does."""
    return f"2024-01-{day:02}T12:00:00Z"


def lives(report: Any) -> dict[str, Life]:
    """Give the lives of a report by fingerprint, each at most once."""
    told = {key["fingerprint"]: key for key in report["keys"]}
    assert len(told) == len(report["keys"])
    return told


def life(report: Any, secret: str, rule: str = "wastack-api-key") -> Life:
    """Give the life of one secret."""
    return lives(report)[fingerprint(secret, rule)]


def born(told: Life) -> tuple[str, str, str, int]:
    """Give when and where a secret came: commit, date, path, line."""
    one = told["introduced"]
    return one["commit"], one["author_date"], one["path"], one["line"]
