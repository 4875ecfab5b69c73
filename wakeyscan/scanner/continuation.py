"""Continuation of a secret on the next line: wrapped output, quoted mail, split source lines.

A line end is certain unless the next line may hold the rest of the secret:

    the line ends with `\\ ^ & = +` or a backtick     a word on the next line continues it
    a COBOL or Fortran continuation line             its first word continues it
    the same decoration (`>`, `#`, `//`) or none     a word continues it, unless it starts an
                                                     assignment, a log entry, the end of a block,
                                                     a named value, or a statement of source code
"""

from __future__ import annotations

import re

_BREAK = rb"(?:\r*\n|\r|\x0b|\x0c|\xc2\x85|\xe2\x80[\xa8\xa9])"
LINE_END = re.compile(rb"(?:[ \t]|\xc2\xa0)*" + _BREAK)
"""A line break, and blanks before it."""
_ESCAPED_BREAK = re.compile(
    rb"\\r\\n|\\[nr]|\\u000[aAdD]|\\x0[aAdD]|\\u\{0*[aAdD]\}|(?:%0[dD])?%0[aA]|&\#(?:10|13|x0?[aAdD]);"
)

INVISIBLE = re.compile(
    rb"""(?x)(?:
      \xc2\xad | \xcd\x8f | \xe1\xa0\x8e | \xe2\x80[\x8b-\x8f\xaa-\xae] | \xe2\x81[\xa0-\xaf]
    | \xef\xbb\xbf | \xef\xb8[\x80-\x8f]
    | (?i: & (?: shy | zerowidthspace | nobreak | zwn?j | lrm | rlm | \#0*173 | \#x0*ad
           | \#0*820[3-7] | \#x0*200[b-f] | \#0*8288 | \#x0*2060 | \#0*65279 | \#x0*feff ) ;
         | \\u (?: 00ad | 200[b-f] | 2060 | feff ) | \\xad
         | \\u\{ 0* (?: ad | 200[b-f] | 2060 | feff ) \}
         | %c2%ad | %e2%80%8[b-f] | %e2%81%a0 | %ef%bb%bf )
    | \x1b\[ [0-?]* [ -/]* [@-~] | \x1b\] [^\x07\x1b]* (?: \x07 | \x1b\\ )
    | \\- )+"""
)
"""Invisible characters and escapes that may be inside a key: soft hyphens, joiners, ANSI codes."""

# Continuation characters at the end of a line

_CONTINUED = re.compile(rb"(?:\\|\^|&|=|\+|`)[ \t]*" + _BREAK)
_CONTINUING = re.compile(rb"[ \t]*(?:[&-][ \t]*)?[\"'`]?(?=[-_]{0,2}[A-Za-z0-9])")
"""What may precede the rest of a key on the next line."""

# Continuation lines of COBOL and Fortran

_COBOL = re.compile(rb".{6}-[ \t]*[\"']?[-_]{0,2}[A-Za-z0-9]")
_COBOL_CLOSED = re.compile(rb"[\"']" + _BREAK + _COBOL.pattern)
_COBOL_LINE = re.compile(rb".{6}-")
_FORTRAN = re.compile(rb"[ \t]*&[ \t]*[\"']?[-_]{0,2}[A-Za-z0-9]")

# The next line

_DECORATION = re.compile(rb"[ \t]*((?:>[ \t]?)+|[|#;%!*]+|//+|--+(?=[ \t]))?[ \t]*")
"""Start of each line of a comment or of quoted mail."""
_KEY_PART = re.compile(rb"[-_]{0,2}[A-Za-z0-9][A-Za-z0-9_-]*")
_PREFIX = b"wa_live_"

# Next lines that do not continue a secret

