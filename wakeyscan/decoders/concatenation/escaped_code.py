"""Source code inside a page, a cell of CSV, a mail or a listing of lines.

There, `"` is written as `&quot;` or `""`, `=` as `=3D`, and a file name or a number may precede
each line. Only the text near a prefix that may be split is read, as a text of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.concatenation.code_text import BARRIER

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.code_text import CodeText
    from wakeyscan.decoders.decoder import Span

_CHARACTERS = {
    **{b"quot": b'"', b"#34": b'"', b"#x22": b'"', b"apos": b"'", b"#39": b"'", b"#x27": b"'"},
    **{b"lt": b"<", b"gt": b">", b"amp": b"&", b"#96": b"`", b"#x60": b"`"},
}


class _Form(NamedTuple):
    """A form in which code is written: what shows it, and what is written for what."""

    marks: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    read: Callable[[re.Match[bytes]], bytes]


def _read_reference(found: re.Match[bytes]) -> bytes:
    return _CHARACTERS[found[1].lower()]


def _read_quote(found: re.Match[bytes]) -> bytes:
    """Return a quote for two; one alone is at an end of a cell."""
    return b'"' if len(found[0]) == 2 else BARRIER


def _read_code(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)]) if found[1] else b""


def _remove(found: re.Match[bytes]) -> bytes:
    return b""


_FORMS = (
    _Form(
        (b"&quot;", b"&#39;", b"&#x27;", b"&#34;", b"&apos;"),
        lazy_pattern(rb"(?i)&(quot|apos|lt|gt|amp|#34|#39|#96|#x22|#x27|#x60);"),
        _read_reference,
    ),
    _Form((b'""',), lazy_pattern(rb'""|"'), _read_quote),
    _Form((b"=3D",), lazy_pattern(rb"=(?:([0-9A-F]{2})|[ \t]*\r?\n)"), _read_code),
    _Form(
        (b":",),
        lazy_pattern(rb"(?m)^(?:[\w./-]{1,100}:)?[0-9]{1,6}:(?![0-9]{2})[ ]?"),
        _remove,
    ),
)


def _is_written_in(form: _Form, content: bytes) -> bool:
    has_mark = any(mark in content for mark in form.marks)
    return has_mark and form.pattern.search(content) is not None


def read_escaped_near(code: CodeText, windows: Iterable[Span]) -> Iterator[CodeText]:
    """Yield parts of a text, in each form that its marks show."""
    for start, end in windows:
        text = code.select(start, end)
        for form in _FORMS:
            if _is_written_in(form, text.content):
                yield text.replace(form.pattern, form.read, "")
