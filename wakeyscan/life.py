"""The life of a secret in a history: what an audit finds, and no hook has to load."""

from __future__ import annotations

from typing import NamedTuple

from wakeyscan.finding import Bounds, Liveness, Secret, Severity


class Moment(NamedTuple):
    """A commit at which something happened to a key."""

    commit: str
    """Its id, in hex; empty where no commit that is left has the key."""
    author_date: str
    """As ISO 8601, in UTC; empty where there is no commit."""


class Place(NamedTuple):
    """Where a key stood: a line of one version of a file."""

    path: str
    line: int
    blob: str
    """The id of that version, or of the commit or tag whose message holds the key."""
    commit: str
    """The first commit that has that version there, or empty."""


class Key(NamedTuple):
    """The life of one secret in a history."""

    rule: str
    secret: Secret
    severity: Severity
    introduced: Moment
    """The first commit whose tree has it while no parent's has."""
    removed: Moment | None
    """The last commit that took it away; `None` while HEAD's tree has it, or none ever did."""
    at_head: bool
    pushed: bool | None
    """Whether a remote-tracking ref reaches it; `None` where there are no such refs."""
    reachable_from: tuple[str, ...]
    """Names of refs, `HEAD`, `stash`, `reflog`, `index`, or `unreachable`."""
    exposed_days: int
    """From its introduction to its removal, or until today."""
    places: tuple[Place, ...]
    liveness: Liveness = Liveness.UNCHECKED
    reason: str = ""
    """Why the liveness is what it is."""
    details: tuple[tuple[str, str], ...] = ()
    """As those of a finding."""
    bounds: Bounds = Bounds.CERTAIN
    """Certain if they are at one place at least."""
