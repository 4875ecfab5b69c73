"""Fixer for Ruby: `ENV.fetch("NAME")`."""

from __future__ import annotations

import re
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import syntax
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.syntax import Literal

_FROZEN = re.compile(
    rb"(?i)\A(?:\xef\xbb\xbf)?(?:[ \t]*(?:#.*)?\r?\n)*"
    rb"[ \t]*#[ \t]*(?:-\*-.*[ \t;])?frozen[_-]string[_-]literal[ \t]*:[ \t]*true\b"
)
"""The comment that freezes the literals of a file, before its first line of code."""

_CHANGES = re.compile(
    rb"(?<!class )<<(?![~-][\"'`\w])|\w!(?!=|~)|\[[^\[\]:\n][^\[\]\n]*\]+[ \t]*=(?![=~>])"
    rb"|\b(?:append_as_bytes|concat|insert|prepend|replace|clear|force_encoding|setbyte)\b"
)
"""What may change a string in place."""

_OWN_ENV = re.compile(rb"\b(?:class|module)[ \t]+ENV\b|\bENV[ \t]*(?:\|\||&&)?=(?![=~>])")
"""Another constant of this name; the leading colons name the global one."""

_SAFE_PARENTS = frozenset(
    ("argument_list", "assignment", "pair", "array", "parenthesized_statements", "return")
)


def _format_lookup(place: Place) -> bytes:
    """Return a look-up, copied where the program may change it in place: it is frozen."""
    quote = b"'" if place.used[0].opening == b"'" else b'"'
    lookup = _call_fetch(place, quote)
    is_whole = not place.prefix and not place.suffix
    return _copy_changed(place, lookup) if is_whole else lookup


def _call_fetch(place: Place, quote: bytes) -> bytes:
    root = b"::ENV" if _is_in_any(_OWN_ENV, (place.source.content,)) else b"ENV"
    return root + b".fetch(" + quote + place.leak.variable.encode() + quote + b")"


def _copy_changed(place: Place, lookup: bytes) -> bytes:
    return lookup + b".dup" if _is_changed(place) else lookup


def _is_changed(place: Place) -> bool:
    """Return whether something may change the string of a literal in place.

    It may have gone through names, hashes and calls, so any change in the project counts.
    """
    source = place.source
    if _FROZEN.match(source.content) or _is_only_read(place.node):
        return False
    if _is_in_any(_CHANGES, (source.content,)):
        return True
    return _is_in_any(_CHANGES, tuple(text for _, text in source.read_project(".rb")))


@lru_cache(maxsize=4)  # for all leaks of a file
def _is_in_any(pattern: re.Pattern[bytes], texts: tuple[bytes, ...]) -> bool:
    return any(map(pattern.search, texts))


def _is_only_read(node: Node) -> bool:
    """Return whether a literal is an operand that its expression copies, freezes or compares."""
    parent = node.parent
    if parent is None or parent.type not in ("binary", "unary", "call"):
        return False
    operator = parent.child_by_field_name("operator")
    method = parent.child_by_field_name("method")
    word = (operator.text if parent.type != "call" and operator else method and method.text) or b""
    return word in (b"+", b"-", b"==", b"!=", b"freeze", b"dup", b"clone")


def _format_hole(place: Place) -> bytes:
    """Return the hole of an interpolated literal; in a hole, quotes may be those around it."""
    opening = place.used[0].opening
    hole = b"#{" + _call_fetch(place, b'"') + b"}"
    is_interpolated = opening in (b'"', b"`", b"") or opening.startswith((b"%Q", b"%(", b"%x"))
    return hole if is_interpolated else b""


def _promote(literal: Literal, prefix: bytes, suffix: bytes, lookup: bytes) -> bytes | None:
    """Return a double-quoted literal, in which a backslash means more than in the old one."""
    if literal.opening != b"'" or b"\\" in prefix + suffix:
        return None
    hole = b"#{" + lookup + b"}"
    return b'"' + _escape(prefix) + hole + _escape(suffix) + b'"'


def _escape(text: bytes) -> bytes:
    return text.replace(b'"', b'\\"').replace(b"#{", b"\\#{")


def _refuse(node: Node) -> str:
    parent = node.parent
    if _is_in_pattern(node):
        return "a pattern must be a constant; compare with the variable"
    if node.type == "bare_string":
        return "it is in a list of words (%w); write a list of strings first"
    if node.type == "heredoc_body" and _is_raw(node):
        return "a here-document in single quotes has no look-ups; remove the quotes first"
    if parent is not None and parent.type == "chained_string":
        return "it is one of several adjacent strings; join them first"
    return ""


def _is_in_pattern(node: Node) -> bool:
    current = node
    while (parent := syntax.get_parent(current)) is not None:
        if parent.type in ("in_clause", "match_pattern", "test_pattern"):
            return parent.child_by_field_name("pattern") == current
        current = parent
    return False


def _is_raw(body: Node) -> bool:
    """Return whether the here-document of a body has no holes; its beginning has quotes then."""
    end = (body.children[-1].text or b"").strip()
    nodes = syntax.walk(syntax.find_root(body))
    beginnings = (n.text or b"" for n in nodes if n.type == "heredoc_beginning")
    return any(b"'" in text and end in text for text in beginnings)


FIXER = TreeFixer(
    Language(
        grammar="tree_sitter_ruby:language",
        literals={
            "string": re.compile(rb"%[qQ]?[^\w\s]|[\"']"),
            "subshell": re.compile(rb"%x[^\w\s]|`"),
            "heredoc_body": re.compile(rb""),
            "bare_string": re.compile(rb""),
        },
        format_lookup=_format_lookup,
        format_hole=_format_hole,
        refuse=_refuse,
        promote=_promote,
        sums=frozenset(("binary",)),
        safe_parents=_SAFE_PARENTS,
        fallbacks=frozenset(("||",)),
        default_lookup=r"(?P<keep>ENV\.fetch\(\s*[\"']\w+[\"']),\s*",
        format_kept="{})",
        adapt_kept=_copy_changed,
        known_lookup=r"ENV(?:\[[^\[\]]*\]|\.fetch\([^()]*\))$",
    )
)
"""The fixer of Ruby."""
