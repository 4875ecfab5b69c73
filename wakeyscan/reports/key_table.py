"""The secrets of an audit as a Markdown table, the most urgent ones first."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Liveness
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports._markdown_text import format_code, join_rows
from wakeyscan.reports.description import join_names
from wakeyscan.reports.key_steps import describe_key, list_key_steps
from wakeyscan.reports.summary import format_liveness

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.core.secret_history import SecretHistory

_COLUMNS = ("key", "severity", "answer", "exposed", "pushed to", "at HEAD", "introduced")
_MAX_NAMES = 3
_MAX_RUNBOOKS = 10
"""Secrets whose steps are listed; the JSON report has all of them."""


def write_keys(keys: Iterable[SecretHistory], out: TextIO) -> None:
    """Write a row per secret; rows that exceed the limits of a summary are counted."""
    out.write(f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}\n")
    out.write(join_rows((_format_row(key), 1) for key in keys) + "\n")


def write_key_steps(keys: Iterable[SecretHistory], out: TextIO) -> None:
    """Write what to do about each of the most urgent secrets, in order."""
    for key in islice(keys, _MAX_RUNBOOKS):
        steps = list_key_steps(key)
        if steps:
            out.write(f"\n**{format_code(str(key.secret))}**, {describe_key(key)}:\n\n")
        for number, step in enumerate(steps, 1):
            commands = "".join(f"; {format_code(line, in_table=False)}" for line in step.commands)
            out.write(f"{number}. {format_code(step.text, in_table=False)}{commands}\n")


def _format_row(key: SecretHistory) -> str:
    commit, place = key.introduced, key.first_place
    cells = (
        f"{format_code(str(key.secret))} {format_code(key.rule)}",
        str(key.severity),
        _format_answer(key),
        f"{key.exposed_days:,} day{'s' * (key.exposed_days != 1)}" if commit.commit else "",
        _format_pushed(key),
        _format_head(key),
        f"{format_code(commit.commit[:12])} {commit.author_date[:10]}" if commit.commit else "",
    )
    where = format_code(f"{redact(place.path)}:{place.line}") if place.path else ""
    return f"| {' | '.join(cells)} {where} |\n"


def _format_answer(key: SecretHistory) -> str:
    if key.liveness is Liveness.UNCHECKED:
        answer = "not verified"
    else:
        answer = f"**{format_liveness(key.liveness)}**: {format_code(key.reason)}"
    return f"{answer}; {CUT_OR_TOO_LONG}" if key.bounds is Bounds.OPEN else answer


def _format_pushed(key: SecretHistory) -> str:
    if key.pushed is None:
        return "unknown"
    return _join_names(key.pushed_to) if key.pushed else "no"


def _format_head(key: SecretHistory) -> str:
    places = tuple(f"{place.path}:{place.line}" for place in key.places_at_head)
    if key.at_head:
        return _join_names(places) or "yes"
    return f"removed {key.removed.author_date[:10]}" if key.removed else "no"


def _join_names(names: tuple[str, ...]) -> str:
    return join_names([format_code(redact(name)) for name in names], _MAX_NAMES)
