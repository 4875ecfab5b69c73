"""Result of a run: everything that a report is written from."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.document import MEMBER_SEPARATOR, NO_COMMITS
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.suppression import IgnoreStats, Policy

if TYPE_CHECKING:
    from wakeyscan.core import finding
    from wakeyscan.core.document import Skipped
    from wakeyscan.core.finding import Finding
    from wakeyscan.core.secret_history import Restriction, SecretHistory
    from wakeyscan.core.severity import Severity
    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.scan_result import Coverage
    from wakeyscan.suppression import policy
else:
    # A result without findings needs neither.
    finding = lazy_import("wakeyscan.core.finding")
    policy = lazy_import("wakeyscan.suppression.policy")

_ACCEPT = ' (--strict: to accept it, add "{}" to `exclude` in .wakeyscan.toml)'


MAX_IGNORED = 1_000
"""Maximum number of ignored files that are counted: dependencies may have many more."""

_MAX_PATTERNS = 3
"""Maximum number of patterns that a verdict lists."""


class RunResult(NamedTuple):
    """The findings and skipped items of one run, sorted by path, line and column."""

    command: str
    targets: tuple[str, ...]
    rules: tuple[Rule, ...]
    """All rules of the run."""
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    coverage: Coverage
    keys: tuple[SecretHistory, ...] = ()
    """For an audit: the history of each secret."""
    ignores: IgnoreStats = IgnoreStats()
    policy: Policy = Policy()
    """The configuration of findings."""
    restriction: Restriction | None = None
    """For an audit: its limits."""
    interrupted: bool = False
    """Whether the user stopped the scan."""
    commits: tuple[str, ...] = ()
    """For a scan of commits that finds something: the ids of the commits, oldest first."""
    removed: frozenset[str] = frozenset()
    """For a scan of commits: fingerprints of the secrets that the newest commit no longer has."""
    saved_fingerprint_key: str | None = None
    """For the result in a report: the digits of the key under which its fingerprints are."""
    ignored_by_git: int = 0
    """For a scan of folders: number of files that git ignores, at most `MAX_IGNORED`."""
    foreign_ignores: tuple[str, ...] = ()
    """For a scan of files: whose inline comments counted, other than the current repository's."""
    details: tuple[str, ...] = ()
    """Items that took a slower path, for `--verbose`; nothing was skipped."""

    @property
    def complete(self) -> bool:
        """Whether all requested content was scanned."""
        return not any(item.gap for item in self.skipped)

    @property
    def is_of_history(self) -> bool:
        """Whether all objects of repositories were scanned, rather than files."""
        return self.command in ("audit", "fleet")

    def opaque(self) -> tuple[Skipped, ...]:
        """Return the intact items that could not be opened."""
        return tuple(item for item in self.skipped if item.opaque)

    def judge_opaque(self, is_strict: bool) -> RunResult:
        """Return the result; if `is_strict`, opaque items are gaps.

        They name the remedy, except in an audit, which scans excluded files too.
        """
        if not is_strict:
            return self
        remedy = "" if self.is_of_history else _ACCEPT
        return self._replace(skipped=tuple(_require(item, remedy) for item in self.skipped))

    def list_removed(self) -> frozenset[str]:
        """Return the fingerprints of the secrets that only earlier commits have."""
        return self.removed | {key.secret.fingerprint for key in self.keys if key.removed}

    def reported(self) -> tuple[Finding, ...]:
        """Return the findings that are neither placeholders nor ignored."""
        if not self.findings:
            return ()
        reported = finding.Standing.REPORTED
        return tuple([f for f in self.findings if f.standing is reported])

    def has_working_secrets(self) -> bool:
        """Return whether a secret is reported that the API did not call revoked."""
        return any(f.liveness is not finding.Liveness.REVOKED for f in self.reported())

    def reported_keys(self) -> tuple[SecretHistory, ...]:
        """Return the histories of the secrets that are reported; only an audit has any."""
        secrets = {f.secret for f in self.reported()} if self.keys else ()
        return tuple(key for key in self.keys if key.secret in secrets)

    def notes(self) -> list[str]:
        """Return a line for each way in which the configuration hides or changes findings."""
        effects = list(self._list_effects()) if self.policy.has_effect else []
        lines = []
        if effects:
            lines.append(f"By {self.policy.file or 'configuration'}: {', '.join(effects)}.")
        if self.policy.revision:
            at = self.policy.revision[:12]
            file = self.policy.file.removesuffix(f" at {at}") or "none"
            lines.append(
                f"Configuration ({file}), ignore file and inline ignores are those of {at}."
            )
        return lines

    def _list_effects(self) -> Iterator[str]:
        for text, count in policy.list_policy_notes(self.policy, self.findings):
            yield f"{text} ({_format_hidden(count)})" if count else text

    def list_limits(self) -> list[str]:
        """Return a phrase for each limit of the run: history, excluded files, hidden findings."""
        limits = [text] if (text := self.describe_restriction()) else []
        empty = (item for item in self.skipped if item.reason.startswith(NO_COMMITS))
        limits += [f"{item.origin.path}: {item.reason}" for item in empty]
        if count := self.coverage.excluded:
            patterns = _format_patterns(self.policy.exclude)
            limits.append(f"{count:,} file{'s' * (count != 1)} excluded{patterns}")
        if self.policy.has_effect:
            notes = policy.list_policy_notes(self.policy, self.findings)
            limits += [
                f"{_format_hidden(note.hidden)}: {note.text}" for note in notes if note.hidden
            ]
        return [*limits, *self.foreign_ignores]

    def describe_ignored(self) -> str:
        """Return a sentence on the files that git ignores; empty if there are none."""
        count = self.ignored_by_git
        if not count:
            return ""
        is_one = count == 1
        number = f"{count:,} or more" if count >= MAX_IGNORED else f"{count:,}"
        files, were, them = ("file", "was", "it") if is_one else ("files", "were", "them")
        include = f"--no-gitignore includes {them}"
        return f"{number} {files} ignored by git {were} not scanned; {include}."

    def left_out(self) -> list[str]:
        """Return a line on excluded files and one on files that git ignores, if there are any."""
        count = self.coverage.excluded
        lines = [f"Excluded: {count} file{'s' * (count != 1)}."] if count else []
        return lines + [line for line in (self.describe_ignored(),) if line]

    def describe_restriction(self) -> str:
        """Describe the scanned part of the history; empty if it was not limited."""
        return str(self.restriction) if self.restriction else ""

    def limits(self) -> list[str]:
        """Return a line on the scanned part of the history, if it is only a part."""
        text = self.describe_restriction()
        return [f"{text[0].upper()}{text[1:]}."] if text else []

    def exit_code(self, fail_on: Severity | None, strict_ignores: bool = False) -> int:
        """Return 0, 1, 3 or 130 (contract, section 3); with `None`, no finding fails the run.

        If `strict_ignores` is set, an unused or expired entry counts as a finding.
        """
        if self.interrupted:
            return 130
        if strict_ignores and (self.ignores.unused or self.ignores.expired):
            return 1
        if fail_on is not None and any(f.severity >= fail_on for f in self.reported()):
            return 1
        return 0 if self.complete else 3


def _format_hidden(count: int) -> str:
    return f"{count} finding{'s' * (count != 1)} ignored"


def _format_patterns(patterns: tuple[str, ...]) -> str:
    """Return the first patterns of `exclude`, and the number of the others."""
    if not patterns:
        return ""
    more = f" and {len(patterns) - _MAX_PATTERNS} more" if len(patterns) > _MAX_PATTERNS else ""
    return f" by {redact(', '.join(patterns[:_MAX_PATTERNS]))}{more}"


def _require(item: Skipped, remedy: str) -> Skipped:
    if not item.opaque:
        return item
    file = item.origin.path.partition(MEMBER_SEPARATOR)[0]
    return item._replace(gap=True, reason=item.reason + remedy.format(file))
