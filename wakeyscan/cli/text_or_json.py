"""Output of commands that print text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wakeyscan.cli.output import write_lines, write_stdout
from wakeyscan.core.errors import UsageError
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.registry import suggest_closest
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.config.options import Values

_FORMATS = ("text", "json")

_MAX_WIDTH = 40
"""Maximum characters by which a column of text is padded."""


def wants_json(values: Values, environment: Mapping[str, str]) -> bool:
    """Return whether to print JSON; raise `UsageError` for a flag with another format.

    The variable may name a format of reports, which has no effect on these commands.
    """
    flag = values.get("format")
    if flag is not None and flag not in _FORMATS:
        hint = suggest_closest(str(flag), _FORMATS)
        raise UsageError(f"--format: expected text or json, got {flag!r}{hint}")
    return (flag or environment.get("WAKEYSCAN_FORMAT")) == "json"


def write_json(value: object) -> None:
    """Write JSON to stdout, without keys."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    write_stdout(f"{redact(text)}\n".encode("utf-8", "backslashreplace"))


def write_text(lines: Iterable[str]) -> None:
    """Write lines to stdout, without keys and terminal escapes."""
    write_lines(escape_for_terminal(redact(line)) for line in lines)


def align_columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield a line per row, with the columns below each other."""
    widths = [min(_MAX_WIDTH, max(map(len, column))) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
