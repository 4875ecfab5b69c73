"""Fixer for Ruby: `ENV.fetch("NAME")`."""

from __future__ import annotations

import re

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import syntax
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.syntax import Literal

_CHANGES = (
    rb"\s*(?:<<|\[[^\]]*\]\s*=(?![=~])"
    rb"|\.(?:\w+!|(?:concat|insert|prepend|replace|clear|force_encoding)\b))"
)
"""What changes a string after its name."""

_SAFE_PARENTS = frozenset(
    ("argument_list", "assignment", "pair", "array", "parenthesized_statements", "return")
)


def _format_lookup(place: Place) -> bytes:
    quote = b"'" if place.used[0].opening == b"'" else b'"'
    lookup = b"ENV.fetch(" + quote + place.leak.variable.encode() + quote + b")"
    is_whole = not place.prefix and not place.suffix
    return b"+" + lookup if is_whole and _is_changed(place) else lookup


def _is_changed(place: Place) -> bool:
    """Return whether the file changes the string of a name in place: a look-up is frozen."""
    parent = place.node.parent
    name = parent.child_by_field_name("left") if parent and parent.type == "assignment" else None
    if name is None:
        return False
    text = re.escape(name.text or b"")
    return bool(re.search(rb"(?<![\w@$])" + text + _CHANGES, place.source.content))


def _format_hole(place: Place) -> bytes:
    """Return the hole of an interpolated literal; in a hole, quotes may be those around it."""
    opening = place.used[0].opening
    hole = b'#{ENV.fetch("' + place.leak.variable.encode() + b'")}'
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
    root = [*syntax.list_ancestors(body)][-1]
    beginnings = (n.text or b"" for n in syntax.walk(root) if n.type == "heredoc_beginning")
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
        known_lookup=r"ENV(?:\[[^\[\]]*\]|\.fetch\([^()]*\))$",
    )
)
"""The fixer of Ruby."""
