"""Numbered steps as text: sentences that fit the width, and commands to be copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.reports.terminal_text import wrap_words

if TYPE_CHECKING:
    from wakeyscan.reports.next_steps import Step


def format_steps(steps: Iterable[Step], width: int, names: Iterable[str] = ()) -> Iterator[str]:
    """Yield the lines of numbered steps; a command has a line of its own, which is never broken.

    `names` are paths in the sentences: a line never breaks inside of one.
    """
    whole = [escape_for_terminal(name) for name in names]
    for number, step in enumerate(steps, 1):
        text = escape_for_terminal(step.text) + ":" * bool(step.commands)
        yield from wrap_words(text, width, f"{number:3}. ", whole)
        yield from (f"       {escape_for_terminal(command)}" for command in step.commands)
