"""Values that an operator or a method after a literal adds to it, also in one language only.

A constructor, a method or an interpolation may be between the literal of a secret and what is added
to it: `String::from("…") + rest`, `("…").append(rest)`, `${"…"}${rest}`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.scanner.ends.text_end import TextEnd

_REACH = 160
_QUOTE = rb"""\\{0,3} ["'`]"""
VALUE = rb"""(?: (?: [bBfFrRuULN@$&]{0,2} \\{0,3} ["'`] (?= [\w"'`{$%\#-] | \\[xu0-7(] ) )
    | (?! (?: std:: )? endl | os\.linesep | ['"] ) [A-Za-z0-9_$@&(\[{*:.-] )"""
"""A value that may go on with a key (verbose); a literal begins with a character of one."""
_CONSTRUCTED = lazy_pattern(
    rb"(?x) (?: (?i: valueOf | \w{0,16} (?: string | str | text | builder | buffer ) \w{0,8}"
    rb" | from | sdsnew | bytes ) | [=(,:][ ]? | return[ ] )"
    rb" \s* \( \s* [bLN@]? " + _QUOTE + rb" \Z"
)
_ADDED_TO_OBJECT = lazy_pattern(
    rb"(?x) "
    + _QUOTE
    + rb" \) (?: \. \w{1,12} \(\) )? \s* (?: [+.&~]|\+\+|\.\.|<> ) \s* (?! [=.] )"
    + VALUE
)
_ADDED = lazy_pattern(
    rb"(?x) "
    + _QUOTE
    + rb"""(?:
      \.(?: to_string | to_owned | into | dup | clone | freeze ) (?: \(\) )?
      \s* (?: \+ | << ) \s* """
    + VALUE
    + rb""" | s? [ ]* \) \s* (?: ; \s* )? \.{1,2}
        (?i: append\w{0,8} | write\w{0,8} | concat | plus | push_str | arg ) [!?]? \( \s* """
    + VALUE
    + rb""" | \s+ stringByAppending (?: String | Format ) : | \s* `\w[\w.]*append`
    | \s* (?: , \s* \w+ \s* )? \) \s* , \s* \w+ \s* [,)] )"""
)
_COPY_END = lazy_pattern(rb"\\*[\"'`]s?\s*(?:,\s*\w+\s*)?\)\s*,")
_COPIED = lazy_pattern(rb"cat\w{0,2}\(\s*\w+cpy\w{0,2}\([^\"]*L?\"\Z")
_INTERPOLATED = lazy_pattern(
    rb"(?:[$#]\{|\\\(|\{\{-?|<%=|f[\"'][^\"'\r\n]{0,60}\{|\$\"[^\"\r\n]{0,60}\{)"
    rb"[ \t]*\\{0,3}[\"'`]\Z"
)
_AFTER_INTERPOLATION = lazy_pattern(
    rb"(?x) "
    + _QUOTE
    + rb" [ \t]* (?: -? \}{1,2} | \) | -? %> ) (?: [\w-] | [$\#]?\{ | \\\( | <%= )"
)
_TEMPLATES = lazy_pattern(rb"@\{[\w-]{1,40}\}|#\w[\w.]{0,40}#")
"""Variables of Less and of CFML, after a secret."""
_LANGUAGES = tuple(
    (lazy_pattern(rf"(?i)\.(?:{names})\Z"), lazy_pattern(before), lazy_pattern(after))
    for names, before, after in (
        ("m", rb"\[\s*'\Z", rb"'(?:[ \t]*,)?[ \t]*(?:[A-Za-z(\[]|'[\w-])"),
        ("vh?|svh?", rb"\{\s*\"\Z", rb"\"\s*,\s*\w"),
        ("st", rb"'\Z", rb"'\s*,\s*[\w(']"),
        ("xq|xql|xqm|xqy|xquery|xslt?", rb"[\"']\Z", rb"[\"']\s*\|\|"),
        ("abap", rb"'\Z", rb"'\s*&&"),
        ("pas|pp|dpr", rb"\bWrite(?:Ln)?\(\s*'\Z", rb"'\s*,\s*\w"),
        ("php|phtml", rb"\becho\s+[\"']\Z", rb"[\"']\s*,\s*[\w$(]"),
        (
            r"f\d{0,2}|for",
            rb"(?i)\bwrite\s*\([^()]*[\"']\(.*\)[\"']\s*\)\s*[\"']\Z",
            rb"[\"']\s*,\s*\w",
        ),
        ("d", rb"\btext\(\s*\"\Z", rb"\"\s*,\s*\w"),
        ("erl|hrl", rb"<<\s*\"\Z", rb"\"\s*,\s*[\w(]"),
        ("adb|ads", rb"\bPut\s*\(\s*\"\Z", rb"\"\s*\)\s*;\s*Put(?:_Line)?\s*\(\s*\w"),
        ("py|pyi|dart|c|cc|cpp|h|mm?", rb"[\"']\Z", rb"[\"'][ \t]+[fF]?[\"'](?:\$|\{|%[sd(])"),
        ("py", rb"\bprint\(\s*[\"']\Z", rb"[\"'],\s*end\s*=\s*(?:\"\"|'')\s*\)\s*print\((?![\"'])"),
        ("cmd|bat", rb"set /[pP] \"?=\Z", rb""),
        (
            "z?sh|bash",
            rb"(?:\becho -n|\bprintf(?: [\"']?%s[\"']?)?) [\"']?\Z",
            rb"[\"']?\s*(?:>\s*(\S+)\s*[;\n]\s*(?:printf|echo)\s[^\n;]*\$[^\n;]*>>\s*\1|;\s*(?!echo;?\s)\w+[^\n]*;\s*\}\s*>)",
        ),
        ("sql", rb"(?i)\binsert\(\s*'\Z", rb"'\s*,\s*\d+\s*,\s*0\s*,"),
    )
)  # fmt: skip
"""What joins in one language: the extensions of its files, the text on either side of a secret."""
_REPLACED = lazy_pattern(
    rb"\bstrtr\(\s*[\"']\Z|\$\(subst [^()]*(?:\([^()]*\)[^()]*)*,\Z|\$\(addsuffix [^,]*,\Z"
)


def is_added_to(end: TextEnd) -> bool:
    """Return whether an operator or a method adds a value to a secret."""
    before, after = end.before[-_REACH:], end.after[:_REACH]
    if _TEMPLATES.match(after) or (_ADDED.match(after) and not _is_last_argument(before, after)):
        return True
    if _ADDED_TO_OBJECT.match(after) and _CONSTRUCTED.search(before):
        return True
    if _AFTER_INTERPOLATION.match(after) and _INTERPOLATED.search(before):
        return True
    return _REPLACED.search(before) is not None or _is_added_in_language(end.path, before, after)


def _is_last_argument(before: bytes, after: bytes) -> bool:
    """Return whether a method is called after another one with several arguments."""
    if _COPY_END.match(after):
        return _COPIED.search(before) is None
    if not re.match(rb"\\*[\"'`]s?[ ]*\)", after):
        return False
    start = before[before.rfind(b"(") + 1 :]
    return b"," in start


def _is_added_in_language(path: str, before: bytes, after: bytes) -> bool:
    return any(
        text_after.match(after) and text_before.search(before)
        for text_before, text_after in _select_languages(path)
    )


@lru_cache(maxsize=8)
def _select_languages(path: str) -> tuple[tuple[re.Pattern[bytes], re.Pattern[bytes]], ...]:
    return tuple((before, after) for names, before, after in _LANGUAGES if names.search(path))
