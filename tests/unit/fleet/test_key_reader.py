"""The repositories to read keys from, and keys that are no longer there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.audits import build_options
from wakeyscan.cli.commands.fleet import PARAMETERS
from wakeyscan.cli.fleet_verify import verify_records
from wakeyscan.config.build import build_config
from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure, Finding, Liveness, Position
from wakeyscan.core.secret import API_KEY, APP_KEY, Secret
from wakeyscan.core.severity import Severity
from wakeyscan.fleet.key_reader import choose_repositories
from wakeyscan.fleet.ledger import Entry, Record, State
from wakeyscan.fleet.options import CloneOptions, FleetTask, TaskOptions
from wakeyscan.fleet.repository_list import FleetRepository
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage


def find(text: str, rule: str = API_KEY) -> Finding:
    secret = Secret(text.encode(), rule)
    place = Origin("a"), Position(1, 1, 2), ""
    return Finding(rule, secret, *place, Severity.HIGH, Exposure.SOURCE)


def record(name: str, *findings: Finding, size: int = 0) -> Record:
    result = RunResult("audit", (name,), (), findings, (), Coverage(1, size, 0))
    return Record(Entry(name, name, "k", State.AUDITED, "run", ""), result)


APP = find("app", APP_KEY)
ONE, TWO = find("one"), find("two")

CASES = {
    "no keys": ([record("a", APP)], {}),
    "the smallest": ([record("a", ONE, size=9), record("b", ONE, size=3)], {"one": "b"}),
    "with an app key": ([record("a", ONE), record("b", ONE, APP, size=9)], {"one": "b"}),
    "each has one": ([record("a", ONE), record("b", TWO)], {"one": "a", "two": "b"}),
    "one of several": ([record("a", ONE, TWO), record("b", ONE, TWO)], {"one": "a", "two": "a"}),
}


@pytest.mark.parametrize(("records", "expected"), CASES.values(), ids=CASES)
def test_the_repository_that_a_key_is_read_from(
    records: list[Record], expected: dict[str, str]
) -> None:
    chosen = choose_repositories(records)
    assert chosen == {Secret(text.encode(), API_KEY): name for text, name in expected.items()}


def test_a_key_that_is_no_longer_there_is_unknown(tmp_path: Path) -> None:
    repository = FleetRepository("a", str(tmp_path / "gone"))
    audit = build_options()
    options = TaskOptions(audit, str(tmp_path), "run", "digest", CloneOptions(""))
    settings = build_config(
        {"verify": True, "api_url": "http://127.0.0.1:9", "require_verified": True},
        tuple(one for one in PARAMETERS.options if one.name != "output"),
        {name: value for name, value in os.environ.items() if not name.startswith("WAKEYSCAN")},
    )
    (after,) = verify_records([record("a", ONE)], [FleetTask(repository, options)], settings)
    (finding,) = after.result.findings
    assert finding.liveness is Liveness.UNKNOWN
    assert "has changed since the audit" in finding.reason
    assert not after.result.complete
