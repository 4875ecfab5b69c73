"""Progress of a long run: one line on stderr, only if stderr is a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator

from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.scanner.scan_result import ScanResult

_DELAY_SECONDS, _INTERVAL_SECONDS = 1.0, 0.1
"""Time before the first update, and between two updates."""

_MIN_SHARE = 0.05
"""Share of the work after which the remaining time is estimated."""


class Progress:
    """A progress line, which is cleared at the end."""

    def __init__(self, stream: TextIO | None, hidden: bool = False) -> None:
        self._stream = stream if stream and stream.isatty() and not hidden else None
        self._done = self._bytes = 0
        self._what, self._share = "", 0.0
        self._start = self._last_update = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def show(self, text: str) -> None:
        """Show a text immediately, in place of the counts."""
        if self._stream is not None:
            self._last_update = time.monotonic()
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()

    def add_result(self, result: ScanResult) -> None:
        """Add the files of a scan's partial result."""
        self.advance(result.coverage.documents, result.coverage.bytes, "files")

    def advance(self, done: int, size: int, what: str, share: float = 0.0) -> None:
        """Add finished items and their bytes; `share` is the finished part of all, if known."""
        self._done += done
        self._bytes += size
        self._what, self._share = what, share
        self._draw()

    def sleep(self, seconds: float) -> None:
        """Sleep for a time, and keep showing the progress."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _DELAY_SECONDS))
            self._draw()

    def end(self) -> None:
        """Clear the line, and start again from zero."""
        if self._stream and self._last_update > self._start:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._done = self._bytes = 0
        self._start = self._last_update = time.monotonic()

    def _draw(self) -> None:
        now = time.monotonic()
        passed = now - self._start
        if (
            self._stream is None
            or passed < _DELAY_SECONDS
            or now - self._last_update < _INTERVAL_SECONDS
        ):
            return
        self._last_update = now
        self._stream.write(f"\r\x1b[K{', '.join(self._describe(passed))}")
        self._stream.flush()

    def _describe(self, passed: float) -> Iterator[str]:
        yield f"{self._done:,} {self._what}"
        if self._bytes:
            yield f"{self._bytes / 1e6:,.0f} MB"
            yield f"{self._bytes / passed / 1e6:,.0f} MB/s"
        if self._share > _MIN_SHARE:
            yield f"{passed * (1 - self._share) / self._share:,.0f} s left"
