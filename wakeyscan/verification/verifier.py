"""The interface of a verifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.verification.endpoint import Endpoint
    from wakeyscan.verification.rate_limit import RateLimiter
    from wakeyscan.verification.verdict import ControlResults, Verdict


class Verifier(Protocol):
    """A module that verifies keys against one service."""

    def verify_key(
        self,
        secret: Secret,
        app_key: Secret | None,
        control: ControlResults,
        endpoint: Endpoint,
        limiter: RateLimiter,
    ) -> Verdict:
        """Return whether a key works; a failure is an unknown verdict, never an exception."""
