"""`wakeyscan config`: shows the settings, writes a configuration file, prints JSON Schemas."""

from __future__ import annotations

import os

from wakeyscan.cli import help_topics
from wakeyscan.cli.text_or_json import align_columns, wants_json, write_json, write_text
from wakeyscan.config import schemas, sources, template
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.core.registry import list_known

HELP = """Show settings with their sources, or write a new file.

'show' takes the options of 'scan', and shows what a scan with them would use. Flags override
environment variables, which override the file."""

_SCHEMAS = {
    "config": schemas.build_config_schema,
    "rule": schemas.build_rule_schema,
    "report": schemas.load_report_schema,
}

PARAMETERS = Parameters(
    (
        Option("format", "text or json. Default: text.", "NAME", letter="f"),
        *(option for option in SCANNING if option.name != "format"),
    ),
    "COMMAND",
)


def run(values: Values, operands: list[str]) -> int:
    """Run the action that the first operand names; the default is `show`."""
    operands = operands or ["show"]
    help_topics.refuse_other_options("config", operands[0], values)
    match operands:
        case ["show"]:
            return _show(values)
        case ["init"]:
            return _init()
        case ["schema"]:
            return _print_schema("config")
        case ["schema", name]:
            return _print_schema(name)
    raise help_topics.build_action_error("config", operands[0])


def _show(values: Values) -> int:
    """Show all settings; the format of the report is not among them."""
    is_json = wants_json(values, os.environ)
    options = tuple(option for option in SCANNING if option.name != "format")
    flags = {key: value for key, value in values.items() if key != "format"}
    settings = [*sources.list_settings(flags, options, os.environ)]
    if is_json:
        write_json({"settings": {one.name: _build_entry(one) for one in settings}})
    else:
        rows = [(s.name, sources.format_value(s.value), s.place or s.source) for s in settings]
        write_text(align_columns(rows))
    return 0


def _build_entry(setting: sources.Setting) -> dict[str, object]:
    return {"value": setting.value, "source": setting.source, "place": setting.place}


def _init() -> int:
    note = template.write_template()
    line = f"{template.FILE}: written; remove the # before a setting to use it{note}"
    write_text([line])
    return 0


def _print_schema(name: str) -> int:
    if name not in _SCHEMAS:
        raise UsageError(f"unknown schema {name!r}{list_known(name, _SCHEMAS)}")
    write_json(_SCHEMAS[name]())
    return 0
