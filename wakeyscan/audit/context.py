"""What the lives of secrets are told from."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from wakeyscan.audit.cache import HistoryCache
from wakeyscan.audit.commit_graph import GraphReader
from wakeyscan.audit.completeness import CompletenessCheck
from wakeyscan.audit.object_findings import FindingRef, ObjectFindings
from wakeyscan.core.finding import Standing
from wakeyscan.git.command import Git
from wakeyscan.git.repository import Repository
from wakeyscan.scanner.context import ScanContext

SecretKey = tuple[str, str]
"""A secret, by rule and fingerprint."""


class AuditContext(NamedTuple):
    """All that the lives of secrets are told from."""

    repository: Repository
    sterile: Git
    context: ScanContext
    sightings: dict[str, ObjectFindings]
    """By the ids of the objects, in their order."""
    labels: dict[str, frozenset[str]]
    """What reaches objects, by the names that people know, and the objects that each names."""
    today: datetime
    memory: HistoryCache
    """What is remembered of this history."""
    check: CompletenessCheck
    """Whether it is all there."""
    reading: GraphReader
    """The history of what the labels name."""
    suppressed: bool = False
    """Whether placeholders and ignored secrets are told of, too."""

    def wants(self, mark: FindingRef) -> bool:
        """Say whether a mark is of a secret that is to be told of."""
        return self.suppressed or mark.standing == Standing.REPORTED.value

    def at(self, label: str) -> frozenset[str]:
        """Give the objects that a label names; none where there is no such label."""
        return self.labels.get(label, frozenset())


def identify(mark: FindingRef) -> SecretKey:
    """Say which secret a mark is of."""
    return mark.rule, mark.fingerprint
