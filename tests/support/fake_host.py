"""A fake of the APIs of GitHub and GitLab on loopback: pages, rate limits and tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class Answer(NamedTuple):
    """A response."""

    status: int
    content: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class FakeHost:
    """A server that lists repositories, running while its context is open."""

    def __init__(self, lists: dict[str, list[Any]], token: str = "") -> None:
        self.lists, self.token = lists, token
        """Items by the path of a listing, without the query."""
        self.asked: list[str] = []
        """Paths of all requests, with their queries."""
        self.first: list[Answer] = []
        """Answers to the first requests, whatever they ask for."""
        self.values: dict[str, Any] = {}
        """Other content by its path."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake.asked.append(self.path)
                answer = fake.answer(self.path, self.headers.get("Authorization", ""))
                body = json.dumps(answer.content).encode()
                self.send_response(answer.status)
                for name, value in (*answer.headers, ("Content-Length", str(len(body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._start: Callable[[], None] = Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        ).start

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/api"

    def answer(self, path: str, authorization: str) -> Answer:
        if self.first:
            return self.first.pop(0)
        if self.token and authorization != f"Bearer {self.token}":
            return Answer(401, {"message": "Bad credentials"})
        parts = urlsplit(path)
        name = parts.path.removeprefix("/api")
        if name in self.values:
            return Answer(200, self.values[name])
        if name not in self.lists:
            return Answer(404, {"message": "Not Found"})
        query = parse_qs(parts.query)
        page, size = int(query["page"][0]), int(query["per_page"][0])
        items = self.lists[name]
        has_next = page * size < len(items)
        link = f'<{self.url}{name}?page={page + 1}>; rel="next"' if has_next else ""
        return Answer(200, items[(page - 1) * size : page * size], (("Link", link),))

    def __enter__(self) -> FakeHost:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def describe_for_github(name: str, url: str, **more: Any) -> dict[str, Any]:
    """Return a repository as GitHub describes it, as far as it matters."""
    fields = {"fork": False, "archived": False, "private": False, "size": 1, "has_wiki": False}
    return {"full_name": name, "clone_url": url, **fields, **more}


def describe_for_gitlab(name: str, url: str, **more: Any) -> dict[str, Any]:
    """Return a project as GitLab describes it, as far as it matters."""
    fields = {"archived": False, "visibility": "public", "wiki_enabled": False}
    return {"path_with_namespace": name, "http_url_to_repo": url, **fields, **more}
