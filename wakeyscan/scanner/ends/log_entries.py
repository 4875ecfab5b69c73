"""Entries of logs and shell histories: whether the next line begins another entry.

A runtime or syslog may split a long entry, and a program may wrap its output before a collector
adds the time. Both write the parts at once, so a later time proves another entry.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends.text_end import CONTEXT, Lines

_SHORT_LINE = 400
"""Bytes of a line that syslog does not split: it does so at 480 or more."""

_LEVEL = lazy_pattern(
    rb"\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE)\b[ \]:]*"
)
STAMP = rb"""(?: <[0-9]{1,3}> )?  # severity and facility in syslog
    (?: \[? (?: TRACE | DEBUG | INFO | NOTICE | WARN(?:ING)? | ERROR | FATAL ) [ ]? \]? [ :]*+ )?
    (?: \[[ ]*+ )?
    (?: [0-9]{4} [-/.] [0-9]{2} [-/.] [0-9]{2}
          (?: [T ] [0-9]{2}:[0-9]{2} (?: :[0-9]{2} (?: [.,][0-9]{1,9} )? )?
              [ ]? (?: Z | UTC | [+-][0-9]{2}:?[0-9]{2} )? )?
      | [0-9]{1,2} [-/] (?: [A-Z][a-z]{2} | [0-9]{2} ) [-/] [0-9]{4} [:, ]{1,2}
          [0-9]{2}(?::[0-9]{2}){2}
      | [A-Z][a-z]{2} [ ]{1,2} [0-9]{1,2} [ ] [0-9]{2}(?::[0-9]{2}){2}
      | [0-9]{2}(?::[0-9]{2}){2} (?: [.,][0-9]{1,6} )?
      | [IWEF][0-9]{4} [ ] [0-9]{2}(?::[0-9]{2}){2} \. [0-9]{6}
      | [0-9]{1,3}(?:\.[0-9]{1,3}){3} [ ]-[ ]
      | (?<=[ \[]) [0-9]{1,7} \. [0-9]{6}
      | [0-9]{10} (?: \.[0-9]{1,9} )? (?=[ \t])
    ) (?: \] | \b | (?<=\s) ) (?: [ ] (?:stdout|stderr) [ ] [FP] (?=[ ]) )?"""
_STAMP = lazy_pattern(rb"(?x)" + STAMP)
"""Time, or address of the client, at the start of a log entry."""
_DOT, _COMMA = b".,"
_FRACTION = lazy_pattern(rb"(?<=[0-9])[.,][0-9]+.*")
"""The part of a time after its seconds."""
_PARTIAL = lazy_pattern(rb"\S{10,40}[ ](?:stdout|stderr)[ ]P[ ]")
"""Start of a line that a container runtime has split."""
_PARTIAL_MARK = b" P "
_NEXT_OF_STREAM = {
    stream: lazy_pattern(
        rb"(?:\S{10,40} std(?:out|err)(?<!" + stream + rb") [FP] [^\n]*\n){0,8}"
        rb"\S{10,40} " + stream + rb" [FP] "
    )
    for stream in (b"stdout", b"stderr")
}
"""The next lines of a container, up to the text of the first one of a stream."""
_HISTORY_SIGNS = (b":", b"#")
_HISTORY_ENTRY = lazy_pattern(rb":[ ][0-9]{9,11}:[0-9]+;|#[0-9]{10}\Z")
"""Start of an entry of a shell history, or its time."""


def begins_entry(lines: Lines) -> bool | None:
    """Return whether the next line begins an entry that does not continue this one.

    `None`: it begins no entry, or only the text of the entry decides.
    """
    if lines.following[:1] in _HISTORY_SIGNS and _HISTORY_ENTRY.match(lines.following):
        return True
    stamp = _STAMP.match(lines.following)
    if not stamp and not _LEVEL.match(lines.following):
        return None
    if is_partial(lines.line):
        return False
    if len(lines.line) >= CONTEXT:  # its start was not read
        return None
    own = _STAMP.match(lines.line)
    if not own and not _LEVEL.match(lines.line):
        return True
    is_later = own and stamp and _differ_in_seconds(own[0], stamp[0])
    return True if is_later and len(lines.line) < _SHORT_LINE else None


def is_partial(line: bytes) -> bool:
    """Return whether a container runtime has split the text of a line, up to its end."""
    return _PARTIAL_MARK in line and _PARTIAL.match(line) is not None


def find_next_of_stream(line: bytes, text: bytes) -> int:
    """Return the offset of the next text of the stream of a line that a runtime has split, or -1.

    `text` follows the line; entries of the other stream may be between both.
    """
    stream = b"stdout" if b" stdout P " in line else b"stderr"
    found = _NEXT_OF_STREAM[stream].match(text)
    return found.end() if found else -1


def _differ_in_seconds(own: bytes, other: bytes) -> bool:
    return own != other and cut_fraction(own) != cut_fraction(other)


def cut_fraction(stamp: bytes) -> bytes:
    """Return the start of an entry up to the seconds of its time."""
    may_have_one = _DOT in stamp or _COMMA in stamp
    return _FRACTION.sub(b"", stamp) if may_have_one else stamp


def strip_stamps(lines: Lines) -> Lines:
    """Return both lines without the times at which they begin."""
    stamps = [find_stamp(line) for line in lines]
    rest = (
        line[stamp.end() :] if stamp else line for line, stamp in zip(lines, stamps, strict=True)
    )
    return Lines(*rest)


def begins_with_level(message: bytes) -> bool:
    """Return whether a message begins with a level or with a structure."""
    message = message.lstrip()
    return message.startswith((b"{", b"[")) or bool(_LEVEL.match(message))


def find_stamp(line: bytes) -> re.Match[bytes] | None:
    """Return the time or the level at the start of a line."""
    return _STAMP.match(line) or _LEVEL.match(line)
