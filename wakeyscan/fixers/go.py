"""Fixer for Go: `os.Getenv("NAME")`, its import, and constants that become variables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import distant_constants, go_types, syntax
from wakeyscan.fixers.fixer import Edit, NotFixable
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_SAFE_PARENTS = frozenset(
    (
        *("argument_list", "expression_list", "literal_element", "keyed_element"),
        *("parenthesized_expression", "return_statement", "var_spec", "const_spec"),
        *("short_var_declaration", "assignment_statement", "literal_value"),
    )
)


_OPERANDS = (
    *("interpreted_string_literal", "raw_string_literal", "expression_list"),
    "parenthesized_expression",
)
_FUNCTIONS = ("function_declaration", "method_declaration", "func_literal")
_DECLARATIONS = (
    *("parameter_declaration", "variadic_parameter_declaration", "var_spec", "const_spec"),
    "function_declaration",
)


def _format_lookup(place: Place) -> bytes:
    name = _find_package(place) or b"os"
    lookup = name + b'.Getenv("' + place.leak.variable.encode() + b'")'
    kind = _find_type(place)
    return kind + b"(" + lookup + b")" if kind else lookup


def _find_type(place: Place) -> bytes:
    """Return the named type that a look-up needs, unlike a constant; or nothing."""
    for ancestor in syntax.list_ancestors(place.node):
        if ancestor.type == "return_statement":
            return go_types.find_result_type(ancestor, place)
        if ancestor.type in ("const_spec", "var_spec"):
            kind = ancestor.child_by_field_name("type")
            is_name = kind is not None and kind.type in ("type_identifier", "qualified_type")
            text = (kind.text or b"") if kind and is_name else b""
            return b"" if text in (b"string", b"any") else text
        is_sum = any(child.type == "+" for child in ancestor.children)
        if ancestor.children and not is_sum and ancestor.type not in _OPERANDS:
            break
    return b""


def _find_package(place: Place) -> bytes:
    """Return the name under which the file imports `os`, or nothing."""
    for spec in _list_imports(place.tree):
        if _read_path(spec) == b"os":
            name = spec.child_by_field_name("name")
            return (name.text or b"") if name else b"os"
    return b""


def _read_name(spec: Node) -> bytes:
    """Return the name of an imported package; that of a path is its last part."""
    name = spec.child_by_field_name("name")
    return (name.text if name else None) or _read_path(spec).rpartition(b"/")[2]


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_imports(tree: Tree) -> tuple[Node, ...]:
    declarations = (one for one in tree.root_node.children if one.type == "import_declaration")
    nodes = (node for declaration in declarations for node in syntax.walk(declaration))
    return tuple(node for node in nodes if node.type == "import_spec")


def _read_path(spec: Node) -> bytes:
    path = spec.child_by_field_name("path")
    return (path.text or b"").strip(b'"`') if path else b""


def _adapt(place: Place) -> tuple[Edit, ...]:
    _refuse_other_uses(place, _find_package(place) or b"os")
    if not _find_type(place):
        imports = {_read_name(spec) for spec in _list_imports(place.tree)}
        go_types.check_type(place, imports)
    return (*_import_os(place), *_turn_constant(place))


def _refuse_other_uses(place: Place, name: bytes) -> None:
    """Raise `NotFixable` if the name of the package means something else around a key."""
    if any(low <= place.leak.start < high for low, high in _list_scopes(place.tree, name)):
        raise NotFixable(f"the file uses the name `{name.decode()}` for something else")
    declared = re.compile(rb"(?m)^(?:func|var|const|type)\s+" + name + rb"\b")
    if any(map(declared.search, place.source.neighbors(".go"))):
        raise NotFixable(f"the package uses the name `{name.decode()}` for something else")


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_scopes(tree: Tree, name: bytes) -> frozenset[tuple[int, int]]:
    """Return the offsets of the functions that declare a name, or of the file."""
    scopes, pending = set(), [(tree.root_node, tree.root_node)]
    while pending:
        node, scope = pending.pop()
        if any(one.type == "identifier" and one.text == name for one in _list_declared(node)):
            scopes.add((scope.start_byte, scope.end_byte))  # that of a function is outside of it
        scope = node if node.type in _FUNCTIONS else scope
        pending += [(child, scope) for child in node.children]
    return frozenset(scopes)


def _list_declared(node: Node) -> list[Node]:
    """Return the nodes that a declaration may name."""
    if node.type in ("short_var_declaration", "range_clause"):
        left = node.child_by_field_name("left")
        return left.children if left and left.type == "expression_list" else []
    return node.children if node.type in _DECLARATIONS else []


def _import_os(place: Place) -> Iterator[Edit]:
    name = _find_package(place)
    if name in (b"_", b"."):
        raise NotFixable("the file imports os in an unusual way; import it by its name")
    if name:
        return
    newline = place.source.newline
    specs = _list_imports(place.tree)
    group = [spec for spec in specs if spec.parent and spec.parent.type == "import_spec_list"]
    if group:
        yield _add_to_group(place, group, newline)
    elif specs:
        yield _group_imports(specs, newline)
    else:
        end = _find_package_end(place.tree)
        yield Edit(end, end, newline * 2 + b'import "os"')


@lru_cache(maxsize=1)  # for all leaks of a file
def _find_package_end(tree: Tree) -> int:
    return next(n.end_byte for n in tree.root_node.children if n.type == "package_clause")


def _group_imports(specs: tuple[Node, ...], newline: bytes) -> Edit:
    """Return the edit that turns the only import into a group, or adds a line to several."""
    declaration = specs[-1].parent or specs[-1]
    end = declaration.end_byte
    path = _read_path(specs[0])
    if len(specs) > 1 or b"." in path.split(b"/")[0] or path == b"C":
        return Edit(end, end, newline + b'import "os"')
    lines = sorted([specs[0].text or b"", b'"os"'], key=lambda line: line.strip(b'"'))
    group = b"import (" + newline + b"".join(b"\t" + line + newline for line in lines) + b")"
    return Edit(declaration.start_byte, end, group)


def _add_to_group(place: Place, group: list[Node], newline: bytes) -> Edit:
    """Return the edit that adds the import to the first group, in order of the paths."""
    standard = [spec for spec in group if b"." not in _read_path(spec).split(b"/")[0]]
    first = next((spec for spec in standard if _read_path(spec) > b"os"), None)
    if first is None and standard:
        end = standard[-1].end_byte
        indent = _read_indent(place, standard[-1])
        return Edit(end, end, newline + indent + b'"os"')
    start = (first or group[0]).start_byte
    indent = _read_indent(place, first or group[0])
    blank = b"" if first else newline
    return Edit(start, start, b'"os"' + newline + blank + indent)


def _read_indent(place: Place, node: Node) -> bytes:
    content = place.source.content
    start = content.rfind(b"\n", 0, node.start_byte) + 1
    before = content[start : node.start_byte]
    return before if not before.strip() else b"\t"


def _turn_constant(place: Place) -> Iterator[Edit]:
    """Yield the edit that turns a constant into a variable, which may hold a look-up."""
    nodes = [*syntax.list_ancestors(place.node)]
    spec = next((node for node in nodes if node.type == "const_spec"), None)
    if spec is None or spec.parent is None:
        return
    group = _read_group(spec.parent)
    if not group.is_text:
        raise NotFixable("it is in a group with other constants; declare it as a variable first")
    if not group.names.isdisjoint(_list_used(place.tree, "const_spec", "value")):
        raise NotFixable("another constant depends on it; turn both into variables")
    if not group.names.isdisjoint(_list_used(place.tree, "array_type", "length")):
        raise NotFixable("the length of an array depends on it; declare it as a variable first")
    _refuse_unused(spec, nodes)
    if spec.parent.parent is not None and spec.parent.parent.type == "source_file":
        distant_constants.refuse_needed(place.source, group.names, (".go",))
    keyword = spec.parent.children[0]
    yield Edit(keyword.start_byte, keyword.end_byte, b"var")


def _refuse_unused(spec: Node, nodes: list[Node]) -> None:
    """Raise `NotFixable` for a constant that its function does not use: a variable must be used."""
    function = next((node for node in nodes if node.type in _FUNCTIONS), None)
    words = _count_words(function) if function else {}
    for name in spec.children_by_field_name("name"):
        if words.get(name.text) == 1:
            raise NotFixable("nothing uses the constant; delete it")


@lru_cache(maxsize=1)  # for all leaks of a function
def _count_words(function: Node) -> Counter[bytes | None]:
    return Counter(node.text for node in syntax.walk(function) if node.type == "identifier")


class _Group(NamedTuple):
    """Constants that are declared together."""

    names: frozenset[bytes]
    is_text: bool
    """Whether it has one constant, or only texts."""


@lru_cache(maxsize=1)  # for all leaks of a group
def _read_group(declaration: Node) -> _Group:
    specs = [child for child in declaration.children if child.type == "const_spec"]
    nodes = (name for one in specs for name in one.children_by_field_name("name"))
    names = frozenset(filter(None, (node.text for node in nodes)))
    return _Group(names, len(specs) == 1 or all(map(_is_string, specs)))


@lru_cache(maxsize=2)  # for all leaks of a file
def _list_used(tree: Tree, kind: str, field: str) -> frozenset[bytes | None]:
    """Return the names in a field of all nodes of a kind."""
    names, pending = set(), [(tree.root_node, False)]
    while pending:
        node, is_inside = pending.pop()
        if is_inside and node.type == "identifier":
            names.add(node.text)
        values = node.children_by_field_name(field) if node.type == kind else []
        pending += [(child, is_inside or child in values) for child in node.children]
    return frozenset(names)


def _is_string(spec: Node) -> bool:
    value = spec.child_by_field_name("value")
    return value is not None and (value.text or b"").startswith((b'"', b"`"))


def _refuse(node: Node) -> str:
    types = [ancestor.type for ancestor in syntax.list_ancestors(node)]
    if "array_type" in types:
        return "the length of an array is a constant"
    types = types[:3]
    if "import_spec" in types:
        return "it is the name of a package"
    return "it is the tag of a field" if "field_declaration" in types else ""


FIXER = TreeFixer(
    Language(
        grammar="tree_sitter_go:language",
        literals={
            "interpreted_string_literal": re.compile(rb"\""),
            "raw_string_literal": re.compile(rb"`"),
        },
        format_lookup=_format_lookup,
        format_hole=lambda place: b"",
        refuse=_refuse,
        adapt=_adapt,
        safe_parents=_SAFE_PARENTS,
    )
)
"""The fixer of Go."""
