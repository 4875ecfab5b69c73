"""Pointers of Git LFS: the content is looked at in their place, where it is on this machine.

It is where the SHA-256 of the content says, and nothing else is taken for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from wakeyscan.extractors.extractor import ExtractionBudget, ExtractionError, Member, NotAvailable
from wakeyscan.git.lfs import MAX_POINTER, Pointer, parse_pointer

SEEKS = False

_ABSENT = "a pointer of Git LFS; its {:,} bytes are not here: git lfs fetch --all, or exclude it"
_EMPTY = hashlib.sha256().hexdigest()
_PIECE = 1 << 20


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the content, under the name of the pointer."""
    pointer = parse_pointer(file.read(MAX_POINTER + 1))
    if pointer is None:
        raise ExtractionError("not as the format says", gap=False)
    most = budget.bounds.largest
    if most is not None and pointer.size > most:
        yield Member("", file.read, pointer.size)  # which is not read, but said
    elif pointer != (_EMPTY, 0):
        with _content(pointer, budget) as content:
            yield Member("", content.read, pointer.size, file=content)


def _content(pointer: Pointer, budget: ExtractionBudget) -> BinaryIO:
    """Open the content; raises `ExtractionError` where there is none, or another than the pointer's."""
    try:
        content = budget.kept(pointer.oid) if budget.kept else None
        if content is None:
            raise NotAvailable(_ABSENT.format(pointer.size))
        try:
            _check(content, pointer, budget)
        except BaseException:
            content.close()
            raise
    except OSError as error:
        raise ExtractionError(f"its content can't be read: {error.strerror}") from None
    return content


def _check(content: BinaryIO, pointer: Pointer, budget: ExtractionBudget) -> None:
    size = content.seek(0, 2)
    if size != pointer.size:
        raise ExtractionError(
            f"damaged: {size:,} bytes are here, the pointer says {pointer.size:,}"
        )
    content.seek(0)
    digest = hashlib.sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
        budget.wait()
    if digest.hexdigest() != pointer.oid:
        raise ExtractionError("damaged: what is here is not what the pointer says, by its SHA-256")
    content.seek(0)
    budget.take_in(size)
