"""Parts of Markdown that no text of a scanned file can break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_MOST_ROWS, _MOST_BYTES = 500, 300_000
"""Limits of each table: GitHub drops a summary of over 1 MiB, and names may be long."""


def join_rows(rows: Iterable[tuple[str, int]]) -> str:
    """Join rows up to the limits, and count the omitted items.

    Each row comes with the number of items that it represents.
    """
    rest = iter(rows)
    shown: list[str] = []
    size = 0
    for row, times in rest:
        size += len(row.encode("utf-8", "backslashreplace"))
        if len(shown) == _MOST_ROWS or size > _MOST_BYTES:
            return f"{''.join(shown)}\n…and {times + sum(more for _, more in rest)} more.\n"
        shown.append(row)
    return "".join(shown)


@contextmanager
def fold(title: str, out: TextIO) -> Iterator[None]:
    """Write what follows as details that a reader opens; the title is plain text of ours."""
    out.write(f"\n<details><summary>{title}</summary>\n\n")
    yield
    out.write("\n</details>\n")


def format_code(text: str, *, in_table: bool = True) -> str:
    """Return a code span that the text cannot end, for a table cell that it cannot leave.

    Outside of a table, a reader would copy the backslash before a `|`.
    """
    text = escape_for_terminal(text)
    text = text.replace("|", "\\|") if in_table else text
    ticks = "`"
    while ticks in text:
        ticks += "`"
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"
