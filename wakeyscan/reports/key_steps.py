"""The runbook of one key: what to do, in which order, depending on where the key is and was."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Liveness
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.secret import API_KEY, KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports.description import join_names
from wakeyscan.reports.next_steps import Step

if TYPE_CHECKING:
    from wakeyscan.core.secret_history import SecretHistory

_MAX_PATHS = 5
_ID_LENGTH = 12

_KINDS = (
    ("CI", r"(^|/)\.github/|gitlab-ci|(^|/)\.circleci/|jenkinsfile|azure-pipelines|bitbucket-pip"),
    ("containers", r"(^|/)(docker-)?compose[^/]*\.ya?ml$|(docker|container)file"),
    ("Terraform", r"\.tf(vars)?$"),
    ("Kubernetes and YAML", r"\.ya?ml$"),
    ("environment files", r"(^|/)\.env[^/]*$|\.env$"),
    ("documentation", r"\.(md|rst|adoc|txt|ipynb)$|(^|/)docs/"),
)
"""Kinds of places by path, the first one that matches; all other places are code."""


_DROPPED = ("reflog", "stash", "unreachable", "ORIG_HEAD")
"""Starts of the names of commits that are on no branch."""
_STASH_COMMANDS = ("git stash list --patch", "git stash drop 'stash@{0}'")


class LocalFacts(NamedTuple):
    """Facts that only the user's own repository has, beyond the history of a key."""

    has_remotes: bool = True
    is_on_branch: bool = True
    """Whether the commit that introduced the key is an ancestor of HEAD."""
    is_first_commit: bool = False
    """Whether that commit has no parent."""
    has_merges: bool = False
    """Whether there are merges after that commit."""
    variable: str = ""
    """Name of the variable that will hold the key."""
    users: tuple[str, ...] = ()
    """Files that use this variable already."""
    paths: tuple[str, ...] = ()
    """Files of the work tree that hold the key."""


def describe_key(key: SecretHistory, facts: LocalFacts | None = None) -> str:
    """Return what matters about a key in a few words: the short form of its runbook."""
    if key.liveness is Liveness.REVOKED:
        left = "remove it from HEAD too" if key.at_head else "nothing is left to do"
        return f"revoked: {left}"
    if _is_staged(key):
        return "only staged: unstage it, and edit the file"
    if not _may_be_pushed(key, facts):
        if _is_dropped(key):
            return "only in dropped or stashed commits: delete them; rotate it too if unsure"
        return "only in local commits: rewrite them; rotate it too if unsure"
    if key.pushed:
        return "pushed: rotate first, then decide about the history"
    return "maybe pushed: rotate first, then decide about the history"


def list_key_steps(
    key: SecretHistory,
    program: str = "wakeyscan",
    facts: LocalFacts | None = None,
    saved: str = "",
) -> list[Step]:
    """Return the steps for one key; none if it is revoked and no longer at HEAD.

    `saved` is the JSON report of the run, if there is one. Every text and command is safe to print.
    """
    if key.liveness is Liveness.REVOKED:
        steps = _list_removal(key, program) if key.at_head else iter(())
    elif _is_staged(key):
        steps = _list_unstaging(key, program, facts or LocalFacts())
    elif _may_be_pushed(key, facts):
        steps = _list_rotation(key, program, facts or LocalFacts(), saved)
    else:
        steps = _list_rewrite(key, program, facts or LocalFacts())
    return [Step(_clean(step.text), tuple(map(_clean, step.commands))) for step in steps]


def _clean(text: str) -> str:
    return escape_for_terminal(redact(text))


def _is_staged(key: SecretHistory) -> bool:
    return bool(key.reachable_from) and all(ref.startswith("index") for ref in key.reachable_from)


def _is_dropped(key: SecretHistory) -> bool:
    """Return whether no branch, tag or index has the key: only what git keeps for a while."""
    return bool(key.reachable_from) and all(ref.startswith(_DROPPED) for ref in key.reachable_from)


def _may_be_pushed(key: SecretHistory, facts: LocalFacts | None) -> bool:
    if key.pushed is None:
        return facts is None or facts.has_remotes
    return key.pushed


def _list_unstaging(key: SecretHistory, program: str, facts: LocalFacts) -> Iterator[Step]:
    paths = _quote(facts.paths or dict.fromkeys(place.path for place in key.places))
    commands = (f"git restore --staged {paths}", f"{program} fix --write {paths}")
    yield Step("Unstage it, edit the file, and stage it again", (*commands, f"git add {paths}"))
    yield Step("No rotation is needed, unless you shared the key in another way.")


def _list_removal(key: SecretHistory, program: str) -> Iterator[Step]:
    paths = dict.fromkeys(place.path for place in key.places_at_head)
    if not paths:
        return
    names = _quote(paths)
    commands = (f"{program} fix --write {names}", f"git commit -m 'Read the key' -- {names}")
    yield Step(f"Remove it from HEAD ({_describe_places(paths)})", commands)


