"""Proofs that the line after a secret starts something else, and does not continue the secret.

The rest of a cut secret would be the first word of the next line, after a gutter. So one of these
must be there instead:

    no word: a blank line, a rule, the end of a block, a tag, a prompt, a section
    a known word: a command, a keyword, a URL, a word of prose
    another key, an item of a list, an entry of a log, a comment where none was before
    an assignment after an assignment, a field after a field, a record after a record
    a call, or a statement of source code after a statement
"""

from __future__ import annotations

from collections.abc import Callable

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends import gutter, line_prefixes, log_entries, statements
from wakeyscan.scanner.ends.records import is_next_record
from wakeyscan.scanner.ends.tags import begins_with_block
from wakeyscan.scanner.ends.text_end import CONTEXT, KEY_PREFIX, Lines, TextEnd, split_line
from wakeyscan.scanner.ends.words import begins_with_word

_COBOL = lazy_pattern(rb"[ 0-9]{5,16}-[ ]+[\"']")
"""A line that continues a literal, as the sign in its seventh column says; it may be indented."""
_NO_WORD = lazy_pattern(
    rb"""(?x) [ \t]*+ (?:
      # the end of a block or of a literal, the start of an object
      [}\]),] | \{ (?![+{]) | ["'`]{1,3} [ \t]*+ (?: [,;:)\]}] | \Z ) | ``` | ~~~
      # a rule, the frame of a table, the number of its rows
    | (?P<rule>[-=*+_~\#|]) (?: [ ]? (?P=rule) ){2,} [ \t]*+ \Z | --[ ]? \Z
    | [+|] [-=+|:\ ]{3,} \Z | \( [0-9]+ [ ] rows? \)
      # a section, a reference of Markdown, a hunk of a diff
    | \[ (?! \.\. | \xe2\x80\xa6 | (?i: truncated | snip | cut ) ) [^\]\r\n]{1,64} \]
      (?: [ \t]*+ (?: \Z | [;\#] ) | : [ \t] )
    | \[\[ | @@[ ] | diff[ ]--git[ ] | \\[ ]No[ ]newline
      # a prompt
    | (?: \$ | \xe2\x9d\xaf | \xe2\x9e\x9c ) [ ] | [\w.-]+ @ [\w.-]+ [:~/\w. -]{0,60} [$\#%>] [ ]
    | (?: PS[ ] )? [A-Z]:\\ [^>\r\n]{0,100} >
      # a variable, a decorator, a path, an option, a quoted name
    | \$\w+ [ \t]*+ (?: [-+.?*/]?= | -> ) | @\w | [/.~]/?\w[\w.-]*/ | [-_]{2} \w
    | ["'] [\w$@ ./-]{1,60} ["'] [ \t]*+ [:=]
      # another key
    | ["'`]? wa_live_
    )"""
)
_LONE_CODE = lazy_pattern(rb"[A-Za-z]++[0-9][A-Za-z0-9]*+={0,2}")
"""A line of only letters and digits, as in lists of keys, of digests and of base64."""
_ITEM = lazy_pattern(rb"[ \t]*(?:(?:-|\xe2\x80\xa2|[0-9]{1,3}[.)])[ \t]+|\*[ ])\S")
_COMMENT = lazy_pattern(rb"[ \t]*(?:(\#|//|;|%|<!--)|(--|REM)(?=[ \t])|(/?\*+)(?=[ \t/]))")
_COMMENT_SIGNS = b"#/*-;%!"
_COMMENT_BEFORE = {
    b"#": lazy_pattern(rb"(?:.*\s|\A)#+!?"),
    b"//": lazy_pattern(rb"(?:.*\s|\A)//+!?"),
    b"*": lazy_pattern(rb".*(?:/\*+|\A[ \t]*\*)"),
    b"--": lazy_pattern(rb"(?:.*\s|\A)--"),
    b";": lazy_pattern(rb".*;+"),
    b"%": lazy_pattern(rb".*%+"),
    b"REM": lazy_pattern(rb".*\bREM\b"),
    b"<!--": lazy_pattern(rb".*<!--"),
}
"""Text up to the start of a comment of the same kind, by its sign."""


