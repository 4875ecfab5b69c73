"""One HTTP exchange that nothing holds up: one deadline for all of it, a bound for each part.

Why no HTTP client does it (measured with urllib3 2.8; httpx and requests bound single reads, too):
`Timeout(total=2)` is still held after 8 s by who trickles a head or a body, waits 6 s for a name
server that takes 6 s, and reads `100 Continue` for ever. It gives no hold of its socket before it
is connected, so the one way out is to leave its thread behind: that goes on, and sends the key
after the verdict (6 s after it had been given up at 2 s), and past the pace. So the connection is
our own, and of `http.client` only the parser of answers is used: it follows no redirect, keeps no
cookie, and knows neither netrc nor proxies. Its writer puts refused values into exceptions.
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
from typing import Any, NamedTuple, cast

from wakeyscan.verification.endpoint import Endpoint, Proxy, bracket_host

BODY = 1024 * 1024
"""Bytes of a body that are read at most; it is never unpacked."""

_ALL = 3 * BODY
"""Bytes that are taken from a connection at most: head, body, and what frames them."""

_PASSING = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


class HttpError(Exception):
    """Why there is no answer; the text holds nothing of what was sent."""

    def __init__(self, reason: str, passing: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing
        """Whether it may go by itself, so that asking again makes sense."""


class Response(NamedTuple):
    """What the other side said."""

    status: int
    body: bytes = b""
    retry_after: str = ""
    packed: str = ""
    """How the body is packed, against our wish."""


def send_get(
    endpoint: Endpoint, path: str, headers: Mapping[str, bytes], wanted: Container[int]
) -> Response:
    """Ask once; the body is read only where the status is a `wanted` one.

    Raises `HttpError`. Names and values of headers must be fit to be sent as they are.
    """
    until = monotonic() + endpoint.deadline
    lines = {"Host": endpoint.authority.encode(), **headers, "Connection": b"close"}
    try:
        with closing(_connect(endpoint, until)) as connection:
            _send(connection, f"GET {endpoint.path}{path} HTTP/1.1", lines, until)
            return _receive(connection, until, wanted)
    except (OSError, http.client.HTTPException, ValueError) as error:
        failure = _failure(error, endpoint)
    raise failure  # out here, so that it drags along no other exception


def _connect(endpoint: Endpoint, until: float) -> socket.socket:
    proxy = endpoint.proxy
    if proxy is None:
        connection = _dial(endpoint.host, endpoint.port, until, only_here=not endpoint.secure)
    else:
        connection = _dial(proxy.host, proxy.port, until)
    try:
        if proxy is not None:
            _tunnel(connection, endpoint, proxy, until)
        return _secured(connection, endpoint, until) if endpoint.secure else connection
    except BaseException:
        connection.close()
        raise


def _dial(host: str, port: int, until: float, only_here: bool = False) -> socket.socket:
    """Connect to the first address that takes us; each gets its share of the time."""
    addresses = _addresses(host, port, until)
    if only_here:  # what hosts or DNS make of `localhost` is not for us to believe
        addresses = [one for one in addresses if ip_address(one[4][0]).is_loopback]
    failure = OSError(errno.EADDRNOTAVAIL, "no address of this machine")
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(_left(until) / (len(addresses) - number))
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure


def _addresses(host: str, port: int, until: float) -> list[Any]:
    """Look a name up in a thread that can be left behind: the look-up itself has no time limit."""
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(_left(until))
    if not found:
        raise TimeoutError
    if isinstance(found[0], Exception):
        raise found[0]
    return list(found[0])


def _tunnel(connection: socket.socket, endpoint: Endpoint, proxy: Proxy, until: float) -> None:
    target = f"{bracket_host(endpoint.host)}:{endpoint.port}"
    headers = {"Host": target.encode()}
    if proxy.credentials is not None:
        headers["Proxy-Authorization"] = b"Basic " + b64encode(proxy.credentials.reveal())
    _send(connection, f"CONNECT {target} HTTP/1.1", headers, until)
    answer = _receive(connection, until, ())
    if answer.status != 200:
        raise HttpError(f"the proxy answered {answer.status}")


def _secured(connection: socket.socket, endpoint: Endpoint, until: float) -> socket.socket:
    # Not create_default_context: that one writes the session's keys to where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if endpoint.cafile:
        context.load_verify_locations(endpoint.cafile)
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    connection.settimeout(_left(until))
    return context.wrap_socket(connection, server_hostname=endpoint.host)


def _send(
    connection: socket.socket, first: str, headers: Mapping[str, bytes], until: float
) -> None:
    lines = [first.encode("ascii"), *(b"%s: %s" % (k.encode(), v) for k, v in headers.items())]
    connection.settimeout(_left(until))
    connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")


def _receive(connection: socket.socket, until: float, wanted: Container[int]) -> Response:
    stream = cast(socket.socket, _Stream(connection, until))
    with closing(http.client.HTTPResponse(stream, method="GET")) as response:
        response.begin()
        body = response.read(BODY + 1) if response.status in wanted else b""
        if len(body) > BODY:
            raise HttpError(f"an answer of more than {BODY // 1024} KiB")
        if response.status in wanted and response.length:
            raise ConnectionAbortedError
        packed = response.getheader("Content-Encoding", "identity")
        return Response(response.status, body, response.getheader("Retry-After", ""), packed)


class _Stream(io.RawIOBase):
    """What comes from a socket until a moment and up to a size, however slowly it is sent."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection, self._until, self._spare = connection, until, _ALL

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(_left(self._until))
        count = self._connection.recv_into(buffer)
        self._spare -= count
        if self._spare < 0:
            raise HttpError(f"an answer of more than {_ALL // 1024} KiB in all")
        return count


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _failure(error: Exception, endpoint: Endpoint) -> HttpError:
    """Say it in words of our own: those of an exception may repeat what was sent."""
    host = (endpoint.proxy or endpoint).host
    match error:
        case TimeoutError():
            return HttpError(f"no answer within {endpoint.deadline:g} s")
        case ssl.SSLCertVerificationError():
            return HttpError(f"the certificate is not to be trusted: {error.verify_message}")
        case ConnectionRefusedError():
            return HttpError(f"{host} refuses the connection", passing=True)
        case ConnectionError() | ssl.SSLEOFError() | http.client.IncompleteRead():
            return HttpError("the connection was cut", passing=True)
        case ssl.SSLError():
            return HttpError(f"TLS failed: {error.reason or 'no reason given'}")
        case socket.gaierror() | UnicodeError():
            later = error.args[:1] == (socket.EAI_AGAIN,)
            return HttpError(f"the name {host} can't be resolved", passing=later)
        case OSError():
            passing = error.errno in _PASSING
            return HttpError(f"no connection to {host}: {error.strerror}", passing)
    return HttpError(f"what came back is not HTTP ({type(error).__name__})")