ASSIGNMENT = re.compile(
    rb"(?:[A-Za-z]+[ \t]+)?[\w.-]+(?:\[\w*\])?[ \t]*(?:[:+?.|-]?=(?![=>])|=>)|[\w.-]+:[\"'\[{|>]"
)
"""Start of a line that assigns a value."""
_LOG_ENTRY = re.compile(
    rb"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}|[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:|[0-9]{2}:[0-9]{2}:"
    rb"|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)\b|HTTP/[0-9]|[0-9]{1,3}(?:\.[0-9]+){3}"
    rb"|[0-9]{1,3}[.)][ \t]"
)
"""Start of a log entry or of a numbered item."""
_BLOCK_END = re.compile(rb"(?:EOF|EOT|END|fi|done|else|esac|exit|end|then)[ \t;]*\Z")
_NAME = re.compile(rb"[A-Za-z_][\w.-]*:(?=\s|\Z)")
_NAMED_VALUE = re.compile(rb"(?:[:=][ \t]*[\"'`]?(?:[A-Za-z]+ )?|\A[ \t>|#;*-]*)\Z")
"""Text before a secret that is a value, not a word of a sentence."""
_BULLET = re.compile(rb"[ \t]*[*+-][ \t]+\Z")

_SOURCE_CODE = re.compile(
    r"\.(?:[ckz]?sh|bash|fish|ps1|bat|cmd|py|rb|pl|php|lua|[cm]?[jt]sx?|java|kt|go|rs|c|h|cc|cpp|cs"
    r"|swift|sql|ya?ml|toml|ini|cfg|conf|properties|tf|tfvars|env|envrc|mk|service)\Z"
    r"|(?:\A|[/\\])(?:Dockerfile|Makefile|Jenkinsfile|Procfile|\.env[^/]*|\.\w*rc|\.\w+_history)\Z",
    re.IGNORECASE,
)


def is_source_code(path: str) -> bool:
    """Return whether a line of the file with several words is a statement, not wrapped text."""
    return _SOURCE_CODE.search(path) is not None


def is_cobol_continued(before: bytes, after: bytes) -> bool:
    """Return whether a COBOL line follows that reopens the literal after a secret."""
    is_continued = _COBOL_CLOSED.match(after) is not None
    return is_continued and not _COBOL_LINE.match(_find_last_line(before))


def is_line_continued(before: bytes, after: bytes, is_code: bool) -> bool:
    """Return whether the next line may continue a secret at the end of its line."""
    if continued := _CONTINUED.match(after):
        is_quoted = after[:1] == b"`" and b"`" in _find_last_line(before)
        if not is_quoted:
            return _CONTINUING.match(after, continued.end()) is not None
    if _ESCAPED_BREAK.match(after):
        after, before = (_ESCAPED_BREAK.sub(b"\n", text) for text in (after, before))
    line_end = LINE_END.match(after)
    if not line_end:
        return False
    return _continues(_find_last_line(before), after[line_end.end() :], is_code)


def _find_last_line(text: bytes) -> bytes:
    return re.split(_BREAK, text)[-1]


def _continues(line: bytes, after: bytes, is_code: bool) -> bool:
    """Return whether the text after a line break may continue a secret at the end of `line`."""
    next_line = re.split(_BREAK, after, maxsplit=1)[0]
    if _COBOL.match(next_line) or _FORTRAN.match(next_line):
        return True
    decoration = _DECORATION.match(line)
    rest = INVISIBLE.sub(b"", _strip_decoration(next_line, decoration))
    word = _KEY_PART.match(rest)
    if not word or rest.startswith(_PREFIX) or _BULLET.match(line):
        return False
    if ASSIGNMENT.match(rest) or _LOG_ENTRY.match(rest) or _BLOCK_END.match(rest):
        return False
    if _NAME.match(rest) and _NAMED_VALUE.search(line):
        return _count_indent(next_line) > _count_indent(line)
    return not (is_code and _is_statement(rest, word.end(), decoration))


def _strip_decoration(next_line: bytes, decoration: re.Match[bytes] | None) -> bytes:
    """Return a line without the decoration that it shares with the line before."""
    own = _DECORATION.match(next_line)
    if own and decoration and (own[1] or b"").strip() == (decoration[1] or b"").strip():
        return next_line[own.end() :]
    return next_line.lstrip(b" \t")


def _is_statement(line: bytes, end: int, decoration: re.Match[bytes] | None) -> bool:
    """Return whether a line of code has more than one word; a comment is text."""
    return bool(line[end:].strip(b"\"'` \t")) and not (decoration and decoration[1])


def _count_indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))
