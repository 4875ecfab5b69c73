"""Fixer for notebooks: the cells with Python are fixed like files of Python."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import accumulate

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import python
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, replace_in_prose
from wakeyscan.fixers.yaml_nodes import (
    Scalar,
    YamlText,
    find_pair,
    find_scalar,
    find_value,
    parses_json,
    read_json_nodes,
    read_scalar,
    read_yaml,
)

if TYPE_CHECKING:
    from yaml.nodes import Node

    from wakeyscan.fixers.yaml_nodes import Entry

_MAGIC = re.compile(rb"(?m)^[ \t]*[%!?]")


class _Cell(NamedTuple):
    """The source of a cell: its lines as they are written, and where each one starts."""

    scalars: tuple[Scalar, ...]
    starts: tuple[int, ...]
    """Offset of each line in the source, and that of its end."""
    text: bytes
    """The source that Jupyter runs."""
    code: bytes
    """The source in which lines for Jupyter are comments of the same length."""


parses = parses_json


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits of the cell with a key; raise `NotFixable`."""
    found = find_scalar(read_json_nodes(source.content), leak)
    if found is None:
        raise NotFixable("it is not in a cell")
    text, way = found
    names = [entry.key.value for entry in way if entry.key is not None]
    cell = next((e.node for e in reversed(way) if find_value(e.node, "cell_type")), None)
    if "source" not in names or cell is None or find_value(cell, "cell_type") != "code":
        return replace_in_prose(leak)  # an output, or the text of a cell
    _refuse_language(way)
    return _fix_cell(text, cell, leak)


def _refuse_language(way: list[Entry]) -> None:
    metadata = find_pair(way[0].node, "metadata")
    kernel = find_pair(metadata[1], "kernelspec") if metadata else None
    language = find_value(kernel[1], "language") if kernel else ""
    if language not in ("", "python"):
        raise NotFixable(f"its kernel runs {language}; only Python is fixed in notebooks")


def _fix_cell(text: YamlText, cell: Node, leak: Leak) -> Fix:
    pair = find_pair(cell, "source")
    node = pair[1] if pair else cell
    inner = _read_cell(text.content, node)
    if isinstance(inner, str):
        raise NotFixable(inner)
    if inner.text.startswith(b"%%"):
        raise NotFixable("its cell is not Python; read the variable there by hand")
    mapped = _map_leak(inner, leak)
    if not python.parses(inner.code):
        raise NotFixable("its cell is not valid in the Python that runs wakeyscan")
    if _MAGIC.match(inner.text, inner.text.rfind(b"\n", 0, mapped.start) + 1):
        raise NotFixable("its line is for the shell or for Jupyter; read the variable in Python")
    fix = python.build_fix(Source("", inner.code), mapped)
    return fix._replace(edits=tuple(_map_edit(text, node, inner, edit) for edit in fix.edits))


@lru_cache(maxsize=1)  # for all leaks of a cell
def _read_cell(content: bytes, node: Node) -> _Cell | str:
    """Return a cell, or why it cannot be read."""
    text = read_yaml(content)
    lines = node.value if isinstance(node.value, list) else [node]
    try:
        scalars = tuple(read_scalar(text, line) for line in lines) if text else ()
    except NotFixable as refused:
        return str(refused)
    starts = tuple(accumulate((len(one.text) for one in scalars), initial=0))
    source = b"".join(one.text for one in scalars)
    code = _MAGIC.sub(lambda found: found[0][:-1] + b"#", source)
    return _Cell(scalars, starts, source, code)


def _map_leak(cell: _Cell, leak: Leak) -> Leak:
    number = bisect_right(cell.scalars, leak.start, key=lambda one: one.offsets[0]) - 1
    if number < 0 or leak.start > cell.scalars[number].offsets[-1]:
        raise NotFixable("it is not in one line of its cell")
    inner, start = cell.scalars[number].map_leak(leak), cell.starts[number]
    return inner._replace(start=inner.start + start, end=inner.end + start)


def _map_edit(text: YamlText, node: Node, cell: _Cell, edit: Edit) -> Edit:
    """Return an edit of a cell as an edit of the file; whole lines become separate lines."""
    first = max(bisect_left(cell.starts, edit.start) - 1, 0)
    for number in range(first, len(cell.scalars)):
        scalar, low, high = cell.scalars[number], cell.starts[number], cell.starts[number + 1]
        if low > edit.start:
            break
        if edit.end <= high and (edit.start < high or low == high):
            if edit.start == edit.end == low and edit.text.endswith(b"\n") and len(cell.starts) > 1:
                return _insert_lines(text, node, scalar, edit.text)
            return scalar.map_edit(Edit(edit.start - low, edit.end - low, edit.text))
    raise NotFixable("it is in several lines of its cell; join them first")


def _insert_lines(text: YamlText, node: Node, scalar: Scalar, added: bytes) -> Edit:
    """Return the edit that adds lines before a line of a list."""
    at = scalar.offsets[0]
    if not isinstance(node.value, list):
        return scalar.map_edit(Edit(0, 0, added))
    first = text.span(node.value[0])[0]
    gap = text.content[text.span(node)[0] + 1 : first]
    lines = [json.dumps(line.decode()).encode() for line in added.splitlines(keepends=True)]
    return Edit(at - 1, at - 1, b"".join(line + b"," + gap for line in lines))
