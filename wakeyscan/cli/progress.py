"""Tells how far a long scan is: on stderr, and only where that is a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TextIO

from wakeyscan.scanner.documents import ScanResult

_PATIENCE, _EVERY = 1.0, 0.1
"""Seconds before the first word, and between two."""

_SURE = 0.05
"""The share of the whole from which on the time that is left can be told."""


class Progress:
    """Says how far a look is on one line, which it wipes away at the end."""

    def __init__(self, stream: TextIO | None, hidden: bool = False) -> None:
        self._stream = stream if stream and stream.isatty() and not hidden else None
        self._done = self._bytes = 0
        self._what, self._share = "", 0.0
        self._began = self._said = time.monotonic()

    def follow(self, looks: Iterable[ScanResult]) -> Iterator[ScanResult]:
        """Pass the looks of a scan on, and speak now and then."""
        for looked in looks:
            yield looked
            self.advance(looked.coverage.documents, looked.coverage.bytes, "files")
        self.end()

    def advance(self, done: int, size: int, what: str, share: float = 0.0) -> None:
        """Take in that so much more was looked at; `share` is what that makes of all, if known."""
        self._done += done
        self._bytes += size
        self._what, self._share = what, share
        self._tell()

    def sleep(self, seconds: float) -> None:
        """Sleep so long, and go on telling how far it is."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _PATIENCE))
            self._tell()

    def _tell(self) -> None:
        now = time.monotonic()
        passed = now - self._began
        if self._stream is None or passed < _PATIENCE or now - self._said < _EVERY:
            return
        self._said = now
        told = [f"{self._done:,} {self._what}"]
        if self._bytes:
            told += [f"{self._bytes / 1e6:,.0f} MB", f"{self._bytes / passed / 1e6:,.0f} MB/s"]
        if self._share > _SURE:
            told.append(f"{passed * (1 - self._share) / self._share:,.0f} s left")
        self._stream.write(f"\r\x1b[K{', '.join(told)}")
        self._stream.flush()

    def end(self) -> None:
        """Wipe the line away; what is told after this is told anew."""
        if self._stream and self._said > self._began:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._done = self._bytes = 0
        self._began = self._said = time.monotonic()
