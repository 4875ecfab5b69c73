"""Writes docs/settings.md from the schema and the options: `python -m docs.reference`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wakeyscan.cli import help_topics
from wakeyscan.cli.commands import COMMANDS
from wakeyscan.config.options import Option
from wakeyscan.config.schemas import build_config_schema

PAGE = Path(__file__).with_name("settings.md")

_HEAD = """\
# Settings

Options come before environment variables, and variables before the configuration file. A file
cannot turn on verification or choose where keys are sent. `wakeyscan config show` prints what
applies in the current directory.

<!-- Written by `python -m docs.reference`. Do not edit. -->
"""

_TABLES = {
    "": "In the configuration file",
    "rule": "In `[rule.ID]`",
    "allow": "In `[[allow]]`",
}


def format_page() -> str:
    """Return the page in Markdown."""
    return "\n".join([_HEAD, *_format_file(), *_format_options()])


def _format_file() -> Iterator[str]:
    properties = build_config_schema()["properties"]
    for name, heading in _TABLES.items():
        yield f"## {heading}\n"
        yield "| setting | value | meaning |\n|---|---|---|"
        fields = _list_fields(properties[name]) if name else properties
        for field, schema in fields.items():
            if name or field not in _TABLES:
                yield f"| `{field}` | {_describe_value(schema)} | {schema.get('description', '')} |"
        yield ""


def _list_fields(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the tables in a list, or of the tables under any name."""
    inner = schema["items"] if "items" in schema else schema["additionalProperties"]
    fields: dict[str, Any] = inner["properties"]
    return fields


def _describe_value(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        text = ", ".join(f"`{value}`" for value in schema["enum"])
    elif "anyOf" in schema:
        text = " or ".join(_describe_value(part) for part in schema["anyOf"])
    elif schema["type"] == "array":
        text = f"list of {schema['items']['type']}s"
    else:
        text = str(schema["type"])
    default = schema.get("default")
    return text if default is None else f"{text}; default: `{str(default).lower()}`"


def _format_options() -> Iterator[str]:
    """Yield a table of all options, each with its variable and the commands that have it."""
    options = {option.name: option for name in COMMANDS for option in _list_options(name)}
    in_file = build_config_schema()["properties"]
    yield "## Options and environment variables\n"
    yield "| option | variable | in the file | commands |\n|---|---|---|---|"
    for names in help_topics.GROUPS.values():
        for option in (options[name] for name in names if name in options):
            commands = ", ".join(
                name for name in COMMANDS if option.name in {o.name for o in _list_options(name)}
            )
            mark = "yes" if option.name in in_file else ""
            yield f"| `--{option.name}` | `{option.variable}` | {mark} | {commands} |"
    yield from _format_keys()


def _format_keys() -> Iterator[str]:
    yield "\nOnly variables set these, because other users can see the arguments of a process:\n"
    yield "| variable | meaning |\n|---|---|"
    yield "| `WAKEYSCAN_CONTROL_KEY` | a key that is known to work, for [verify](verification.md) |"
    yield "| `WAKEYSCAN_FINGERPRINT_KEY` | makes [fingerprints](reports.md) HMACs under this key |"
    yield ""


def _list_options(name: str) -> tuple[Option, ...]:
    return COMMANDS[name].PARAMETERS.options
