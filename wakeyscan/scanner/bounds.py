"""Whether both ends of a secret are certain: pure functions of the text around it.

A key that a line wrap cut, or that has letters of its neighbour at its end, is refused by the API
although the real key works. So a refusal proves something only if both ends are certain.
"""

from __future__ import annotations

import re

from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.binary_strings import find_prefixed_length

_FAR = 1 << 10
"""Bytes on either side of a secret that are read."""
_VERY_FAR = 1 << 16
"""Bytes on either side of a secret within which a NUL shows that the content is binary."""
_BESIDE = 64
"""The same for a control character that no text has."""

_END = rb"(?:\r*\n|\r|\x0b|\x0c|\xc2\x85|\xe2\x80[\xa8\xa9])"
_LINE_END = re.compile(rb"(?:[ \t]|\xc2\xa0)*" + _END)
_ESCAPED_END = re.compile(
    rb"\\r\\n|\\[nr]|\\u000[aAdD]|\\x0[aAdD]|\\u\{0*[aAdD]\}|(?:%0[dD])?%0[aA]|&\#(?:10|13|x0?[aAdD]);"
)

_KEY = re.compile(rb"[-_]{0,2}[A-Za-z0-9][A-Za-z0-9_-]*")
"""Characters that may continue a key."""
_WORD = re.compile(rb"[A-Za-z0-9]")
_JOINER = re.compile(rb"[-_]+")
_PREFIX = b"wa_live_"

_ESCAPE_BEFORE = re.compile(
    rb"(?:\\[abefnrtv0]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[0-7]{3}|%(?:25)?[0-9A-Fa-f]{2}"
    rb"|=3[AaDd]|(?:\x1b|\\(?:033|e|x1[bB]|u001[bB]))\[[0-9;]{0,16}[mK])\Z"
)
"""An escape whose last character looks like a part of the word behind it."""

