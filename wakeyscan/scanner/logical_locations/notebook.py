"""Jupyter notebooks (nbformat 3 and 4): the cell, the line in its source, or the output."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import KeyPath, Step, dotted, text_at, value_at


def recognizes(name: str, content: bytes) -> bool:
    """Say whether a document is one, by its name."""
    return name.endswith(".ipynb")


def describe(trail: KeyPath, place: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the cell by its place and prompt, and what of it: a line of its source, an output."""
    level = trail.below("cells")
    cell = value_at(trail.values, level + 1)
    if level < 0 or not isinstance(cell, dict):
        if trail.steps:
            yield "field", dotted(trail)
        return
    kind = text_at(cell, "cell_type") or "unknown"
    prompt = text_at(cell, "execution_count") or text_at(cell, "prompt_number")
    run = f", In [{prompt}]" if prompt.isdigit() else ""
    number = trail.steps[level]
    yield "cell", f"{number + 1 if isinstance(number, int) else number} ({kind}{run})"
    inside = trail.steps[level + 1 :]
    if inside[:1] in (("source",), ("input",)):
        yield "cell_line", str(_past(inside) + place[0])
    elif len(inside) > 1 and inside[0] == "outputs" and isinstance(inside[1], int):
        output = value_at(trail.values, level + 3)
        yield "output", f"{inside[1] + 1} ({_kind(output)})"
    elif inside:
        yield "field", dotted(trail, level + 1)


def _past(inside: tuple[Step, ...]) -> int:
    """Count the lines before, where the source is a list of lines and not one text."""
    return inside[1] if len(inside) > 1 and isinstance(inside[1], int) else 0


def _kind(output: object) -> str:
    if not isinstance(output, dict):
        return "unknown"
    kind = text_at(output, "output_type") or "unknown"
    name = text_at(output, "name") or text_at(output, "ename")
    return f"{kind} {name}".rstrip()
