"""Fixer for Kotlin: `System.getenv("NAME")`, and constants that become values."""

from __future__ import annotations

import re
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import distant_constants, spring, syntax
from wakeyscan.fixers.fixer import Edit, NotFixable
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node, Tree


_OWNERS = frozenset(
    (
        *("variable_declaration", "parameter", "class_parameter", "class_declaration"),
        *("object_declaration", "function_declaration", "type_alias"),
    )
)
"""Nodes that declare a name."""


def _format_lookup(place: Place) -> bytes:
    if _is_in_value(place.node):
        return b'"' + _format_hole(place) + b'"'
    is_other = syntax.declares(place.tree, place.source.content, b"System", _OWNERS)
    package = b"java.lang." if is_other else b""
    return package + b'System.getenv("' + place.leak.variable.encode() + b'")'


def _format_hole(place: Place) -> bytes:
    if _is_in_value(place.node):
        return b"\\" + spring.format_hole(place.leak.variable)
    return b"${" + _format_lookup(place) + b"}"


def _is_in_value(node: Node) -> bool:
    """Return whether a literal is in Spring's `@Value`."""
    nodes = syntax.list_ancestors(node)
    owner = next((one for one in nodes if one.type == "annotation"), None)
    return owner is not None and bool(spring.ANNOTATION.match(owner.text or b""))


def _refuse(node: Node) -> str:
    if _is_in_value(node):
        return ""
    for ancestor in syntax.list_ancestors(node):
        if ancestor.type in ("annotation", "file_annotation"):
            return "an argument of an annotation must be a constant"
        if ancestor.type == "interpolation":
            return "it is inside the ${} of another string; assign it to a name first"
        if _is_annotation_class(ancestor):
            return "the default of an annotation must be a constant"
        if ancestor.type in ("function_body", "class_body"):
            break
    return ""


def _is_annotation_class(node: Node) -> bool:
    if node.type != "class_declaration":
        return False
    modifiers = (one for one in node.children if one.type == "modifiers")
    return any(one.text == b"annotation" for modifier in modifiers for one in modifier.children)


def _adapt(place: Place) -> tuple[Edit, ...]:
    """Return the edit that removes `const`: a look-up is not known at compile time."""
    nodes = syntax.list_ancestors(place.node)
    declaration = next((node for node in nodes if node.type == "property_declaration"), None)
    if declaration is None:
        return ()
    word = _find_const(declaration)
    if word is None:
        return ()
    _refuse_constant_uses(place, declaration)
    content = place.source.content
    end = word.end_byte
    while content[end : end + 1] in (b" ", b"\t"):
        end += 1
    return (Edit(word.start_byte, end, b""),)


@lru_cache(maxsize=1)  # for all leaks of a declaration
def _find_const(declaration: Node) -> Node | None:
    return next((node for node in syntax.walk(declaration) if node.type == "const"), None)


def _refuse_constant_uses(place: Place, declaration: Node) -> None:
    found = re.search(rb"\bval\s+(\w+)", declaration.text or b"")
    if found is None:
        return
    spans = _map_constants(place.tree).get(found[1], set())
    if spans - {(declaration.start_byte, declaration.end_byte)}:
        raise NotFixable("a constant or an annotation uses it; neither can contain a look-up")
    if b"private" not in (declaration.text or b""):
        distant_constants.refuse_needed(place.source, [found[1]], (".kt", ".java"))


@lru_cache(maxsize=1)  # for all leaks of a file
def _map_constants(tree: Tree) -> dict[bytes, set[tuple[int, int]]]:
    """Return the offsets of the constants and annotations that have each word."""
    spans: dict[bytes, set[tuple[int, int]]] = {}
    for node in syntax.walk(tree.root_node):
        is_property = node.type == "property_declaration"
        is_annotation = node.type in ("annotation", "file_annotation") or _is_annotation_class(node)
        text = (node.text or b"") if is_property or is_annotation else b""
        if is_annotation or b"const " in text:
            for word in re.findall(rb"\w+", text):
                spans.setdefault(word, set()).add((node.start_byte, node.end_byte))
    return spans


FIXER = TreeFixer(
    Language(
        grammar="tree_sitter_kotlin:language",
        literals={
            "string_literal": re.compile(rb'"'),
            "multiline_string_literal": re.compile(rb'"""'),
        },
        format_lookup=_format_lookup,
        default_lookup=r"System\.getenv\(\)\.getOrDefault\(\s*(?P<keep>\"\w+\"),\s*",
        format_kept="System.getenv({})",
        format_hole=_format_hole,
        refuse=_refuse,
        adapt=_adapt,
        comments=frozenset(("line_comment", "block_comment")),
        fallbacks=frozenset(("?:",)),
        known_lookup=r"System\.getenv\([^()]*\)$",
    )
)
"""The fixer of Kotlin."""
