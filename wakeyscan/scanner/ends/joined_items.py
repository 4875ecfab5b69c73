"""Items that a call, a list or a command joins with the next one, whatever that is at run time.

A literal in `''.join(("…", get()))` ends with a quote like a whole key, but the key goes on. So its
end is open if the calls and the lists around it join their items, and the next item may go on with
a key. A separator that no key contains ends the key.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends.brackets import Level, Place, read_place

if TYPE_CHECKING:
    from wakeyscan.scanner.ends.text_end import TextEnd

_MAY_BE_ITEM = lazy_pattern(
    rb"""(?x) \\{0,3} ["'`]{0,3} s? (?: >> )? (?: \s* [)\]}!] ){0,4}
    (?: \s* [,+.&|$@"'`({<*|-] | \s+ \w | \s*; [ \t]* [\w"'(] | \Z )"""
)
"""Text after a secret that another item may follow."""
_MAY_JOIN = lazy_pattern(
    rb"(?i)join|concat|catenate|append|print|str|combine|reduce|fold|inject|sum\b|collect|packed|_c\("
    rb"|binary|paste|implode|intercalate|operator|cats?\b|echo|\[~\]|\* ?[\"']{2}|subst|addprefix"
    rb"|addsuffix|arraytolist|write|\badd\b"
)
_JOINING_WORDS = (
    *(b"join", b"cat", b"append", b"print", b"str", b"combine", b"reduce", b"fold", b"inject"),
    *(b"sum", b"collect", b"packed", b"_c(", b"binary", b"paste", b"implode", b"intercalate"),
    *(b"operator", b"echo", b"[~]", b'*"', b"*'", b'* "', b"* '", b"subst", b"addprefix"),
    *(b"addsuffix", b"arraytolist", b"write", b"add"),
)
"""One of them is in each text in which `_MAY_JOIN`, which is slow, finds something."""
_EMPTY = rb"""(?: [bfuN@]? (?: ["'`]{2} (?! ["'`] ) | ["'`] (?= [\w-] ) ) | q{1,2}\(\)
    | (?i: string\.empty ) )"""
"""A separator that is empty, or begins with a character of a key."""
_CLOSED_EMPTY = rb"""(?: [bfuN@]? (?: ["'`]{2} | ["'`][\w-]{1,8}["'`] ) | q{1,2}\(\)
    | (?i: string\.empty ) )"""
_CONTINUES = lazy_pattern(
    rb"""(?x) \s*
    (?! (?i: sep | collapse | separator | end | file | flush | null | nil ) \b \s* [=:)] )
    (?: (?: [bBfFrRuULN@$&]{1,2} | << )? \\{0,3} ["'`] (?= [\w"'`{$%\#-] | \\[xu0-7(] )
    | [A-Za-z0-9_$@&(\[{*!:.<%] )"""
)
"""An item that may go on with a key: a value, or a literal that begins with a character of one."""
_SEPARATOR = lazy_pattern(rb"\s*[,;]|\s*\n\s*-\s")
_ADDED_LIST = lazy_pattern(rb"\s*(?:\+|\.(?:concat|push|append)\()")
"""What adds items to a list."""
_BLANK_ITEM = lazy_pattern(rb"\s+(?=[\w\"'(\[$@{<.])")

# Calls that join all of their arguments

_JOINING_CALL = lazy_pattern(
    rb"""(?x) (?: (?i: (?<! table\. ) \w*concat (?: enate | _string | strings )? !?
      | strcat | paste0 | str_c | horzcat | encodepacked | iolist_to_\w+ | iodata_to_\w+
      | characters_to_\w+
      | text\.combine | \bcats | \boperator\.add | \breduce ) | \b[FS]print
    | (?<! [\w.:>\]] ) string | \bio\.write | stringutils\.join | StringUtils\.join
    | -join [ ]? @? | \bconcat\.call ) (?: \s* | \s (?: [\w.]+ , \s*)* ) \Z"""
)
_FIRST_ARGUMENT_CALL = lazy_pattern(
    rb"(?:(?<![\w.])append|\bT\.append|lists:append|String\.append) ?\Z"
)
"""A call that appends something to its first argument."""
_WRAPPER = lazy_pattern(
    rb"""(?x) (?: \A | [\s(\[{,=&:|*+] ) (?: new \s+ )? (?: [\w.:<>]{0,24} \[\] [ ]? | \[\]\w{1,12}
    | \$? @ | &? \. | vec! | [\w.]{0,16}chain | \w{0,8}\.?(?: from | of | asList ) | (?i: array )
    | (?: array | list | immutableList ) (?: Of | \.of ) | (?: to )? (?: list | set | tuple )
    | map | filter | List | Seq | Vector | Set | c | list
    | (?: std:: )? (?: vector | list | string ) (?: < [\w:<> ]{1,24} > )? | List<\w+> | String
    | (?: [A-Za-z ] ){0,16}\bin )? \s* \Z"""
)
"""The name of a list or a constructor before its bracket."""

# Calls with a separator

_SEPARATING_CALL = lazy_pattern(
    rb"""(?x) (?: (?i: \w{0,8}join | join-string | implode | concat_ws | intercalate
    | concatstringssep | \bconcat | array_to_string | arraytolist | paste | \bsum | \bprint
    | \bcat ) | Fn::Join["']? \s? : ) \s* \Z"""
)
_FREE_CALL = lazy_pattern(
    rb"(?i)(?:implode|table\.concat|enum\.join|string/join|(?<![\w.:-])join)\s*\Z"
)
"""A call whose separator is empty by default."""
_RECEIVER = lazy_pattern(
    rb"(?x) (?: " + _CLOSED_EMPTY + rb" | on\( \s* " + _CLOSED_EMPTY + rb" \s* \) | bytes\(\) )"
    rb" \. join \s* \Z"
)
_FIRST_SEPARATOR = lazy_pattern(rb"(?x) \s* (?: \w+ , \s* )? " + _CLOSED_EMPTY + rb" \s* ,")
_LAST_SEPARATOR = lazy_pattern(
    rb"(?x) .* , \s* (?: \w+ \s* [=:] \s* )? "
    + _CLOSED_EMPTY
    + rb" \s* (?: , \s* \w+ = \w+ )? \)? \Z",
    re.DOTALL,
)

# What follows a list

_CHAIN = (
    rb"(?: \s* (?: \?? \. \s* (?! join | concat\(\) ) \w{1,24} \( [^()\r\n]{0,60} \)"
    rb" | [ ]as[ ]\w+\[\] | \) ) ){0,3}"
)
_TAIL = lazy_pattern(
    rb"(?x) !? "
    + _CHAIN
    + rb"""\s* (?:
      \?? \. \s* (?: (?i: join (?: ToString )? | mkString | joined )
        \s* \(? \s* (?: \w+ \s* [=:] \s* )? """
    + _EMPTY
    + rb""" | (?: join | mkString ) (?! \s* [("'\w] ) | (?: joined | concat ) \(\)
      | collect \( \s* (?: (?: Collectors\. )? joining \( \s* (?: \) | """
    + _EMPTY
    + rb""" ) | \) )
      | (?: reduce | fold | foldLeft | inject ) \w{0,8} \s* [({] | sum\( \s* """
    + _EMPTY
    + rb""" )
    | [*] \s* """
    + _EMPTY
    + rb""" | -join \s* """
    + _EMPTY
    + rb""" | componentsJoinedByString: \s* """
    + _EMPTY
    + rb""" | \|>? \s* (?: [A-Z]\w+\. )? (?: join | concat ) (?: \s* \(? \s* """
    + _EMPTY
    + rb""" | \(\) | (?! \s* [("'\w] ) )
    | \| \s* add \b | \|> \s* IO\.io )"""
)
_EMPTY_JOIN = lazy_pattern(rb"\s*\.\s*join\(\s*\)")
"""It joins with a comma in JavaScript, and with nothing elsewhere."""
_SCRIPT = lazy_pattern(r"(?i)\.(?:[cm]?[jt]sx?|vue|svelte|html?)\Z")
_LIST_TAIL = lazy_pattern(
    rb"(?x) (?: \s* , \s* [^,;\r\n\"']{1,60} ){1,4}? [ ] -join \s* " + _EMPTY
    + rb" | (?: [ ]+ [^|;\r\n\"']{1,60} ) \| \s* (?: join [ ]+ " + _EMPTY + rb" | nospace )"
)  # fmt: skip
"""The rest of a list without brackets, and what joins it."""

# Commands and languages whose items have blanks between them

_COMMAND = lazy_pattern(
    rb"""(?x) (?: \A | [\s(\[{=;`|:] | \$\( | \\ ) (?: str | string-append | m?concat
    | (?: concatenate [ ] 'string ) | (?: uiop: )? strcat | string [ ] cat | append [ ]+ \w+
    | T\.append | String\.append
    | CONCATENATE | (?: lib\. )? concatStrings | \[~\] | echo [ ]+ (?: -n | -ne )? | print
    | apply [ ] str | addprefix | join | subst [ ]+ [^,\s]+ , [^,\s]+ , | addsuffix [ ]+ [^,\s]+ ,
    | Catenate \s+ SEPARATOR= | -InputObject | (?i: string ) \( \s* (?: CONCAT | JOIN \s+ """
    + _CLOSED_EMPTY
    + rb""" ) \s+ \w+ ) \s+ [(\[]? \s* \Z | \$\( addsuffix [ ] [^,]{1,60} , \Z
    | \$\( subst [ ] [^,]{1,60} , [^,]{1,60} , \Z"""
)
_SEPARATED_COMMAND = lazy_pattern(
    rb"(?x) (?: join | intercalate | concat | implode | concatStringsSep ) (?: \s* \( )? \s* "
    + _CLOSED_EMPTY
    + rb" \s* ,? \s* (?: [(\[{] \s* )? \Z"
    rb" | Join :? \s* \n \s* - \s* " + _CLOSED_EMPTY + rb" \s* \n \s* - \s+ - \s+ \Z"
)
_LIST_COMMAND = lazy_pattern(rb"(?:join|mapconcat\s\S{1,24})\s*[(\[]\s*list\s+\Z")
_CLOSED_LIST = lazy_pattern(rb"(?x) .* [)\]] \s+ (?: \{\} | " + _CLOSED_EMPTY + rb" )", re.DOTALL)


def is_joined(end: TextEnd) -> bool:
    """Return whether a call, a list or a command joins a secret with the item after it."""
    if not _MAY_BE_ITEM.match(end.after):
        return False  # as after most secrets
    near = end.before[-160:] + b"\n" + end.after[:240]
    lowered = near.lower()
    if not any(word in lowered for word in _JOINING_WORDS) or not _MAY_JOIN.search(near):
        return False
    place = read_place(end.before, end.after)
    if _is_command(place, end.path) or _LIST_TAIL.match(place.after):
        return True
    return any(_joins(place, number, end.path) for number in range(len(place.levels)))


def _joins(place: Place, number: int, path: str) -> bool:
    """Return whether the call or the list in a pair of brackets joins the items in it."""
    *inner, level = place.levels[: number + 1]
    if not all(_WRAPPER.search(_read_head(place, one)) for one in inner):
        return False
    item = next((one.next_item for one in (*inner, level) if one.next_item >= 0), -1)
    if item < 0:
        added = (_ADDED_LIST.match(place.after, one.close) for one in inner or (level,))
        item = next((one.end() for one in added if one), -1)
    if item < 0 and not inner and (blank := _BLANK_ITEM.match(place.after)):
        item = blank.end()
    if item < 0 or not _CONTINUES.match(place.after, item):
        return False
    return _is_joining_call(place, level, is_nested=number > 0) or _is_joined_after(
        place, level, path
    )


def _read_head(place: Place, level: Level) -> bytes:
    return place.before[max(0, level.opening - 64) : level.opening]


def _is_joining_call(place: Place, level: Level, *, is_nested: bool) -> bool:
    head = _read_head(place, level)
    if _RECEIVER.search(head) or _JOINING_CALL.search(head):
        return True
    if not level.commas and _FIRST_ARGUMENT_CALL.search(head):
        return True
    if not _SEPARATING_CALL.search(head):
        return False
    inside = place.after[: level.close]
    if _FIRST_SEPARATOR.match(place.before, level.opening + 1) or _LAST_SEPARATOR.match(inside):
        return True
    is_alone = is_nested and not level.commas and level.next_item < 0
    return is_alone and _FREE_CALL.search(head) is not None


def _is_joined_after(place: Place, level: Level, path: str) -> bool:
    """Return whether a method or an operator joins the list in a pair of brackets."""
    if _TAIL.match(place.after, level.close):
        return True
    return _EMPTY_JOIN.match(place.after, level.close) is not None and not _SCRIPT.search(path)


def _is_command(place: Place, path: str) -> bool:
    """Return whether a command or a function without brackets joins a literal with the next one."""
    found = _BLANK_ITEM.match(place.after) or _SEPARATOR.match(place.after)
    if not found or not _CONTINUES.match(place.after, found.end()):
        return False
    before = place.before
    if _COMMAND.search(before):
        return not (before.rstrip().endswith(b"print") and not path.endswith((".pl", ".pm")))
    if _SEPARATED_COMMAND.search(before):
        return True
    return _LIST_COMMAND.search(before) is not None and _CLOSED_LIST.match(place.after) is not None
