"""Record the audit of the demonstration in a terminal, and draw its screen as an SVG.

`python -m demo.picture docs/audit.svg` renews the picture of the README.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import tempfile
import termios
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from demo.run import Demonstration
from tests.support.fake_wastack import FORBIDDEN, LIVE, REVOKED, FakeWAStack

COLUMNS = 88
LETTER, LINE = 8.4, 18
"""Width of a letter and height of a line, in units of the SVG."""
MARGIN = 16
COLORS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "35": "#d2a8ff", "36": "#79c0ff"}
"""Colors of the screen by their numbers in escape sequences."""

_STYLE = ".c1 { font-weight: bold; } .c2 { opacity: 0.65; }" + "".join(
    f" .c{number} {{ fill: {color}; }}" for number, color in COLORS.items()
)

_SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m")


class Span(NamedTuple):
    """Letters of a line in one color."""

    column: int
    text: str
    codes: str
    """Numbers of the escape sequence, with `;` between them."""


def record(folder: Path) -> str:
    """Run the audit in a pseudo-terminal, and return what it writes."""
    demonstration = Demonstration(folder)
    keys = demonstration.keys
    answers = dict.fromkeys(keys, LIVE) | {keys.revoked: REVOKED, keys.forked: FORBIDDEN}
    with FakeWAStack(answers) as api:
        child, terminal = pty.fork()
        if not child:
            demonstration.audit(api)
            os._exit(0)
        size = struct.pack("HHHH", 100, COLUMNS, 0, 0)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
        shown = b"".join(iter(lambda: _read(terminal), b""))
        os.waitpid(child, 0)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux reports the end of the last writer this way
        return b""


def draw(lines: list[str]) -> str:
    """Return the SVG of a screen with lines that have escape sequences for colors."""
    width, height = COLUMNS * LETTER + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    rows = "".join(
        _draw_span(span, MARGIN + LINE * number)
        for number, line in enumerate(lines, 1)
        for span in split_colors(line)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
        'role="img" aria-label="An audit in a terminal: live keys first, then what to do">\n'
        "<style>text { font: 14px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; "
        f"fill: #e6edf3; white-space: pre; }}{_STYLE}</style>\n"
        f'<rect width="{width:.0f}" height="{height}" rx="8" fill="#0d1117"/>\n{rows}</svg>\n'
    )


def split_colors(line: str) -> Iterator[Span]:
    """Yield the parts of a line that have letters, each with its color."""
    column, codes = 0, ""
    for number, part in enumerate(_SEQUENCE.split(line)):
        if number % 2:
            codes = part.removeprefix("0")
        elif part:
            yield Span(column, part, codes)
            column += len(part)


def _draw_span(span: Span, bottom: int) -> str:
    text = span.text.strip(" ")
    if not text:
        return ""
    column = span.column + len(span.text) - len(span.text.lstrip(" "))
    classes = " ".join(f"c{number}" for number in span.codes.split(";") if number)
    style = f' class="{classes}"' if classes else ""
    left, length = MARGIN + column * LETTER, len(text) * LETTER
    place = f'x="{left:.1f}" y="{bottom}" textLength="{length:.1f}"'
    return f"<text {place}{style}>{escape(text)}</text>\n"


def find_screen(shown: str) -> list[str]:
    """Return the command, the first keys and the first steps of a recording of the audit."""
    _, _, report = shown.partition("$ wakeyscan")
    lines = [_overwrite(line) for line in f"$ wakeyscan{report}".split("\r\n")]
    fourth, steps = _find_line(lines, "  4  "), _find_line(lines, "What to do next")
    first_steps = lines[steps : steps + _find_line(lines[steps:], "  4. ")]
    return [*lines[:fourth], "     ⋮", "", *first_steps]


def _overwrite(line: str) -> str:
    """Return the rest of a line without the progress."""
    return re.split("\r|\x1b\\[K", line)[-1]


def _find_line(lines: list[str], start: str) -> int:
    return next(number for number, line in enumerate(lines) if line.startswith(start))


def main(file: str) -> None:
    """Record the audit and write the picture."""
    with tempfile.TemporaryDirectory(prefix="wakeyscan-picture-") as folder:
        lines = find_screen(record(Path(folder)))
    Path(file).write_text(draw(lines), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
