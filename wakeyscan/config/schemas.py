"""JSON Schemas of the configuration file, of rule files and of reports, for programs."""

from __future__ import annotations

import json
from importlib import resources

from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

Schema = dict[str, "Any"]

_DIALECT = "http://json-schema.org/draft-07/schema#"
_ADDRESS = "https://json.schemastore.org/wakeyscan.json"
"""Identifier in the form of SchemaStore, where editors look for schemas."""

_SEVERITIES = [str(severity) for severity in Severity]
_SIZE = r"^\s*[0-9]+[kKmMgGtT]?[iI]?[bB]?\s*$"
_EXAMPLES: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_ANCHOR: Schema = {"type": "string", "minLength": 4, "pattern": r"^[\x00-\x7f]*$"}


def load_report_schema() -> Schema:
    """Return the schema of a report with `--format json`, which is a file in the package."""
    file = resources.files("wakeyscan.reports") / "report.schema.json"
    schema: Schema = json.loads(file.read_text("utf-8"))
    return schema


def build_config_schema() -> Schema:
    """Return the schema of `.wakeyscan.toml`, and of `[tool.wakeyscan]` in `pyproject.toml`."""
    return {
        "$schema": _DIALECT,
        "$id": _ADDRESS,
        "title": "wakeyscan",
        "description": "Configuration of wakeyscan",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "agent-fail": _describe(
                {"type": "string", "enum": ["open", "closed"]},
                "Pass (open) or block (closed) an assistant's event that cannot be scanned.",
            ),
            "exclude": _describe(
                {"type": "array", "items": {"type": "string"}},
                "Gitignore patterns of files to skip, relative to the folder of this file.",
            ),
            "fail-on": _describe(
                {"type": "string", "enum": [*_SEVERITIES, "never"], "default": "low"},
                "Lowest severity that exits with 1.",
            ),
            "max-file-size": _describe(
                {
                    "anyOf": [
                        {"type": "string", "pattern": _SIZE},
                        {"type": "integer", "minimum": 0},
                    ]
                },
                "Skip and report larger files, for example 20M.",
            ),
            "rules": _describe({"type": "string"}, "Folder with your own rules."),
            "rule": _describe(
                {"type": "object", "additionalProperties": _build_override_schema()},
                "Changes of rules, by rule id.",
            ),
            "allow": _describe(
                {"type": "array", "items": _build_allowance_schema()},
                "Paths whose findings are ignored.",
            ),
        },
    }


def build_rule_schema() -> Schema:
    """Return the schema of a rule file, which has either one pattern or shapes."""
    return {
        "$schema": _DIALECT,
        "title": "wakeyscan rule",
        "description": "A rule of wakeyscan; the name of the file is its id",
        "type": "object",
        "additionalProperties": False,
        "required": ["title", "severity", "anchors", "help"],
        "oneOf": [
            {
                "required": ["pattern", "hits", "misses"],
                "properties": {"hits": {"minItems": 3}, "misses": {"minItems": 3}},
            },
            {"required": ["shape"]},
        ],
        "properties": _build_rule_properties(),
    }


def _build_rule_properties() -> Schema:
    return {
        "title": _describe(_TEXT, "Name of the kind of secret."),
        "severity": {"type": "string", "enum": _SEVERITIES},
        "anchors": _describe(
            {"type": "array", "items": _ANCHOR, "minItems": 1},
            "Literals (keywords). Every match contains at least one of them.",
        ),
        "pattern": _describe(
            _TEXT, "Regular expression with a group (?P<secret>...) around the secret."
        ),
        "shape": _describe(
            {"type": "array", "items": _build_shape_schema(), "minItems": 1},
            "Ways of writing the secret, each with its own pattern and examples.",
        ),
        "define": _describe(
            {"type": "object", "additionalProperties": _TEXT},
            "Patterns by name, which other patterns call with (?&name).",
        ),
        "portable": _describe(
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["before", "secret", "after"],
                "properties": {
                    "before": {"type": "string"},
                    "secret": _TEXT,
                    "after": {"type": "string"},
                },
            },
            "Simpler patterns in RE2 syntax, for wakeyscan rules export.",
        ),
        "help": _describe(_TEXT, "Markdown: what it is, why it matters, what to do."),
        "verifier": _describe({"type": "string"}, "Service that can verify such a secret."),
        "hits": _describe(_EXAMPLES, "Texts that must match."),
        "misses": _describe(_EXAMPLES, "Texts that must not match."),
    }


def _build_shape_schema() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "pattern", "hits", "misses"],
        "properties": {"name": _TEXT, "pattern": _TEXT, "hits": _EXAMPLES, "misses": _EXAMPLES},
    }


def _build_override_schema() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "severity": _describe(
                {"type": "string", "enum": _SEVERITIES},
                "Severity of all its findings, unless verification decides.",
            ),
            "enabled": _describe(
                {"type": "boolean", "default": True},
                "Without it, the findings of the rule are ignored, and still counted.",
            ),
        },
    }


def _build_allowance_schema() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["path", "reason"],
        "properties": {
            "path": _describe(_TEXT, "A gitignore pattern; required."),
            "rule": _describe(_TEXT, "Id of the rule; default: every rule."),
            "reason": _describe(_TEXT, "Why the findings are accepted; required."),
        },
    }


def _describe(schema: Schema, text: str) -> Schema:
    return {"description": text, **schema}