_INVISIBLE = re.compile(
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
"""Characters and escapes that show nothing: a text may hold them in the middle of a key."""

_MORE = re.compile(
    rb"""(?x) \.{2} | \xe2\x80\xa6 | & (?: hellip | \#8230 | \#x2026 ) ; | \\u2026
    | [(\[<] [ ]? (?: \.{2} | \xe2\x80\xa6 | (?i: truncated | snip | cut | redacted ) )
    | \xe2\x80\xa2 | \xe2\x97\x8f | \xe2\x96[\x88-\x93]
    | \$ [{(\w] | \#? \{ | % (?: [sdv] (?![0-9A-Fa-f]) | [({] ) | < [%?]"""
)
"""Signs that the text goes on: an ellipsis, a mask, a value that is filled in."""
_STARS = re.compile(rb"\*{2,}")

_CONTINUED = re.compile(rb"(?:\\|\^|&|=|\+|`)[ \t]*" + _END)
"""Signs at the end of a line that the next line continues it."""
_CONTINUING = re.compile(rb"[ \t]*(?:[&-][ \t]*)?[\"'`]?(?=[-_]{0,2}[A-Za-z0-9])")
"""What may stand before the rest of a key on such a line."""
_COBOL = re.compile(rb".{6}-[ \t]*[\"']?[-_]{0,2}[A-Za-z0-9]")
_COBOL_CLOSED = re.compile(rb"[\"']" + _END + _COBOL.pattern)
_COLUMN_7 = re.compile(rb".{6}-")
_FORTRAN = re.compile(rb"[ \t]*&[ \t]*[\"']?[-_]{0,2}[A-Za-z0-9]")

_DECORATION = re.compile(rb"[ \t]*((?:>[ \t]?)+|[|#;%!*]+|//+|--+(?=[ \t]))?[ \t]*")
"""What each line of a comment or of a quoted mail begins with."""
_ASSIGNMENT = re.compile(
    rb"(?:[A-Za-z]+[ \t]+)?[\w.-]+(?:\[\w*\])?[ \t]*(?:[:+?.|-]?=(?![=>])|=>)|[\w.-]+:[\"'\[{|>]"
)
_MOMENT = re.compile(
    rb"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}|[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:|[0-9]{2}:[0-9]{2}:"
    rb"|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)\b|HTTP/[0-9]|[0-9]{1,3}(?:\.[0-9]+){3}"
    rb"|[0-9]{1,3}[.)][ \t]"
)
_NAME = re.compile(rb"[A-Za-z_][\w.-]*:(?=\s|\Z)")
_NAMED = re.compile(rb"(?:[:=][ \t]*[\"'`]?(?:[A-Za-z]+ )?|\A[ \t>|#;*-]*)\Z")
"""What stands before a secret that is a value by itself, and not a word of a sentence."""
_BULLET = re.compile(rb"[ \t]*[*+-][ \t]+\Z")
_LAST = re.compile(rb"(?:EOF|EOT|END|fi|done|else|esac|exit|end|then)[ \t;]*\Z")

_CODE = re.compile(
    r"\.(?:[ckz]?sh|bash|fish|ps1|bat|cmd|py|rb|pl|php|lua|[cm]?[jt]sx?|java|kt|go|rs|c|h|cc|cpp|cs"
    r"|swift|sql|ya?ml|toml|ini|cfg|conf|properties|tf|tfvars|env|envrc|mk|service)\Z"
    r"|(?:\A|[/\\])(?:Dockerfile|Makefile|Jenkinsfile|Procfile|\.env[^/]*|\.\w*rc|\.\w+_history)\Z",
    re.IGNORECASE,
)
"""Files in which a line that has more than one word is a statement, not the rest of a key."""

_TAG = re.compile(rb"<(/?)([A-Za-z][\w:.-]*)[^<>]{0,512}>|<!--[^<>]{0,512}-->")
_BLOCKS = frozenset(
    b"article aside blockquote body button dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 head"
    b" header hr html input label legend li main nav ol option p pre script section select style"
    b" table tbody td textarea tfoot th thead title tr ul".split()
)
_INLINE = frozenset(
    b"a abbr b bdi bdo big br code del em font i ins kbd mark nobr q s samp small span strike"
    b" strong sub sup tspan tt u var wbr".split()
)
_RUNS = (b"w:", b"a:", b"text:")

_REOPENED = re.compile(
    rb"""(?x) ["'`] \s*+ \+ \s*+ [A-Za-z_$]
    | (?: ["'`] \s*+ (?: [+&~] | \.{1,2} | <> ) \s*+ [_&\\^]?
        | ' \s*+ (?: \|\| | // ) \s*+ &?
        | ["'`] [ \t]*+ [\\&^_] [ \t]*+ (?: \r?\n | \r ) )
      \s*+ [&-]? [ \t]*+ ["'`] [-_]{0,2} [A-Za-z0-9]"""
)
"""A literal that a later one, or a value, continues."""
_QUOTED = re.compile(rb"([\"'`])[ -!#-&(-_a-~]*\Z")
_HEADS = (b"", b"Bearer ", b"bearer ", b"Token ", b"Authorization: Bearer ")
"""What may stand before a key in a string of binary data."""
_NO_TEXT = re.compile(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f]")
_OPEN_BYTE = re.compile(
    rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]|(?![\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})[\x80-\xff]"
)


def find_bounds(content: bytes, start: int, end: int, path: str = "") -> Bounds:
    """Return whether both ends of the secret at `content[start:end]` are certain.

    The path tells source code, in which no line is wrapped, from prose, logs and mail.
    """
    if find_prefixed_length(content, start) == end - start:
        return Bounds.CERTAIN
    if _begins_open(content[max(0, start - _FAR) : start], content[start : start + 1]):
        return Bounds.OPEN
    return find_end_bounds(content, start, end, path)


def find_end_bounds(content: bytes, start: int, end: int, path: str = "") -> Bounds:
    """Return whether the end alone is certain: encoded text begins where its decoder says."""
    before, behind = content[max(0, start - _FAR) : start], content[end : end + _FAR]
    if _is_binary(content, start, end):
        certain = _ends_in_binary(content, start, end, before, behind)
    else:
        certain = _ends(before, behind, _CODE.search(path) is not None)
    return Bounds.CERTAIN if certain else Bounds.OPEN


def _begins_open(before: bytes, first: bytes) -> bool:
    """Return whether a letter, a digit or an underscore stands right before a word."""
    glued = re.search(rb"\w\Z", before) and _WORD.match(first)
    return bool(glued) and not _ESCAPE_BEFORE.search(before[-_BESIDE:])


def _is_binary(content: bytes, start: int, end: int) -> bool:
    beside = content[max(0, start - _BESIDE) : end + _BESIDE]
    nul = content.find(b"\0", max(0, start - _VERY_FAR), end + _VERY_FAR)
    return nul >= 0 or _NO_TEXT.search(beside) is not None


