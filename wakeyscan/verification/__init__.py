"""Verification of keys against the API: the interface of a verifier, and the options."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol

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


class VerifyOptions(NamedTuple):
    """How and where keys are verified; set by the invoking user only, never by a file."""

    require: bool = False
    plan: bool = False
    """Print the requests instead of sending them."""
    app_key: Secret | None = None
    """The X-App-Key for keys that have none nearby."""
    control: Secret | None = None
    """A key that is known to work, from the environment only."""
    api_url: str = ""
    """Empty: the URL of WAStack."""
    proxy: str = ""
    cache: str | None = None
    """The folder for cached verdicts; `None`: no caching, empty: no such folder exists."""


VERIFIERS: Registry[Verifier] = Registry("verifier", {"wastack": "wakeyscan.verification.wastack"})
