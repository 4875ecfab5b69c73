"""Configuration of a run: one frozen value."""

from __future__ import annotations

import os

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.scanner.scan import ScanOptions
from wakeyscan.suppression import IGNORE_FILE, Policy

if TYPE_CHECKING:
    from wakeyscan.config import policy_tables
    from wakeyscan.core.severity import Severity
    from wakeyscan.reports.web_links import WebLinks
    from wakeyscan.rules.rule import RuleFolder
    from wakeyscan.sources import revision as revisions
    from wakeyscan.sources.options import SourceOptions
    from wakeyscan.sources.revision import Revision
    from wakeyscan.verification import VerifyOptions
else:
    # Only --policy-from needs it: it runs git, but a scan of files must work without git.
    revisions = lazy_import("wakeyscan.sources.revision")
    policy_tables = lazy_import("wakeyscan.config.policy_tables")  # only a file has a policy


class Config(NamedTuple):
    """All settings of a run."""

    format: str
    reports: tuple[tuple[str, str], ...]
    """Reports to write to files: (format, file)."""
    output: str
    """File for the report in `format`; empty: stdout."""
    fail_on: Severity | None
    rules: RuleFolder
    """The user's rules folder, or empty."""
    jobs: int
    """Number of processes; 0: one per processor."""
    source: SourceOptions
    show_suppressed: bool
    sarif_profile: str
    quiet: bool
    verbose: bool
    color: str
    verification: VerifyOptions | None
    """`None`: keys are not verified."""
    template: str = ""
    """File of the template, for the format `template`."""
    sarif_category: str = ""
    """Category of the SARIF report in code scanning; empty: the command."""
    links: WebLinks | None = None
    """Addresses on GitHub, for annotations and the summary of a job."""
    saved_report: str = ""
    """For `wakeyscan report`: the JSON report that it reads."""
    ignore_file: str = ""
    """Empty: the one at the top of the current repository."""
    strict: bool = False
    """Whether opaque content makes a scan incomplete."""
    strict_ignores: bool = False
    policy: Policy = Policy()
    revision: Revision | None = None
    """Revision of the policy, ignore file and inline comments; `None`: the current files."""
    honor_new_comments: bool = True
    """Whether inline comments count for keys that none ignored at a revision, if there is none."""
    honor_foreign_ignores: bool = False
    agent_fail: str = ""
    """Result for an assistant's event that cannot be scanned: `open`, `closed`.

    Empty: `closed`, but `open` for a tool call.
    """

    @property
    def writes_files(self) -> bool:
        """Whether a report goes to a file."""
        return bool(self.reports or self.output)

    @property
    def fail_on_name(self) -> str:
        """The lowest severity that fails a run, as it is written in `--fail-on`."""
        return "never" if self.fail_on is None else str(self.fail_on)

    @property
    def scan_options(self) -> ScanOptions:
        """The options of the scanner."""
        return ScanOptions(self.source, self.rules, self.jobs, self.policy)

    def find_ignore_file(self, folder: str = ".") -> str:
        """Return the path of the ignore file; by default at the top of the repository."""
        top = worktree.find_work_tree(folder) or folder
        return self.ignore_file or os.path.relpath(os.path.join(top, IGNORE_FILE))
