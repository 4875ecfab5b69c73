"""Formats that a secret fills, such as `"%s%s" % ("…", rest)`: what follows its placeholder.

The text after the placeholder of a literal continues the literal. So its end is open if another
placeholder follows directly, or a character of a key.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.scanner.ends.text_end import TextEnd

_REACH = 320
_PLACEHOLDER = rb"""(?: % (?: \( \w{1,40} \) | [0-9]\$ )? [-+0#]? (?: [0-9*.]{0,8} ) l{0,2} [svS@dw]
    | %[0-9] | \$[0-9] | \{ [\w:.*!]{0,40} \} | \$\{? [A-Za-z_]\w{0,40} \}? | ~[aApsw] )"""
_PLACEHOLDERS = lazy_pattern(rb"(?x)" + _PLACEHOLDER)
_NAME = lazy_pattern(rb"[A-Za-z_]\w*")
_NUMBER = lazy_pattern(rb"[0-9]+")
_TOUCHING = lazy_pattern(rb"(?x) " + _PLACEHOLDER + rb"(?: " + _PLACEHOLDER + rb"| [\w-] )")
_FORMAT = lazy_pattern(
    rb"""(?x) (?<! [\w\\] ) [bfL@]? (?P<quote> ["'`] )
    (?P<format> (?: (?! (?P=quote) ) [^\r\n\\] | \\. ){1,200}? ) (?P=quote)
    (?P<sign> \s* \)? \s* (?:
        % \s* [(\[{]? | [.:] \s* (?: format | formatted | arg | substitute | safe_substitute ) \(
      | \.\s*% \s* \(
      | [ ]-f\b | \|\s*format\( | \)?\s*, | [ \t]+ (?! [-+.|&*<>=?:] ) ) )
    (?P<arguments> [^;\r\n]*+ ) \Z"""
)
"""A literal with placeholders, up to one of its arguments."""
_BARE_FORMAT = lazy_pattern(
    rb"(?x) \b(?: printf (?: \s -v \s \w+ | \s -- )? | format ) \s+ (?P<format> [^\s\"';|]*"
    + _PLACEHOLDER
    + rb"[^\s\"';|]* ) (?P<sign> [ \t]+ ) (?P<arguments> [^;|\r\n]*+ ) \Z"
)
_OPEN_ENDS = (b",", b"(", b"[", b"{", b"%", b"=", b"\\", b"format", b'"', b"'")
_BREAKS = lazy_pattern(rb",?\s*\n\s*")
_NAMED = lazy_pattern(rb"""["']?(\w{1,40})["']?\s*(?:=>?|:)\s*[bfL@]?["'`]?\Z""")
_NESTED = lazy_pattern(rb"\([^()]*\)|\[[^\[\]]*\]|\"[^\"]*\"|'[^']*'")
_WORDS = lazy_pattern(rb"\S+[ \t]+")
_COMMAND_END = lazy_pattern(rb"[\"']?[ \t]*(?:[\r\n;)|&`]|\Z)")


def fills_open_format(end: TextEnd) -> bool:
    """Return whether something may follow the placeholder of a secret directly."""
    before = end.before[-_REACH:]
    if b"%" not in before and b"}" not in before and b"$" not in before and b"~" not in before:
        return False
    before = _read_statement(before)
    if not _TOUCHING.search(before):
        return False  # as before nearly all secrets
    before = _BREAKS.sub(b", ", before) if b"\n" in before else before
    found = _BARE_FORMAT.search(before) or _find_format(before)
    return found is not None and _is_open(found, end.after)


def _read_statement(before: bytes) -> bytes:
    """Return the last lines of a text, each but the last with an end after which it goes on."""
    at = len(before)
    while (at := before.rfind(b"\n", 0, at)) >= 0:
        if not before[:at].rstrip().endswith(_OPEN_ENDS):
            return before[at + 1 :]
    return before


def _find_format(before: bytes) -> re.Match[bytes] | None:
    """Return the last format whose arguments go on up to the end of a text."""
    at = -1
    while found := _FORMAT.search(before, at + 1):
        if _PLACEHOLDERS.search(found["format"]) and _is_one_call(found["arguments"]):
            return found
        at = found.start()
    return None


def _is_one_call(arguments: bytes) -> bool:
    """Return whether no bracket that opens before the arguments closes among them."""
    rest = re.sub(rb"\)\s*\.arg\(", b"", _NESTED.sub(b"", arguments))
    return not any(closing in rest for closing in (b")", b"]", b"}"))


def _is_open(found: re.Match[bytes], after: bytes) -> bool:
    # A command of a shell fills a placeholder without an argument with nothing.
    is_last = found["sign"].isspace() and _COMMAND_END.match(after) is not None
    marks = [*_PLACEHOLDERS.finditer(found["format"])]
    filled = _select_filled(marks, found["arguments"], found["sign"])
    return any(_is_followed(found["format"], mark.end(), is_last) for mark in filled)


def _is_followed(text: bytes, end: int, is_last: bool) -> bool:
    if not is_last and _PLACEHOLDERS.match(text, end):
        return True
    return re.match(rb"[\w-]", text[end : end + 1]) is not None


def _select_filled(
    marks: list[re.Match[bytes]], arguments: bytes, sign: bytes
) -> list[re.Match[bytes]]:
    """Return the placeholders that an argument may fill; all, if it is not known which."""
    if (name := _NAMED.search(arguments)) and (
        named := [mark for mark in marks if _read_name(mark) == name[1]]
    ):
        return named
    if any(b"*" in mark[0] for mark in marks):
        return marks
    index = _count_arguments(arguments, sign)
    numbers = [_NUMBER.search(mark[0]) for mark in marks]
    if all(numbers):
        first = min(int(number[0]) for number in numbers if number)
        return [
            mark
            for mark, number in zip(marks, numbers, strict=True)
            if number and int(number[0]) - first == index
        ]
    return marks[index : index + 1]


def _read_name(mark: re.Match[bytes]) -> bytes:
    name = _NAME.search(mark[0].removeprefix(b"%"))
    return name[0] if name else b""


def _count_arguments(arguments: bytes, sign: bytes) -> int:
    """Return how many arguments precede the last one."""
    rest = _NESTED.sub(b"_", arguments)
    if b"arg(" in sign:
        return rest.count(b",") + rest.count(b".arg(")
    if sign.isspace() and b"," not in rest:
        return len(_WORDS.findall(rest))
    return rest.count(b",")
