"""Fixer for C#: `Environment.GetEnvironmentVariable("NAME")`."""

from __future__ import annotations

import re
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import distant_constants, syntax
from wakeyscan.fixers.fixer import Edit, NotFixable
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

    from wakeyscan.fixers.syntax import Literal

_REFUSED = {
    "attribute_argument": "an argument of an attribute must be a constant",
    "parameter": "the default of a parameter must be a constant",
    "constant_pattern": "a pattern must be a constant; compare with the variable",
    "goto_statement": "the case of a goto must be a constant",
    "case_switch_label": "a case label must be a constant; compare with the variable",
}
_SAFE_PARENTS = frozenset(
    (
        *("argument", "argument_list", "variable_declarator", "assignment_expression"),
        "return_statement",
        *("parenthesized_expression", "initializer_expression", "arrow_expression_clause"),
    )
)
_OWNERS = frozenset(
    (
        *("variable_declarator", "parameter", "property_declaration", "method_declaration"),
        *("class_declaration", "struct_declaration", "interface_declaration"),
        *("enum_declaration", "record_declaration", "delegate_declaration"),
    )
)
"""Nodes that declare a name."""

_USING = re.compile(rb"^[^\S\n]*(?:global\s+)?using\s+System\s*;", re.MULTILINE)

_NULLABLE = re.compile(rb"(?m)^[ \t]*#[ \t]*nullable[ \t]+enable|<Nullable>\s*enable\s*</Nullable>")


def _format_lookup(place: Place) -> bytes:
    content = place.source.content
    is_short = _uses_system(content) and not syntax.declares(
        place.tree, content, b"Environment", _OWNERS
    )
    namespace = b"" if is_short else b"System."
    variable = place.leak.variable.encode()
    lookup = namespace + b'Environment.GetEnvironmentVariable("' + variable + b'")'
    return _assert_value(place, lookup)


def _assert_value(place: Place, lookup: bytes) -> bytes:
    """Return a look-up that is a string, and not a missing one, where the compiler checks that."""
    source = place.source
    projects = (text for ending in (".csproj", ".props") for _, text in source.tracked(ending))
    is_checked = _makes_nullable(source.content) or any(map(_makes_nullable, projects))
    return lookup + b"!" if is_checked else lookup


@lru_cache(maxsize=32)  # for all leaks of a file, with its projects
def _makes_nullable(content: bytes) -> bool:
    return _NULLABLE.search(content) is not None


@lru_cache(maxsize=1)  # for all leaks of a file
def _uses_system(content: bytes) -> bool:
    return _USING.search(content) is not None


def _format_hole(place: Place) -> bytes:
    opening = place.used[0].opening
    if b"$" not in opening:
        return b""
    if b"@" in opening or b'"""' in opening:
        raise NotFixable("a verbatim string cannot contain a look-up; assign it to a name first")
    return b"{" + _format_lookup(place) + b"}"


def _promote(literal: Literal, prefix: bytes, suffix: bytes, lookup: bytes) -> bytes | None:
    """Return an interpolated raw string; the quotes of a raw string could not be closed inside."""
    if not literal.opening.startswith(b'"""'):
        return None
    if b"{{" in prefix + suffix or b"}}" in prefix + suffix:
        raise NotFixable("its raw string has double braces; assign the key to a name first")
    return b"$$" + literal.opening + prefix + b"{{" + lookup + b"}}" + suffix + literal.closing


def _refuse(node: Node) -> str:
    if any(child.type == "string_literal_encoding" for child in node.children):
        return "it is a string of bytes"
    for ancestor in syntax.list_ancestors(node):
        if ancestor.type in _REFUSED:
            return _REFUSED[ancestor.type]
        if ancestor.type == "interpolation":
            return "it is inside the {} of another string; assign it to a name first"
        if ancestor.type in ("block", "declaration_list"):
            break
    return ""


def _adapt(place: Place) -> tuple[Edit, ...]:
    """Return the edit that turns a constant into a read-only field or a local variable."""
    nodes = syntax.list_ancestors(place.node)
    declarations = ("field_declaration", "local_declaration_statement")
    declaration = next((node for node in nodes if node.type in declarations), None)
    if declaration is None:
        return ()
    word = next((child for child in declaration.children if child.text == b"const"), None)
    if word is None:
        return ()
    _refuse_constant_uses(place, declaration)
    if declaration.type == "field_declaration":
        return (Edit(word.start_byte, word.end_byte, b"static readonly"),)
    return (Edit(word.start_byte, _skip_blanks(place.source.content, word.end_byte), b""),)


def _skip_blanks(content: bytes, at: int) -> int:
    while content[at : at + 1] in (b" ", b"\t"):
        at += 1
    return at


def _refuse_constant_uses(place: Place, declaration: Node) -> None:
    names = [n for n in syntax.walk(declaration) if n.type == "variable_declarator"]
    constants, own = _map_constants(place.tree), (declaration.start_byte, declaration.end_byte)
    if any(constants.get(n.children[0].text or b"", set()) - {own} for n in names):
        raise NotFixable("a constant or an attribute uses it; neither can contain a look-up")
    if declaration.type == "field_declaration" and b"private" not in (declaration.text or b""):
        words = [name.children[0].text or b"" for name in names]
        distant_constants.refuse_needed(place.source, words, (".cs",))


@lru_cache(maxsize=1)  # for all leaks of a file
def _map_constants(tree: Tree) -> dict[bytes, set[tuple[int, int]]]:
    """Return the offsets of the constants and attributes that have each word."""
    spans: dict[bytes, set[tuple[int, int]]] = {}
    for node in syntax.walk(tree.root_node):
        is_field = node.type in ("field_declaration", "local_declaration_statement")
        is_constant = is_field and any(child.text == b"const" for child in node.children)
        if node.type in _REFUSED or is_constant:
            for word in re.findall(rb"\w+", node.text or b""):
                spans.setdefault(word, set()).add((node.start_byte, node.end_byte))
    return spans


FIXER = TreeFixer(
    Language(
        grammar="tree_sitter_c_sharp:language",
        literals={
            "string_literal": re.compile(rb'"'),
            "verbatim_string_literal": re.compile(rb'@"'),
            "raw_string_literal": re.compile(rb'"{3,}'),
            "interpolated_string_expression": re.compile(rb'[$@]+"{3,}|[$@]+"'),
        },
        format_lookup=_format_lookup,
        format_hole=_format_hole,
        refuse=_refuse,
        promote=_promote,
        adapt=_adapt,
        adapt_kept=_assert_value,
        safe_parents=_SAFE_PARENTS,
        fallbacks=frozenset(("??",)),
        known_lookup=r"GetEnvironmentVariable\([^()]*\)$",
    )
)
"""The fixer of C#."""
