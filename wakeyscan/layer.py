"""What a decoder gives: a text that was wrapped, or the encoding that the whole text is in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class Layer(NamedTuple):
    """A text taken out of its wrapping."""

    content: bytes
    span: tuple[int, int]
    """Where it stood in the wrapping text: offsets, half-open."""

    def __repr__(self) -> str:
        return f"Layer({len(self.content)} bytes, {self.span})"


class Encoded(NamedTuple):
    """Says that the wrapping text, as a whole, is a text in a codec of Python's."""

    codec: str
    mark: int = 0
    """Bytes of the byte-order mark at its start."""


class Decoder(Protocol):
    """What a module of the family `decoders` is: one wrapping, and how to take it off."""

    NAME: str

    def disguise(self, anchor: bytes, exact_case: bool) -> Iterable[bytes]:
        """Give the byte strings one of which stands wherever the wrapped anchor does."""

    def unwrap(self, content: bytes, marks: frozenset[bytes]) -> Iterable[Layer | Encoded]:
        """Yield the texts in `content` that were wrapped where one of `marks` stands."""
