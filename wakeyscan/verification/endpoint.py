"""API endpoint that receives the keys, parsed and checked before any request.

Only the invoking user sets it; no file of a scanned repository does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from wakeyscan.core.errors import UsageError
from wakeyscan.core.secret import KEY_PREFIX, Secret
from wakeyscan.core.typing import NamedTuple

WASTACK = "https://api.wastack.in/api/v1"

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,252})")
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*")

_PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


class Proxy(NamedTuple):
    """A proxy that tunnels TLS (`CONNECT`), so that it never sees a key."""

    host: str
    port: int
    credentials: Secret | None = None
    """`user:password`."""


class Endpoint(NamedTuple):
    """Base URL of the API, and how to connect to it."""

    secure: bool
    host: str
    port: int
    path: str
    """Without a trailing slash."""
    proxy: Proxy | None = None
    cafile: str = ""
    """Certificate authorities to trust instead of the system's; only tests set it."""
    deadline: float = 10.0
    """Seconds for a whole request, from name resolution to the last byte of the response."""

    unused_proxy: str = ""
    """The variable that names a proxy, if it is set and no proxy is used."""

    @property
    def authority(self) -> str:
        """The host, with the port unless it is the default port."""
        is_default = self.port == (443 if self.secure else 80)
        host = bracket_host(self.host)
        return host if is_default else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"http{'s' if self.secure else ''}://{self.authority}{self.path}"


def parse_endpoint(url: str = WASTACK, proxy: str = "") -> Endpoint:
    """Parse the URL of the API; raise `UsageError` unless it is https, or http to this machine.

    No message repeats the URL: it may contain a password, or a key typed in the wrong place.
    """
    parts, host, port = _split_url(url, "the API URL")
    secure = parts.scheme == "https"
    if not secure and not (parts.scheme == "http" and is_loopback(host)):
        raise UsageError("the API URL must use https; http is accepted for this machine only")
    if proxy and not secure:
        raise UsageError("a proxy would see keys sent over http; use an https API URL with it")
    tunnel = _parse_proxy(proxy) if proxy else None
    return Endpoint(secure, host, port or (443 if secure else 80), _parse_path(url, parts), tunnel)


def find_unused_proxy(endpoint: Endpoint, environment: Mapping[str, str]) -> str:
    """Return the variable that names a proxy for an endpoint that is connected to directly.

    Variables do not choose a proxy: anything that sets one could redirect the keys.
    """
    if endpoint.proxy is not None or not endpoint.secure or is_loopback(endpoint.host):
        return ""
    return next((name for name in _PROXY_VARIABLES if environment.get(name)), "")


def _parse_path(url: str, parts: SplitResult) -> str:
    path = parts.path.rstrip("/")
    if re.search("[@?#]", url) or not _PATH.fullmatch(path):
        raise UsageError("the API URL is invalid; expected https://HOST[:PORT][/PATH]")
    if KEY_PREFIX in url.lower():
        raise UsageError("the API URL contains what looks like a key; remove it")
    return path


def _parse_proxy(url: str) -> Proxy:
    parts, host, port = _split_url(url, "the proxy URL")
    if parts.scheme != "http" or parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError("the proxy URL is invalid; expected http://[USER:PASSWORD@]HOST[:PORT]")
    user, at, _ = parts.netloc.rpartition("@")
    credentials = Secret(unquote_to_bytes(user), "proxy") if at else None
    return Proxy(host, port or 80, credentials)


def _split_url(url: str, name: str) -> tuple[SplitResult, str, int | None]:
    # urlsplit drops line breaks and accepts any character in a host, so check both first.
    if not re.fullmatch(r"[!-~]{1,2000}", url) or "\\" in url:
        raise UsageError(f"{name} contains characters that are not allowed in a URL")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        is_valid = bool(_HOST.fullmatch(host) or ip_address(host))
    except ValueError:
        is_valid = False
    if not is_valid:
        raise UsageError(f"{name} has no valid host or port")
    return parts, host, port


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def bracket_host(host: str) -> str:
    """Return a host in the form that may precede a port."""
    return f"[{host}]" if ":" in host else host
