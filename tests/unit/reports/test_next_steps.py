"""What to do next: commands with the files and fingerprints of the run."""

from __future__ import annotations

import pytest

from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure, Finding, Liveness, Position, Standing
from wakeyscan.core.secret import Secret
from wakeyscan.core.secret_history import CommitRef, Occurrence, SecretHistory
from wakeyscan.core.severity import Severity
from wakeyscan.reports.description import join_names
from wakeyscan.reports.next_steps import Step, list_next_steps
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
def test_the_verify_command_names_the_report_that_the_run_wrote(saved: str, expected: str) -> None:
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


def follow(finding: Finding, day: int, *paths: str) -> SecretHistory:
    places = tuple(Occurrence(path, 1, "b" * 40, "c" * 40, at_head=True) for path in paths)
    return SecretHistory(
        rule=finding.rule,
        secret=finding.secret,
        severity=finding.severity,
        introduced=CommitRef("c" * 40, f"2026-01-{day:02}T00:00:00Z"),
        removed=None,
        at_head=True,
        pushed=False,
        reachable_from=("HEAD",),
        exposed_days=1,
        places=places,
        liveness=finding.liveness,
    )


def list_audit_steps(
    target: str, *found: tuple[Finding, SecretHistory], folder: str = ""
) -> list[Step]:
    findings, keys = zip(*found, strict=True)
    result = RunResult("audit", (target,), load_rules(), findings, (), Coverage(), keys=keys)
    return list_next_steps(result, ReportStyle(current_folder=folder))


def test_an_audit_names_neither_dates_nor_files_of_placeholders() -> None:
    key, other = find(1, Liveness.UNCHECKED), find(2, Liveness.UNCHECKED)
    sample = other._replace(standing=Standing.PLACEHOLDER)
    steps = list_audit_steps("r", (key, follow(key, 9, "a.py")), (sample, follow(sample, 1, "b")))
    texts = [step.text for step in steps]
    assert "Look for messages that you did not send: WAStack's log since 2026-01-09." in texts
    assert f"Remove from HEAD: {key.secret.fingerprint[:6]} from a.py." in texts


SHARED = {
    "all": (True, True, ["Revoke {0}, {1} in WAStack (Settings, API Keys). First create"]),
    "unknown": (None, True, ["Revoke {0}, {1} in WAStack (Settings, API Keys). First create"]),
    "one": (
        True,
        False,
        [
            "Revoke {0} in WAStack (Settings, API Keys). First create",
            "Revoke {1} too, unless it never left this clone: no remote-tracking branch has it.",
        ],
    ),
    "none": (
        False,
        False,
        [
            "Revoke {0}, {1} in WAStack (Settings, API Keys), unless they never left this clone: "
            "no remote-tracking branch has them. First create"
        ],
    ),
}


@pytest.mark.parametrize(("first", "second", "expected"), SHARED.values(), ids=SHARED)
def test_keys_that_were_not_pushed_need_no_replacement(
    first: bool | None, second: bool | None, expected: list[str]
) -> None:
    one, two = find(1, Liveness.LIVE), find(2, Liveness.LIVE)
    pairs = [(f, follow(f, 1)._replace(pushed=p)) for f, p in ((one, first), (two, second))]
    texts = [s.text for s in list_audit_steps(".", *pairs) if s.text.startswith("Revoke")]
    digits = [finding.secret.fingerprint[:6] for finding in (one, two)]
    assert len(texts) == len(expected)
    for text, start in zip(texts, expected, strict=True):
        assert text.startswith(start.format(*digits))


@pytest.mark.parametrize(("count", "more"), [(5, ""), (6, ""), (7, " and 2 more")])
def test_a_single_further_name_is_not_counted_but_listed(count: int, more: str) -> None:
    names = [str(number) for number in range(count)]
    shown = names[:5] if more else names
    assert join_names(names, 5) == ", ".join(shown) + more


FIXES = {
    "two": (("a b.py", "$(x)/c"), "wakeyscan fix 'a b.py' '$(x)/c'"),
    "many": (tuple(f"{n}.py" for n in range(6)), "wakeyscan fix ."),
    "a key in a name": (("wa_" + "live_" + "k7" * 20,), "wakeyscan fix ."),
    "an archive in addition": (("a.zip!/b", "c.py"), "wakeyscan fix c.py"),
    "only an archive": (("a.zip!/b",), ""),
}


@pytest.mark.parametrize(("paths", "command"), FIXES.values(), ids=FIXES)
def test_an_audit_of_the_current_folder_names_the_command_that_fixes(
    paths: tuple[str, ...], command: str
) -> None:
    key = find(1, Liveness.LIVE)
    here, elsewhere = (
        [step.commands for step in list_audit_steps(target, (key, follow(key, 1, *paths)))
         if step.text.startswith("Remove from HEAD")]
        for target in (".", "../other")
    )  # fmt: skip
    assert here == [(command,) if command else ()]
    assert elsewhere == [()]


def test_the_command_that_fixes_can_be_copied_in_a_folder() -> None:
    key = find(1, Liveness.LIVE)
    found = (key, follow(key, 1, "src/a.py", "b.py"))
    steps = list_audit_steps(".", found, folder="src/in")
    assert ("wakeyscan fix ../a.py ../../b.py",) in [step.commands for step in steps]


def test_a_hook_leaves_the_rotation_to_its_own_message() -> None:
    text = list_commands(ReportStyle(), find(1, Liveness.UNCHECKED), command="hook")
    assert "Revoke" not in text
    assert "verify" not in text
