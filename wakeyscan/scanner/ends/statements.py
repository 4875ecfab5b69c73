"""Statements: assignments, fields, calls and commands that follow another one."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends import file_kinds
from wakeyscan.scanner.ends.text_end import Lines, TextEnd
from wakeyscan.scanner.ends.words import begins_with_word, is_certain_name, is_name

_VALUE = rb"[ \t]*+ [\"'`]? (?: [A-Za-z]+ [ ] )? \Z"
"""What may precede a secret as the first word of a value: a quote, a scheme."""
_ASSIGNED = lazy_pattern(rb"(?x) [\w.\])\"'}-] [ \t]*+ (?: [:+?.|-]?= | => )" + _VALUE)
_ASSIGNMENT = lazy_pattern(
    rb"""(?x) [ \t]*+
    (?P<keyword> (?: -e | --build-arg | --env | --set | ARG | ENV | SET | String | const | declare
          | def | env | export | final | let | local | my | our | private | protected | public
          | readonly | set | setenv | setx | static | string | typeset | val | var )
        [ \t]+ (?: -\w+ [ \t]+ )? ){0,3}
    (?P<name> [\w$@.-]+ ) (?: \[ [\w"'$]* \] )? [ \t]*+ (?: [:?-]?= (?![=>]) | => )"""
)
_CONSTANT = lazy_pattern(rb"[ \t]*[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+=")
"""An assignment to a name that cannot be the rest of a key."""

_FIELD = lazy_pattern(
    rb"""(?x) (?: \A | ["'`] ) (?P<indent> [ \t]*+ (?: [-*] [ \t]+ )* )
    ["']? (?P<name> [A-Za-z_$@/] [\w.$@/-]* (?: [ ] [\w.-]+ ){0,3} ) ["']?
    [ \t]*+ : (?: [ \t]+ | (?=["'`]) )"""
    + _VALUE
)
_NEXT_FIELD = lazy_pattern(
    rb"""(?x) (?P<indent> [ \t]*+ (?: [-*?] [ \t]+ )* )
    ["']? [_$@/]{0,2} (?P<name> [A-Za-z] [\w.-]* ) (?: [ ] (?: [A-Z] [a-z]+ | [A-Z]{2,} ) ){0,3}
    ["']? [ \t]*+ : (?= \s | \Z | ["'\[{|>&*!] )"""
)
_MESSAGE = lazy_pattern(
    rb"(?i)(?:error|exception|failed|failure|fatal|info|invalid|message|note|warning)\Z"
)
"""Name of a field whose value is prose, which a terminal wraps."""

_CALL = lazy_pattern(rb"[ \t]*((?:[A-Za-z_]\w*(?:\.|::|->)){0,4}[A-Za-z_]\w*)[!?]?\(")
_MEMBER = lazy_pattern(rb"\.|::|->")
_COMMAND = lazy_pattern(
    rb"[ \t]*(?:fi[ \t;]*\Z|(?:\.{0,2}/\w[\w./-]*|[a-z][a-z_-]{2,})[ \t]+[\w\"'$./-])"
)
"""A command with an argument, or the end of a block of a shell."""
_HEREDOC = lazy_pattern(rb"<<[-~]?[ ]?[\"'\\]?(\w+)")


def is_assignment(lines: Lines, end: TextEnd) -> bool:
    """Return whether an assignment follows an assignment of the secret."""
    if _CONSTANT.match(lines.following):
        return True
    other = _ASSIGNMENT.match(lines.following)
    if not other or not _ASSIGNED.search(lines.line):
        return False
    return bool(other["keyword"]) or _is_other_name(other["name"], lines.line, end)


def is_field(lines: Lines, end: TextEnd) -> bool:
    """Return whether a field (`name: value`) follows a field, not deeper than that."""
    own, other = _FIELD.search(lines.line), _NEXT_FIELD.match(lines.following)
    if not own or not other or len(other["indent"]) > len(own["indent"]):
        return False
    if _MESSAGE.search(own["name"]):
        return is_certain_name(other["name"])
    return is_name(other["name"]) and _is_other_name(other["name"], lines.line, end)


def _is_other_name(name: bytes, line: bytes, end: TextEnd) -> bool:
    """Return whether a name is not the rest of a key: no code is wrapped, and names are words."""
    if file_kinds.is_source_code(end.path) or is_certain_name(name):
        return True
    own, _, rest = line.lstrip(b" \t\"'").partition(name)
    return not own and not rest[:1].isalnum()


def is_call(lines: Lines, end: TextEnd) -> bool:
    """Return whether a call of a function follows."""
    call = _CALL.match(lines.following)
    return call is not None and all(map(is_name, _MEMBER.split(call[1])))


def is_statement(lines: Lines, end: TextEnd) -> bool:
    """Return whether two statements of source code follow each other, or a heredoc ends."""
    if delimiters := _HEREDOC.findall(end.before):
        return bool(lines.following.strip() == delimiters[-1])
    if not file_kinds.is_source_code(end.path) or not _COMMAND.match(lines.following):
        return False
    return bool(_ASSIGNED.search(lines.line)) or begins_with_word(lines.line)
