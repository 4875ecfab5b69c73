"""What a person has accepted, and why: the mark `wakeyscan:ignore -- reason` beside a key."""

from __future__ import annotations

from wakeyscan.locate import line_around

MARK = b"wakeyscan:ignore"

_FAR = 2000
"""Bytes to either side within which a line is looked at."""


def inline_reason(content: bytes, start: int, end: int) -> str:
    """Give the reason of the mark on the line of `start:end`, or alone on the line before; or ''.

    A mark without a reason counts, and says so.
    """
    low, high = line_around(content, start, end, _FAR)
    if MARK in content[low:high]:
        return _reason(content[low:high])
    break_at = low - 2 if content[max(0, low - 2) : low] == b"\r\n" else low - 1
    if break_at < 0:
        return ""
    low, high = line_around(content, break_at, break_at, _FAR)
    line = content[low:high]
    return _reason(line) if MARK in line and _stands_alone(line) else ""


def _stands_alone(line: bytes) -> bool:
    """Say whether there is nothing but a comment on the line."""
    before = line.partition(MARK)[0].strip()
    return not before.strip(b"#/*-<!;%'\"({=|~: \t") or before.lower() in (b"rem", b"dnl", b"@rem")


def _reason(line: bytes) -> str:
    after = line.partition(MARK)[2].partition(b"--")[2]
    text = after.decode("utf-8", "replace").strip()
    for closing in ("-->", "*/", "#}", "%>", "--%>", "*)", "}}", "]]"):
        text = text.removesuffix(closing).rstrip()
    return f"wakeyscan:ignore: {text or 'no reason given'}"
