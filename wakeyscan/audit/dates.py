"""When commits were written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from wakeyscan.git import command


class CommitDates:
    """Author dates of commits, read when they are wanted."""

    def __init__(self, sterile: command.Git) -> None:
        self._sterile = sterile
        self._known: dict[str, datetime] = {}

    def learn(self, commits: Iterable[str]) -> None:
        """Read the dates of commits."""
        unknown = [commit for commit in commits if commit not in self._known]
        for found in self._sterile.objects(dict.fromkeys(unknown)):
            self._known[found.name] = _author_date(found.whole())

    def of(self, commit: str) -> datetime:
        """Give the date of a commit that was learnt."""
        return self._known[commit]

    def age(self, commit: str) -> tuple[datetime, str]:
        """Give what commits are put in order by: the date, then the id."""
        return self._known[commit], commit


def _author_date(commit: bytes) -> datetime:
    """Read `author Name <address> seconds zone`; what is no date is the epoch."""
    for line in commit.partition(b"\n\n")[0].split(b"\n"):
        if line.startswith(b"author "):
            words = line.rsplit(b" ", 2)
            try:
                return datetime.fromtimestamp(int(words[-2]), UTC)
            except (ValueError, IndexError, OverflowError, OSError):
                break
    return datetime.fromtimestamp(0, UTC)