def _list_rotation(
    key: SecretHistory, program: str, facts: LocalFacts, saved: str
) -> Iterator[Step]:
    """Yield the steps for a key that others may have: create, roll out, check, revoke, prove."""
    digits = key.secret.fingerprint[:6]
    if key.rule == API_KEY:
        yield Step(
            "Create a new key in WAStack (Settings, API Keys) with the least permission: read "
            "before write before admin. Old and new work until the old one is revoked."
        )
    else:
        yield Step("Create a new credential where this one was issued.")
    yield from _list_removal(key, program)
    yield _build_roll_out(key, facts)
    if key.rule == API_KEY:
        yield Step("Check that the new key works", ('echo "$NEW_KEY" | ' + f"{program} verify",))
        yield Step(f"Revoke {digits} in WAStack (Settings, API Keys).")
        yield _build_proof(program, saved)
    else:
        yield Step(f"Revoke {digits} where it was issued.")
    if key.introduced.commit:
        log = "WAStack's log" if key.rule == API_KEY else "the log of the service"
        since = key.introduced.author_date[:10]
        yield Step(f"Look for requests that are not yours in {log} since {since}.")
        yield Step(
            "Decide about the history: a revoked key is harmless, and a rewrite breaks every clone."
            " To purge it all the same",
            (f"{program} audit --purge-file ../purge.txt",),
        )


def _build_proof(program: str, saved: str) -> Step:
    report = shlex.quote(saved or "leak.json")
    source = "" if saved else ", with a report of --report json=leak.json"
    return Step(
        f"Prove that it is revoked{source}",
        ('export WAKEYSCAN_CONTROL_KEY="$NEW_KEY"', f"{program} verify {report} --wait 10m"),
    )


def _build_roll_out(key: SecretHistory, facts: LocalFacts) -> Step:
    """Return the step that gives the new key to all of its users."""
    name = facts.variable or key.variable or "WASTACK_API_KEY"
    places = {place.path for place in key.places_at_head}
    users = [path for path in facts.users or key.variable_users if path not in places]
    used = f"; {name} is already used by {_describe_places(users)}" if users else ""
    return Step(f"Roll out the new key as {name}{used}.")


def _list_rewrite(key: SecretHistory, program: str, facts: LocalFacts) -> Iterator[Step]:
    """Yield the steps for a key that no remote-tracking branch has."""
    yield Step(
        "Rotate it too, unless you are sure that nobody else has it: a branch that the server has "
        "deleted, or a push to another address, leaves no trace in this clone."
    )
    commit = key.introduced.commit[:_ID_LENGTH]
    if _is_dropped(key):
        if any(ref.startswith("stash") for ref in key.reachable_from):
            yield Step("Look for the stash that has it, and drop it", _STASH_COMMANDS)
    elif commit and not facts.is_on_branch:
        refs = join_names([*key.reachable_from], _MAX_PATHS)
        yield Step(f"Rewrite or delete the refs that have it: {refs}.")
    elif commit:
        yield from _list_rebase(key, program, facts)
    yield Step(
        "Then remove the old commits from this clone; this drops all stashes too",
        ("git reflog expire --expire=now --all", "git gc --prune=now", f"{program} audit"),
    )


def _list_rebase(key: SecretHistory, program: str, facts: LocalFacts) -> Iterator[Step]:
    commit = key.introduced.commit[:_ID_LENGTH]
    base = "--root" if facts.is_first_commit else f"{commit}^"
    merges = " --rebase-merges" if facts.has_merges else ""
    paths = dict.fromkeys(place.path for place in key.places_at_head)
    if not paths:
        yield Step(
            f"Edit {commit}, which introduced it (mark it with 'edit')",
            (f"git rebase -i{merges} {base}",),
        )
        return
    yield Step(
        f"Fix {commit}, which introduced it",
        (
            f"{program} fix --write {_quote(paths)}",
            f"git commit --fixup={commit} -- {_quote(paths)}",
            f"GIT_SEQUENCE_EDITOR=true git rebase -i --autosquash{merges} {base}",
        ),
    )


def _quote(paths: Iterable[str]) -> str:
    """Return files for a command line: an archive for its members, `FILE` for a masked name.

    A name that begins with a hyphen is no option.
    """
    return " ".join(
        dict.fromkeys(_quote_file(path.partition(MEMBER_SEPARATOR)[0]) for path in paths)
    )


def _quote_file(path: str) -> str:
    # A saved report holds the mask of a key in a name; no file has that name.
    is_real = path.isprintable() and KEY_PREFIX + "…" not in path and redact(path) == path
    if not path or not is_real:
        return "FILE"
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def _describe_places(paths: Iterable[str]) -> str:
    """Return paths by kind, such as `CI: .github/workflows/ci.yml; code: src/app.py`."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(_classify(path), []).append(path)
    return "; ".join(f"{kind}: {join_names(names, _MAX_PATHS)}" for kind, names in groups.items())


def _classify(path: str) -> str:
    return next((kind for kind, pattern in _KINDS if re.search(pattern, path.lower())), "code")
