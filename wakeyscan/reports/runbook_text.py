"""What to do about each key of an audit as text, the most urgent key first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wakeyscan.core.redaction import redact
from wakeyscan.reports.key_steps import describe_key, list_key_steps
from wakeyscan.reports.step_text import format_steps
from wakeyscan.reports.terminal_text import wrap_words

if TYPE_CHECKING:
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.reports.report import ReportStyle

_MAX_RUNBOOKS = 3
"""Keys whose steps are listed without --verbose: they take a screen each."""


def format_runbooks(keys: Iterable[SecretHistory], style: ReportStyle) -> Iterator[str]:
    """Yield the lines of the runbooks; none if there is nothing left to do about any key."""
    listed = [(key, steps) for key in keys if (steps := list_key_steps(key, style.program))]
    shown = listed if style.verbose else listed[:_MAX_RUNBOOKS]
    if shown:
        yield "What to do, key by key"
    for key, steps in shown:
        yield ""
        yield from wrap_words(f"{key.secret}: {describe_key(key)}", style.width, hanging="  ")
        yield from format_steps(steps, style.width, _list_names(key))
    if more := len(listed) - len(shown):
        yield ""
        yield f"{more:,} more key{'s' * (more != 1)} (show with --verbose)"


def _list_names(key: SecretHistory) -> Iterator[str]:
    """Yield the paths that the steps name."""
    yield from (redact(place.path) for place in key.places)
    yield from map(redact, key.variable_users)
