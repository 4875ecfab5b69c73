"""Bodies of HTTP responses, read only if their framing is beyond doubt.

`http.client` accepts lengths such as `-5`, `+5` and `1_0`, the first of two that differ, and chunks
without their ends. Two programs that read such a response differ on what its body is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import http.client

MAX_BODY = 1024 * 1024
"""Maximum number of body bytes to read; the body is never decompressed."""

_LENGTH = re.compile(r"[0-9]{1,18}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")
_MAX_LINE = 1024
_LINE_END = b"\r\n"
_HTTP_1_1 = 11
_NO_CHUNK = "the response is not valid HTTP: its body is not in chunks"


class BodyError(Exception):
    """The reason why a body cannot be read."""


def read_body(response: http.client.HTTPResponse) -> bytes:
    """Return the whole body; raise `BodyError`, or `ConnectionAbortedError` if it is cut."""
    if fault := _find_fault(response):
        raise BodyError(f"the response is not valid HTTP: {fault}")
    if response.chunked:
        return _read_chunks(response.fp)
    length = int(response.headers.get("Content-Length", MAX_BODY + 1))
    body = response.fp.read(min(length, MAX_BODY + 1))
    _check_size(len(body))
    if "Content-Length" in response.headers and len(body) < length:
        raise ConnectionAbortedError
    return body


def _find_fault(response: http.client.HTTPResponse) -> str:
    """Return what leaves a doubt about the length of the body."""
    lengths = response.headers.get_all("Content-Length", [])
    codings = response.headers.get_all("Transfer-Encoding", [])
    if response.headers.defects:
        return "a line of its head is no header"
    if len(set(lengths)) > 1:
        return "it has several lengths"
    if not all(map(_LENGTH.fullmatch, lengths)):
        return "its Content-Length is not a number"
    if codings and (lengths or response.version < _HTTP_1_1):
        return "it has a Transfer-Encoding beside another length"
    if codings and [coding.strip().lower() for coding in codings] != ["chunked"]:
        return "its Transfer-Encoding is unknown"
    return ""


def _check_size(size: int) -> None:
    if size > MAX_BODY:
        raise BodyError(f"the response body is larger than {MAX_BODY // 1024} KiB")


def _read_chunks(stream: BinaryIO) -> bytes:
    """Read chunks with their ends, and the trailer."""
    body = bytearray()
    while size := _read_chunk_size(stream):
        _check_size(len(body) + size)
        chunk, end = stream.read(size), stream.read(2)
        if len(chunk) < size or len(end) < len(_LINE_END):
            raise ConnectionAbortedError
        if end != _LINE_END:
            raise BodyError(_NO_CHUNK)
        body += chunk
    while _read_line(stream) != _LINE_END:
        pass
    return bytes(body)


def _read_chunk_size(stream: BinaryIO) -> int:
    found = _CHUNK_SIZE.fullmatch(_read_line(stream))
    if not found:
        raise BodyError(_NO_CHUNK)
    return int(found[1], 16)


def _read_line(stream: BinaryIO) -> bytes:
    line = stream.readline(_MAX_LINE)
    if not line.endswith(b"\n"):
        raise BodyError(_NO_CHUNK) if len(line) == _MAX_LINE else ConnectionAbortedError
    return line