def _ends_in_binary(content: bytes, start: int, end: int, before: bytes, behind: bytes) -> bool:
    """Return whether an end is certain among strings that may stand end to end."""
    if behind[:1] in (b"", b"\0") or re.match(rb"</[A-Za-z]", behind):
        return True
    quote = _QUOTED.search(before)
    if quote and quote[1] == behind[:1]:
        return True
    line_end = _LINE_END.match(behind)
    if line_end:
        return bool(_ASSIGNMENT.match(behind, line_end.end()))
    return any(
        before.endswith(head)
        and find_prefixed_length(content, start - len(head)) == len(head) + end - start
        for head in _HEADS
    )


def _ends(before: bytes, behind: bytes, code: bool) -> bool:
    """Return whether the end of a secret in a text is certain."""
    if shown := _INVISIBLE.match(behind):
        behind = behind[shown.end() :]
    if _WORD.match(behind) or _MORE.match(behind) or _OPEN_BYTE.match(behind):
        return False
    if sign := _JOINER.match(behind) or _STARS.match(behind):
        return _is_balanced(before, sign[0])
    if behind[:1] == b"<":
        return _ends_at_tag(before, behind, code)
    if _REOPENED.match(behind):
        return False
    if _COBOL_CLOSED.match(behind) and not _COLUMN_7.match(_last_line(before)):
        return False
    return _ends_at_line(before, behind, code)


def _is_balanced(before: bytes, sign: bytes) -> bool:
    """Return whether the same marks stand on either side, as those of Markdown do."""
    return before[len(before.rstrip(sign[:1])) :] == sign


def _ends_at_tag(before: bytes, behind: bytes, code: bool) -> bool:
    tags: list[tuple[bytes, bytes]] = []
    at = 0
    while tag := _TAG.match(behind, at):
        tags.append(((tag[2] or b"").lower(), tag[1] or b""))
        at = tag.end()
    rest = behind[at:]
    if not _WORD.match(_INVISIBLE.sub(b"", rest[:_BESIDE])):
        broken = any(name == b"br" for name, _ in tags)
        return not broken or not _LINE_END.match(rest) or _ends_at_line(before, rest, code)
    names = {name for name, _ in tags}
    if names & _BLOCKS:
        return True
    others = [mark for name, mark in tags if name not in _INLINE and not name.startswith(_RUNS)]
    return len(others) == len(tags) > 1 and others[0] == b"/" and others[-1] == b""


def _ends_at_line(before: bytes, behind: bytes, code: bool) -> bool:
    """Return whether a line ends the secret, where nothing else does so before."""
    if found := _CONTINUED.match(behind):
        in_ticks = behind[:1] == b"`" and b"`" in _last_line(before)
        if not in_ticks:
            return not _CONTINUING.match(behind, found.end())
    if _ESCAPED_END.match(behind):
        behind, before = (_ESCAPED_END.sub(b"\n", text) for text in (behind, before))
    line_end = _LINE_END.match(behind)
    return not line_end or not _goes_on(_last_line(before), behind[line_end.end() :], code)


def _last_line(text: bytes) -> bytes:
    return re.split(_END, text)[-1]


def _goes_on(line: bytes, behind: bytes, code: bool) -> bool:
    """Return whether the next line may hold the rest of a secret that ends its line."""
    following = re.split(_END, behind, maxsplit=1)[0]
    if _COBOL.match(following) or _FORTRAN.match(following):
        return True
    lead, own = _DECORATION.match(following), _DECORATION.match(line)
    same = lead and own and (lead[1] or b"").strip() == (own[1] or b"").strip()
    rest = following[lead.end() :] if lead and same else following.lstrip(b" \t")
    rest = _INVISIBLE.sub(b"", rest)
    word = _KEY.match(rest)
    if not word or rest.startswith(_PREFIX) or _BULLET.match(line):
        return False
    if _ASSIGNMENT.match(rest) or _MOMENT.match(rest) or _LAST.match(rest):
        return False
    if _NAME.match(rest) and _NAMED.search(line):
        return _indent(following) > _indent(line)
    return not (code and _is_statement(rest, word.end(), own))


def _is_statement(line: bytes, end: int, decoration: re.Match[bytes] | None) -> bool:
    """Return whether a line of code has more than one word; a comment is prose."""
    return bool(line[end:].strip(b"\"'` \t")) and not (decoration and decoration[1])


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))
