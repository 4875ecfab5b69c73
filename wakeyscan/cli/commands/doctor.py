"""`wakeyscan doctor`: checks the hooks, the configuration and the installation."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.cli import health
from wakeyscan.cli.check import NOTE, OK, PROBLEM, Check
from wakeyscan.cli.output import find_terminal_width
from wakeyscan.cli.text_or_json import align_columns, wants_json, write_json, write_text
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.reports.terminal_text import wrap_words

HELP = """Check hooks, configuration and optional components.

Exits with 1 if something is wrong, and suggests what to do. A missing optional component is not
an error; doctor describes what it would add."""

_OPTIONS = ("config", "rules", "ignore-file")

PARAMETERS = Parameters(
    (
        Option("format", "text or json. Default: text.", "NAME", letter="f"),
        *(option for option in SCANNING if option.name in _OPTIONS),
    )
)

_MARKS = {OK: "ok", NOTE: "-", PROBLEM: "WRONG"}


def run(values: Values, operands: list[str]) -> int:
    """Run the checks, print the results and return the exit code."""
    is_json = wants_json(values, os.environ)
    flags = {key: value for key, value in values.items() if key != "format"}
    options = tuple(option for option in PARAMETERS.options if option.name != "format")
    checks = [*health.run_checks(flags, options, os.environ)]
    problems = sum(check.state == PROBLEM for check in checks)
    if is_json:
        write_json({"ok": not problems, "checks": [check._asdict() for check in checks]})
    else:
        write_text(_format_checks(checks, problems, find_terminal_width()))
    return 1 if problems else 0


def _format_checks(checks: list[Check], problems: int, width: int) -> Iterator[str]:
    """Yield the lines; a width of 0 has no limit."""
    rows = []
    for check in checks:
        rows.append((_MARKS[check.state], check.name, check.text))
        if check.advice:
            rows.append(("", "", f"-> {check.advice}"))
    starts = align_columns([(mark, name, "|") for mark, name, _ in rows])
    for start, (_, _, text) in zip(starts, rows, strict=True):
        start = start.removesuffix("|")
        if not width:
            yield start + text
            continue
        hanging = " " * len(start)
        yield from wrap_words(escape_for_terminal(text), width, start, hanging=hanging)
    yield ""
    yield f"{problems} problem{'s' * (problems != 1)}." if problems else "Nothing is wrong."
