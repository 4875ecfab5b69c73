"""The text around the end of a secret, and how it is divided into lines."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import is_same_but_digits
from wakeyscan.core.typing import NamedTuple

CONTEXT = 1 << 10
"""Bytes on either side of a secret that are read."""

BREAK = rb"(?:\n|\r\r*\n|\r|\x0b|\x0c|\xc2\x85|\xe2\x80[\xa8\xa9])"
"""Pattern of a line break; each part starts with a literal, for which `re` searches fast."""
ESCAPED_BREAK = (
    rb"(?:\\\\*(?:r\\+n|[nr]|u000[aAdD])|\\x0[aAdD]|\\u\{0*[aAdD]\}"
    rb"|%(?:25)?0(?:[dD]%(?:25)?0)?[aA]|&\#(?:10|13|x0?[aAdD]);)"
)
"""Pattern of a line break in a string literal, form data or an XML attribute.

Each part also starts with a literal.
"""
BLANK = rb"(?:[ \t]|\xc2\xa0)"
KEY_PREFIX = b"wa_live_"
ELLIPSIS = b"\xe2\x80\xa6"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_CR, _VERTICAL_TAB, _FORM_FEED = b"\r\x0b\x0c"
NUL, DOUBLE_QUOTE, BACKSLASH, BACKTICK, LESS_THAN, AMPERSAND, ESCAPE, TAB = b'\0"\\`<&\x1b\t'
"""Codes of characters: a text is searched for a code six times as fast as for `bytes`."""

_BREAK = lazy_pattern(BREAK)
_ESCAPED = lazy_pattern(ESCAPED_BREAK)
SPLIT_LITERAL = lazy_pattern(
    rb"""(?x) \\ (?:r\\)? n (?P<quote>["']) (?: \s*+ [,+.]? | \] ) \s*+
    (?: \[ [0-9.]{1,20} , \s*+ "[oi]" , \s*+ )? (?P=quote) (?! [\w-]+ " \s* : )
    | \\ (?:r\\)? n " , [^{}\r\n]{0,300} \}+ \s*+ \{ "log" : [ ]? " """
)
"""An escaped line break at the end of a literal, up to the literal with the next line.

Notebooks list lines like that, terminal recordings list events, Docker writes each line as an
object, and people concatenate lines.
"""
CUT_NOTE = rb"""(?: \+ [0-9] | [0-9]{1,7} [ ]? (?: [A-Za-z]{1,12} [ ] ){0,2}
        (?i: more | cut | elided | left | omitted | removed | skipped | snip | truncated )
    | (?: [A-Za-z]{1,12} [ ] ){0,2} (?i: cut | elided | omitted | redacted | snip | truncated ) )"""
"""Pattern of a note in brackets that a tool writes where it cuts a text (verbose)."""
_OTHER_BREAKS = (b"\r", b"\x0b", b"\x0c", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")

_PARAMETER = lazy_pattern(rb"&[A-Za-z_][\w.-]*=")
_BREAK_STARTS = b"\n\\<&%"

_CODE = rb"\x1b\[ [0-?]* [ -/]* [@-~] | \x1b\] [^\x07\x1b]* (?: \x07 | \x1b\\ )"
CODE = lazy_pattern(rb"(?x)" + _CODE)
"""A code of a terminal, such as a color."""
ESCAPED_CODE = rb"\\+ (?: u001[bB] | x1[bB] | 033 | e ) \[ [0-9;]{0,16} [A-Za-z]"
"""Pattern of a color in a string literal (verbose)."""
INVISIBLE_CHARACTERS = (
    rb"""(?x:
      \xc2\xad | \xcd\x8f | \xe1\xa0\x8e | \xe2\x80[\x8b-\x8f\xaa-\xae] | \xe2\x81[\xa0-\xaf]
    | \xef\xbb\xbf | \xef\xb8[\x80-\x8f]
    | (?i: & (?: shy | zerowidthspace | nobreak | zwn?j | lrm | rlm | \#0*173 | \#x0*ad
           | \#0*820[3-7] | \#x0*200[b-f] | \#0*8288 | \#x0*2060 | \#0*65279 | \#x0*feff ) ;
         | \\u (?: 00ad | 200[b-f] | 2060 | feff ) | \\xad
         | \\u\{ 0* (?: ad | 200[b-f] | 2060 | feff ) \}
         | %c2%ad | %e2%80%8[b-f] | %e2%81%a0 | %ef%bb%bf )
    | \\- | """
    + _CODE
    + b")"
)
"""Invisible characters and escapes that may be inside a key: soft hyphens, joiners, ANSI codes."""
INVISIBLE = lazy_pattern(rb"(?:" + INVISIBLE_CHARACTERS + rb")+")


class Lines(NamedTuple):
    """The line of a secret, up to the secret, and the next line; or what is left of both."""

    line: bytes
    following: bytes


class Rest(NamedTuple):
    """A word that may continue a secret."""

    text: bytes
    start: int
    """Offset from the end of the secret."""
    end: int


class TextEnd(NamedTuple):
    """The text around the end of a secret."""

    before: bytes
    """Up to the secret."""
    after: bytes
    """From the end of the secret."""
    path: str = ""
    """Path of the document, or empty."""
    is_cut_anywhere: bool = False
    """Whether the text may be cut without a continuation, as base64 without padding may be."""
    is_in_layer: bool = False
    """Whether the text inside a layer is judged too: then that text decides about line ends."""
    size: int = 0
    """Characters of the secret."""

    @property
    def line(self) -> bytes:
        """The line of the secret, up to the secret."""
        return find_last_line(self.before)

    def find_lines(self) -> Lines:
        """Return the line of the secret, and the next one."""
        return Lines(self.line, split_line(split_line(self.after)[1])[0])

    def replace_text(self, before: bytes, after: bytes) -> TextEnd:
        """Return the same end in another text, whose kind the path does not tell."""
        return self._replace(before=before, after=after, path="")

    def unescape_breaks(self) -> TextEnd:
        """Return the same with line breaks in place of escaped ones."""
        after = _ESCAPED.sub(b"\n", SPLIT_LITERAL.sub(b"\n", self.after))
        return self._replace(before=_ESCAPED.sub(b"\n", self.before), after=after)


def read_end(
    content: bytes, start: int, end: int, path: str = "", *, is_cut_anywhere: bool = False
) -> TextEnd:
    """Return the end of the secret at `content[start:end]`, without a byte-order mark before it.

    A NUL ends the text.
    """
    before = content[max(0, start - CONTEXT) : start]
    if start <= CONTEXT:
        before = before.removeprefix(_BYTE_ORDER_MARK)
    after = content[end : end + CONTEXT]
    if NUL in after or NUL in before:
        before, after = before.rpartition(b"\0")[2], after.partition(b"\0")[0]
    return TextEnd(before, after, path, is_cut_anywhere, size=end - start)


def is_before_same_line(content: bytes, start: int, end: int) -> bool:
    """Return whether the next line is the same up to another key, as in a list or a log of keys.

    Then the end of the key at `content[start:end]` is certain, and nothing continues it.
    """
    if not content.startswith(b"\n", end):
        return False
    low = max(0, start - CONTEXT)
    line_start = content.rfind(b"\n", low, start) + 1 or low
    line = content[line_start:start]
    if _has_break(line):
        line = find_last_line(line)
    if not line_start:
        line = line.removeprefix(_BYTE_ORDER_MARK)
    at = end + 1 + len(line)
    if not content.startswith(KEY_PREFIX, at, end + CONTEXT) or DOUBLE_QUOTE in line:
        return False
    return is_same_but_digits(line, content[end + 1 : at])


def is_before_parameter(after: bytes) -> bool:
    """Return whether the next parameter of a URL follows, which no program puts into a key."""
    return _PARAMETER.match(after) is not None


def find_last_line(text: bytes) -> bytes:
    """Return the text after the last line break."""
    line = text[text.rfind(b"\n") + 1 :]
    if _has_break(line):
        for other in _OTHER_BREAKS:
            if (at := line.rfind(other)) >= 0:
                line = line[at + len(other) :]
    return line


def _has_break(line: bytes) -> bool:
    """Return whether a line may have a line break other than LF."""
    return _CR in line or not line.isascii() or _VERTICAL_TAB in line or _FORM_FEED in line


def may_have_lines(text: bytes) -> bool:
    """Return whether a text may have a line break, also one that is escaped or a tag."""
    return any(sign in text for sign in _BREAK_STARTS) or _has_break(text)


def split_line(text: bytes) -> tuple[bytes, bytes]:
    """Return the first line, and the text after its line break."""
    at = text.find(b"\n")
    if not _has_break(line := text[:at] if at >= 0 else text):
        return (line, text[at + 1 :]) if at >= 0 else (text, b"")
    found = _BREAK.search(text)
    return (text[: found.start()], text[found.end() :]) if found else (text, b"")
