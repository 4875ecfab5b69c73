"""Tables of named texts with holes such as `{token}`, for parametrized tests."""

from __future__ import annotations

import tomllib
from pathlib import Path

_HEADER_SHAPES = Path(__file__).parents[1] / "data" / "header_shapes.toml"


def load_header_shapes() -> dict[str, dict[str, str]]:
    """Return the tables of tests/data/header_shapes.toml, by name."""
    return tomllib.loads(_HEADER_SHAPES.read_text("utf-8"))


def parse_shapes(table: str) -> dict[str, str]:
    """Parse rows `name: text`; an indented line continues the text of its row."""
    shapes: dict[str, str] = {}
    name = ""
    for line in table.strip("\n").splitlines():
        if line.startswith("    "):
            shapes[name] += "\n" + line[4:]
            continue
        name, _, text = line.partition(": ")
        assert name not in shapes, f"two shapes have the name {name}"
        shapes[name] = text
    return shapes


def load_shape_rows() -> dict[str, dict[str, str]]:
    """Return the tables of tests/data/shape_rows.toml, by the name of a shape."""
    path = _HEADER_SHAPES.with_name("shape_rows.toml")
    return tomllib.loads(path.read_text("utf-8"))
