"""A fake of the WAStack API on this machine, for tests and for the demonstration.

It is a real HTTP server, with TLS if it gets a context. A script answers each key.
"""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any, NamedTuple

from wakeyscan.core.secret import Secret


class RecordedRequest(NamedTuple):
    """A received request, with redacted credentials."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By name in lower case."""


Script = Callable[["RequestHandler"], None]
"""A function that answers one request."""


class FakeWAStack:
    """A server on loopback, running while its context is open."""

    def __init__(
        self,
        keys: Mapping[str, Script],
        app_key: str | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.keys, self.app_key = dict(keys), app_key
        self.asked: list[RecordedRequest] = []
        """Requests in their order."""
        self.over = Event()
        """Set at the end, so that a slow script stops."""
        self._scheme = "https" if context else "http"
        self._server = _Server(self, context)

    @property
    def port(self) -> int:
        """The port of the server."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The base URL for `--api-url`."""
        return f"{self._scheme}://127.0.0.1:{self.port}/api/v1"

    def answer(self, asking: RequestHandler) -> None:
        """Record a request, and answer it by the script of its key."""
        self.asked.append(asking.record())
        key = asking.headers.get("Authorization", "").removeprefix("Bearer ")
        script = self.keys.get(key, UNKNOWN)
        if self.app_key is not None and asking.headers.get("X-App-Key") != self.app_key:
            script = BARE
        if asking.path.partition("?")[0] != "/api/v1/devices":
            script = says(404, {"success": False, "error": "Not found"})
        script(asking)

    def __enter__(self) -> FakeWAStack:
        # Serving looks for its end so often: the default of 0.5 s would slow every test.
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, fake: FakeWAStack, context: ssl.SSLContext | None) -> None:
        self.fake, self._context = fake, context
        super().__init__(("127.0.0.1", 0), RequestHandler)

    def server_bind(self) -> None:
        socket.socket.bind(self.socket, self.server_address)  # its own asks DNS for our name
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def finish_request(self, request: Any, client_address: Any) -> None:
        # In the thread of the connection: a client that dawdles over TLS holds nobody else.
        if self._context is not None:
            request.settimeout(10)
            with self._context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        else:
            super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing; tests disconnect clients on purpose."""


class RequestHandler(BaseHTTPRequestHandler):
    """A request, with ways to answer it."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Pass the request to the server."""
        self.close_connection = True
        self.server.fake.answer(self)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # a client that does more is noted, too

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing, because a request contains keys."""

    def record(self) -> RecordedRequest:
        """Return the request with its credentials redacted."""
        secret = ("authorization", "x-app-key", "proxy-authorization", "cookie")
        headers = {
            name: str(Secret(value.encode(), name)) if name in secret else value
            for name, value in ((name.lower(), value) for name, value in self.headers.items())
        }
        return RecordedRequest(self.command, self.path, headers)

    def say(self, status: int, body: bytes, **headers: str) -> None:
        """Send a complete response; `_` in a header name stands for `-`."""
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def dawdle(self, pieces: Iterator[bytes], pause: float) -> None:
        """Send pieces with pauses between them, until the server stops."""
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            if self.server.fake.over.wait(pause):
                return


def says(status: int, content: object, **headers: str) -> Script:
    """Answer with JSON."""
    return sends(status, json.dumps(content).encode(), Content_Type="application/json", **headers)


def sends(status: int, body: bytes, **headers: str) -> Script:
    """Answer with these bytes."""
    return lambda asking: asking.say(status, body, **headers)


def limits(retry_after: str = "", *, date_in: float | None = None) -> Script:
    """Answer 429; `date_in` makes `Retry-After` a date in so many seconds."""

    def script(asking: RequestHandler) -> None:
        wish = retry_after if date_in is None else formatdate(time.time() + date_in, usegmt=True)
        headers = {"Retry_After": wish} if wish else {}
        says(429, {"success": False, "error": "Too many requests"}, **headers)(asking)

    return script


def redirects(url: str, status: int = 302) -> Script:
    """Send the client elsewhere."""
    return sends(status, b"", Location=url)


def in_turn(*scripts: Script) -> Script:
    """Answer by one script after the other, then always by the last."""
    left = list(scripts)
    return lambda asking: (left.pop(0) if len(left) > 1 else left[0])(asking)


def trickles(asking: RequestHandler, pause: float = 0.05) -> None:
    """Send the head at once, and then single bytes without end."""
    asking.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
    asking.dawdle(iter(lambda: b" ", b""), pause)


def trickles_head(asking: RequestHandler, pause: float = 0.05) -> None:
    """Send the head in single bytes, without its end."""
    asking.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    asking.dawdle(iter(lambda: b"x", b""), pause)


def cuts(asking: RequestHandler) -> None:
    """Announce a body, and reset the connection in the middle of it."""
    asking.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"success": true')
    asking.wfile.flush()
    # To linger for no time is to reset.
    asking.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


DEVICES = [{"id": "d1", "status": "connected"}, {"id": "d2", "status": "disconnected"}]
"""Devices that a live key can list."""

_YES = {"success": True, "data": DEVICES}

LIVE = says(200, _YES)
REVOKED = says(401, {"success": False, "error": "API key has been revoked"})
UNKNOWN = says(401, {"success": False, "error": "Invalid API key"})
BARE = says(401, {"success": False, "error": "Unauthorized"})
FORBIDDEN = says(403, {"success": False, "error": "Insufficient permissions"})

SCRIPTS: dict[str, Script] = {
    "live": LIVE,
    "revoked": REVOKED,
    "bare": BARE,
    "forbidden": FORBIDDEN,
    "limited": limits("1"),
    "failing": says(500, {"success": False, "error": "Internal error"}),
    "slow": trickles,
    "slow-head": trickles_head,
    "redirecting": redirects("https://example.invalid/"),
    "portal": sends(200, b"<html>Please log in</html>", Content_Type="text/html"),
    "bad-json": sends(200, b'{"success": true,', Content_Type="application/json"),
    "text": says(200, {"success": "true", "data": DEVICES}),
    "huge": says(200, {**_YES, "more": "x" * (1 << 20)}),
    "packed": sends(200, gzip.compress(json.dumps(_YES).encode()), Content_Encoding="gzip"),
    "cut": cuts,
}
"""Scripts by name."""
