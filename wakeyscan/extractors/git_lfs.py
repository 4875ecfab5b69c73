"""Git LFS pointers: the content is scanned in their place if it is on this machine.

The SHA-256 in the pointer names the content and proves that it is the right one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import ExtractionError, Member, NotAvailable
from wakeyscan.git.lfs import MAX_POINTER, Pointer, parse_pointer

if TYPE_CHECKING:
    from typing import BinaryIO

SEEKS = False

_NOT_AVAILABLE = (
    "Git LFS pointer: its {:,} bytes are not on this machine;"
    " run git lfs fetch --all, or exclude it"
)
_EMPTY_OID = hashlib.sha256().hexdigest()
_PIECE = 1 << 20


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the content, under the name of the pointer."""
    pointer = parse_pointer(file.read(MAX_POINTER + 1))
    if pointer is None:
        raise ExtractionError("does not follow the format", gap=False)
    limit = budget.limits.max_member_size
    if limit is not None and pointer.size > limit:
        yield Member("", file.read, pointer.size)  # the caller reports it and reads nothing
    elif pointer != (_EMPTY_OID, 0):
        with _open_content(pointer, budget) as content:
            yield Member("", content.read, pointer.size, file=content)


def _open_content(pointer: Pointer, budget: ExtractionBudget) -> BinaryIO:
    try:
        content = budget.open_lfs_object(pointer.oid) if budget.open_lfs_object else None
        if content is None:
            raise NotAvailable(_NOT_AVAILABLE.format(pointer.size))
        try:
            _check_content(content, pointer, budget)
        except BaseException:
            content.close()
            raise
    except OSError as error:
        raise ExtractionError(f"its content cannot be read: {error.strerror}") from None
    return content


def _check_content(content: BinaryIO, pointer: Pointer, budget: ExtractionBudget) -> None:
    size = content.seek(0, 2)
    if size != pointer.size:
        raise ExtractionError(
            f"damaged: the content has {size:,} bytes, but the pointer says {pointer.size:,}"
        )
    content.seek(0)
    digest = hashlib.sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
        budget.check_time()
    if digest.hexdigest() != pointer.oid:
        raise ExtractionError("damaged: the content does not have the SHA-256 of the pointer")
    content.seek(0)
    budget.count_input(size)
