"""Text for a terminal: colors, links to files, Markdown, and lines that fit its width."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.finding import Liveness
from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import urllib.parse as urls
else:
    urls = lazy_import("urllib.parse")  # only links need it

LIVENESS_COLORS = {Liveness.LIVE: "1;31", Liveness.REVOKED: "32"}
PUSHED_COLOR = "35"
"""Magenta: legible on light and on dark terminals, and not the color of a severity."""

_MASK = "…("
"""Part of a masked secret."""

_COMMAND = r"wakeyscan [a-z]+ [a-z]+(?=\))|--[a-z-]+ [a-z]+=[^ ]+"
"""Commands and options with blanks, as sentences of ours have them."""

_INVISIBLE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")
_OLDEST_VTE = 5000
"""Version 0.50 of the library of GNOME's terminals, the first with links."""
_NAMES = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "WarpTerminal")
_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "contour", "wezterm")
_VARIABLES = ("WT_SESSION", "KONSOLE_VERSION", "KITTY_WINDOW_ID", "DOMTERM")
"""Variables of terminals that show links in every version that is in use."""

_BOLD, _UNDERLINE, _CYAN, _PLAIN = "\x1b[1m", "\x1b[4m", "\x1b[36m", "\x1b[0m"
_MARKUP = lazy_pattern(
    r"`(?P<code>[^`]+)`"
    r"|\*\*(?P<strong>[^*]+)\*\*"
    r"|(?<![\w*])\*(?P<emphasis>[^*\s](?:[^*]*[^*\s])?)\*(?![\w*])"
    r"|^\#{1,6}[ ]+(?P<heading>.+)$",
    re.MULTILINE,
)
_STYLES = {"code": _CYAN, "strong": _BOLD, "emphasis": _UNDERLINE, "heading": _BOLD}


class FileLinks(NamedTuple):
    """Links to the files of one folder, in the escape sequence OSC 8."""

    root: str
    """The folder, as an absolute path."""
    host: str
    """Name of this machine: a terminal on another one must not open its own file."""

    def link(self, path: str, text: str) -> str:
        """Return a text as a link to a file; unchanged if it is missing or its name holds a key."""
        file = os.path.join(self.root, path.partition(MEMBER_SEPARATOR)[0])
        if redact(file) != file or not os.path.lexists(file.encode("utf-8", "surrogateescape")):
            return text
        address = urls.quote(
            file.replace(os.sep, "/").encode("utf-8", "surrogateescape"), safe="/:"
        )
        return f"\x1b]8;;file://{self.host}/{address.lstrip('/')}\x1b\\{text}\x1b]8;;\x1b\\"


def shows_links(environment: Mapping[str, str]) -> bool:
    """Return whether a terminal shows links; FORCE_HYPERLINK decides first."""
    if forced := environment.get("FORCE_HYPERLINK", ""):
        return forced != "0"
    if any(name in environment for name in ("TMUX", "STY", "CI")):
        return False  # the variables may be those of the terminal around it
    version = environment.get("VTE_VERSION", "")
    return (
        (version.isdigit() and int(version) >= _OLDEST_VTE)
        or environment.get("TERM_PROGRAM", "") in _NAMES
        or environment.get("TERM", "") in _TERMS
        or any(name in environment for name in _VARIABLES)
    )


def find_host() -> str:
    """Return the name of this machine; empty on Windows, where a host is a network share."""
    return os.uname().nodename if hasattr(os, "uname") else ""


def paint(text: str, color: str) -> str:
    """Return a text in a color."""
    return f"\x1b[{color}m{text}\x1b[0m"


def measure(text: str) -> int:
    """Return the number of characters that a terminal shows."""
    return len(_INVISIBLE.sub("", text) if "\x1b" in text else text)


def wrap(
    items: Iterable[str], width: int, heading: str, separator: str = ", ", hanging: str = ""
) -> Iterator[str]:
    """Yield lines of items, which are never broken; further lines hang below the first item.

    An item that begins with "and" has no comma before it. `hanging` begins the further lines.
    """
    line, hanging, is_first = heading, hanging or " " * len(heading), True
    room = width - len(separator) - len(separator.rstrip())
    for item in items:
        if not is_first and measure(line) + measure(item) > room:
            yield line + separator.rstrip()
            line, is_first = hanging, True
        between = "" if is_first else " " if item.startswith("and ") else separator
        line, is_first = f"{line}{between}{item}", False
    yield line


def wrap_words(
    text: str, width: int, heading: str = "", names: Iterable[str] = (), hanging: str = ""
) -> Iterator[str]:
    """Yield the lines of a sentence; further lines hang below its first word."""
    return wrap(split_words(text, names), width, heading, " ", hanging)


def fold(line: str, width: int) -> Iterator[str]:
    """Yield a line; one that exceeds the width is broken, and its further lines are indented.

    A width of 0 has no limit.
    """
    if width < 1 or measure(line) <= width:
        yield line
        return
    text = line.lstrip(" ")
    indent = line[: len(line) - len(text)]
    yield from wrap_words(text, width, indent, hanging=f"{indent}  ")


def split_words(text: str, names: Iterable[str] = ()) -> list[str]:
    """Split a sentence at its blanks, but not inside of a command or of one of these names."""
    parts = [re.escape(name) for name in names if " " in name]
    parts.sort(key=len, reverse=True)
    whole = "|".join((*parts, _COMMAND))
    return re.findall(rf"(?:{whole}|[^ ])+", text)


def crop(text: str, width: int) -> str:
    """Return the part of a line around its first masked secret that fits a width."""
    if len(text) <= width:
        return text
    start = max(0, text.find(_MASK) - width // 2)
    start = min(start, len(text) - width + 1)
    end = start + width - (1 if start == 0 else 2)
    return f"{'…' * (start > 0)}{text[start:end]}{'…' * (end < len(text))}"


def render_markdown(text: str) -> str:
    """Return a text with styles in place of the markup of Markdown; its lines stay as they are."""
    return _MARKUP.sub(_apply_style, text)


def _apply_style(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    return f"{_STYLES[kind]}{found[kind]}{_PLAIN}"
