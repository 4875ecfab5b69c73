"""Requests to the API about keys, and what its responses prove."""

from __future__ import annotations

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Liveness
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret


class VerificationRequest(NamedTuple):
    """A key to verify, and the X-App-Key to send with it."""

    secret: Secret
    app_key: Secret | None
    bounds: Bounds = Bounds.CERTAIN
    """Open if no occurrence of the key has certain bounds; the API may then reject a part of it."""
    candidates: tuple[Secret, ...] = ()
    """Keys to verify if the API rejects this one, which may be cut or too long.

    They contain each shorter text that may be the key if the bounds are certain.
    """
    other_app_keys: tuple[Secret, ...] = ()
    """Other X-App-Keys beside the key, to send if the API rejects it with the first one."""


class Verdict(NamedTuple):
    """Whether a key works, with the reason."""

    liveness: Liveness
    reason: str
    """One line, safe to print: it contains no part of a key."""
    status: int | None = None
    """HTTP status of the last response; `None` without a request or a response."""
    devices: int | None = None
    """Number of devices that a live key can list, if the response contains it."""
    requires_certain_bounds: bool = False
    """Whether a rejection proves a revocation only for a key with certain bounds."""


class FoundKey(NamedTuple):
    """A candidate that the API knows, and so the key that a text is cut from."""

    secret: Secret
    verdict: Verdict


def is_known_key(verdict: Verdict) -> bool:
    """Return whether the API can give this answer only about a complete key."""
    is_revoked = verdict.liveness is Liveness.REVOKED and not verdict.requires_certain_bounds
    return is_revoked or verdict.liveness is Liveness.LIVE


def apply_bounds(verdict: Verdict, bounds: Bounds) -> Verdict:
    """Return the verdict on a key with these bounds; the API rejects any text that is not a key."""
    if not verdict.requires_certain_bounds or bounds is Bounds.CERTAIN:
        return verdict
    reason = f"{CUT_OR_TOO_LONG}, so the key may be live: {verdict.reason}"
    return verdict._replace(liveness=Liveness.UNKNOWN, reason=reason, requires_certain_bounds=False)


def format_verdict(verdict: Verdict, app_key: Secret | None) -> str:
    """Return one printable line about a verdict, with the X-App-Key redacted."""
    count = verdict.devices
    devices = f"; {count} device{'s' * (count != 1)}" if count is not None else ""
    pair = f" (with X-App-Key {app_key})" if app_key else ""
    return f"{escape_for_terminal(verdict.reason)}{devices}{pair}"


def build_details(verdict: Verdict, app_key: Secret | None) -> tuple[tuple[str, str], ...]:
    """Return the same as pairs for programs; a permission only if the response proves it."""
    pairs = {"answer": format_verdict(verdict, app_key), "app_key": str(app_key or "none")}
    if (verdict.liveness, verdict.status) == (Liveness.LIVE, 200):
        pairs["permission"] = "read at least"
    if verdict.devices is not None:
        pairs["devices"] = str(verdict.devices)
    return tuple(pairs.items())


class ControlResults(NamedTuple):
    """X-App-Keys with which the API accepted the control key in this run.

    The API checks two credentials. Only an accepted control key shows that a rejection is not
    about the X-App-Key.
    """

    accepted_with: frozenset[Secret | None] = frozenset()
    """`None`: accepted without an X-App-Key. Secrets of the same rule and text are equal."""

    def add(self, app_key: Secret | None, verdict: Verdict) -> ControlResults:
        """Return the results with one more verdict on the control key; only status 200 counts."""
        is_accepted = verdict.liveness is Liveness.LIVE and verdict.status == 200
        return ControlResults(self.accepted_with | {app_key}) if is_accepted else self
