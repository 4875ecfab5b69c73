"""Strings of a program that its data or its code names: the address and the length of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from wakeyscan.core.secret import MIN_KEY
from wakeyscan.scanner.string_tables import _instructions, _pointers, has_bare_strings
from wakeyscan.scanner.string_tables._program import (
    Program,
    Reference,
    find_key_addresses,
)

_NUL_NEXT = re.compile(rb"[\x01-\x7f]{0,256}\0")
_MAX_STRING = 1 << 16


def find_named_strings(
    program: Program, offsets: Sequence[int], *, is_amd64: bool
) -> Iterator[tuple[int, int]]:
    """Yield the strings in which one of the offsets lies, and whose length is known."""
    keys = find_key_addresses(program, offsets)
    references = _pointers.find_references(program, keys)
    if is_amd64:
        references = chain(references, _instructions.find_references(program, keys))
    yield from select_strings(program.content, references)


def select_strings(content: bytes, references: Iterable[Reference]) -> Iterator[tuple[int, int]]:
    """Yield the strings that references name; none where two of them contradict each other."""
    is_bare = has_bare_strings(content)
    ends: dict[int, set[int]] = {}
    for reference in references:
        end = reference.start + reference.length
        is_known = end in ends.get(reference.start, ())
        if not is_known and _is_string(content, reference, is_bare=is_bare):
            ends.setdefault(reference.start, set()).add(end)
    for start, (end, *others) in ends.items():
        if not others:
            yield start, end


def _is_string(content: bytes, reference: Reference, *, is_bare: bool) -> bool:
    """Return whether a string may have such a length.

    In C, a string is between two NULs. Then a smaller number next to its address is not a length.
    """
    start, key, length = reference
    end = start + length
    if start < 0 or length > _MAX_STRING or not key + MIN_KEY <= end <= len(content):
        return False
    if content.find(b"\0", start, end) >= 0:
        return False
    is_c_string = content[start - 1 : start] == b"\0" and _NUL_NEXT.match(content, end)
    return is_bare or not is_c_string or content[end] == 0
