"""Whether a content is binary: its NULs and control characters, and what delimits its strings."""

from __future__ import annotations

from functools import cached_property

from wakeyscan.scanner.string_tables import has_bare_strings, has_controls

_NUL_CONTEXT = 1 << 16
"""Bytes on either side of a key in which a NUL shows binary data."""


class NulSearch:
    """The NULs near the keys of a content, and whether its strings are bare.

    If the keys are asked for in ascending order, the time is linear in the size of the content.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._low = self._end = 0
        """A part without a NUL; a NUL may be at its end."""

    @cached_property
    def has_bare_strings(self) -> bool:
        """Whether neither NUL nor a length ends a string: it is searched for once, not per key."""
        return has_bare_strings(self._content)

    @cached_property
    def has_controls(self) -> bool:
        """Whether a NUL, or a control character that no text has, is anywhere in the content."""
        return has_controls(self._content)

    @cached_property
    def has_only_delimited(self) -> bool:
        """Whether every string is delimited, unless one of the marks precedes it.

        So it is in an ASCII text.
        """
        return self._content.isascii() and not (self.has_controls or self.has_bare_strings)

    def is_near(self, start: int, end: int) -> bool:
        """Return whether a NUL shows that the content around `start:end` is binary."""
        low, high = max(0, start - _NUL_CONTEXT), end + _NUL_CONTEXT
        if not self._low <= low <= self._end:
            self._low = self._end = low
        if self._end < high:
            nul = self._content.find(b"\0", self._end, high + _NUL_CONTEXT)
            self._end = nul if nul >= 0 else min(len(self._content), high + _NUL_CONTEXT)
        return self._end < high and self._content.startswith(b"\0", self._end)