def starts_something_else(end: TextEnd, text: bytes) -> bool:
    """Return whether `text`, after the line of a secret, does not continue the secret."""
    if text.startswith(KEY_PREFIX):
        return True
    following, later = split_line(text)
    lines = Lines(end.line, following)
    if not lines.line and _LONE_CODE.fullmatch(following) and b"<<" not in end.before:
        return False  # none of the proofs below holds for it
    if not following.strip():
        return True
    if _COBOL.match(following) and _has_open_quote(lines.line):
        return False
    if not gutter.is_in_diff(lines, end):
        return _is_other(gutter.strip_service(lines), end)
    continuations = gutter.list_continuations(lines, later)
    return continuations is not None and all(_is_proven_twice(one, end) for one in continuations)


def _is_other(lines: Lines, end: TextEnd) -> bool:
    """Return whether the next line, maybe an entry of a log, starts something else."""
    is_entry = log_entries.begins_entry(lines)
    if is_entry is not None:
        return is_entry
    if len(lines.line) >= CONTEXT:  # its start, with the times, was not read
        lines = lines._replace(following=line_prefixes.strip_times(lines.following))
    messages = log_entries.strip_stamps(lines)
    if messages == lines:
        return _is_proven_twice(lines, end)
    has_level = log_entries.begins_with_level(messages.following)
    return has_level or _is_proven(gutter.strip_gutters(messages), end)


def _is_proven_twice(lines: Lines, end: TextEnd) -> bool:
    """Return whether a proof holds for the lines, or for what follows their gutters."""
    if _is_proven(lines, end):
        return True
    stripped = gutter.strip_gutters(lines)
    return stripped != lines and _is_proven(stripped, end)


def _is_proven(lines: Lines, end: TextEnd) -> bool:
    return any(proof(lines, end) for proof in _PROOFS)


def _has_no_word(lines: Lines, end: TextEnd) -> bool:
    following = lines.following
    return not following.strip() or bool(_NO_WORD.match(following)) or begins_with_block(following)


def _has_known_word(lines: Lines, end: TextEnd) -> bool:
    return not end.is_cut_anywhere and begins_with_word(lines.following)


def _is_item(lines: Lines, end: TextEnd) -> bool:
    if not _ITEM.match(lines.following):
        return False
    if not lines.following.lstrip().startswith(b"*"):
        return True
    # Each line of a block comment begins with a star, too.
    own = lines.line.lstrip()
    is_list = not own.startswith(b"*") or lines.line.startswith(b"*") or not own.strip(b"* \t")
    return is_list and not _is_in_block_comment(end)


def _is_comment(lines: Lines, end: TextEnd) -> bool:
    """Return whether a comment begins on the next line, or starts something else there."""
    comment = _COMMENT.match(lines.following)
    if not comment:
        return False
    sign = comment[1] or comment[2] or b"*"
    before = _COMMENT_BEFORE[sign].match(lines.line)
    if not before:
        return len(lines.line) < CONTEXT and not _is_in_block_comment(end)
    rest = lines.following[comment.end() :].lstrip(_COMMENT_SIGNS)
    texts = Lines(lines.line[before.end() :], rest)
    return any(proof(texts, end) for proof in _PROOFS_IN_COMMENT)


def _is_in_block_comment(end: TextEnd) -> bool:
    return end.before.rfind(b"/*") > end.before.rfind(b"*/")


def _has_open_quote(line: bytes) -> bool:
    return line.count(b"'") % 2 == 1 or line.count(b'"') % 2 == 1


_Proof = Callable[[Lines, TextEnd], bool]

_PROOFS_IN_COMMENT: tuple[_Proof, ...] = (
    _has_no_word,
    _has_known_word,
    statements.is_assignment,
    statements.is_field,
    _is_item,
)
_PROOFS: tuple[_Proof, ...] = (
    *_PROOFS_IN_COMMENT,
    _is_comment,
    is_next_record,
    statements.is_call,
    statements.is_statement,
)
