"""What the lives of secrets are told from."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from wakeyscan.audit.cache import Memory
from wakeyscan.audit.commit_graph import Reading
from wakeyscan.audit.completeness import Check
from wakeyscan.audit.object_findings import Mark, Sighting
from wakeyscan.core.finding import Standing
from wakeyscan.git import command
from wakeyscan.git.repository import Repository
from wakeyscan.scanner.context import Lens

Known = tuple[str, str]
"""A secret, by rule and fingerprint."""


class Scene(NamedTuple):
    """All that the lives of secrets are told from."""

    repository: Repository
    sterile: command.Git
    through: Lens
    sightings: dict[str, Sighting]
    """By the ids of the objects, in their order."""
    labels: dict[str, frozenset[str]]
    """What reaches objects, by the names that people know, and the objects that each names."""
    today: datetime
    memory: Memory
    """What is remembered of this history."""
    check: Check
    """Whether it is all there."""
    reading: Reading
    """The history of what the labels name."""
    suppressed: bool = False
    """Whether placeholders and ignored secrets are told of, too."""

    def wants(self, mark: Mark) -> bool:
        """Say whether a mark is of a secret that is to be told of."""
        return self.suppressed or mark.standing == Standing.REPORTED.value

    def at(self, label: str) -> frozenset[str]:
        """Give the objects that a label names; none where there is no such label."""
        return self.labels.get(label, frozenset())


def known_by(mark: Mark) -> Known:
    """Say which secret a mark is of."""
    return mark.rule, mark.fingerprint
