"""Requests to the API of a host: pages, limits of the rate, and errors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from wakeyscan.core.errors import UsageError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.verification.http import HttpError, Response, send_get

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.core.secret import Secret
    from wakeyscan.verification.endpoint import Endpoint

_PAGE_SIZE = 50
"""Items of a page. 100 of GitHub may be over 1 MiB, our limit of a response."""
_MAX_PAGES = 2_000
_MAX_WAIT = 3_900
"""Seconds to wait for a new allowance; GitHub renews it every hour."""
_ATTEMPTS = 5
_OK, _UNAUTHORIZED, _MISSING = 200, 401, 404
_LIMITED = (403, 429)
_FIRST_FAILURE = 500


class HostClient(NamedTuple):
    """Access to the API of a host."""

    endpoint: Endpoint
    token: Secret | None
    variables: tuple[str, ...]
    """Variables that may hold a token, for messages."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time

    def fetch(self, path: str) -> Any:
        """Return the JSON at a path; `None` if there is nothing; raise `UsageError`."""
        return self._fetch_page(path)[0]

    def list_items(self, path: str) -> Iterator[Any] | None:
        """Return the items of all pages at a path; `None` if there is no such path."""
        first, has_next = self._fetch_page(_add_page(path, 1))
        return None if first is None else self._iterate(path, first, has_next)

    def _iterate(self, path: str, items: Any, has_next: bool) -> Iterator[Any]:
        for page in range(2, _MAX_PAGES + 2):
            if not isinstance(items, list):
                raise UsageError(f"{self.endpoint}: the response is not a list; check the URL")
            yield from items
            if not has_next:
                return
            items, has_next = self._fetch_page(_add_page(path, page))
        raise UsageError(f"{self.endpoint}: the listing has over {_MAX_PAGES:,} pages")

    def _fetch_page(self, path: str) -> tuple[Any, bool]:
        """Return the JSON of a page, and whether there is a next one."""
        response = self._send(path)
        if response.status == _MISSING:
            return None, False
        if response.status == _UNAUTHORIZED:
            raise UsageError(
                f"{self.endpoint}: does not accept the token; check {' or '.join(self.variables)}"
            )
        if response.status != _OK:
            raise UsageError(f"{self.endpoint}: answers with status {response.status}; try later")
        try:
            return json.loads(response.body), 'rel="next"' in response.link
        except (ValueError, RecursionError):
            raise UsageError(f"{self.endpoint}: does not answer with JSON; check the URL") from None

    def _send(self, path: str) -> Response:
        """Send a request; wait if the allowance is used up, and try again after a failure."""
        failure = ""
        for attempt in range(_ATTEMPTS):
            try:
                response = send_get(self.endpoint, path, self._build_headers(), (_OK,))
            except HttpError as error:
                failure = str(error)
                if not error.is_temporary:
                    break
                self.sleep(2**attempt)
                continue
            wait = self._find_wait(response, attempt)
            if not wait:
                return response
            if wait > _MAX_WAIT:
                raise UsageError(
                    f"{self.endpoint}: the rate limit is used up for {wait / 60:.0f} "
                    f"minutes; set {' or '.join(self.variables)}, or try later"
                )
            failure = f"status {response.status}"
            self.sleep(wait)
        raise UsageError(f"{self.endpoint}: does not answer: {failure}; try later")

    def _build_headers(self) -> dict[str, bytes]:
        headers = {"Accept": b"application/json", "User-Agent": b"wakeyscan"}
        if self.token:
            headers["Authorization"] = b"Bearer " + self.token.reveal()
        return headers

    def _find_wait(self, response: Response, attempt: int) -> float:
        """Return the seconds to wait before another try; 0 for an answer that is final."""
        if response.status >= _FIRST_FAILURE:
            return float(2**attempt)
        if response.status not in _LIMITED:
            return 0.0
        if response.retry_after.isdecimal():
            return float(response.retry_after) or 1.0
        if response.rate_remaining == "0" and response.rate_reset.isdecimal():
            return max(1.0, float(response.rate_reset) - self.clock())
        return float(2**attempt) if response.status == 429 else 0.0


def _add_page(path: str, page: int) -> str:
    return f"{path}{'&' if '?' in path else '?'}per_page={_PAGE_SIZE}&page={page}"
