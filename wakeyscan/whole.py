"""A document that came in windows, in one piece again."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO

from wakeyscan.finding import Document

_PIECE = 1 << 20


class Whole:
    """A document as a stream, read as far as anybody wants; each of its windows is shown to `see`.

    So what is in a container of any size can be looked at while the container itself is.
    """

    def __init__(
        self,
        first: Document,
        window: Callable[[], Document | None],
        see: Callable[[Document], object],
    ) -> None:
        self._first, self._window, self._see = first, window, see
        self._held = self._shown(first)
        self.size = len(self._held.getbuffer())
        """Bytes that were read so far."""

    def read(self, size: int) -> bytes:
        """Read at most so many bytes; reading none, as a tar does at a member's end, takes none."""
        while not (piece := self._held.read(size)) and size and (window := self._window()):
            self._held = self._shown(window)
            self.size += len(self._held.getbuffer())
        return piece

    def seekable(self, most: int) -> BinaryIO | None:
        """Give it to be read here and there; `None` where it is over `most` bytes, and no file."""
        first = self._first
        if first.own is None or first.own[1] == len(first.content):
            return BytesIO(first.content)
        if first.whole is not None:
            file = first.whole()
            self.size = file.seek(0, 2)
            return file
        pieces, left = [], most
        while left >= 0 and (piece := self.read(_PIECE)):
            pieces.append(piece)
            left -= len(piece)
        return BytesIO(b"".join(pieces)) if left >= 0 else None

    def drain(self) -> None:
        """Show the windows that nobody wanted."""
        while window := self._window():
            self._shown(window)

    def _shown(self, window: Document) -> BytesIO:
        self._see(window)
        low, high = window.own or (0, len(window.content))
        return BytesIO(window.content[low:high])
