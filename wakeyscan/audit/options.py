"""Options of an audit, and the scan context that they ask for."""

from __future__ import annotations

from datetime import datetime

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders import DECODERS
from wakeyscan.git import lfs
from wakeyscan.rules import loader
from wakeyscan.scanner.base_suppressions import BaseSuppressions
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.prefilter.strategy import LARGE_SCAN
from wakeyscan.suppression import Policy, policy

if TYPE_CHECKING:
    from wakeyscan.audit.scope import AuditScope
    from wakeyscan.git.repository import Repository
    from wakeyscan.rules.rule import RuleFolder
    from wakeyscan.sources.revision import Revision


class AuditOptions(NamedTuple):
    """How a repository is audited."""

    rules_folder: RuleFolder
    jobs: int
    """Number of processes; 0: one per processor."""
    honor_inline: bool
    """Whether inline ignore comments in the repository count."""
    scope: AuditScope
    now: datetime
    cache_file: str = ""
    """The file that caches the results of earlier audits; empty: no cache."""
    include_suppressed: bool = False
    """Whether to also report placeholders and ignored keys."""
    policy: Policy = Policy()
    base_revision: Revision | None = None
    """The revision that an inline ignore comment must be in to count; `None`: any."""
    honor_foreign: bool = False
    """Whether inline ignore comments of other scanners count, if ours do."""


def prepare_scan_context(options: AuditOptions) -> ScanContext:
    """Load the rules and build what all repositories share; raise `RuleError` or `ConfigError`."""
    rules = loader.load_rules(options.rules_folder)
    policy.check_policy(options.policy, rules)
    context = build_context(rules, DECODERS)._replace(
        honor_inline=options.honor_inline,
        honor_foreign=options.honor_foreign,
        today=f"{options.now:%Y-%m-%d}",
    )
    context.prefilter.expect(LARGE_SCAN)
    return context


def build_scan_context(options: AuditOptions, repository: Repository) -> ScanContext:
    """Build the scan context of one repository, as a spawned process must."""
    return complete_scan_context(prepare_scan_context(options), options, repository)


def complete_scan_context(
    context: ScanContext, options: AuditOptions, repository: Repository
) -> ScanContext:
    """Return a prepared context for one repository; raise `ConfigError`."""
    store = lfs.find_default_store(repository.common_folder)
    context = context._replace(
        open_lfs_object=lambda _, object_id: lfs.open_object(store, object_id)
    )
    if options.base_revision and options.honor_inline:
        suppressions = BaseSuppressions(options.base_revision, context)
        suppressions.load()  # once, before worker processes are forked
        context = context._replace(is_ignored_at_base=suppressions)
    return context
