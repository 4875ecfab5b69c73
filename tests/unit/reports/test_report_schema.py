"""The JSON Schema of reports: it knows all values of the enumerations, and refuses others."""

from __future__ import annotations

import copy
import enum
from typing import Any

import pytest

from tests.support.report_schema import check_report, load_schema
from wakeyscan.core.finding import Bounds, Exposure, Liveness, Standing
from wakeyscan.core.severity import Severity
from wakeyscan.reports.saved_report import SCHEMA

DEFINITIONS = load_schema()["$defs"]
FINDING = DEFINITIONS["finding"]["properties"]


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        (DEFINITIONS["severity"], Severity),
        (DEFINITIONS["liveness"], Liveness),
        (DEFINITIONS["bounds"], Bounds),
        (FINDING["exposure"], Exposure),
        (FINDING["standing"], Standing),
    ],
    ids=["severity", "liveness", "bounds", "exposure", "standing"],
)
def test_an_enumeration_lists_every_member(
    listed: dict[str, list[str]], kind: type[enum.Enum]
) -> None:
    assert listed["enum"] == [str(member) for member in kind]


def test_the_schema_has_its_name_and_version() -> None:
    assert load_schema()["properties"]["schema"] == {"const": SCHEMA}


EMPTY: dict[str, Any] = {
    "schema": SCHEMA,
    "tool": {"name": "wakeyscan", "version": "0"},
    "command": "scan",
    "targets": [],
    "complete": True,
    "scope": {
        "since": None,
        "branches": [],
        "reachable": False,
        "commits": None,
        "range": None,
        "ignored_by_git": 0,
        "excluded": 0,
        "limits": [],
    },
    "summary": {
        "keys": 0,
        "findings": 0,
        "by_severity": {},
        "by_liveness": {},
        "ignored": 0,
        "placeholders": 0,
    },
    "findings": [],
    "keys": [],
    "skipped": [],
    "coverage": {"documents": 0, "bytes": 0, "skipped": 0, "opaque": 0, "excluded": 0},
    "ignores": {"used": 0, "unused": 0, "expired": 0},
    "policy": {"file": "", "revision": "", "exclude": [], "notes": []},
}


def test_new_fields_may_be_added() -> None:
    check_report(EMPTY | {"new": 1})


@pytest.mark.parametrize("name", EMPTY)
def test_a_missing_field_is_an_error(name: str) -> None:
    with pytest.raises(AssertionError):
        check_report({key: value for key, value in EMPTY.items() if key != name})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("summary", "by_severity"), {"huge": 1}),
        (("summary", "keys"), -1),
        (("scope", "since"), 1),
        (("findings",), [{}]),
        (("keys",), [{}]),
        (("skipped",), [{"path": "a"}]),
        (("command",), "look"),
    ],
    ids=str,
)
def test_a_wrong_value_is_an_error(path: tuple[str, ...], value: object) -> None:
    report = copy.deepcopy(EMPTY)
    check_report(report)
    item = report
    for name in path[:-1]:
        item = item[name]
    item[path[-1]] = value
    with pytest.raises(AssertionError):
        check_report(report)
