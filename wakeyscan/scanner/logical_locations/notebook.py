"""Jupyter notebooks (nbformat 3 and 4): the cell, and the line in its source or the output."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import (
    KeyPath,
    Step,
    Value,
    format_path,
    text_at,
    value_at,
)


def recognizes(name: str, content: bytes) -> bool:
    """Return whether a document is a notebook, by its name."""
    return name.endswith(".ipynb")


def describe(path: KeyPath, position: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the cell by its number and prompt, and the line of its source, output or field."""
    level = path.find_below("cells")
    cell = value_at(path.values, level + 1)
    if level < 0 or not isinstance(cell, dict):
        if path.steps:
            yield "field", format_path(path)
        return
    yield "cell", _format_cell(cell, path.steps[level])
    inner = path.steps[level + 1 :]
    if inner[:1] in (("source",), ("input",)):
        yield "cell_line", str(_count_lines_before(inner) + position[0])
    elif len(inner) > 1 and inner[0] == "outputs" and isinstance(inner[1], int):
        output = value_at(path.values, level + 3)
        yield "output", f"{inner[1] + 1} ({_format_output(output)})"
    elif inner:
        yield "field", format_path(path, level + 1)


def _format_cell(cell: Value, number: Step) -> str:
    kind = text_at(cell, "cell_type") or "unknown"
    prompt = text_at(cell, "execution_count") or text_at(cell, "prompt_number")
    run = f", In [{prompt}]" if prompt.isdigit() else ""
    return f"{number + 1 if isinstance(number, int) else number} ({kind}{run})"


def _count_lines_before(inner: tuple[Step, ...]) -> int:
    """Return the number of lines before, if the source is a list of lines and not one text."""
    return inner[1] if len(inner) > 1 and isinstance(inner[1], int) else 0


def _format_output(output: Value) -> str:
    if not isinstance(output, dict):
        return "unknown"
    kind = text_at(output, "output_type") or "unknown"
    name = text_at(output, "name") or text_at(output, "ename")
    return f"{kind} {name}".rstrip()
