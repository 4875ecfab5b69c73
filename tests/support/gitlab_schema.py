"""GitLab's schema of secret detection reports, applied to every such report that a test prints."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # no stubs on PyPI

_SCHEMA_FIELD = '"schema": "https://gitlab.com/gitlab-org/security-products/'
_HEAD = 200
"""Characters of a report in which it names its schema."""

_TEXT = {"type": "string", "minLength": 1}
_LINE = {"type": "number"}
_URL = {"type": "string", "pattern": "^https?://.+"}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"}


def _fields(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """Return the schema of an object with these fields, and with no others."""
    return {
        "type": "object",
        "required": [*required],
        "properties": {**required, **optional},
        "additionalProperties": False,
    }


_PROGRAM = _fields(
    {"id": _TEXT, "name": _TEXT, "version": _TEXT, "vendor": _fields({"name": _TEXT})}
)
_MESSAGE = _fields({"level": {"enum": ["info", "warn", "fatal"]}, "value": _TEXT})
_SCAN = _fields(
    {
        "analyzer": _PROGRAM,
        "scanner": _PROGRAM,
        "type": {"const": "secret_detection"},
        "status": {"enum": ["success", "failure"]},
        "start_time": _TIME,
        "end_time": _TIME,
    },
    messages={"type": "array", "items": _MESSAGE},
)
_IDENTIFIER = _fields({"type": _TEXT, "name": _TEXT, "value": _TEXT}, url=_URL)
_LOCATION = _fields(
    {"commit": _fields({"sha": _TEXT})},
    file={"type": "string"},
    start_line=_LINE,
    end_line=_LINE,
)
_DETAIL = _fields({"name": _TEXT, "type": {"const": "text"}, "value": {"type": "string"}})
_VULNERABILITY = _fields(
    {
        "id": _TEXT,
        "identifiers": {"type": "array", "minItems": 1, "items": _IDENTIFIER},
        "location": _LOCATION,
    },
    name={"type": "string", "maxLength": 255},
    description={"type": "string", "maxLength": 1048576},
    severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
    solution={"type": "string", "maxLength": 7000},
    raw_source_code_extract={"type": "string"},
    details={"type": "object", "additionalProperties": _DETAIL},
)
_GITLAB = Draft7Validator(
    _fields(
        {
            "version": {"const": "15.2.1"},
            "scan": _SCAN,
            "vulnerabilities": {"type": "array", "items": _VULNERABILITY},
        },
        schema=_URL,
    )
)
"""Every constraint of the schema 15.2.1 on the fields that we write; any other field fails."""


def check_gitlab_report(output: str) -> None:
    """Fail if an output is a report for GitLab, and does not follow the schema."""
    if _SCHEMA_FIELD in output[:_HEAD]:
        faults = _GITLAB.iter_errors(json.loads(output))
        errors = [f"{fault.json_path}: {fault.message}" for fault in faults]
        assert not errors, errors
