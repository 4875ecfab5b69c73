"""Steps as text: sentences that fit the width, and commands to be copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.terminal_text import wrap_words

if TYPE_CHECKING:
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.reports import key_steps
    from wakeyscan.reports.next_steps import Step
    from wakeyscan.reports.report import ReportStyle
else:
    key_steps = lazy_import("wakeyscan.reports.key_steps")  # only for a report of an audit

_MAX_RUNBOOKS = 3
"""Keys whose steps are listed without --verbose: they take a screen each."""


def format_steps(steps: Iterable[Step], width: int, names: Iterable[str] = ()) -> Iterator[str]:
    """Yield the lines of numbered steps; a command has a line of its own, which is never broken.

    `names` are paths in the sentences: a line never breaks inside of one.
    """
    whole = [escape_for_terminal(name) for name in names]
    for number, step in enumerate(steps, 1):
        text = escape_for_terminal(step.text) + ":" * bool(step.commands)
        yield from wrap_words(text, width, f"{number:3}. ", whole)
        yield from (f"       {escape_for_terminal(command)}" for command in step.commands)


def format_runbooks(keys: Iterable[SecretHistory], style: ReportStyle) -> Iterator[str]:
    """Yield what to do about each key of an audit, the most urgent one first."""
    listed = [
        (key, steps)
        for key in keys
        if (steps := key_steps.list_key_steps(key, style.program, saved=style.saved))
    ]
    shown = listed if style.verbose else listed[:_MAX_RUNBOOKS]
    if shown:
        yield "What to do, key by key"
    for key, steps in shown:
        yield ""
        yield from wrap_words(
            f"{key.secret}: {key_steps.describe_key(key)}", style.width, hanging="  "
        )
        yield from format_steps(steps, style.width, _list_names(key))
    if more := len(listed) - len(shown):
        yield ""
        yield f"{more:,} more key{'s' * (more != 1)} (show with --verbose)"


def _list_names(key: SecretHistory) -> Iterator[str]:
    """Yield the paths that the steps name."""
    yield from (redact(place.path) for place in key.places)
    yield from map(redact, key.variable_users)
