"""Options of verification."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret


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
