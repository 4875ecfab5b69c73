"""`wakeyscan fix --plan`: what to do about each key, given the state of the user's repository."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from wakeyscan.cli.fix_access import read_file
from wakeyscan.core.finding import Standing
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import variables
from wakeyscan.git import own_repository, worktree
from wakeyscan.reports.key_steps import LocalFacts, describe_key, list_key_steps
from wakeyscan.reports.step_text import format_steps
from wakeyscan.reports.terminal_text import wrap_words

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.git.own_repository import OwnRepository
    from wakeyscan.scanner.result import RunResult


def format_runbook(in_history: RunResult, in_files: RunResult, width: int) -> Iterator[str]:
    """Yield the steps for each reported key of the history, then for those only in files.

    Sentences fit the width; paths and commands stay whole.
    """
    top = worktree.find_work_tree(".") or "."
    repository = own_repository.open_own_repository(top)
    keys = in_history.reported_keys()
    findings = (*in_files.reported(), *in_history.reported())
    chosen = _choose_variables(findings, top, repository)
    for key in keys:
        facts = _find_facts(key, repository, chosen.get(key.secret.fingerprint, ""))
        here = (f.origin.path for f in in_files.reported() if f.secret == key.secret)
        facts = facts._replace(paths=tuple(dict.fromkeys(here)))
        heading = f"{key.secret}  {key.rule}  "
        yield from wrap_words(describe_key(key, facts), width, heading, hanging="  ")
        names = (*facts.paths, *facts.users, *(place.path for place in key.places))
        steps = list_key_steps(key, facts=facts)
        yield from format_steps(steps, width, map(redact, names))
        yield ""
    yield from _format_uncommitted(in_files, {key.secret.fingerprint for key in in_history.keys})
    if not in_history.complete:
        yield "The audit is incomplete, so there may be more keys; see wakeyscan audit."


def _choose_variables(
    findings: tuple[Finding, ...], top: str, repository: OwnRepository | None
) -> dict[str, str]:
    """Return the name of the variable for each key, as a fix would choose it."""
    names: Counter[str] = Counter()
    tracked = own_repository.list_tracked_files(repository) if repository else frozenset()
    for path in tracked if findings else ():
        names += variables.count_names(path, read_file(os.path.join(top, path)) or b"")
    return variables.choose_variables(findings, names, {})


def _find_facts(key: SecretHistory, repository: OwnRepository | None, variable: str) -> LocalFacts:
    if repository is None:
        return LocalFacts(variable=variable)
    commit = key.introduced.commit
    found = own_repository.find_commit_facts(repository, commit) if commit else None
    return LocalFacts(
        has_remotes=own_repository.has_remotes(repository),
        is_on_branch=found is not None and found.is_on_branch,
        is_first_commit=found is not None and found.is_first,
        has_merges=found is not None and found.has_merges,
        variable=variable,
        users=own_repository.list_users(repository, variable) if variable else (),
    )


def _format_uncommitted(result: RunResult, known: Iterable[str]) -> Iterator[str]:
    """Yield a line for each key that no commit and no index has."""
    fingerprints = {*known}
    others = [
        finding.secret
        for finding in result.findings
        if finding.standing is Standing.REPORTED and finding.secret.fingerprint not in fingerprints
    ]
    for secret in dict.fromkeys(others):
        yield f"{secret}  only in files that are not staged: wakeyscan fix --write"
