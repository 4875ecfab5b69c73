"""Tells how far a long scan is: on stderr, and only where that is a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TextIO

from wakeyscan.scan import Looked

_PATIENCE, _EVERY = 1.0, 0.1
"""Seconds before the first word, and between two."""


class Progress:
    """Counts what was looked at, and says it on one line that it wipes away at the end."""

    def __init__(self, stream: TextIO | None, hidden: bool = False) -> None:
        self._stream = stream if stream and stream.isatty() and not hidden else None
        self._documents = self._bytes = 0
        self._began = self._said = time.monotonic()

    def follow(self, looks: Iterable[Looked]) -> Iterator[Looked]:
        """Pass the looks on, and speak now and then."""
        for looked in looks:
            yield looked
            if self._stream:
                self._documents += looked.coverage.documents
                self._bytes += looked.coverage.bytes
                self._speak(self._stream)
        if self._stream and self._said > self._began:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _speak(self, stream: TextIO) -> None:
        now = time.monotonic()
        if now - self._began < _PATIENCE or now - self._said < _EVERY:
            return
        self._said = now
        rate = self._bytes / (now - self._began) / 1e6
        size = self._bytes / 1e6
        stream.write(f"\r\x1b[K{self._documents:,} files, {size:,.0f} MB, {rate:,.0f} MB/s")
        stream.flush()
