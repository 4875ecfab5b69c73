"""Fixer for PowerShell: `$env:NAME`."""

from __future__ import annotations

import re

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import Edit, NotFixable
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.syntax import Literal

_REFUSED = {
    "attribute_argument": "an argument of an attribute must be a constant",
    "data_statement": "a data section has no look-ups; read the variable where it is used",
}


def _format_lookup(place: Place) -> bytes:
    return b"$env:" + place.leak.variable.encode()


def _format_hole(place: Place) -> bytes:
    """Return the hole of an expandable string; the braces end the name of the variable."""
    is_expandable = place.node.type.startswith("expandable")
    return b"${env:" + place.leak.variable.encode() + b"}" if is_expandable else b""


def _promote(literal: Literal, prefix: bytes, suffix: bytes, lookup: bytes) -> bytes | None:
    """Return an expandable string in the place of a verbatim one, or of a bare word."""
    if not prefix and not suffix:
        return lookup
    hole = b"${" + lookup.removeprefix(b"$") + b"}"
    return b'"' + _escape(literal, prefix) + hole + _escape(literal, suffix) + b'"'


def _escape(literal: Literal, text: bytes) -> bytes:
    if literal.opening:
        text = text.replace(b"''", b"'")
    return re.sub(rb"[`$\"]", rb"`\g<0>", text)


def _refuse(node: Node) -> str:
    if node.type == "verbatim_here_string_characters":
        return "a here-string in single quotes has no look-ups; use double quotes first"
    parent = node.parent
    if parent is not None and parent.type == "switch_clause_condition":
        return "it is a condition of a switch; compare with the variable"
    types = [ancestor.type for ancestor in syntax.list_ancestors(node)]
    return next((_REFUSED[name] for name in types if name in _REFUSED), "")


def _refuse_data_file(place: Place) -> tuple[Edit, ...]:
    """Raise `NotFixable` in a file that is not run, such as a manifest; return no edits."""
    if place.source.path.lower().endswith(".psd1"):
        raise NotFixable(
            "PowerShell may refuse a look-up in a data file; read the variable outside"
        )
    return ()


FIXER = TreeFixer(
    Language(
        grammar="tree_sitter_powershell:language",
        literals={
            "expandable_string_literal": re.compile(rb'"'),
            "verbatim_string_characters": re.compile(rb"'"),
            "expandable_here_string_literal": re.compile(rb""),
            "verbatim_here_string_characters": re.compile(rb""),
            "generic_token": re.compile(rb""),
        },
        format_lookup=_format_lookup,
        format_hole=_format_hole,
        refuse=_refuse,
        promote=_promote,
        adapt=_refuse_data_file,
        sums=frozenset(("additive_expression",)),
        safe_parents=frozenset(("pipeline", "parenthesized_expression")),
        fallbacks=frozenset(("??",)),
        known_lookup=r"\$env:\w+$",
    )
)
"""The fixer of PowerShell."""
