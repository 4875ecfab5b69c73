"""Markdown, as the help of a rule has it, with the styles of a terminal in place of its markup."""

from __future__ import annotations

import re

_BOLD, _UNDERLINE, _CYAN, _PLAIN = "\x1b[1m", "\x1b[4m", "\x1b[36m", "\x1b[0m"
_MARKUP = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|\*\*(?P<strong>[^*]+)\*\*"
    r"|(?<![\w*])\*(?P<emphasis>[^*\s](?:[^*]*[^*\s])?)\*(?![\w*])"
    r"|^\#{1,6}[ ]+(?P<heading>.+)$",
    re.MULTILINE,
)
_STYLES = {"code": _CYAN, "strong": _BOLD, "emphasis": _UNDERLINE, "heading": _BOLD}


def render_markdown(text: str) -> str:
    """Return the text with styles; its lines stay as they are."""
    return _MARKUP.sub(_apply_style, text)


def _apply_style(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    return f"{_STYLES[kind]}{found[kind]}{_PLAIN}"
