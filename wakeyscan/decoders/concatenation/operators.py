"""Operators and calls that concatenate string literals, in common languages."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern

QUOTE = rb"\\{0,3}[\"'`]"
SPACE = (
    rb"(?: \s{1,64}+ | \#[^\n]{0,100}\n | //[^\n]{0,100}\n | /\*[^*]{0,100}\*/"
    # A line of Vim script begins with a backslash, one of MATLAB ends with dots.
    rb" | [\\_]\r?\n | [()] | \\[ ] | \.{3}\r?\n ){0,6}+"
)
CONCATENATION_OPERATOR = (
    rb"(?: \+\+? | \.\.? | &&? | ~ | <> | \^ | << | stringByAppendingString:"
    rb" | (?: (?<= [\w\"'`)][ ] ) | (?<= [\"'] ) ) \*"  # not at the start of a line of a comment
    rb" | \.(?: concat | append | Append | plus | push_str | add | WriteString )\( )"
)
LITERAL_PREFIX = rb"(?: u8 | [bBfFrRuULN@$&]{1,2} | String\.raw )?"
"""Letters before the opening quote that are part of the literal."""
QUOTE_BACKWARDS = rb"[\"'`] \\{0,3} (?: 8u | [bBfFrRuULN@$&]{1,2} | war\.gnirtS )?"
"""An opening quote, and such letters, in a text that is read backwards."""
PLACEHOLDER = rb"(?: %[svS@] | %[0-9]\$s | \{\d?\} | ~[aAsp] | [%$][0-9] )"
"""Placeholder of a format string."""
ANY_PLACEHOLDER = lazy_pattern(rb"(?x) " + PLACEHOLDER)
FORMAT_OPERATOR = (
    rb"(?: , (?: \s{0,4} \[ )? | % \s{0,4} [(\[]? | -f \s"
    rb" | \)? [.:] (?: format(?:ted)? | arg ) \( | \|\s?format\( )"
)
"""Operator or call between a format string and its first argument."""
_SUFFIX = rb"(?: \.(?: to_string | to_owned | into )\(\) | sv? (?! \w ) )?"

_STRING_FUNCTION = rb"(?: std:: )? (?: str | wcs | lstr | _tcs )[nl]?"
_BUFFER = rb"[A-Za-z_][\w.]{0,60} (?: -> \w{1,60} ){0,3}"

_MAX_TEMPLATE_START = 12
_MAX_BUFFER_WRITE = 256
"""Maximum bytes before a literal that are searched for the start of each construct."""
_MAX_BUFFER_NAME = 62
_MAX_FUNCTION_START = 10
"""Maximum bytes before `[`, and before `cpy` or `cat`: `std::_tcsn`."""

BODY = lazy_pattern(rb"[A-Za-z0-9_-]{1,256}")
"""Characters of a literal that may be part of a key."""
CLOSING_QUOTE = lazy_pattern(QUOTE)
NAME_END = lazy_pattern(QUOTE + rb"[ \t]{0,8}(?:=(?!=)|:)")
"""The end of a literal that names a value, as in a `.reg` file."""
_FORTRAN_BLANK = rb"[ \t]{0,16} (?: & [ \t]{0,8} \r?\n [ \t]{0,64} &? [ \t]{0,16} )? "
_ALTERNATIVES = (
    # 'a' // 'b'; elsewhere it starts a comment
    rb"(?P<slashes> " + QUOTE + _FORTRAN_BLANK + rb" // " + _FORTRAN_BLANK + QUOTE + rb" )",
    # "a" + "b", "a" . "b", "a".concat("b")
    rb"(?P<operator> " + QUOTE + _SUFFIX + SPACE + CONCATENATION_OPERATOR + SPACE
    + LITERAL_PREFIX + QUOTE + rb" )",
    # 'a' || 'b'
    rb"(?P<sql> ' \s{0,64} (?: --[^\n]{0,100}\n \s{0,64} )? \|\| \s{0,64} N? ' )",
    # "a${"b"}"
    rb"(?P<template> (?: [$\#]?\{ | \\\( | <%= ) \s{0,4} " + LITERAL_PREFIX + QUOTE + rb" )",
    # "${"a"}b", "${"a"}${"b"}"
    rb"(?P<template_end> " + QUOTE + rb" \s{0,4} (?: [})] | -?%> )"
    rb" (?: (?= [\w-] ) | (?: [$\#]?\{ | \\\( | <%= ) \s{0,4} " + QUOTE + rb" ) )",
    # "a%s" % "b"
    rb"(?P<format> " + PLACEHOLDER + QUOTE + rb" \s{0,8} " + FORMAT_OPERATOR + rb" \s{0,64} "
    + LITERAL_PREFIX + QUOTE + rb" )",
    # "a\   \b" of Haskell
    rb"(?P<gap> \\\r?\n [ \t]{0,64} \\ (?= [\w-] ) )",
    # A backslash at the end of the line, maybe in a list of numbered lines or in a log
    rb"(?P<continued_line> \\\r?\n [ \t]{0,64} (?: [0-9]{1,6} (?: \t | [ ]{0,4}[|:][ ] )"
    rb" | [0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{8,20} (?: Z | [+-][0-9:]{4,6} )? [ ] )?+ )",
    # ${NAME:-a}b
    rb"(?P<default> \} (?= [\w-] ) )",
    # ["a", "b"]
    rb"(?P<comma> " + QUOTE + rb" \s{0,64} [,;] [ \t]{0,16} (?: \.{3} )? \s{0,64} "
    + LITERAL_PREFIX + QUOTE + rb" )",
    # "a" || "b" of XQuery and others
    rb"(?P<bars> \" \s{0,64} \|\| \s{0,64} \" )",
    # 'a' DELIMITED BY SIZE 'b'
    rb"(?P<delimited> [\"'] \s{1,64} (?i: DELIMITED \s (?: BY \s )? SIZE ) \s{1,64} [\"'] )",
    # "a" "b"
    rb"(?P<adjacent> [\"'] " + SPACE + LITERAL_PREFIX + rb" [\"'] )",
    # x = "a"; x += "b"
    rb"(?P<augmented> " + QUOTE + rb" \s{0,8} ;? \s{1,64} \$? (?P<receiver> [A-Za-z_]\w{0,60} )"
    rb" \s{0,8} [+.]= \s{0,8} \(? " + LITERAL_PREFIX + QUOTE + rb" )",
    # set x "a"; append x "b"
    rb"(?P<appended> " + QUOTE + rb" \s{0,8} ;? \s{1,64} append [ ]"
    rb" (?P<appended_to> [A-Za-z_]\w{0,60} ) [ ] " + QUOTE + rb" )",
    # x.append("a"); x.append("b")
    rb"(?P<builder> " + QUOTE + rb" \) \s{0,8} (?: ; \s{1,64} [\w$.]{1,60} \.(?: append | Append )"
    rb" | ;? \s{1,64} [\w$.]{1,60} \.(?: WriteString | push_str ) ) \( " + QUOTE + rb" )",
    # buildString { append("a"); append("b") }
    rb"(?P<bare_builder> " + QUOTE + rb" \) \s{0,8} ;? \s{1,64} append \( " + QUOTE + rb" )",
    # String("a") + String("b")
    rb"(?P<call> " + QUOTE + rb" \s? \) \s{0,64} [+%] \s{0,64} (?: new [ ] )?"
    rb" [\w:.]{0,30} (?i:str) \w{0,20} \( \s? " + LITERAL_PREFIX + QUOTE + rb" )",
    # set(x "a") string(APPEND x "b")
    rb"(?P<cmake> \" \s? \) \s{1,64} (?i:string) \( \s? APPEND \s{1,64}"
    rb" (?P<variable> [A-Za-z_]\w{0,60} ) \s{1,64} \" )",
    # R"(a)" R"(b)", [[a]] .. [[b]], %q(a) + %q(b)
    rb"(?P<raw> \) (?P<delimiter> \w{0,16} ) \" " + SPACE
    + rb" (?: u8 | [uUL] )? R\" (?P=delimiter) \( )",
    rb"(?P<brackets> \]=*\] \s{0,64} \.\. \s{0,64} \[=*\[ )",
    rb"(?P<percent> [\])}>|!] \s? \+ \s{0,64} %[qQ]? [\[({<|!] )",
    # db "a" / db "b"
    rb"(?P<directive> \" [ \t]{0,64} \r?\n [ \t]{1,64}"
    rb" (?i: \.?ascii | \.?byte | db | dc\.b | defb | defm ) [ \t]{1,64} \" )",
    # 'a'b
    rb"(?P<touching> [\"'] (?= [\w-] ) (?! sv? (?! [\w-] ) ) )",
    # strcpy(x, "a"); strcat(x, "b")
    rb"(?P<strcat> \" \s? (?: , [^;\"\n]{1,60} )? \)? ; \s{0,64} " + _STRING_FUNCTION
    + rb"cat \( \s? (?P<buffer> " + _BUFFER + rb" ) \s? , \s? L? \" )",
    # %w[a b].join
    rb"(?P<word> \s{1,64} (?= [\w-] ) )",
)  # fmt: skip
ANY_OPERATOR = rb"(?: " + rb" | ".join(_ALTERNATIVES) + rb" )"
OPERATOR = lazy_pattern(rb"(?x) " + ANY_OPERATOR)
"""Text between two parts of a key; the name of the group that matched last is the kind."""
AMBIGUOUS_OPERATOR = lazy_pattern(
    rb"(?x) \{ (?! \d?\} ) | \\\r?\n [ \t]{0,64} -"
    rb" | " + QUOTE + rb" (?: \.[ \t] | \s{0,64} (?: << | && | \* | // ) | \)? \s{0,64} \.add\( )"
)
"""Operators that are more often something else.

