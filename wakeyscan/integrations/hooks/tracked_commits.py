"""The commits that a remote has, as far as its remote-tracking branches are right.

Those show the remote as it was at the last fetch or push, under the address of that time. What git
tells the `pre-push` hook may contradict them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import rev_list

if TYPE_CHECKING:
    from wakeyscan.git.command import Git
    from wakeyscan.integrations.hooks.ref_updates import RefUpdate

_TRACKED = "refs/remotes/"
_ADDRESS = re.compile(r"(?:[\w+.-]+://)?(?:[^/@]*@)?([^/:]*)(?::\d+(?=/))?[/:]+(.*?)(?:\.git)?/*")
"""A URL, `user@host:path` or a path: the host or alias, and the path without `.git`."""


class _TrackedBranch(NamedTuple):
    """A branch of the remote that a push updates, and what this clone knows of it."""

    update: RefUpdate
    name: str
    """Full name of the remote-tracking branch."""
    commit: str


def exclude_remote(
    remote: str, own: Git, updates: Sequence[RefUpdate] = (), address: str = ""
) -> tuple[str, ...]:
    """Return the options of `git rev-list` that exclude the commits of a remote.

    They exclude no remote-tracking branch that one of the updates contradicts: the remote lacks the
    branch, or has an older commit. They exclude none at all if the remote lacks its default branch,
    or if `address` is that of another repository than the one that is fetched from.
    """
    if not remote or not _is_fetched_from(remote, address, own):
        return ()
    refspecs = own.list_settings(f"remote.{remote}.fetch")
    stale = [*_list_stale(_list_tracked(updates, refspecs, own), own)]
    default = _read_default(remote, own) if stale else ""
    if any(not one.update.has_old and default in ("", one.name) for one in stale):
        return ()
    targets = (line.partition(":")[2] for line in refspecs)
    # A mirror tracks its refs as our own branches, which are not pushed yet.
    patterns = {target for target in targets if target.startswith(_TRACKED)}
    patterns.add(f"{_TRACKED}{remote}/*")
    omitted = [f"--exclude={one.name}" for one in stale]
    if default in {one.name for one in stale}:
        omitted.append(f"--exclude={_TRACKED}{remote}/HEAD")
    # git forgets what to omit after each pattern.
    return ("--not", *(o for p in sorted(patterns) for o in (*omitted, f"--glob={p}")))


def _list_tracked(
    updates: Iterable[RefUpdate], refspecs: Sequence[str], own: Git
) -> Iterator[_TrackedBranch]:
    """Yield the remote-tracking branches of the updated branches."""
    pairs = ((update, _map_ref(update.ref, spec)) for update in updates for spec in refspecs)
    named = [(update, name) for update, name in pairs if name.startswith(_TRACKED)]
    commits = rev_list.find_objects([name for _, name in named], own)
    for (update, name), commit in zip(named, commits, strict=False):
        if commit:
            yield _TrackedBranch(update, name, commit)


def _list_stale(branches: Iterable[_TrackedBranch], own: Git) -> Iterator[_TrackedBranch]:
    """Yield the branches that the remote no longer has as they are tracked.

    A commit there that this clone does not have is taken for a newer one.
    """
    for branch in branches:
        old = branch.update.old
        if old == branch.commit:
            continue
        if branch.update.has_old:
            is_known = any(rev_list.find_objects([old], own))
            if not is_known or rev_list.is_ancestor(branch.commit, old, own):
                continue
        yield branch


def _map_ref(ref: str, refspec: str) -> str:
    """Return the ref that a fetch with this refspec updates; empty if it fetches another one."""
    source, _, target = refspec.removeprefix("+").partition(":")
    head, star, tail = source.partition("*")
    if not star:
        return target if ref == source else ""
    if len(ref) < len(head) + len(tail) or not (ref.startswith(head) and ref.endswith(tail)):
        return ""
    return target.replace("*", ref[len(head) : len(ref) - len(tail)], 1)


def _read_default(remote: str, own: Git) -> str:
    """Return the tracking branch of the default branch of a remote; empty if it is not known."""
    name = f"{_TRACKED}{remote}/HEAD"
    found = os.fsdecode(own.run("rev-parse", "--symbolic-full-name", name, allowed_codes=(0, 128)))
    return "" if found.strip() == name else found.strip()


def _is_fetched_from(remote: str, address: str, own: Git) -> bool:
    """Return whether a remote is fetched from the repository at an address.

    It may have another address there, such as one for SSH.
    """
    if not address:
        return True
    output = own.run("remote", "get-url", "--", remote, allowed_codes=(0, 2, 128))
    fetched = os.fsdecode(output).strip()
    if not fetched or fetched == address:
        return True
    (host, path), (other_host, other_path) = _split_address(fetched), _split_address(address)
    if path != other_path:
        return False
    is_alias = not ("." in host and "." in other_host)  # a name of ~/.ssh/config
    longer, shorter = sorted((f".{host}", f".{other_host}"), key=len, reverse=True)
    return is_alias or longer.endswith(shorter)  # ssh.github.com is github.com


def _split_address(address: str) -> tuple[str, str]:
    """Return the host and the path of the address of a repository."""
    found = _ADDRESS.fullmatch(address)
    return (found[1].lower(), found[2].lower()) if found else ("", address)
