"""Quotes after a secret: they end it, unless something continues the literal that they close."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends import file_kinds
from wakeyscan.scanner.ends.tags import find_tags
from wakeyscan.scanner.ends.text_end import (
    BREAK,
    ESCAPED_BREAK,
    TextEnd,
    split_line,
)

QUOTE = rb"""(?:\\*["'`]{1,3}|&(?:quot|apos|\#0*3[49]|\#[xX]0*2[27]);|\\u002[27]|\\x2[27]|%2[27])"""
"""Pattern of a quote, maybe escaped."""

_CHUNK_BEFORE = lazy_pattern(
    rb"""(?x) (?: "delta" [ ]* : [^{}]* \{? [^{}]*
    | \[ [ ]* [0-9.]{1,20} , [ ]* "[oi]" , [ ]* "[^"\r\n]* ) \Z"""
)
"""Start of a part of a streamed answer, or of an event in a terminal recording."""
_CHUNK_AFTER = lazy_pattern(
    rb"""(?x) [ ]* , [ ]* (?: "stream" [ ]* : [ ]* "std | '[^\r\n]{1,6}' [ ] <repeats )
    | [^\r\n]{0,400} "(?: partial | partial_message )" [ ]* : [ ]* "?true"""
)
"""Text after a log entry that a container runtime has split, or after a string of gdb."""
_CHUNK_REACH = 420
"""Bytes after a secret that hold the start of such a text."""

_DELIMITER = lazy_pattern(
    rb"""(?x)
      [ \t]*+ (?:
          \Z | [,;)\]}] | [?/%-]?> | : | =>? | [!=]==? | && (?![ \t]*["']) | \| (?!\|) | </
          | << \s* (?: (?: std:: )? (?: endl | flush ) \b | ["']\\n ) )
    | [ \t]++ (?:
          --?[A-Za-z] | \d | https?:// | /\w | \.{1,2}/ | [~@]\w | \\?\$[\w{(]
        | [a-z][\w.-]*+ (?!["'`]) | [A-Z][a-z]+\b (?!["'`]) | [A-Z_][\w-]*=
        | (?: AND | AS | COLLATE | ELSE | END | FROM | IN | INTO | IS | LIMIT | NOT | ON | OR
            | ORDER | THEN | VALUES | WHERE | WITH ) \b
        | ["'] (?: https?: | --?[A-Za-z] | [/~.${\[<] | [\w-]+:[ ] )
        | [\xc3\xce-\xdf\xe3-\xed] )
    | ["'`] (?: [\s,;)\]}>] | \Z )
    | [!?] (?: \s | \Z )
    | \. (?: as_bytes | decode | encode | freeze | getBytes | into | lower | strip | toString
           | to_owned | to_string | trim | unwrap ) \b"""
)
"""Text after a literal that does not continue it."""
_WORD_AFTER = lazy_pattern(rb"[ \t]+[\w$\\]")
_ALTERNATIVE = lazy_pattern(rb"[ \t]*\|\|")
_SENTENCE_END = lazy_pattern(
    rb"\.(?:\Z|[ \t]*" + BREAK + rb"[ \t]*(?:\Z|" + BREAK + rb")|\s+[A-Z][a-z]+ [a-z]|</)"
)
_TICK_SENTENCE_END = lazy_pattern(rb"\.(?:\s|\Z)")
_COMMENT = lazy_pattern(
    rb"""(?x)
      [ \t]+ (?: \# | --[ ] ) [^\r\n]*
    | [^A-Za-z0-9\r\n]{1,12} (?: (?: REM | rem | dnl ) [ ] )? wakeyscan:ignore [^\r\n]*"""
)
"""The start of a comment in most languages, or of one for us in any language."""
_CLOSED_COMMENT = lazy_pattern(rb"[ \t]*(?:/\*[^\r\n]*?\*/|<!--[^\r\n]*?-->)")
_SLASH_COMMENT = lazy_pattern(rb"[ \t]*//[^\r\n]*")
_LINE_END = lazy_pattern(rb"[ \t]*" + BREAK)
_ESCAPED_LINE_END = lazy_pattern(rb"[^\"'`\\\r\n]*+" + ESCAPED_BREAK)
"""The rest of a line of code inside a literal with other quotes, as in the cell of a notebook."""
_LISTED_LINE = lazy_pattern(
    rb"""["']?,[ \t]*""" + BREAK + rb"""\s*["'](?:\s+[+.&|~]?|[+.&|~])\s*\\{0,3}["'`][\w-]"""
)
"""The next line of a list of lines of code, without line ends, if it starts with a literal."""
_CONTINUED_LINE = lazy_pattern(
    rb"([ \t]*)[\\^`][ \t]*"
    + BREAK
    + rb"([ \t]*)(?:--?[A-Za-z]|https?://|[|;&>}]|[a-z][\w.-]*[ =])"
)
"""A line end in a command; the next line is a separate argument if a space precedes it."""
_COMMENT_LINES = lazy_pattern(rb"\A(?:\s*+(?:\#|//)[^\r\n]*+)*+\s*")
_COBOL = lazy_pattern(rb".{6}-[ \t]*[\"']")
_NEW_LINE = lazy_pattern(
    rb"""(?x)
      \Z | [}\])>;,:@$(\[{] | </?[A-Za-z!?/] | <[?!] | ``` | ~~~ | ={3} | \*[ ]
    | -{1,3} (?: [\w-] | [ \t]+ (?!["'])\S | \s*+\Z )
    | ["'] (?: [^"'\r\n]{0,200} ["'] [ \t]*+ [:=] | wa_live_ )
    | [a-z][\w.-]*+ (?!["'`]) | [A-Z][a-z]\w*+ (?!["'`]) | [A-Z][\w-]*+ : [ \t]
    | [A-Z_][A-Z0-9_]*+ (?: [ \t]*+ [=:(] | [ \t]++ [a-z0-9$/{(\[] )
    | \d++ (?! [ \t]*+ ["'] ) | [\xc3\xce-\xdf\xe3-\xed]"""
)
"""Start of a line that does not continue a literal at the end of the line before."""
_APPENDED = lazy_pattern(rb"\s*(?:append\s|str[nl]?cat\(|[\w$.\[\]'\"]+[ \t]*(?:\+|\.|\|\|)=)")
"""A statement that appends a text to the variable before it."""
_OPERATOR = lazy_pattern(rb"[+.&|~<?*^_,/\\%]")


def is_quote_certain(end: TextEnd, quote: bytes, rest: bytes) -> bool:
    """Return whether a literal that a secret and a quote end is complete."""
    if is_chunk(end) or _LISTED_LINE.match(rest):
        return False
    is_nested = quote.startswith(b"\\") or _ESCAPED_LINE_END.match(rest)
    if is_nested and end.is_in_layer:
        return True
    return _is_complete(end, quote, rest)


def is_chunk(end: TextEnd) -> bool:
    """Return whether a literal is one of several parts of a text."""
    if not end.after.startswith(b'"'):
        return False
    before, after = end.before[-200:], end.after[1:_CHUNK_REACH]
    if (b"[" in before or b'"delta"' in before) and _CHUNK_BEFORE.search(before):
        return True
    may_follow = after.lstrip(b" ").startswith(b",") or b'"partial' in after
    return may_follow and _CHUNK_AFTER.match(end.after, 1) is not None


def _is_complete(end: TextEnd, quote: bytes, rest: bytes) -> bool:
    if rest.startswith((b"\n", b"\r")):
        return _is_line_end_certain(end, rest)
    tags = find_tags(rest) if rest.startswith(b"<") else None
    if tags and tags.size:
        return tags.ends_word() or _is_complete(end, quote, rest[tags.size :])
    if _DELIMITER.match(rest):
        return not (_WORD_AFTER.match(rest) and _joins_words(end))
    if _ALTERNATIVE.match(rest):
        return b"'" not in quote
    sentence_end = _TICK_SENTENCE_END if quote.endswith(b"`") else _SENTENCE_END
    if sentence_end.match(rest):
        return True
    if continued := _CONTINUED_LINE.match(rest):
        return bool(continued[1] or continued[2])
    return _is_line_end_certain(end, _skip_comment(end, rest))


def _joins_words(end: TextEnd) -> bool:
    return file_kinds.joins_words(end.path) or b"print" in end.before[-40:]


def _skip_comment(end: TextEnd, rest: bytes) -> bytes:
    comment = _CLOSED_COMMENT.match(rest) or _COMMENT.match(rest)
    if not comment and file_kinds.has_slash_comments(end.path):
        comment = _SLASH_COMMENT.match(rest)
    return rest[comment.end() :] if comment else rest


def _is_line_end_certain(end: TextEnd, rest: bytes) -> bool:
    line_end = _LINE_END.match(rest)
    if not line_end:
        return not rest
    if end.is_in_layer:
        return True
    if end.after.startswith(b"`") and b"`" not in end.line:  # PowerShell continues the line
        return False
    text = rest[line_end.end() :]
    following = split_line(text)[0]
    if not text.strip():
        return True
    if _COBOL.match(following) and not _COBOL.match(end.line):
        return False
    if _APPENDED.match(text):
        return False
    text = _COMMENT_LINES.sub(b"", text, count=1)
    if file_kinds.has_single_literals(end.path):
        return not _OPERATOR.match(text)
    return _NEW_LINE.match(text) is not None
