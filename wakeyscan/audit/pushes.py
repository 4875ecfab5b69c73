"""Whether secrets were pushed, as far as a clone shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from operator import or_

from wakeyscan.core.secret_history import PAST, REMOTE_REF
from wakeyscan.core.typing import NamedTuple

_BRANCH = "refs/heads/"
_LOCAL = ("refs/stash", "refs/notes/", "refs/bisect/", "refs/worktree/", "refs/rewritten/")
"""Starts of the names of refs that nobody pushes, or that a clone does not get."""


class Pushes(NamedTuple):
    """The secrets that servers have, or may have."""

    remote_bits: int | None
    """The bits of all remote-tracking branches together, now and before; `None`: there are none."""
    possible_bits: int
    """The bits of the secrets that a server may have although no remote-tracking branch does."""

    def find_pushed(self, bit: int, names: Collection[str]) -> bool | None:
        """Return whether a secret was pushed: see `SecretHistory.pushed`.

        `names` are those that reach it, or refer to an object with it.
        """
        if self.remote_bits is None:
            return None
        if self.remote_bits & bit or any(map(_is_remote, names)):
            return True
        return None if self.possible_bits & bit or all(map(_is_shared, names)) else False


def build_pushes(bits: Mapping[str, int], lost_upstreams: Collection[str]) -> Pushes:
    """Return which secrets were pushed, or may have been.

    A branch whose upstream is lost was pushed once, perhaps with them (see `git.upstreams`). No
    clone records which tags were pushed, but a secret that only a tag reaches came from a server if
    the repository was cloned after the branch was deleted there.

    `bits` are those of the secrets in the history of each ref name.
    """
    remote = [held for name, held in bits.items() if _is_remote(name)]
    lost = _combine(held for name, held in bits.items() if name in lost_upstreams)
    shared = _combine(held for name, held in bits.items() if _is_shared(name))
    local = _combine(held for name, held in bits.items() if _is_local(name))
    return Pushes(_combine(remote) if remote else None, lost | (shared & ~local))


def _combine(bits: Iterable[int]) -> int:
    return reduce(or_, bits, 0)


def _is_remote(name: str) -> bool:
    return name.removeprefix(PAST).startswith(REMOTE_REF)


def _is_local(name: str) -> bool:
    return name == "HEAD" or name.startswith((_BRANCH, *_LOCAL))


def _is_shared(name: str) -> bool:
    """Return whether a server may have a ref: a tag, a pull request."""
    return name.startswith("refs/") and not (_is_local(name) or _is_remote(name))
