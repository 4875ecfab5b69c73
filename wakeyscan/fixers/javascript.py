"""Fixers for JavaScript and TypeScript that run on a server: `process.env.NAME`."""

from __future__ import annotations

import re
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import Edit, NotFixable
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.syntax import Literal

_DENO = re.compile(rb"\bDeno\.|\bfrom\s+['\"](?:jsr:|npm:|https://deno\.land)")

_OWNERS = frozenset(
    (
        *("variable_declarator", "formal_parameters", "required_parameter", "optional_parameter"),
        *("rest_pattern", "array_pattern", "object_pattern", "assignment_pattern", "pair_pattern"),
        *("object_assignment_pattern", "for_in_statement", "catch_clause", "arrow_function"),
        *("function_declaration", "function_expression", "generator_function_declaration"),
        *("class_declaration", "import_specifier", "import_clause", "namespace_import"),
    )
)
"""Nodes that declare a name."""

_NODE_PROCESS = re.compile(
    rb"\bprocess\s+from\s*['\"](?:node:)?process['\"]"
    rb"|\bprocess\s*=\s*require\(\s*['\"](?:node:)?process['\"]"
    rb"|\bdeclare\s+(?:const|let|var)\s+process\b"
)

_OWN_VALUE = "it sets the variable itself; remove the line, and set the variable outside"

_REFUSED_PARENTS = {
    "import_statement": "it is the name of a module",
    "literal_type": "it is a type",
}
_REFUSED_ANCESTORS = {
    "enum_assignment": "a member of an enum must be a constant; use an object",
    "ambient_declaration": "a declaration without code must have constants",
}
_SAFE_PARENTS = frozenset(
    (
        *("arguments", "assignment_expression", "variable_declarator", "pair", "array"),
        *("return_statement", "parenthesized_expression", "template_substitution"),
    )
)


def _format_lookup(place: Place) -> bytes:
    lookup = _format_expression(place)
    parent = place.node.parent
    if parent is not None and parent.type == "jsx_attribute":
        return b"{" + lookup + b"}"
    return lookup


def _format_expression(place: Place) -> bytes:
    variable = place.leak.variable.encode()
    content = place.source.content
    if _is_for_deno(content):
        return b'Deno.env.get("' + variable + b'")'
    is_other = syntax.declares(place.tree, content, b"process", _OWNERS)
    is_other = is_other and not _imports_process(content)
    return (b"globalThis." if is_other else b"") + b"process.env." + variable


@lru_cache(maxsize=1)  # for all leaks of a file
def _is_for_deno(content: bytes) -> bool:
    return _DENO.search(content) is not None


@lru_cache(maxsize=1)  # for all leaks of a file
def _imports_process(content: bytes) -> bool:
    return _NODE_PROCESS.search(content) is not None


def _format_typed_lookup(place: Place) -> bytes:
    """Return a look-up whose type is a string: that of a variable includes `undefined`."""
    lookup = _format_lookup(place)
    return lookup[:-1] + b"!}" if lookup.startswith(b"{") else lookup + b"!"


def _format_hole(place: Place) -> bytes:
    is_template = place.used[0].opening == b"`"
    return b"${" + _format_expression(place) + b"}" if is_template else b""


def _promote(literal: Literal, prefix: bytes, suffix: bytes, lookup: bytes) -> bytes | None:
    """Return a template literal."""
    hole = lookup.removesuffix(b"!")
    parent = literal.node.parent
    if parent is not None and parent.type == "jsx_attribute":
        inner = lookup.strip(b"{}").removesuffix(b"!")
        return b"{`" + _escape(prefix) + b"${" + inner + b"}" + _escape(suffix) + b"`}"
    return b"`" + _escape(prefix) + b"${" + hole + b"}" + _escape(suffix) + b"`"


def _escape(text: bytes) -> bytes:
    text = re.sub(rb"\\(['\"])", rb"\1", text)
    return text.replace(b"`", b"\\`").replace(b"${", b"\\${")


def _refuse(node: Node) -> str:
    parent = node.parent
    if parent is None:
        return ""
    if parent.type == "pair" and parent.child_by_field_name("key") == node:
        return "it is the name of a property"
    if parent.type == "export_statement" and parent.child_by_field_name("source") == node:
        return "it is the name of a module"
    if parent.type == "call_expression" and node.type == "template_string":
        return "a tagged template passes its text to a function"
    if parent.type == "as_expression" and parent.children[-1].type == "const":
        return "`as const` needs a constant"
    types = [ancestor.type for ancestor in syntax.list_ancestors(node)]
    reasons = [_REFUSED_ANCESTORS[name] for name in types if name in _REFUSED_ANCESTORS]
    return _REFUSED_PARENTS.get(parent.type, "") or "".join(reasons[:1]) or _refuse_type(node)


def _refuse_type(node: Node) -> str:
    """Return why a text may not change whose type is the text itself."""
    for ancestor in syntax.list_ancestors(node):
        kind = ancestor.child_by_field_name("type")
        if ancestor.type in ("as_expression", "satisfies_expression"):
            kind = ancestor.children[-1]
        if kind is not None and (node.text or b"") in (kind.text or b""):
            return "its type is the text itself; change the type to string first"
        if ancestor.type.endswith(("_statement", "_declaration", "_block")):
            break
    return ""


def _refuse_own_value(place: Place) -> tuple[Edit, ...]:
    """Raise `NotFixable` where the key is assigned to its own variable; return no edits.

    An assignment of a variable that is missing would set it to the text "undefined".
    """
    name = rb"\b" + re.escape(place.leak.variable.encode()) + rb"\b"
    for ancestor in syntax.list_ancestors(place.node):
        left = ancestor.child_by_field_name("left")
        if left and ancestor.type.endswith("assignment_expression"):
            if re.match(rb"(?:process|Deno|Bun)\.env\b.*" + name, left.text or b""):
                raise NotFixable(_OWN_VALUE)
            break
    return ()


JAVASCRIPT = TreeFixer(
    Language(
        grammar="tree_sitter_javascript:language",
        literals={
            "string": re.compile(rb"[\"']"),
            "template_string": re.compile(rb"`"),
        },
        format_lookup=_format_lookup,
        format_hole=_format_hole,
        refuse=_refuse,
        promote=_promote,
        adapt=_refuse_own_value,
        safe_parents=_SAFE_PARENTS,
        fallbacks=frozenset(("||", "??")),
        known_lookup=r"(?:process\.env|Deno\.env|Bun\.env)\b[\w.\[\]\"'()]*$",
    )
)
"""The fixer of JavaScript, with JSX."""


def _build_typed(function: str) -> TreeFixer:
    language = JAVASCRIPT.language._replace(
        grammar=f"tree_sitter_typescript:{function}", format_lookup=_format_typed_lookup
    )
    return TreeFixer(language)


TYPESCRIPT = _build_typed("language_typescript")
"""The fixer of TypeScript."""

TSX = _build_typed("language_tsx")
"""The fixer of TypeScript with JSX."""
