"""What is asked about a key, what is said of it, and what a control key has proved."""

from __future__ import annotations

from typing import NamedTuple

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Liveness
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.core.secret import Secret


class VerificationRequest(NamedTuple):
    """A key, and the X-App-Key to send beside it."""

    secret: Secret
    app_key: Secret | None
    bounds: Bounds = Bounds.CERTAIN
    """Open where no place of the key has certain bounds: a refusal may be about a part of it."""


class Verdict(NamedTuple):
    """Whether a key works, and why one thinks so."""

    liveness: Liveness
    reason: str
    """One line, safe to print: nothing of a key is in it."""
    status: int | None = None
    """The status of the API's last answer; `None` where it was not asked or did not answer."""
    devices: int | None = None
    """How many devices a live key lets one see, where the answer tells."""
    if_whole: bool = False
    """Whether a refusal proves a revocation only of a key whose bounds are certain."""


def apply_bounds(verdict: Verdict, bounds: Bounds) -> Verdict:
    """Return the verdict on a key with these bounds; text that may be no key proves nothing."""
    if not verdict.if_whole or bounds is Bounds.CERTAIN:
        return verdict
    reason = f"{CUT_OR_TOO_LONG}, so the key may be live: {verdict.reason}"
    return verdict._replace(liveness=Liveness.UNKNOWN, reason=reason, if_whole=False)


def format_verdict(verdict: Verdict, app_key: Secret | None) -> str:
    """Say in a line, safe to print, what came of a question; of the X-App-Key there is the mask."""
    count = verdict.devices
    devices = f", {count} device{'s' * (count != 1)}" if count is not None else ""
    beside = f" (beside X-App-Key {app_key})" if app_key else ""
    return f"{escape_for_terminal(verdict.reason)}{devices}{beside}"


def build_details(verdict: Verdict, app_key: Secret | None) -> tuple[tuple[str, str], ...]:
    """Give the same in pairs, for programs; of the permission only what the answer proves."""
    pairs = {"answer": format_verdict(verdict, app_key), "app_key": str(app_key or "none")}
    if (verdict.liveness, verdict.status) == (Liveness.LIVE, 200):
        pairs["permission"] = "read at least"
    if verdict.devices is not None:
        pairs["devices"] = str(verdict.devices)
    return tuple(pairs.items())


class ControlResults(NamedTuple):
    """Beside which application keys a key that is known to be good was accepted in this run.

    The API takes two credentials: only this shows that a refusal is not about the second one.
    """

    beside: frozenset[Secret | None] = frozenset()
    """`None`: without any. Equal are secrets of the same rule and text."""

    def having(self, app_key: Secret | None, verdict: Verdict) -> ControlResults:
        """Take in what the control key was answered beside `app_key`; only a 200 counts."""
        accepted = verdict.liveness is Liveness.LIVE and verdict.status == 200
        return ControlResults(self.beside | {app_key}) if accepted else self


class VerifyOptions(NamedTuple):
    """Whether, and where, keys are asked about; the invoking user alone says so, no file."""

    verify: bool = False
    require: bool = False
    plan: bool = False
    app_key: Secret | None = None
    control: Secret | None = None
    """A key that is known to be good, from the environment alone."""
    api_url: str = ""
    """Empty: WAStack's own."""
    proxy: str = ""
    cache: str | None = None
    """The folder in which answers are remembered, if they are; empty: there is none to do it in."""

    @property
    def wanted(self) -> bool:
        """Whether keys are asked about, or it is to be said what would be sent."""
        return self.verify or self.plan
