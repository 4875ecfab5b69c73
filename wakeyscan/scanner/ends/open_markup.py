"""Elements of HTML and XML around an end, with the text that they show.

Only the line ends of preformatted elements and of XML are shown. In the other elements of HTML, a
line end is a blank, and no program wraps a text there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends.tags import PREFORMATTED_TAGS, is_flow, is_inline
from wakeyscan.scanner.ends.text_end import TextEnd

_TAG = lazy_pattern(
    rb"<(?:!--[^<>]{0,200}-->|(?P<slash>/?)(?P<name>[A-Za-z][\w:.-]*)[^<>]{0,512}>)"
)
_REFERENCE = lazy_pattern(
    rb"&(?:#([0-9]{1,6})|#[xX]([0-9A-Fa-f]{1,5})|(amp|apos|gt|lt|nbsp|quot));"
)
_CHARACTERS = {b"amp": b"&", b"apos": b"'", b"gt": b">", b"lt": b"<", b"nbsp": b" ", b"quot": b'"'}
_DATA, _DATA_END = b"<![CDATA[", b"]]>"
_BREAK = b"br"


def open_markup(end: TextEnd) -> Iterator[TextEnd]:
    """Yield the text that the element around an end shows."""
    before, after = end.before, end.after
    data = before.rpartition(_DATA)
    if data[1] and _DATA_END not in data[2]:
        yield end.replace_text(data[2], after.partition(_DATA_END)[0])
        return
    opening = _find_opening(before)
    if opening and (opening["slash"] or is_flow(_read_name(opening))):
        return
    closing = next((tag for tag in _TAG.finditer(after) if _divides(tag)), None)
    shown = after[: closing.start()] if closing else after
    if shown and _shows_line_ends(opening, closing, end.line + shown):
        yield end.replace_text(_show(before[opening.end() if opening else 0 :]), _show(shown))


def _find_opening(text: bytes) -> re.Match[bytes] | None:
    """Return the last tag before a text that is not inside it."""
    at = text.rfind(b"<")
    while at >= 0:
        tag = _TAG.match(text, at)
        if tag and _divides(tag):
            return tag
        at = text.rfind(b"<", 0, at)
    return None


def _read_name(tag: re.Match[bytes]) -> bytes:
    return (tag["name"] or b"").lower()


def _divides(tag: re.Match[bytes]) -> bool:
    """Return whether a tag is not inside a line of text."""
    return not is_inline(_read_name(tag))


def _shows_line_ends(
    opening: re.Match[bytes] | None, closing: re.Match[bytes] | None, text: bytes
) -> bool:
    """Return whether an element shows its line ends; without one, whether a text is escaped."""
    if not opening:
        return _REFERENCE.search(text) is not None
    name = _read_name(opening)
    is_closed = closing is not None and closing["slash"] and _read_name(closing) == name
    return bool(is_closed) or name in PREFORMATTED_TAGS


def _show(text: bytes) -> bytes:
    """Return a text without its tags and references."""
    text = _TAG.sub(lambda tag: b"\n" if tag["name"] == _BREAK else b"", text)
    return _REFERENCE.sub(_read_reference, text) if b"&" in text else text


def _read_reference(reference: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, name = reference.groups()
    if name:
        return _CHARACTERS[name]
    return chr(int(decimal) if decimal else int(hexadecimal, 16)).encode("utf-8", "replace")
