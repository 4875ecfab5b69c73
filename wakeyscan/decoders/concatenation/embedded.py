"""Keys in pieces in a text, and in the source code inside it: in its strings, and in patches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.concatenation.assemble import assemble_keys
from wakeyscan.decoders.concatenation.code_text import CodeText
from wakeyscan.decoders.concatenation.escaped_code import read_escaped_near
from wakeyscan.decoders.concatenation.patches import read_patches
from wakeyscan.decoders.concatenation.quoted_code import (
    list_windows,
    read_strings,
    read_strings_near,
)
from wakeyscan.decoders.decoder import DecodedText, Segment

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.chain import Chain
    from wakeyscan.decoders.decoder import FoundAnchors, Span

_MAX_DEPTH = 3
"""Maximum number of nested strings and patches that are read, such as JSON inside JSON."""
_ESCAPE = b"\\"
_KEY_CONTEXT = 64
"""Bytes before the first part that determine whether the prefix starts a word."""


class _Key(NamedTuple):
    """A key in pieces, and the code whose literals they are."""

    code: CodeText
    chain: Chain

    @property
    def pieces(self) -> tuple[Span, ...]:
        """Bounds of the pieces in the document."""
        return tuple(map(self.code.find_source, self.chain.spans))

    @property
    def is_unclear(self) -> bool:
        """Whether this text does not show that the pieces are joined, or where the last ends."""
        end = self.chain.end
        return self.chain.is_guess or self.code.content.startswith(_ESCAPE, end)


def decode_keys(
    content: bytes, found: FoundAnchors, offsets: Iterable[int]
) -> Iterator[DecodedText]:
    """Yield each key that is concatenated from several literals.

    `offsets` are the places, in ascending order, at which a prefix may be split. If several texts
    have the same pieces, the first text counts that shows where they end.
    """
    keys: dict[tuple[Span, ...], _Key] = {}
    for code in _list_texts(CodeText(content, found.path), found, offsets):
        for chain in assemble_keys(code.content, code.path, found):
            key = _Key(code, chain)
            if keys.setdefault(key.pieces, key).is_unclear:
                keys[key.pieces] = key
    yield from map(_build_decoded_text, keys.values())


def _list_texts(code: CodeText, found: FoundAnchors, offsets: Iterable[int]) -> Iterator[CodeText]:
    """Yield a text, and the texts inside it."""
    yield code
    windows = [*list_windows(code.content, offsets)]
    yield from read_escaped_near(code, windows)
    for text in read_strings_near(code, windows):
        yield from _list_inner_texts(text, found, _MAX_DEPTH - 1)
    for text in read_patches(code, _list_parts(found)):
        yield from _list_inner_texts(text, found, _MAX_DEPTH - 1, is_patch=True)


def _list_inner_texts(
    code: CodeText, found: FoundAnchors, depth: int, *, is_patch: bool = False
) -> Iterator[CodeText]:
    """Yield a text, and the texts inside it; a patch in a patch is not read."""
    yield code
    if not depth:
        return
    for text in read_strings(code):
        yield from _list_inner_texts(text, found, depth - 1, is_patch=is_patch)
    for text in () if is_patch else read_patches(code, _list_parts(found)):
        yield from _list_inner_texts(text, found, depth - 1, is_patch=True)


def _list_parts(found: FoundAnchors) -> set[bytes]:
    """Return the parts of the prefix that were found, without the escape of a quote."""
    return {part.rstrip(_ESCAPE) for part in found}


def _build_decoded_text(key: _Key) -> DecodedText:
    """Return the text of a key, with its context in the same code."""
    code, chain = key
    end = min(len(code.content), chain.end + 1)
    segments, texts, offset = list[Segment](), list[bytes](), 0
    for span in (*_list_context(code, chain.start), *chain.spans, (chain.end, end)):
        if text := code.content[slice(*span)]:
            segments.append(Segment(offset, *code.find_source(span)))
            texts.append(text)
            offset += len(text)
    return DecodedText(
        b"".join(texts),
        (min(one.start for one in segments), max(one.end for one in segments)),
        tuple(segments),
        is_concatenated=True,
        is_scattered=chain.is_scattered,
        is_guess=chain.is_guess,
    )


def _list_context(code: CodeText, start: int) -> Iterable[Span]:
    """Return the context before a key, in parts that have the same length in the document."""
    low = max(0, start - _KEY_CONTEXT)
    if not code.is_inner:
        return ((low, start),)
    low = max(low, code.content.rfind(b"\n", low, start) + 1)
    return ((at, at + 1) for at in range(low, start))
