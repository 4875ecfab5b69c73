"""Fixer of programming languages, on syntax trees of tree-sitter.

A `Language` defines the syntax of strings, concatenations and look-ups. A key that is a whole
string becomes a look-up; a key inside a string becomes a hole of an interpolated string, or a
summand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import syntax
from wakeyscan.fixers.defaults import find_kept_lookup
from wakeyscan.fixers.fixer import (
    Edit,
    Fix,
    Leak,
    NotFixable,
    Source,
    check_name,
    find_extent,
    replace_in_prose,
    separate_words,
    split_literal,
)
from wakeyscan.fixers.syntax import Literal

if TYPE_CHECKING:
    from tree_sitter import Node, Tree


class Place(NamedTuple):
    """The literals that hold a leak, and what is around them."""

    tree: Tree
    source: Source
    leak: Leak
    used: tuple[Literal, ...]
    prefix: bytes
    """Text of the first literal before the secret, as it is written."""
    suffix: bytes

    @property
    def node(self) -> Node:
        """The first literal."""
        return self.used[0].node


def _never_promote(literal: Literal, prefix: bytes, suffix: bytes, hole: bytes) -> bytes | None:
    return None


def _adapt_nothing(place: Place) -> tuple[Edit, ...]:
    return ()


class Language(NamedTuple):
    """How a language writes strings and look-ups."""

    grammar: str
    """`module:function` of its grammar."""
    literals: Mapping[str, re.Pattern[bytes]]
    """Pattern of the opening delimiter by type of node; an empty match: it has no delimiters."""
    format_lookup: Callable[[Place], bytes]
    format_hole: Callable[[Place], bytes]
    """Returns the hole of an interpolated literal, or nothing if the literal has none."""
    refuse: Callable[[Node], str] = lambda node: ""
    """Returns why no look-up may replace a literal."""
    promote: Callable[[Literal, bytes, bytes, bytes], bytes | None] = _never_promote
    """Returns an interpolated literal in the place of a plain one; `None`: use a sum."""
    adapt: Callable[[Place], tuple[Edit, ...]] = _adapt_nothing
    """Returns the edits elsewhere: an import, a constant that becomes a variable."""
    sums: frozenset[str] = frozenset(("binary_expression",))
    operator: str = "+"
    comments: frozenset[str] = frozenset(("comment",))
    safe_parents: frozenset[str] = frozenset()
    """Parents in which a sum needs no parentheses."""
    fallbacks: frozenset[str] = frozenset()
    """Operators whose right side is used if the left side is missing."""
    known_lookup: str = r"(?!)"
    """Pattern of a look-up on the left side of such an operator."""
    default_lookup: str = r"(?!)"
    """Pattern of a call with the name of a variable and a default; `keep` is what stays."""
    format_kept: str = "{}"
    """Format of a look-up without its default; `{}` is the text `keep`."""
    adapt_kept: Callable[[Place, bytes], bytes] = lambda place, lookup: lookup
    """Returns a look-up of the source, which lost its default, in the form that its place needs."""


class TreeFixer:
    """The fixer of a language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def parses(self, content: bytes) -> bool:
        """Return whether the grammar can parse a content; raise `NotFixable` without it."""
        return not syntax.has_error(syntax.parse(self.language.grammar, content))

    def build_fix(self, source: Source, leak: Leak) -> Fix:
        """Return the edits that replace a key by a look-up; raise `NotFixable`."""
        language = self.language
        tree = syntax.parse(language.grammar, source.content)
        literal = _find_literal(tree, source.content, leak, language)
        if literal is None:
            return replace_in_prose(leak)
        if reason := language.refuse(literal.node):
            raise NotFixable(reason)
        place = _find_place(tree, source, leak, literal, language)
        kept = find_kept_lookup(place, language) if _is_whole(place) else None
        if kept is None:
            return Fix((_replace(place, language), *language.adapt(place)))
        check_name(leak, kept.name)
        edit = kept.edit._replace(text=language.adapt_kept(place, kept.edit.text))
        edit = separate_words(source.content, edit)
        return Fix((edit, *language.adapt(place)), own_name=kept.name)


def _find_literal(tree: Tree, content: bytes, leak: Leak, language: Language) -> Literal | None:
    """Return the literal around a leak; `None` in a comment. Raise `NotFixable` elsewhere."""
    for node in syntax.list_ancestors(syntax.find_node(tree, leak.start, leak.start + 1)):
        if node.type in language.comments:
            return None
        if literal := _read_literal(node, content, language):
            if not literal.low <= leak.start < literal.high:
                break
            return literal
    raise NotFixable("it is not in a string")


def _read_literal(node: Node, content: bytes, language: Language) -> Literal | None:
    pattern = language.literals.get(node.type)
    opening = pattern.match(content, node.start_byte) if pattern else None
    if opening is None:
        return None
    return Literal(node, opening[0], syntax.mirror_delimiter(opening[0]))


