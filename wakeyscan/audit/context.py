"""Context of an audit: the repository, its history, and the objects to report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from wakeyscan.audit.tree_diff import TreeComparer, diff_trees
from wakeyscan.core.finding import Standing
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.audit.cache import CachedHistory, HistoryCache
    from wakeyscan.audit.completeness import CompletenessCheck
    from wakeyscan.audit.object_findings import FindingRef, ObjectFindings, SecretKey
    from wakeyscan.audit.ref_names import NamedObjects, RefNames
    from wakeyscan.git.command import Git
    from wakeyscan.git.repository import Repository
    from wakeyscan.scanner.context import ScanContext


class AuditContext(NamedTuple):
    """A repository, and everything that reads its objects and its history."""

    repository: Repository
    git: Git
    """Git in an isolated repository with the same objects."""
    scan: ScanContext
    named: NamedObjects
    cache: HistoryCache
    completeness: CompletenessCheck
    cached_history: CachedHistory
    """The history of the commits that have a name, as an earlier audit read it."""
    commit_lines: bytes = b""
    """One line per commit of the repository, after its objects were scanned."""
    compare_trees: TreeComparer = diff_trees
    """Finds what the trees of the history change."""

    @property
    def ref_names(self) -> RefNames:
        """The ids of the objects that each name refers to."""
        return self.named.names


class ReportFilter(NamedTuple):
    """The findings that the report covers."""

    include_suppressed: bool = False
    """Whether it also covers placeholders and ignored secrets."""

    def includes(self, ref: FindingRef) -> bool:
        """Return whether the report covers a finding."""
        return self.include_suppressed or ref.standing == Standing.REPORTED.value


class ReportedObjects(NamedTuple):
    """The objects that the report covers, with their findings."""

    by_id: Mapping[str, ObjectFindings]
    """In the order of their ids."""
    report_filter: ReportFilter
    now: datetime
    """The time up to which a secret that was not removed counts as exposed."""

    def list_secrets(self) -> set[SecretKey]:
        """List the secrets that the report covers."""
        refs = (ref for findings in self.by_id.values() for ref in findings.refs)
        return {ref.key for ref in refs if self.report_filter.includes(ref)}
