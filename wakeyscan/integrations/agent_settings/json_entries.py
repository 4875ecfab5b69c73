"""Entries in the text of a JSON settings file.

The text between an opening bracket and our entry shows what was there before: an entry in an empty
list of the user follows the bracket at once, one in our own list starts a new line. So an
entry, and what was created for it, can be removed without a trace.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from wakeyscan.integrations.agent_settings.entry_command import find_command, mentions_hook
from wakeyscan.integrations.agent_settings.json_text import Item, Node, parse_json
from wakeyscan.integrations.agents.agent import Entry, Fields, Header

_UNIT = "  "

_Way = list[tuple[Node, Item]]
"""Containers from the outermost inwards, each with the item of it that leads further."""


def build_file(entries: Iterable[Entry], header: Header) -> str:
    """Return the text of a new file; the header follows the entries, unlike in other files."""
    root: Fields = {}
    for entry in entries:
        parent = root
        for name in entry.path[:-1]:
            parent = parent.setdefault(name, {})
        parent.setdefault(entry.path[-1], []).append(entry.value)
    return json.dumps({**root, **dict(header)}, indent=_UNIT, ensure_ascii=False) + "\n"


def add_entries(text: str, entries: Iterable[Entry]) -> str:
    """Return the text with entries at the ends of their lists; raise `ValueError`.

    Missing lists and objects on the way to them are created.
    """
    for entry in entries:
        text = _add(text, entry)
    return text


def _add(text: str, entry: Entry) -> str:
    node = parse_json(text)
    for level, name in enumerate(entry.path):
        _check_kind(node, "{", ".".join(entry.path[:level]) or "the file")
        child = node.find(name)
        if child is None:
            value: object = [entry.value]
            for inner in reversed(entry.path[level + 1 :]):
                value = {inner: value}
            return _insert(text, node, f"{json.dumps(name)}: ", value)
        node = child
    _check_kind(node, "[", ".".join(entry.path))
    return _insert(text, node, "", entry.value)


def _check_kind(node: Node, kind: str, where: str) -> None:
    if node.kind != kind:
        raise ValueError(f"{where} is not {'an object' if kind == '{' else 'a list'}")


def _insert(text: str, container: Node, prefix: str, value: object) -> str:
    """Insert an item after the last one, or right after the opening bracket."""
    unit, newline = _find_unit(text), "\r\n" if "\r\n" in text else "\n"
    if container.items:
        last = container.items[-1]
        gap, at = _find_blanks(text, last.start), last.node.end
        indent, separator = gap.rpartition("\n")[2] if "\n" in gap else "", f",{gap or ' '}"
    else:
        at, separator = container.start + 1, ""
        indent = _find_indent(text, at) + unit
    lines = json.dumps(value, indent=unit, ensure_ascii=False).split("\n")
    item = prefix + f"{newline}{indent}".join(lines)
    return f"{text[:at]}{separator}{item}{text[at:]}"


def _find_blanks(text: str, at: int) -> str:
    """Return the blanks before an offset."""
    before = text[:at]
    return before[len(before.rstrip(" \t\r\n")) :]


def _find_indent(text: str, at: int) -> str:
    """Return the blanks at the start of the line of an offset."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _find_unit(text: str) -> str:
    """Return the indentation of the first indented line."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found[1] if found else _UNIT


def remove_entries(text: str, entries: Iterable[Entry]) -> str:
    """Return the text without the entries, and without what was created for them.

    The last entry goes first, so that the list of an earlier one is as it was when it was added.
    """
    for entry in reversed([*entries]):
        while (way := _find_last(parse_json(text), entry)) is not None:
            text = _remove(text, way)
    return text


def find_commands(text: str, entries: Iterable[Entry]) -> list[str]:
    """Return the command line of each entry, empty for one that the text lacks."""
    root, commands = parse_json(text), []
    for entry in entries:
        way = _find_last(root, entry)
        found = find_command(entry.value, way[-1][1].node.build_value()) if way else ""
        commands.append(found)
    return commands


def count_hooks(text: str) -> int:
    """Return the number of strings with a command line of our hook."""
    return sum(mentions_hook(string) for string in _list_strings(parse_json(text)))


def _list_strings(node: Node) -> Iterator[str]:
    if isinstance(node.scalar, str):
        yield node.scalar
    for item in node.items:
        yield from _list_strings(item.node)


def _find_last(root: Node, entry: Entry) -> _Way | None:
    """Return the way to the last item that has the form of an entry; `None` if there is none."""
    way, node = [], root
    for name in entry.path:
        item = next((item for item in reversed(node.items) if item.name == name), None)
        if item is None:
            return None
        way.append((node, item))
        node = item.node
    for item in reversed(node.items if node.kind == "[" else ()):
        if find_command(entry.value, item.node.build_value()):
            return [*way, (node, item)]
    return None


def _remove(text: str, way: _Way) -> str:
    """Remove the last item of a way, and the containers that were created for it."""
    while len(way) > 1 and _is_created(text, *way[-1]):
        way = way[:-1]
    container, item = way[-1]
    end, number = item.node.end, container.items.index(item)
    if number:
        before = container.items[number - 1].node.end
        gap = text[before : item.start].removeprefix(",")
        return text[:before] + gap.strip(" \t\r\n") + text[end:]
    if len(container.items) > 1:
        return text[: item.start] + text[container.items[1].start :]
    if _is_created(text, container, item):  # a formatter has changed an empty object
        return text[: container.start + 1] + text[container.end - 1 :]
    return text[: item.start] + re.sub(r"\A\s*,", "", text[end:])


def _is_created(text: str, container: Node, item: Item) -> bool:
    """Return whether a container was created for its only item; it has no comment either."""
    before, after = text[container.start + 1 : item.start], text[item.node.end : container.end - 1]
    is_blank = not before.strip() and after.strip() in ("", ",")
    return len(container.items) == 1 and "\n" in before and is_blank
