"""Fixer for Docker Compose: `${NAME:?…}`, which Compose reads from its environment or `.env`."""

from __future__ import annotations

import re

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import dotenv
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, check_is_whole
from wakeyscan.fixers.yaml_fixer import FoundScalar, YamlFixer
from wakeyscan.fixers.yaml_nodes import YamlText, find_style

if TYPE_CHECKING:
    from wakeyscan.fixers.fixer import Source
    from wakeyscan.fixers.yaml_nodes import Entry


def _fix_scalar(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edits that replace a key by an interpolation; raise `NotFixable`."""
    source, text, way = found
    check_is_whole(leak)
    own_name = _find_own_name(text, way, leak)
    variable = _choose_free(source, own_name, leak)
    hole = b"${" + variable.encode() + b":?is not set}"
    note = f"set {variable} in the environment of docker compose, or in an ignored .env"
    example = (f"{source.path[: -len(source.name)]}.env.example", variable.encode() + b"=")
    edit = Edit(leak.start, leak.end, quote(text, way, leak, hole))
    return Fix((edit,), (note,), added=(example,), own_name=own_name)


def _choose_free(source: Source, own_name: str, leak: Leak) -> str:
    """Return the name of a variable to which `.env` gives no other value, as Compose reads it."""
    for name in filter(None, (own_name, leak.variable)):
        files = source.neighbors(".env")
        if not any(dotenv.sets_otherwise(text, name.encode(), leak) for text in files):
            return name
    raise NotFixable(
        f".env gives {leak.variable} another value; write ${{OTHER_NAME}} here, and set that"
    )


def _find_own_name(text: YamlText, way: list[Entry], leak: Leak) -> str:
    """Return the name under which a mapping or an item `NAME=key` passes the whole key, if any."""
    key = way[-1].key
    start, end = text.span(way[-1].node)
    written = text.content[start:end].strip(b"\"'")
    name = key.value.encode() if key is not None else b""
    if key is None and b"=" in written:
        name, _, written = written.partition(b"=")
    is_variable = re.fullmatch(rb"[A-Z_][A-Z0-9_]*", name) is not None
    is_own = is_variable and leak.is_text(written) and leak.may_be(name.decode())
    return name.decode() if is_own else ""


def quote(text: YamlText, way: list[Entry], leak: Leak, hole: bytes) -> bytes:
    """Return a hole in quotes if it is a plain scalar in a flow collection, where `{` opens one."""
    start, end = text.span(way[-1].node)
    is_in_flow = any(getattr(entry.node, "flow_style", False) for entry in way)
    if find_style(way[-1].node) or not is_in_flow:
        return hole
    if (start, end) != (leak.start, leak.end):
        raise NotFixable("it is a part of a text without quotes in a flow collection; quote it")
    return b'"' + hole + b'"'


FIXER = YamlFixer(_fix_scalar)