def _find_place(
    tree: Tree, source: Source, leak: Leak, literal: Literal, language: Language
) -> Place:
    content = source.content
    if not leak.is_split:
        before, after = content[literal.low : leak.start], content[leak.end : literal.high]
        return Place(tree, source, leak, (literal,), before, after)
    operands = _list_operands(_find_chain(literal.node, language), language)
    numbers = [n for n, node in enumerate(operands) if node.start_byte <= literal.start]
    literals: list[Literal] = []
    for node in operands[numbers[-1] :]:
        operand = _read_literal(_unwrap(node, language), content, language)
        if operand is None:
            break
        literals.append(operand)
    parts = [content[one.low : one.high] for one in literals]
    count, end = find_extent(parts, leak.start - literal.low, leak)
    used = tuple(literals[: count + 1])
    _refuse_comments(tree, used, language)
    before = content[literal.low : leak.start]
    return Place(tree, source, leak, used, before, parts[count][end:])


def _unwrap(node: Node, language: Language) -> Node:
    """Return the literal in a node that consists of nothing else."""
    while node.type not in language.literals and node.named_child_count == 1:
        child = node.named_children[0]
        if (child.start_byte, child.end_byte) != (node.start_byte, node.end_byte):
            break
        node = child
    return node


def _find_chain(node: Node, language: Language) -> Node:
    """Return the outermost sum around a node, through nodes that consist of nothing else."""
    top = current = node
    while (parent := syntax.get_parent(current)) is not None:
        is_same = (parent.start_byte, parent.end_byte) == (current.start_byte, current.end_byte)
        if _is_sum(parent, language):
            top = parent
        elif not is_same:
            break
        current = parent
    return top


def _is_sum(node: Node, language: Language) -> bool:
    return node.type in language.sums and any(
        child.type == language.operator for child in node.children
    )


def _list_operands(node: Node, language: Language) -> list[Node]:
    node = _unwrap_sum(node, language)
    if not _is_sum(node, language):
        return [node]
    operands = [child for child in node.named_children if child.type not in language.comments]
    return [inner for child in operands for inner in _list_operands(child, language)]


def _unwrap_sum(node: Node, language: Language) -> Node:
    current = node
    while not _is_sum(current, language) and current.named_child_count == 1:
        child = current.named_children[0]
        if (child.start_byte, child.end_byte) != (node.start_byte, node.end_byte):
            return node
        current = child
    return current if _is_sum(current, language) else node


def _refuse_comments(tree: Tree, used: tuple[Literal, ...], language: Language) -> None:
    if len(used) < 2:
        return
    start, end = used[0].start, used[-1].end
    for node in syntax.walk(syntax.find_node(tree, start, end)):
        if node.type in language.comments and start < node.start_byte < end:
            raise NotFixable("there is a comment between its pieces; join them first")


def _replace(place: Place, language: Language) -> Edit:
    """Return the edit of the literal, or of the part that holds the secret."""
    hole = language.format_hole(place)
    if hole and len(place.used) == 1 and not _is_whole(place):
        return Edit(place.leak.start, place.leak.end, hole)
    return separate_words(place.source.content, _replace_expression(place, language))


def _is_whole(place: Place) -> bool:
    """Return whether the literals hold the secret, and nothing else."""
    return not place.prefix and not place.suffix and bool(place.used[0].opening)


def _replace_expression(place: Place, language: Language) -> Edit:
    first, last = place.used[0], place.used[-1]
    if _is_whole(place):
        return Edit(first.start, last.end, language.format_lookup(place))
    promoted = None
    if len(place.used) == 1:
        lookup = language.format_lookup(place)
        promoted = language.promote(first, place.prefix, place.suffix, lookup)
    if promoted is not None:
        return Edit(first.start, last.end, promoted)
    if not first.opening:
        raise NotFixable("this kind of string has no look-ups; assign the key to a name first")
    if len(place.used) == 1 and _is_safe(place, language):
        texts = place.prefix, language.format_lookup(place), place.suffix
        operator = f" {language.operator} ".encode()
        delimiters = first.opening, first.closing
        return split_literal((first.start, first.end), texts, delimiters, operator)
    return Edit(first.start, last.end, _format_sum(place, language))


def _format_sum(place: Place, language: Language) -> bytes:
    first, last = place.used[0], place.used[-1]
    parts = [first.opening + place.prefix + first.closing] * bool(place.prefix)
    parts.append(language.format_lookup(place))
    parts += [last.opening + place.suffix + last.closing] * bool(place.suffix)
    text = f" {language.operator} ".encode().join(parts)
    return text if _is_safe(place, language) or len(parts) == 1 else b"(" + text + b")"


def _is_safe(place: Place, language: Language) -> bool:
    """Return whether a sum may replace a literal without parentheses."""
    top = _find_chain(place.node, language)
    parent = syntax.find_parent(top)
    return _is_sum(top, language) or parent is None or parent.type in language.safe_parents
