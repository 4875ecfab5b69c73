"""Facts in the reports of an audit, in addition to its keys.

These are the variables that replace the keys, the files at HEAD that use them, and the edits.
"""

from __future__ import annotations

import posixpath

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import variables
from wakeyscan.git import isolated, refs, tree_grep, worktree

if TYPE_CHECKING:
    from collections import Counter

    from wakeyscan.cli import fix_targets
    from wakeyscan.config.config import Config
    from wakeyscan.core.finding import Finding
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.git.command import Git
    from wakeyscan.git.repository import Repository
    from wakeyscan.scanner.result import RunResult
else:
    fix_targets = lazy_import("wakeyscan.cli.fix_targets")  # only for SARIF

_MAX_NAMES = 50
"""Variables whose users are searched for; a history of more keys than that has no short answer."""

_NOT_SEARCHED = Skipped(
    Origin("HEAD"),
    "it was not searched for the variables that replace keys: it has too many files, or their "
    "search takes over 5 s",
    gap=False,
)


def add_facts(
    result: RunResult, repository: Repository, settings: Config, *, is_current: bool
) -> RunResult:
    """Return a result with the variables of its keys, and the edits that SARIF carries."""
    if result.interrupted or not result.keys:
        return result
    result = _add_variables(result, repository)
    if is_current and _needs_replacements(result, settings):
        result = fix_targets.add_replacements_at_head(result, settings)
    return result


def _needs_replacements(result: RunResult, settings: Config) -> bool:
    """Return whether a report has edits: only SARIF, and only if the files are on disk."""
    formats = (settings.format, *(name for name, _ in settings.reports))
    has_findings = "sarif" in formats and bool(result.reported())
    return has_findings and worktree.find_work_tree(".") is not None


def _add_variables(result: RunResult, repository: Repository) -> RunResult:
    """Return a result whose keys know their variables; without them where HEAD is damaged.

    A search of HEAD that takes too long is stopped, and becomes a skipped item.
    """
    head = refs.read_refs(repository).get("HEAD") if result.keys else None
    if not head:
        return result
    try:
        with isolated.open_isolated(repository) as git:
            return result._replace(keys=_list_keys(result, head, git))
    except tree_grep.SearchLimitError:
        return result._replace(skipped=(*result.skipped, _NOT_SEARCHED))
    except GitError:
        return result


def _list_keys(result: RunResult, head: str, git: Git) -> tuple[SecretHistory, ...]:
    chosen = _choose_variables(result, _count_names(head, git))
    names = [*dict.fromkeys(chosen[key.secret.fingerprint] for key in result.keys)]
    users = tree_grep.find_words(head, names[:_MAX_NAMES], git)
    return tuple(
        key._replace(variable=name, variable_users=tuple(users.get(name, ())))
        for key in result.keys
        for name in (chosen[key.secret.fingerprint],)
    )


def _count_names(head: str, git: Git) -> Counter[str]:
    names = variables.count_names("", tree_grep.find_texts(head, variables.GIT_LOOKUP, git))
    assigned = tree_grep.find_texts(head, variables.GIT_ASSIGNMENT, git, (":(glob)**/.env*",))
    return names + variables.count_names(".env", assigned)


def _choose_variables(result: RunResult, names: Counter[str]) -> dict[str, str]:
    """Return the name for each key, as a fix of HEAD chooses it; other keys may share one."""
    at_head = {key.secret for key in result.keys if key.at_head}
    own = _read_own_names(result.findings)
    here = [finding for finding in result.findings if finding.secret in at_head]
    others = (finding for finding in result.findings if finding.secret not in at_head)
    chosen = variables.choose_variables(here, names, own)
    for finding in others:
        chosen |= variables.choose_variables([finding], names, own)
    return chosen


def _read_own_names(findings: tuple[Finding, ...]) -> dict[str, str]:
    """Return the names that `.env` files give to keys, by fingerprint."""
    return {
        finding.secret.fingerprint: name
        for finding in findings
        if ".env" in posixpath.basename(finding.origin.path)
        and (name := variables.read_own_name(finding.excerpt.encode()))
    }
