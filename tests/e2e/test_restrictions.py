"""Runs restricted to a part: refused where it is empty by mistake, said in reports otherwise."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.command import WAKEYSCAN, execute
from tests.support.dated_repository import Dated
from tests.support.encoded_cases import build_key
from tests.support.keys import MakeKey, fingerprint
from tests.support.repositories import Repo, fingerprints
from wakeyscan.core.timestamps import format_timestamp, parse_timestamp

NOW = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)


@pytest.fixture
def repo(tmp_path: Path, key: str) -> Dated:
    """A repository with a key of 3 January 2024 and two more commits."""
    made = Dated(tmp_path / "repo")
    made.at(1).commit({"a": "x"})
    made.at(3).commit({"b": key})
    made.at(9).commit({"c": "x"})
    made.git("tag", "start", "HEAD~2")
    return made


# Dates


INSTANTS = {
    "2026-01-31": "2026-01-31",
    "20260131": "2026-01-31",
    "2026-W05-3": "2026-01-28",
    " 2026-01-31\n": "2026-01-31",
    "2026-01-31T10:00": "2026-01-31T10:00:00Z",
    "2026-01-31T10": "2026-01-31T10:00:00Z",
    "2026-01-31 10:00:05": "2026-01-31T10:00:05Z",
    "2026-01-31t10:00:05.75z": "2026-01-31T10:00:05Z",
    "2026-01-31T10:00+02:00": "2026-01-31T08:00:00Z",
    "2026-01-31 10:00:00 -0530": "2026-01-31T15:30:00Z",
    "2026-01-31T00:00+14": "2026-01-30T10:00:00Z",
    "2024-02-29": "2024-02-29",
    "1900-01-01": "1900-01-01",
    "today": "2026-03-31",
    "Yesterday": "2026-03-30",
    "90 seconds ago": "2026-03-31T15:28:30Z",
    "30 minutes ago": "2026-03-31T15:00:00Z",
    "5 hours ago": "2026-03-31T10:30:00Z",
    "1 day ago": "2026-03-30T15:30:00Z",
    "3 DAYS AGO": "2026-03-28T15:30:00Z",
    "2.weeks.ago": "2026-03-17T15:30:00Z",
    "2.weeks": "2026-03-17T15:30:00Z",
    "2  weeks": "2026-03-17T15:30:00Z",
    "1 month ago": "2026-02-28T15:30:00Z",
    "25 months ago": "2024-02-29T15:30:00Z",
    "3.months.ago": "2025-12-31T15:30:00Z",
    "2 years ago": "2024-03-31T15:30:00Z",
}


@pytest.mark.parametrize(("text", "wanted"), INSTANTS.items(), ids=INSTANTS)
def test_a_date_is_parsed_as_an_instant(text: str, wanted: str) -> None:
    assert format_timestamp(parse_timestamp(text, NOW)) == wanted


def test_a_relative_date_is_measured_in_utc() -> None:
    west = NOW.replace(hour=22).astimezone(timezone(timedelta(hours=-9)))
    assert [format_timestamp(parse_timestamp(text, west)) for text in ("today", "1 day ago")] == [
        "2026-03-31",
        "2026-03-30T22:30:00Z",
    ]


NO_DATES = {
    "empty": "",
    "blank": "  ",
    "month-13": "2026-13-45",
    "30-february": "2026-02-30",
    "no-leap-year": "2026-02-29",
    "week-54": "2026-W54-1",
    "hour-25": "2026-01-31T25:00",
    "offset": "2026-01-31T10:00+25:00",
    "before-time": "0001-01-01T00:00+10:00",
    "year-0": "0000-01-01",
    "german": "gestern",
    "word": "last tuesday",
    "never": "never",
    "number": "7",
    "epoch": "1767225600",
    "year": "2026",
    "american": "01/31/2026",
    "dots": "31.01.2026",
    "too-much": "2026-01-31 or so",
    "option": "--all",
    "tomorrow": "tomorrow",
    "negative": "-3 days ago",
    "huge": f"{'9' * 5000} days ago",
    "long-ago": "99999 years ago",
    "other-digits": "٣ days ago",
    "other-digits-iso": "２026-01-31",
    "nul": "2026-01-31\x01",
}


@pytest.fixture(scope="module", params=[False, True], ids=["clean", "with-a-key"])
def audited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Dated:
    """Make a repository that audits leave as it is."""
    repo = Dated(tmp_path_factory.mktemp("audited"))
    repo.commit({"a": build_key("dated") if request.param else "x"})
    return repo


@pytest.mark.parametrize("text", NO_DATES.values(), ids=NO_DATES)
def test_an_invalid_date_is_rejected(audited: Dated, text: str) -> None:
    ran = audited.audit(f"--since={text}")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("wakeyscan: --since: expected a date such as 2026-01-31, ")
    assert ran.err.count("\n") == 1


@given(st.text(max_size=30) | st.from_regex(r"\A[0-9TZW:+. -]{0,25}\Z"))
def test_any_text_is_a_date_or_rejected(text: str) -> None:
    try:
        moment = parse_timestamp(text, NOW)
    except ValueError as refused:
        assert "expected a date" in str(refused)
    else:
        assert moment.utcoffset() == timedelta()


@given(
    st.datetimes(
        datetime(1, 1, 3),
        datetime(9999, 12, 29),
        timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_iso_dates_of_python_are_parsed(moment: datetime) -> None:
    for separator in ("T", " "):
        assert parse_timestamp(moment.isoformat(separator), NOW) == moment


# Audits


def test_the_summary_names_the_limits_of_an_audit(repo: Dated, key: str) -> None:
    ran = repo.run("audit", "--since", "2026-01-01")
    said = "No keys found (limited to commits since 2026-01-01: 0 of 3 commits).\n"
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(said)
    assert " (limited to commits since 2024-01-02: 2 of 3 commits).\n" in (
        repo.run("audit", "--since=2024-01-02").out
    )
    assert "limited to" not in repo.run("audit").out


SCOPES = {
    "nothing": ((), (None, [], False), ""),
    "since": (
        ("--since=2024-01-05T12:00+02:00",),
        ("2024-01-05T10:00:00Z", [], False),
        "limited to commits since 2024-01-05T10:00:00Z: 2 of 4 commits",
    ),
    "long-ago": (
        ("--since=1900-01-01",),
        ("1900-01-01", [], False),
        "limited to commits since 1900-01-01: 4 of 4 commits",
    ),
    "branch": (
        ("--branch=main",),
        (None, ["main"], False),
        "limited to commits of branch main: 3 of 4 commits",
    ),
    "branch-since": (
        ("--branch=main", "--since=2024-01-05"),
        ("2024-01-05", ["main"], False),
        "limited to commits of branch main since 2024-01-05: 1 of 4 commits",
    ),
    "reachable": (("--reachable",), (None, [], True), "limited to commits reachable from refs"),
    "reachable-since": (
        ("--reachable", "--since=2024-01-08"),
        ("2024-01-08", [], True),
        "limited to commits since 2024-01-08: 2 of 4 commits",
    ),
}


@pytest.mark.parametrize(("options", "scope", "said"), SCOPES.values(), ids=SCOPES)
def test_every_report_names_the_limits(
    repo: Dated, options: tuple[str, ...], scope: tuple[object, ...], said: str
) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.at(9).commit({"d": "x"})
    report = repo.audit(*options).json()
    names = ("since", "branches", "reachable", "excluded")
    told = {name: report["scope"][name] for name in names}
    assert told == dict(zip(names, (*scope, 0), strict=True))
    assert report["scope"]["limits"] == ([said] if said else [])
    for name in ("text", "markdown", "github", "sarif"):
        out = repo.run("audit", f"--format={name}", *options).out
        assert (said or "limited to").lower() in out.lower() or not said
        assert ("imited to" in out) == bool(said)


def test_a_scan_also_has_a_scope(repo: Dated) -> None:
    repo.write({".wakeyscan.toml": "exclude = ['b']\n"})
    scope: dict[str, object] = {"since": None, "branches": [], "reachable": False, "commits": None}
    narrowed = {
        "range": None,
        "ignored_by_git": 0,
        "excluded": 1,
        "limits": ["1 file excluded by b"],
    }
    assert repo.scan().json()["scope"] == scope | narrowed


def test_comments_of_another_repository_are_a_limit(
    repo: Dated, tmp_path: Path, make_key: MakeKey
) -> None:
    other = Repo(tmp_path / "other")
    other.write({"a/b.py": f"k = '{make_key()}'  # wakeyscan:ignore -- mine\n"})
    for cwd, path in ((repo.top, other.top), (repo.top, other.top / "a"), (tmp_path, other.top)):
        ran = execute([WAKEYSCAN, "scan", str(path), "--report", "json=report.json"], cwd)
        said = (
            f"1 finding ignored by comments of {os.path.relpath(other.top, cwd)}, "
            "which is not the current repository"
        )
        assert ran.out.startswith(f"No keys found ({said}).\n")
        report = json.loads((cwd / "report.json").read_text())
        assert report["scope"]["limits"] == [said]
        assert said in execute([WAKEYSCAN, "report", "report.json", "-f", "markdown"], cwd).out
    assert other.run("scan").out.startswith("No keys found.\n")
    assert other.run("scan", "..", cwd="a").out.startswith("No keys found.\n")


def test_relative_dates_are_measured_from_now(tmp_path: Path, make_key: MakeKey) -> None:
    repo, days = Repo(tmp_path / "r"), {100: make_key(), 20: make_key(), 2: make_key()}
    for ago, secret in days.items():
        moment = f"{int(time.time()) - ago * 86400} +0000"
        repo.env |= {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        repo.commit({"a": secret})  # a commit reaches all files of its tree
    for since, wanted in {
        "3 days ago": {2},
        "3.weeks.ago": {2, 20},
        "1 Month Ago": {2, 20},
        "1 year ago": {2, 20, 100},
        "yesterday": set[int](),
    }.items():
        ran = repo.run("audit", "--format=json", f"--since={since}")
        assert fingerprints(ran.json()) == {fingerprint(days[ago]) for ago in wanted}, since


def test_a_limit_in_a_repository_without_refs_excludes_everything(tmp_path: Path, key: str) -> None:
    repo = Dated(tmp_path / "r")
    repo.blob(key)
    assert repo.audit().code == 1
    ran = repo.run("audit", "--since=2024-01-01")
    said = "No keys found (limited to commits since 2024-01-01: 0 of 0 commits).\n"
    assert (ran.code, ran.out[: len(said)]) == (0, said)


def test_more_refs_than_fit_into_arguments_are_audited(repo: Dated, key: str) -> None:
    """As arguments the ids of the packed refs would take 390 KB, a quarter of the stack is 256."""
    lines = (f"{number:040x} refs/tags/{number}\n" for number in range(8_000))
    head = repo.id("HEAD")
    (repo.top / ".git" / "packed-refs").write_text(f"{head} refs/heads/x\n" + "".join(lines))
    limited = ("sh", "-ec", 'ulimit -s 1024; exec "$@"', "sh")
    command = (WAKEYSCAN, "audit", "--format=json", "--since=2024-01-02", str(repo.top))
    ran = execute([*limited, *command], Path("/"))
    assert fingerprints(ran.json()) == {fingerprint(key)}


def test_a_limited_audit_does_not_report_entries_as_unused(repo: Dated, key: str) -> None:
    repo.write({".wakeyscanignore": f"{fingerprint(key)} # made up\n"})
    assert repo.run("audit", "--since=2026-01-01", "--strict-ignores").code == 0


def test_a_branch_that_is_a_key_is_masked(repo: Dated, make_key: MakeKey) -> None:
    name = make_key()
    repo.git("branch", name)
    for format_ in ("text", "json", "markdown", "github", "sarif"):
        assert name not in repo.run("audit", f"--branch={name}", "--format", format_).out


# Ranges and options


RANGES = [
    "..HEAD",
    "main..",
    "",
    "...HEAD",
    "HEAD...",
    "..",
    "...",
    " ..HEAD",
    "HEAD.. ",
    " ",
    "\t",
]
BROKEN = [
    "^..HEAD",
    "~1..HEAD",
    "main..^",
    "HEAD..origin/",
    "refs/heads/..HEAD",
    "@{}..HEAD",
    "....",
]


@pytest.mark.parametrize("range_", RANGES, ids=repr)
def test_a_range_with_an_empty_side_is_rejected(repo: Dated, range_: str) -> None:
    ran = repo.run("scan", f"git:{range_}")
    assert (ran.code, ran.out) == (2, "")
    assert "as git:main..HEAD" in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("range_", BROKEN)
def test_a_range_with_an_empty_variable_is_rejected(repo: Dated, range_: str) -> None:
    ran = repo.run("scan", f"git:{range_}")
    assert (ran.code, ran.out) == (2, "")
    assert "unknown revision " in ran.err or "one side of the range is empty" in ran.err


def empty_options() -> Iterator[tuple[str, ...]]:
    """Yield command lines with an option that is empty, as where a variable is not set."""
    for name in ("policy-from", "rules", "config", "ignore-file"):
        for command in (("scan",), ("audit",), ("hook", "pre-commit")):
            yield (*command, f"--{name}", "")
            yield (*command, f"--{name}=")
    yield ("audit", "--branch", "")
    yield ("audit", "")
    yield ("scan", "")
    yield ("hook", "pre-commit", "")


@pytest.mark.parametrize("line", [*empty_options()], ids=" ".join)
def test_an_empty_option_value_is_rejected(repo: Dated, line: tuple[str, ...]) -> None:
    ran = repo.run(*line)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
