"""What to do next: commands with the files and fingerprints of the run."""

from __future__ import annotations

import pytest

from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure, Finding, Liveness, Position
from wakeyscan.core.secret import Secret
from wakeyscan.core.severity import Severity
from wakeyscan.reports.next_steps import list_next_steps
from wakeyscan.reports.report import ReportStyle
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage

RULE = "wastack-api-key"


def find(number: int, liveness: Liveness) -> Finding:
    secret = Secret(b"wa_" + b"live_%d" % number, RULE)
    origin, place = Origin(f"{number}.py"), Position(1, 1, 2)
    severity = Severity.CRITICAL if liveness is Liveness.LIVE else Severity.HIGH
    found = Finding(RULE, secret, origin, place, "", severity, Exposure.SOURCE)
    return found._replace(liveness=liveness)


def list_commands(style: ReportStyle, *findings: Finding, command: str = "scan") -> str:
    result = RunResult(command, (".",), load_rules(), findings, (), Coverage())
    steps = list_next_steps(result, style)
    return "\n".join(line for step in steps for line in (step.text, *step.commands))


SAVED = {
    "": "wrote\nwakeyscan verify leak.json --wait 10m",
    "r.json": "Prove that they are revoked\nwakeyscan verify r.json --wait 10m",
    "a b/$(x).json": "Prove that they are revoked\nwakeyscan verify 'a b/$(x).json' --wait 10m",
}


@pytest.mark.parametrize(("saved", "expected"), SAVED.items(), ids=["none", "file", "quoted"])
def test_the_proof_names_the_report_that_the_run_wrote(saved: str, expected: str) -> None:
    assert expected in list_commands(ReportStyle(saved=saved), find(1, Liveness.UNCHECKED))


def test_live_keys_are_revoked_and_not_ignored() -> None:
    live, unknown = find(1, Liveness.LIVE), find(2, Liveness.UNKNOWN)
    one, two = (finding.secret.fingerprint[:6] for finding in (live, unknown))
    text = list_commands(ReportStyle(), unknown, live)
    assert f"Revoke {one}, {two} in WAStack" in text
    assert f"wakeyscan ignore add {two} " in text
    assert "ignore add" not in list_commands(ReportStyle(), live)


@pytest.mark.parametrize(
    ("command", "asks"),
    [("scan", "with --verify to"), ("audit", "with --verify to"), ("action", "with verify: true")],
)
def test_how_to_verify_depends_on_the_command(command: str, asks: str) -> None:
    assert f"Run again {asks}" in list_commands(
        ReportStyle(), find(1, Liveness.UNCHECKED), command=command
    )
    assert "Run again" not in list_commands(
        ReportStyle(), find(1, Liveness.REVOKED), find(2, Liveness.LIVE), command=command
    )


def test_a_hook_leaves_the_rotation_to_its_own_message() -> None:
    text = list_commands(ReportStyle(), find(1, Liveness.UNCHECKED), command="hook")
    assert "Revoke" not in text
    assert "verify" not in text
