"""Where keys are sent: parsed and judged before anything is.

Only what the invoking user says may end up here, nothing of a scanned repository.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from wakeyscan.core.errors import UsageError
from wakeyscan.core.secret import KEY_PREFIX, Secret

WASTACK = "https://api.wastack.in/api/v1"

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,252})")
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*")


class Proxy(NamedTuple):
    """A proxy that passes TLS through (`CONNECT`), so that it sees no key."""

    host: str
    port: int
    credentials: Secret | None = None
    """`user:password`."""


class Endpoint(NamedTuple):
    """The API: its address, and the way there."""

    secure: bool
    host: str
    port: int
    path: str
    """Without a `/` at its end."""
    proxy: Proxy | None = None
    cafile: str = ""
    """Trust these authorities instead of the system's; for tests, no option sets it."""
    deadline: float = 10.0
    """Seconds for a whole exchange, from the look-up of the name to the last byte."""

    @property
    def authority(self) -> str:
        """The host, and the port where it is not the usual one."""
        usual = self.port == (443 if self.secure else 80)
        host = bracket_host(self.host)
        return host if usual else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"http{'s' if self.secure else ''}://{self.authority}{self.path}"


def parse_endpoint(url: str = WASTACK, proxy: str = "") -> Endpoint:
    """Read an API's URL; raises `UsageError` unless it is https, or http to this machine.

    No message repeats the URL: it may hold a password, or a key typed in the wrong place.
    """
    parts, host, port = _read(url, "the API's URL")
    secure = parts.scheme == "https"
    if not secure and not (parts.scheme == "http" and is_loopback(host)):
        raise UsageError("the API's URL must be https (http for this machine alone)")
    if proxy and not secure:
        raise UsageError("a proxy would see the keys that are sent by http; use it with https")
    context = _proxy(proxy) if proxy else None
    return Endpoint(secure, host, port or (443 if secure else 80), _path(url, parts), context)


def _path(url: str, parts: SplitResult) -> str:
    path = parts.path.rstrip("/")
    if re.search("[@?#]", url) or not _PATH.fullmatch(path):
        raise UsageError("the API's URL must be https://HOST[:PORT][/PATH] and nothing more")
    if KEY_PREFIX in url.lower():
        raise UsageError("the API's URL holds what looks like a key")
    return path


def _proxy(url: str) -> Proxy:
    parts, host, port = _read(url, "the proxy's URL")
    if parts.scheme != "http" or parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError("the proxy's URL must be http://[USER:PASSWORD@]HOST[:PORT]")
    user, at, _ = parts.netloc.rpartition("@")
    credentials = Secret(unquote_to_bytes(user), "proxy") if at else None
    return Proxy(host, port or 80, credentials)


def _read(url: str, what: str) -> tuple[SplitResult, str, int | None]:
    # urlsplit drops line breaks and takes any letters for a host: both are looked for before.
    if not re.fullmatch(r"[!-~]{1,2000}", url) or "\\" in url:
        raise UsageError(f"{what} has characters that belong in no URL")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        known = _HOST.fullmatch(host) or ip_address(host)
    except ValueError:
        known = None
    if not known:
        raise UsageError(f"{what} has no host or port that could be asked")
    return parts, host, port


def is_loopback(host: str) -> bool:
    """Say whether a host is this very machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def bracket_host(host: str) -> str:
    """Write a host as it stands before a port."""
    return f"[{host}]" if ":" in host else host
