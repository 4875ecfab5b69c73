"""JSON with an indentation, as `json.dumps(indent=2)` writes it, in a quarter of its time.

The encoder of the standard library is compiled only for JSON on one line. Its separators may
contain line breaks, though, so it writes every object and list in which no other is nested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice
from json import JSONEncoder
from json.encoder import encode_basestring as _encode_text

from wakeyscan.core.redaction import escape_for_json
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, TextIO

_CONTAINERS = (dict, list, tuple, Iterator)
_SCALARS = (str, int, float, type(None))
"""Types of values in which nothing is nested; a check for `Iterator` takes ten times as long."""

_TYPES = frozenset((*_SCALARS, bool))

_MAX_ITEMS = 100
"""Items of an object or list that is written as one text."""

_BATCH = 8
"""Items of an iterator that are encoded at once: a large report has hundreds of thousands."""
_MIN_TEXT = 1 << 12
"""Characters that are escaped and written at once."""


def write_json(value: Any, out: TextIO) -> None:
    """Write a value as JSON and a line break, without terminal sequences or CI runner commands."""
    batch: list[str] = []
    size = 0
    for part in chain(iterate_json(value), "\n"):
        batch.append(part)
        size += len(part)
        if size >= _MIN_TEXT:
            out.write(escape_for_json("".join(batch)))
            batch, size = [], 0
    out.write(escape_for_json("".join(batch)))


def iterate_json(value: Any, indent: str = "\n") -> Iterator[str]:
    """Yield the parts of a value in JSON; `indent` is the line break before it.

    An iterator is written as a list, so that its items need not all be in memory: each of them is
    a part, and contains no iterator.
    """
    if isinstance(value, Iterator):
        yield from _iterate_list(value, indent)
    elif _is_streamed(value):
        brackets = "{}" if isinstance(value, dict) else "[]"
        yield from _join_items(_iterate_items(value, indent), brackets, indent)
    else:
        yield _format(value, indent)


def _iterate_list(items: Iterator[Any], indent: str) -> Iterator[str]:
    start = f"{indent}  "
    before = f"[{start}"
    while batch := list(islice(items, _BATCH)):
        yield before + _format_items(batch, start)
        before = f",{start}"
    yield "[]" if before[0] == "[" else f"{indent}]"


def _format_items(items: list[Any], indent: str) -> str:
    """Return the items of a list; objects with values only, as most are, are encoded together."""
    if not all(isinstance(item, dict) and item and not _has_nested(item) for item in items):
        return f",{indent}".join([_format(item, indent) for item in items])
    inner = f"{indent}  "
    text = _build_encoder(inner).encode(items)
    # A line break in a text is escaped, so this one is between two objects.
    text = text[2:-2].replace(f"}},{inner}{{", f"{indent}}},{indent}{{{inner}")
    return f"{{{inner}{text}{indent}}}"


def _is_streamed(value: Any) -> bool:
    """Return whether a value has too many items to be one text, or contains an iterator."""
    if isinstance(value, dict):
        value = value.values()
    elif isinstance(value, Iterator):
        return True
    elif not isinstance(value, list | tuple):
        return False
    return len(value) > _MAX_ITEMS or any(
        _is_streamed(item) for item in value if not isinstance(item, _SCALARS)
    )


def _iterate_items(value: Any, indent: str) -> Iterator[Iterable[str]]:
    """Yield the parts of each item of an object or list."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield chain((f"{_encode_text(name)}: ",), iterate_json(item, f"{indent}  "))
    else:
        inner = f"{indent}  "
        for item in value:
            yield (_encode_text(item),) if isinstance(item, str) else iterate_json(item, inner)


def _join_items(items: Iterable[Iterable[str]], brackets: str, indent: str) -> Iterator[str]:
    separator = ""
    yield brackets[0]
    inner = f"{indent}  "
    for parts in items:
        yield f"{separator}{inner}"
        yield from parts
        separator = ","
    yield f"{indent}{brackets[1]}" if separator else brackets[1]


def _format(value: Any, indent: str) -> str:
    """Return a value in JSON: without generators, which take most of the time of small values."""
    if not _has_nested(value):
        return _encode(value, indent)
    inner = f"{indent}  "
    if isinstance(value, dict):
        items = [f"{_encode_text(name)}: {_format(item, inner)}" for name, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(items)}{indent}}}"
    return f"[{inner}{f',{inner}'.join([_format(item, inner) for item in value])}{indent}]"


def _has_nested(value: Any) -> bool:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return False
    if _TYPES.issuperset(map(type, filter(None, value))):  # as in nearly all objects
        return False
    return any(item and not isinstance(item, _SCALARS) for item in value)


def _encode(value: Any, indent: str) -> str:
    """Return a value in which nothing is nested."""
    if isinstance(value, str):
        return _encode_text(value)
    if not value or not isinstance(value, _CONTAINERS):
        return _build_encoder("").encode(value)
    text = _build_encoder(f"{indent}  ").encode(value)
    return f"{text[0]}{indent}  {text[1:-1]}{indent}{text[-1]}"


@cache
def _build_encoder(line_break: str) -> JSONEncoder:
    return JSONEncoder(ensure_ascii=False, separators=(f",{line_break}", ": "))
