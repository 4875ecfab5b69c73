"""Encodings of source files: fixers read UTF-8, and bytes outside of an edit stay as they are."""

from __future__ import annotations

import codecs

from wakeyscan.core.typing import NamedTuple
from wakeyscan.fixers.fixer import NotFixable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # starts like UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_BINARY = b"\0"


class SourceText(NamedTuple):
    """The text of a file, and how the file encodes it."""

    content: bytes
    """The text in UTF-8, without a byte-order mark."""
    codec: str
    mark: bytes
    """The byte-order mark, or empty."""

    def encode(self, content: bytes) -> bytes:
        """Return the bytes of a file with another text; raise `NotFixable`."""
        if self.codec == "utf-8":
            return self.mark + content
        try:
            return self.mark + content.decode().encode(self.codec)
        except UnicodeEncodeError:
            raise NotFixable(f"the edit cannot be written in {self.codec}") from None


def read_source_text(raw: bytes) -> SourceText:
    """Return the text of a file; raise `NotFixable` if it is not text in a known encoding."""
    mark, codec = next((pair for pair in _MARKS if raw.startswith(pair[0])), (b"", ""))
    body = raw[len(mark) :]
    if not codec and _BINARY in body:
        raise NotFixable("the file is not text")
    for name in (codec,) if codec else ("utf-8", "latin-1"):
        try:
            content = body.decode(name).encode()
        except (UnicodeDecodeError, UnicodeEncodeError):
            continue
        text = SourceText(content, name, mark)
        if text.encode(content) == raw:
            return text
    raise NotFixable("the file is not valid text in its encoding; save it as UTF-8")