They are JSON in a log, the end of a sentence, a stream, an option, or the sign of a diff.
"""
_TEMPLATE_START = lazy_pattern(
    rb"(?x) (?P<sure> [$\#]\{ | \\\( | <%= )? (?(sure) | \{ ) \s{0,4} "
    + LITERAL_PREFIX
    + QUOTE
    + rb"\Z"
)


def is_in_template(content: bytes, start: int, *, unambiguous: bool) -> bool:
    """Return whether the literal with its text at `start` is interpolated, as in `${"…"}`.

    A bare brace is ambiguous.
    """
    found = _TEMPLATE_START.search(content[max(0, start - _MAX_TEMPLATE_START) : start])
    return found is not None and (not unambiguous or found["sure"] is not None)


_DEFAULT_START = lazy_pattern(rb"\$\{\w{1,60}:?[-=]\Z")


def is_default(content: bytes, start: int) -> bool:
    """Return whether the text at `start` is the default of a variable, as in `${NAME:-…}`."""
    before = content[max(0, start - _MAX_BUFFER_NAME - _MAX_TEMPLATE_START) : start]
    return _DEFAULT_START.search(before) is not None


_BUFFER_WRITE = lazy_pattern(
    rb"(?x) (?: "
    + _STRING_FUNCTION
    + rb"(?: cpy | cat ) \( \s? (?P<copied> "
    + _BUFFER
    + rb" ) \s? , | (?P<declared> [A-Za-z_]\w{0,60} ) \s? \[ \w* \] \s? = ) \s? L? \""
    rb" [^\"\\\n]{0,64} \Z"
)
"""Start of a C statement that writes a literal to a buffer, up to within the literal."""


def is_written_to(content: bytes, start: int, buffer: bytes) -> bool:
    """Return whether the text at `start` is in a literal that is written to the named buffer."""
    before = content[max(0, start - _MAX_BUFFER_WRITE) : start]
    # From the last start of a write: a search in all of the text takes 100 µs.
    at = max(before.rfind(b"cpy"), before.rfind(b"cat"), before.rfind(b"[") - _MAX_BUFFER_NAME)
    found = _BUFFER_WRITE.search(before, max(0, at - _MAX_FUNCTION_START))
    return found is not None and buffer in (found["copied"], found["declared"])
