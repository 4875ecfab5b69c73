"""Assignments that need no quotes or no equals sign: of scripts, build files, YAML and XML.

They are read in both directions: from a name to its value, and from a value to its name.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from wakeyscan.decoders.decoder import Span

_MAX_BEFORE, _MAX_SET = 120, 160
"""Bytes before a name, and before a value, that hold the start of an assignment."""

LINE_END = rb"[ \t]{0,8} (?: [\r\n] | \Z ) | [ \t]{1,8} (?: \# | [A-Za-z_]\w{0,60}= )"
UNQUOTED_END = lazy_pattern(rb"(?x) " + LINE_END + rb" | [ \t]{0,8} ;")
"""The end of a value without quotes: of its line, before a comment or the next assignment."""
_PIECES = b"|".join(
    KEY_PREFIX[start:end].encode()
    for start in range(len(KEY_PREFIX))
    for end in range(len(KEY_PREFIX), start, -1)
)
_VALUE = (
    rb"(?P<quote> [\"']? ) (?P<body> (?: (?<=[\"']) | (?= [A-Za-z_-]{0,128} [0-9] | \w{0,4} ve_"
    rb" | (?: " + _PIECES + rb" ) (?! [\w-] ) ) ) [A-Za-z0-9_-]+ ) (?P=quote)"
)  # fmt: skip
"""A value; without a quote, a digit or a part of our prefix, it may be the name of a variable."""
_KEYWORD = rb"(?: export | readonly | local | declare (?: [ ] -\w{1,4} )? | ARG | ENV | set )"
_OWNER = rb"(?: [\w-]{1,40} \. ){0,6}+"


class _Form(NamedTuple):
    """A form of assignment: the patterns around a name, up to its value, and of what follows."""

    before: bytes
    after: bytes
    end: bytes
    word: bytes = b""
    """A text that always precedes the value."""


_SCRIPT = _Form(
    rb"(?: \n | [;&] ) [ \t-]{0,64} (?: " + _KEYWORD + rb" [ \t]{1,4} )?"
    rb" (?: \w{1,60} = [\w-]{0,64} [ \t]{1,4} ){0,4} \"? " + _OWNER,
    rb"(?: [:?]{0,2} = | [ \t]{1,8} [:?]{0,2} = [ \t]{0,8} | [:?]{0,2} = [ \t]{1,8} )",
    LINE_END + rb" | \s{0,8} [;&]",
)
_YAML = _Form(rb"\n [ \t-]{0,64} " + _OWNER, rb": [ \t]{1,8}", LINE_END)
_COMMAND = _Form(
    rb"[^\w$] (?: set | setenv | ENV | ARG | def | [dD]efine ) [ \t(]{1,4}"
    rb" (?: -\w{1,4} [ ]{1,4} ){0,2} [\"']? \$? ",
    rb"[\"']? ,? [ \t]{1,8}",
    LINE_END + rb" | [ \t]{0,8} [;)]",
)
_SET_FORMS = (
    _Form(rb"< " + _OWNER, rb">", rb"</", b">"),
    _Form(rb"<!ENTITY \s{1,8}", rb"\s{1,8}", rb"\s{0,8} >", b"<!ENTITY"),
    _Form(
        rb"\b name \s? = \s? [\"'] " + _OWNER,
        rb"[\"'] \s{1,64} value \s? = \s?",
        rb"\s{0,8} /? >",
        b" value",
    ),
    _Form(rb"\b name: [ \t]{1,8}", rb"\s{1,64} value: [ \t]{1,8}", LINE_END, b"value:"),
    _Form(
        rb"\b variable \s{1,8} \"",
        rb"\" \s{0,8} \{ [^{}]{0,100} default \s{0,8} = \s{0,8}",
        LINE_END,
        b"default",
    ),
    _Form(
        rb"\n [ ]{1,8}",
        rb": \s{1,16} (?: Type: [^\n]{1,20} \s{1,16} )? Default: [ ]{1,4}",
        LINE_END,
        b"Default:",
    ),
)
"""Elements, entities and properties of XML, variables of Kubernetes, Terraform and CloudFormation.
"""
_FORMS = tuple(
    (
        lazy_pattern(rb"(?x) (?: " + form.before + rb" ) \Z"),
        lazy_pattern(rb"(?x) (?: " + form.after + rb" ) " + _VALUE + rb" (?= " + form.end + rb" )"),
    )
    for form in (_SCRIPT, _COMMAND, *_SET_FORMS, _YAML)
)
_MAY_ASSIGN = lazy_pattern(
    rb"(?x) (?: "
    + rb" | ".join(form.after for form in (_SCRIPT, _COMMAND, *_SET_FORMS, _YAML))
    + rb" ) [\"']? [A-Za-z0-9_-]"
)
"""The text of any form after a name, up to the first letter of its value."""
SetForm = tuple[bytes, "re.Pattern[bytes]"]
"""A text that an element or a block has before a value, and the pattern of its name, up to it."""
SET_FORMS: tuple[SetForm, ...] = tuple(
    (
        form.word,
        lazy_pattern(rb"(?x) " + form.before + rb"(\w{1,60})" + form.after + rb"[\"']? \Z"),
    )
    for form in _SET_FORMS
)


def read_value(content: bytes, at: int, name: bytes, *, in_maps: bool) -> Span | None:
    """Return the bounds of the value that a name at an offset is given there, if any.

    Only some readers of YAML expand the names of its maps: `in_maps` states that one does.
    """
    if not _MAY_ASSIGN.match(content, at + len(name)):
        return None  # as for nearly all names; the patterns of values take 3 µs
    before = b""
    for text_before, text_after in _FORMS if in_maps else _FORMS[:-1]:
        if found := text_after.match(content, at + len(name)):
            before = before or _read_before(content, at)
            if text_before.search(before):
                return found.span("body")
    return None


def _read_before(content: bytes, at: int) -> bytes:
    """Return the text before a name, from the end of the line before."""
    before = content[max(0, at - _MAX_BEFORE) : at]
    line = before.rfind(b"\n")
    if line >= 0:
        return before[line:]
    return before if at > _MAX_BEFORE else b"\n" + before


def select_set_forms(content: bytes) -> tuple[SetForm, ...]:
    """Return the forms of elements and blocks that a content may have."""
    return tuple(form for form in SET_FORMS if form[0] in content)


def find_set_names(content: bytes, start: int, forms: Sequence[SetForm]) -> Iterator[bytes]:
    """Yield the names that elements of XML, or blocks, give to the value at an offset."""
    if not forms:
        return
    before = content[max(0, start - _MAX_SET) : start]
    for word, pattern in forms:
        if word in before and (found := pattern.search(before)):
            yield found[1]
