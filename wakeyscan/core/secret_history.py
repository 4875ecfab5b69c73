"""The history of a secret: commits and occurrences, and what an audit of it was limited to."""

from __future__ import annotations

from collections.abc import Iterable

from wakeyscan.core.finding import Bounds, Liveness
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret

REMOTE_REF = "refs/remotes/"
PAST = "reflog of "
"""Start of the name of what a remote-tracking branch had before, such as before a forced push."""
_URGENCY = {Liveness.LIVE: 0, Liveness.REVOKED: 2}
"""Order of liveness in reports; a key that may be live comes between live and revoked ones."""


class CommitRef(NamedTuple):
    """A commit that added or removed a secret."""

    commit: str
    """Id in hex; empty if no remaining commit has the secret."""
    author_date: str
    """ISO 8601 in UTC; empty if there is no commit."""


class Occurrence(NamedTuple):
    """A line of one version of a file that holds a secret."""

    path: str
    line: int
    blob: str
    """Id of that version, or of the commit or tag whose message holds the secret."""
    commit: str
    """First commit with that version at that path, or empty."""
    at_head: bool = False
    """Whether HEAD has that version at that path."""


class SecretHistory(NamedTuple):
    """History of one secret in a repository."""

    rule: str
    secret: Secret
    severity: Severity
    introduced: CommitRef
    """First commit whose tree has it while no parent's tree does."""
    removed: CommitRef | None
    """Last commit that removed it; `None` if it is at HEAD or was never in a tree."""
    at_head: bool
    pushed: bool | None
    """Whether a remote-tracking ref reaches it, or did so before.

    `None` if there are no such refs, or if a server may have it all the same: no clone records
    which tags were pushed, or which branches the server deleted.
    """
    reachable_from: tuple[str, ...]
    """Names of refs, `HEAD`, `stash`, `reflog`, `index`, or `unreachable`."""
    exposed_days: int
    """Days from its introduction to today; a removal does not end the exposure."""
    places: tuple[Occurrence, ...]
    liveness: Liveness = Liveness.UNCHECKED
    reason: str = ""
    """Reason for the liveness, or when the credential expired."""
    details: tuple[tuple[str, str], ...] = ()
    """See `Finding.details`."""
    bounds: Bounds = Bounds.CERTAIN
    """Certain if the bounds are certain in at least one place."""
    place_count: int = 0
    """Number of all places; `places` lists at most a hundred of them."""
    variable: str = ""
    """Name of the environment variable that will hold the key; empty if it is not known."""
    variable_users: tuple[str, ...] = ()
    """Files at HEAD that name this variable."""

    @property
    def first_place(self) -> Occurrence:
        """The place in the introducing commit, or the first known place."""
        introduced = (place for place in self.places if place.commit == self.introduced.commit)
        return next(introduced, self.places[0])

    @property
    def places_at_head(self) -> tuple[Occurrence, ...]:
        """The listed places that HEAD has."""
        return tuple(place for place in self.places if place.at_head)

    @property
    def pushed_to(self) -> tuple[str, ...]:
        """Names of the remote-tracking branches that reach the secret, or did: `origin/main`."""
        names = dict.fromkeys(name.removeprefix(PAST) for name in self.reachable_from)
        remote = [ref for ref in names if ref.startswith(REMOTE_REF)]
        branches = [ref for ref in remote if not ref.endswith("/HEAD")]  # it names another one
        return tuple(ref.removeprefix(REMOTE_REF) for ref in branches or remote)


def sort_histories(histories: Iterable[SecretHistory]) -> tuple[SecretHistory, ...]:
    """Sort histories by urgency: live keys first, revoked ones last (contract, section 7)."""
    return tuple(sorted(histories, key=_measure_urgency))


def _measure_urgency(history: SecretHistory) -> tuple[int, int, bool, bool, str, str]:
    return (
        _URGENCY.get(history.liveness, 1),
        -history.severity,
        not history.at_head,
        not history.pushed,
        history.introduced.author_date,
        history.secret.fingerprint,
    )


class Restriction(NamedTuple):
    """The part of a history that an audit was limited to."""

    since: str = ""
    """Time in ISO 8601, or empty."""
    branches: tuple[str, ...] = ()
    reachable: bool = False
    commits: tuple[int, int] | None = None
    """Numbers of commits within the limits, and of commits reachable from refs, if known."""
    is_future: bool = False
    """Whether `since` is later than the audit: no commit is within the limits."""

    def __str__(self) -> str:
        if not (self.since or self.branches):
            return "limited to commits reachable from refs" if self.reachable else ""
        of = f" of branch {', '.join(self.branches)}" if self.branches else ""
        since = f" since {self.since}" if self.since else ""
        scanned, total = self.commits or (0, 0)
        count = f": {scanned:,} of {total:,} commit{'s' * (total != 1)}" if self.commits else ""
        future = ", a time in the future" if self.is_future else ""
        return f"limited to commits{of}{since}{count}{future}"
