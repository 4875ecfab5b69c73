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


_CLOSINGS = (
    "*/}",
    "--}}",
    "--%>",
    "-->",
    "*/",
    "#}",
    "%>",
    "*)",
    "}}",
    "]]",
    "*@",
    "-}",
    "#>",
    "|#",
)
"""What ends a comment that has an end; the longer ones first."""


def _stands_alone(line: bytes) -> bool:
    """Say whether there is nothing but a comment on the line."""
    before, _, after = line.partition(MARK)
    if any(mark in after and after.rpartition(mark)[2].strip() for mark in (b"*/", b"-->")):
        return after.rstrip().endswith(b"*/}") and _opens(before)
    return _opens(before)


def _opens(before: bytes) -> bool:
    before = before.strip()
    return not before.strip(b"#/*-<!;%'\"({[=|~:.@ \t") or before.lower() in (
        b"rem",
        b"dnl",
        b"@rem",
    )


def _reason(line: bytes) -> str:
    text = line.partition(MARK)[2].decode("utf-8", "replace").strip()
    closing = next((closing for closing in _CLOSINGS if text.endswith(closing)), "")
    reason = text.removesuffix(closing).partition("--")[2].strip()
    return f"wakeyscan:ignore: {reason or 'no reason given'}"
