"""Cuts: where a key in binary data may end, if the end that was found is open.

The letters after it may be the rest, or the last letters of the key may belong to its neighbor:

    blocks    the last block of a literal repeats bytes of the key
    chunks    the key goes on in the next chunk of its string
    length    another key of the same content has a certain end
    class     the neighbor begins where small letters, capitals or digits end
    field     the key fills a field of a round size, and the next one looks like letters
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends.text_end import KEY_PREFIX, Rest
from wakeyscan.scanner.strings import blocks, chunks, fields

_RUN = lazy_pattern(rb"[A-Za-z0-9_-]++")
_MAX_NEIGHBOR = 128
_CLASS_RUN = lazy_pattern(rb"[a-z]+|[A-Z]+|[0-9]+|[_-]+")
_MAX_CUTS, _MAX_FULL = 2, 3


def find_rests(content: bytes, start: int, end: int) -> list[Rest]:
    """Return the letters in the other chunks of a string, or else those that follow directly."""
    return _find_chunks(content, start, end) or _find_neighbor(content, end)


def list_texts(
    content: bytes,
    start: int,
    end: int,
    rests: Sequence[Rest],
    *,
    lengths: Sequence[int],
    others: Iterable[bytes],
) -> Iterator[bytes]:
    """Yield the texts that may be the key at `start:end`, the likeliest first.

    `lengths` are those of other keys, and `others` the texts up to the ends that bytes near the key
    name.
    """
    yield blocks.join_blocks(content, start, end)
    yield from _list_cuts(content[start:end], rests, lengths)
    full = [content[start:one] for one in fields.list_full_ends(content, start, end)]
    yield from full[:_MAX_FULL]
    yield from others
    yield from full[_MAX_FULL:]


def _find_chunks(content: bytes, at: int, end: int) -> list[Rest]:
    """Return the letters in the other chunks of the string in which a key starts."""
    parts: list[Rest] = []
    for start, chunk_end in chunks.list_chunks(content, at)[1:]:
        run = _RUN.match(content, start, chunk_end)
        if not run:
            break
        parts.append(Rest(run[0], start - end, run.end() - end))
    return parts


def _find_neighbor(content: bytes, end: int) -> list[Rest]:
    """Return the letters that follow an end directly, as in binary data, up to the next key."""
    run = _RUN.match(content, end, end + _MAX_NEIGHBOR)
    text = run[0].partition(KEY_PREFIX)[0] if run else b""
    return [Rest(text, 0, len(text))] if text else []


def _list_cuts(text: bytes, rests: Sequence[Rest], lengths: Sequence[int]) -> Iterator[bytes]:
    """Yield the text up to a known length, with its neighbor, and up to another class."""
    whole = b"".join([text, *(rest.text for rest in rests)])
    yield from (whole[:length] for length in lengths if length <= len(whole))
    yield whole
    runs = list(_CLASS_RUN.finditer(text))
    yield from (text[: run.start()] for run in reversed(runs[-_MAX_CUTS:]))
