"""Pages of a PDF whose content is in several streams: `/Contents [4 0 R 5 0 R]`.

A stream may end between a string and its operator. A few programs also cut within a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from wakeyscan.extractors.pdf.text import STRING

_REFERENCES = rb"((?:\s*\d{1,10}\s+\d{1,5}\s+R\b)+)\s*\]"
_CONTENTS = re.compile(rb"/Contents\s*(?:\[%b|(\d{1,10})\s+\d{1,5}\s+R\b)" % _REFERENCES)
_ARRAY = re.compile(rb"(?<!\d)(\d{1,10})\s+\d{1,5}\s+obj\s*\[%b" % _REFERENCES)
_STREAM_ARRAY = re.compile(rb"\s*\[%b" % _REFERENCES)
_NUMBER = re.compile(rb"(\d+)\s+\d+\s+R")
_OPEN_STRING = re.compile(rb"[(<]")
_DICTIONARY = re.compile(rb"<<|>>")
_CUT_OPERATOR = re.compile(rb"[\])>]\s*T\Z")


def list_contents(
    content: bytes, objects: Iterable[tuple[bytes, bytes]], texts: Iterable[bytes]
) -> Iterator[Sequence[str]]:
    """Yield the numbers of the streams of each page with several.

    `objects` are the numbers and the bodies of objects in object streams, whose texts are `texts`.
    """
    arrays = {found[1]: found[2] for found in _ARRAY.finditer(content)}
    for number, body in objects:
        if found := _STREAM_ARRAY.match(body):
            arrays[number] = found[1]
    for text in (content, *texts):
        for found in _CONTENTS.finditer(text):
            numbers = _NUMBER.findall(found[1] or arrays.get(found[2], b""))
            if len(numbers) > 1:
                yield [number.decode() for number in numbers]


def join_streams(parts: Sequence[bytes]) -> bytes:
    """Return the content of a page from its streams.

    The line end before `endstream` may be a part of a stream whose length is unknown.
    """
    joined: list[bytes] = []
    for part, following in zip(parts, (*parts[1:], b""), strict=True):
        is_cut = bool(following) and _is_cut(part.rstrip(b"\r\n"), following)
        joined += (part.rstrip(b"\r\n"), b"") if is_cut else (part, b"\n")
    return b"".join(joined[:-1])


def _is_cut(part: bytes, following: bytes) -> bool:
    """Return whether a stream ends within a string or an operator."""
    if _CUT_OPERATOR.search(part[-16:]) and following[:1] in (b"j", b"J"):
        return True
    rest = STRING.sub(b"", _DICTIONARY.sub(b"", part))
    return _OPEN_STRING.search(rest) is not None
