"""The published JSON Schema of reports, applied to every report that a test parses."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # no stubs on PyPI

_MOST_ITEMS = 300
"""Findings, keys and skipped items that are checked: a large report would take seconds."""


def check_report(report: dict[str, Any]) -> None:
    """Fail if a report does not follow the schema."""
    lists = ("findings", "keys", "skipped")
    shortened = {name: report[name][:_MOST_ITEMS] for name in lists if name in report}
    errors = _load_validator().iter_errors({**report, **shortened})
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@cache
def load_schema() -> dict[str, Any]:
    """Return the schema in the package."""
    file = resources.files("wakeyscan.reports") / "report.schema.json"
    schema: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return schema


@cache
def _load_validator() -> Any:
    Draft202012Validator.check_schema(load_schema())
    return Draft202012Validator(load_schema())
