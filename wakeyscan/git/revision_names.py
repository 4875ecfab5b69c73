"""Names of revisions that may mean several commits.

git takes the first ref that fits a name, and tags before branches: a tag `origin/main` hides the
branch of the remote. Anyone who can push such a ref could choose what a change is compared with.
"""

from __future__ import annotations

import os

from wakeyscan.core.errors import UsageError
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.objects import is_object_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wakeyscan.git.command import Git

_PLACES = (
    "{}",
    "refs/{}",
    "refs/tags/{}",
    "refs/heads/{}",
    "refs/remotes/{}",
    "refs/remotes/{}/HEAD",
)
"""Where git looks for a name, in this order (gitrevisions); the first is for full names."""

_SUFFIX = lazy_pattern(r"[\^~:]|@\{")
_UPSTREAM = lazy_pattern(r"(?i)@\{(?:u|upstream|push)\}")
"""A suffix whose name is always that of a local branch."""

_SHORT_ID = lazy_pattern(r"(?:.*-g)?([0-9a-fA-F]{4,64})")
"""An abbreviated id, or the output of `git describe`: a ref of the same name hides it."""

_ROOT_NAME = lazy_pattern(r"[A-Z_-]+")
"""A name such as `FETCH_HEAD`, which is a file in the git folder and no ref that is fetched."""

_AMBIGUOUS = "revision {!r} is ambiguous: it may be {}; write the full name, such as {}"


def refuse_ambiguous_name(revision: str, git: Git) -> None:
    """Raise `UsageError` if the name in a revision fits refs or ids of different commits."""
    name = _SUFFIX.split(revision, maxsplit=1)[0]
    if name in ("", "@", "HEAD") or is_object_id(name) or _UPSTREAM.search(revision):
        return
    refs = _list_refs(name, git)
    if not refs or name in refs:
        return
    commits = {ref: _find_commit(ref, git) for ref in refs}
    commits |= {commit: commit for commit in _list_commits(name, git)}
    if len(set(commits.values())) > 1 and not _is_in_git_folder(name, git):
        *_, last = commits
        meanings = " or ".join(_describe(*meaning) for meaning in commits.items())
        raise UsageError(_AMBIGUOUS.format(revision, meanings, last + revision[len(name) :]))


def _list_refs(name: str, git: Git) -> list[str]:
    """List the refs that a name fits, in git's order."""
    fitting = [place.format(name) for place in _PLACES]
    patterns = [ref for ref in fitting if ref.startswith("refs/")]
    found = git.run("for-each-ref", "--format=%(refname)", *patterns).split(b"\n")
    known = frozenset(map(os.fsdecode, found))  # a pattern also selects the refs below it
    return [ref for ref in fitting if ref in known]


def _list_commits(name: str, git: Git) -> Iterator[str]:
    """Yield the commits whose ids a name abbreviates."""
    if not (short := _SHORT_ID.fullmatch(name)):
        return
    ids = git.run_ascii("rev-parse", f"--disambiguate={short[1].lower()}")
    kinds = git.run_ascii(
        "cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=ids.encode()
    )
    for kind, _, object_id in (line.partition(" ") for line in kinds.splitlines()):
        if kind in ("commit", "tag"):
            yield _find_commit(object_id, git)


def _find_commit(revision: str, git: Git) -> str:
    """Return the commit of a full name or id; empty for a tag of another object."""
    arguments = ("rev-parse", "--verify", "-q", "--end-of-options", f"{revision}^{{commit}}")
    return git.run_ascii(*arguments, allowed_codes=(0, 1, 128)).strip()


def _is_in_git_folder(name: str, git: Git) -> bool:
    if not _ROOT_NAME.fullmatch(name):
        return False
    path = os.fsdecode(git.run("rev-parse", "--git-path", name)).rstrip("\n")
    return os.path.lexists(os.path.join(git.folder, path))


def _describe(name: str, commit: str) -> str:
    if not commit:
        return f"{name} (not a commit)"
    return f"commit {name[:12]}" if name == commit else f"{name} (commit {commit[:12]})"
