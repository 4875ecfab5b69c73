"""HTTP client with one deadline for a whole request, and size limits for its parts.

No HTTP client offers this. Measured with urllib3 2.8 (httpx and requests also limit single reads
only): with `Timeout(total=2)`, a server that trickles a head or a body still holds it after 8 s. If
a name server takes 6 s, it waits for 6 s, and it reads `100 Continue` forever. Its socket is not
accessible before it is connected, so the only way out is to abandon its thread. That thread
continues and sends the key after the verdict (6 s after giving up at 2 s), outside the rate limit.

So the connection is our own, and of `http.client` only the parser of heads is used. The client
follows no redirects, stores no cookies, and uses neither netrc nor proxies. The request writer of
`http.client` is not used because its exceptions contain rejected values.
"""

from __future__ import annotations

import errno
import http.client
import io
import socket
import ssl
from base64 import b64encode
from collections.abc import Container, Mapping
from contextlib import closing
from ipaddress import ip_address
from threading import Thread
from time import monotonic
from typing import Any, cast

from wakeyscan.core.typing import NamedTuple
from wakeyscan.verification.body import MAX_BODY, BodyError, read_body
from wakeyscan.verification.endpoint import Endpoint, Proxy, bracket_host

_MAX_RECEIVED = 3 * MAX_BODY
"""Maximum number of bytes to receive: head, body and chunk framing."""

_TEMPORARY_ERRORS = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


class HttpError(Exception):
    """The reason why there is no response; its text contains nothing that was sent."""

    def __init__(self, reason: str, is_temporary: bool = False) -> None:
        super().__init__(reason)
        self.is_temporary = is_temporary
        """Whether a retry may succeed."""


class Response(NamedTuple):
    """Response of a server."""

    status: int
    body: bytes = b""
    retry_after: str = ""
    content_encoding: str = ""
    """Compression of the body, although the request asked for none."""
    link: str = ""
    """Pages before and after this one (RFC 8288)."""
    rate_remaining: str = ""
    """Requests that are left."""
    rate_reset: str = ""
    """Time at which there are more, in seconds since 1970."""


