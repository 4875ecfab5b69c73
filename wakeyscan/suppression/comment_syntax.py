"""Delimiters of comments in many languages: where a comment on a line begins and ends."""

from __future__ import annotations

import re

_DELIMITERS = (
    (b"<!--", b"-->"),
    (b"{{!--", b"--}}"),
    (b"<%--", b"--%>"),
    (b"<#--", b"-->"),
    (b"/*", b"*/"),
    (b"/+", b"+/"),
    (b"{#", b"#}"),
    (b"<%", b"%>"),
    (b"(*", b"*)"),
    (b"{{", b"}}"),
    (b"--[[", b"]]"),
    (b"@*", b"*@"),
    (b"{*", b"*}"),
    (b"{-", b"-}"),
    (b"<#", b"#>"),
    (b"#|", b"|#"),
)
"""Delimiters of block comments, longer ones first."""


def find_comment_end(line: bytes, found: re.Match[bytes]) -> tuple[int, int]:
    """Return the range of the delimiter that closes a comment on its line.

    Code after the delimiter may hold a key, which must not become part of the reason.
    """
    before = line[: found.start()]
    openings = ((before.rfind(opening), closing) for opening, closing in _DELIMITERS)
    at, closing = max(openings, key=lambda pair: pair[0])
    if at >= 0 and closing not in before[at:]:
        closing_at = line.find(closing, found.end())
        if closing_at >= 0:
            return closing_at, closing_at + len(closing)
    end = len(line.rstrip())  # the comment may have begun on an earlier line
    text = line[found.end() : end]
    trailing = next((closing for _, closing in _DELIMITERS if text.endswith(closing)), b"")
    return end - len(trailing), end


_OPENINGS = rb"[#/*+<>!;%({\[=|~:.@\\ \t-]*|['\"]|[.']\\\"|@?rem|dnl|@c|@comment|c|nb\."
"""Text between the beginning of a line and the ignore comment, in many languages."""


def opens_comment(before: bytes) -> bool:
    """Return whether the text at the start of a line opens a comment, if anything is there."""
    return re.fullmatch(_OPENINGS, before.strip().lower()) is not None
