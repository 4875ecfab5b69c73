"""Keys that are the default of a look-up, as in `getenv("A") ?: "key"`: the look-up stays."""

from __future__ import annotations

import re

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import Edit

if TYPE_CHECKING:
    from wakeyscan.fixers.tree_fixer import Language, Place

_NAME = re.compile(r"[\"'](\w+)[\"']|(\w+)\W*$")
"""The name of the variable in a look-up."""


class KeptLookup(NamedTuple):
    """A look-up that stays without its default."""

    edit: Edit
    name: str
    """Its variable."""


def find_kept_lookup(place: Place, language: Language) -> KeptLookup | None:
    """Return the look-up of the source for which a key is the default."""
    edit = _replace_fallback(place, language) or _replace_default(place, language)
    found = _NAME.search(edit.text.decode()) if edit else None
    return KeptLookup(edit, found[1] or found[2]) if edit and found else None


def _replace_fallback(place: Place, language: Language) -> Edit | None:
    """Return the edit for a key that replaces a missing variable: the variable alone stays."""
    parent = syntax.find_parent(place.node)
    right = parent.child(parent.child_count - 1) if parent and language.fallbacks else None
    if parent is None or right is None:
        return None
    if (right.start_byte, right.end_byte) != (place.node.start_byte, place.node.end_byte):
        return None
    signs = [child.type for child in parent.children[1:-1] if not child.is_named]
    if "".join(signs) not in language.fallbacks:
        return None
    left = parent.children[0]
    text = place.source.content[left.start_byte : left.end_byte]
    if not re.search(language.known_lookup, text.decode()):
        return None
    return Edit(parent.start_byte, parent.end_byte, text)


def _replace_default(place: Place, language: Language) -> Edit | None:
    """Return the edit for a key that is the default of a look-up: the variable must be set."""
    arguments = syntax.find_parent(place.node)
    call = arguments.parent if arguments else None
    if call is None:
        return None
    text = place.source.content[call.start_byte : place.node.start_byte].decode()
    found = re.fullmatch(language.default_lookup, text)
    rest = place.source.content[place.node.end_byte : call.end_byte]
    if found is None or rest.strip() != b")":
        return None
    kept = language.format_kept.format(found["keep"])
    return Edit(call.start_byte, call.end_byte, kept.encode())