def send_get(
    endpoint: Endpoint, path: str, headers: Mapping[str, bytes], read_body_for: Container[int]
) -> Response:
    """Send one GET request; read the body only if the status is in `read_body_for`.

    Raise `HttpError`. Header names and values must be valid; they are sent unchanged.
    """
    until = monotonic() + endpoint.deadline
    lines = {"Host": endpoint.authority.encode(), **headers, "Connection": b"close"}
    try:
        with closing(_connect(endpoint, until)) as connection:
            _send(connection, f"GET {endpoint.path}{path} HTTP/1.1", lines, until)
            return _receive(connection, until, read_body_for)
    except BodyError as error:
        failure = HttpError(str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        failure = _build_error(error, endpoint)
    raise failure  # outside the handler, so that it carries no other exception as its context


def _connect(endpoint: Endpoint, until: float) -> socket.socket:
    proxy = endpoint.proxy
    if proxy is None:
        connection = _dial(endpoint.host, endpoint.port, until, only_loopback=not endpoint.secure)
    else:
        connection = _dial(proxy.host, proxy.port, until)
    try:
        if proxy is not None:
            _open_tunnel(connection, endpoint, proxy, until)
        return _start_tls(connection, endpoint, until) if endpoint.secure else connection
    except BaseException:
        connection.close()
        raise


def _dial(host: str, port: int, until: float, only_loopback: bool = False) -> socket.socket:
    """Connect to the first address that accepts; the addresses share the remaining time."""
    addresses = _resolve(host, port, until)
    if only_loopback:  # a hosts file or DNS may map `localhost` to another machine
        addresses = [one for one in addresses if ip_address(one[4][0]).is_loopback]
    failure = OSError(errno.EADDRNOTAVAIL, "it has no address of this machine")
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(_remaining(until) / (len(addresses) - number))
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def _resolve(host: str, port: int, until: float) -> list[Any]:
    """Resolve a name in a thread that can be abandoned, because `getaddrinfo` has no timeout."""
    results: list[Any] = []

    def resolve() -> None:
        try:
            results.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            results.append(error)

    thread = Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(_remaining(until))
    if not results:
        raise TimeoutError
    if isinstance(results[0], Exception):
        raise results[0]
    return list(results[0])


def _open_tunnel(connection: socket.socket, endpoint: Endpoint, proxy: Proxy, until: float) -> None:
    target = f"{bracket_host(endpoint.host)}:{endpoint.port}"
    headers = {"Host": target.encode()}
    if proxy.credentials is not None:
        headers["Proxy-Authorization"] = b"Basic " + b64encode(proxy.credentials.reveal())
    _send(connection, f"CONNECT {target} HTTP/1.1", headers, until)
    response = _receive(connection, until, ())
    if response.status != 200:
        raise HttpError(f"the proxy responded with status {response.status}")


def _start_tls(connection: socket.socket, endpoint: Endpoint, until: float) -> socket.socket:
    # Not create_default_context: it writes session keys to the file that SSLKEYLOGFILE names.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if endpoint.cafile:
        context.load_verify_locations(endpoint.cafile)
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    connection.settimeout(_remaining(until))
    return context.wrap_socket(connection, server_hostname=endpoint.host)


def _send(
    connection: socket.socket, request_line: str, headers: Mapping[str, bytes], until: float
) -> None:
    fields = (b"%s: %s" % (name.encode(), value) for name, value in headers.items())
    connection.settimeout(_remaining(until))
    connection.sendall(b"\r\n".join((request_line.encode("ascii"), *fields)) + b"\r\n\r\n")


def _receive(connection: socket.socket, until: float, read_body_for: Container[int]) -> Response:
    stream = cast(socket.socket, _LimitedStream(connection, until))
    with closing(http.client.HTTPResponse(stream, method="GET")) as response:
        response.begin()
        has_body = response.status in read_body_for
        body = read_body(response) if has_body else b""
        return Response(
            response.status,
            body,
            retry_after=response.getheader("Retry-After", ""),
            content_encoding=response.getheader("Content-Encoding", "identity"),
            link=response.getheader("Link", ""),
            rate_remaining=_get_first(response, "X-RateLimit-Remaining", "RateLimit-Remaining"),
            rate_reset=_get_first(response, "X-RateLimit-Reset", "RateLimit-Reset"),
        )


def _get_first(response: http.client.HTTPResponse, *names: str) -> str:
    """Return the first header that is present: GitHub and GitLab name them differently."""
    return next((value for name in names if (value := response.getheader(name))), "")


class _LimitedStream(io.RawIOBase):
    """Bytes from a socket, until a deadline and up to `_MAX_RECEIVED`."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection = connection
        self._until = until
        self._budget = _MAX_RECEIVED

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(_remaining(self._until))
        count = self._connection.recv_into(buffer)
        self._budget -= count
        if self._budget < 0:
            raise HttpError(f"the response is larger than {_MAX_RECEIVED // 1024} KiB in total")
        return count


def _remaining(until: float) -> float:
    remaining = until - monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining


def _build_error(error: Exception, endpoint: Endpoint) -> HttpError:
    """Return an error with a text of our own; the text of an exception may repeat the request."""
    host = (endpoint.proxy or endpoint).host
    hint = ""
    if endpoint.unused_proxy:
        hint = f" ({endpoint.unused_proxy} is set, but only --proxy is used)"
    match error:
        case TimeoutError():
            return HttpError(f"no response within {endpoint.deadline:g} s{hint}")
        case ssl.SSLCertVerificationError():
            return HttpError(f"the certificate is not trusted: {error.verify_message}{hint}")
        case ConnectionRefusedError():
            return HttpError(f"{host} refused the connection{hint}", is_temporary=True)
        case ConnectionError() | ssl.SSLEOFError() | http.client.IncompleteRead():
            return HttpError("the connection was closed unexpectedly", is_temporary=True)
        case ssl.SSLError():
            return HttpError(f"TLS failed: {error.reason or 'no reason given'}")
        case socket.gaierror() | UnicodeError():
            is_temporary = error.args[:1] == (socket.EAI_AGAIN,)
            return HttpError(f"the host name {host} cannot be resolved{hint}", is_temporary)
        case OSError():
            is_temporary = error.errno in _TEMPORARY_ERRORS
            return HttpError(f"cannot connect to {host}: {error.strerror}{hint}", is_temporary)
    return HttpError(f"the response is not valid HTTP ({type(error).__name__})")
