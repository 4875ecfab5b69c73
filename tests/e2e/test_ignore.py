"""Findings that were accepted stay quiet, whatever happens to their lines; nothing else does."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import fake_wastack
from tests.support.command import WAKEYSCAN, Ran, Run, execute
from tests.support.fake_wastack import FakeWAStack, Script
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.next_steps import next_steps
from tests.support.repositories import ON_PATH, Repo, fingerprints
from wakeyscan.suppression.ignore_entry import IgnoreEntry
from wakeyscan.suppression.ignore_file import format_ignore_file, read_ignore_file

FILE = ".wakeyscanignore"
PLACE = "# found by "
FORM = "FINGERPRINT [until=YYYY-MM-DD] [paths=GLOB] # reason"
HEADER = f"# Findings that wakeyscan ignores: {FORM}\n"
PURPOSE = "# The headings avoid merge conflicts between branches that add entries.\n"
HEADINGS = {digit: f"# -- {digit}\n" for digit in "0123456789abcdef"}
RULE = "wastack-api-key"


def filed(*lines: str) -> str:
    """Write down how a new file is to look that has some entries."""
    ordered = sorted(f"{line}\n" for line in lines)
    parts = [
        heading + "".join(line for line in ordered if line.startswith(digit))
        for digit, heading in HEADINGS.items()
    ]
    return HEADER + PURPOSE + "".join(parts)


def code(key: str) -> str:
    return f"import api\n\nclient = api.Client(key='{key}')\n"


@pytest.fixture(scope="session")
def molds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of repositories that are built once, and copied for each test."""
    return tmp_path_factory.mktemp("molds")


def cast(mold: Path, top: Path, fill: Callable[[Repo], object]) -> Repo:
    """Copy a repository, which is made first where there is none yet."""
    env = {"XDG_CACHE_HOME": str(top.parent / "cache")}
    if not mold.exists():
        fill(Repo(mold, env=env))
    shutil.copytree(mold, top, symlinks=True)
    return Repo(top, env=env)


@pytest.fixture
def repo(tmp_path: Path, molds: Path) -> Repo:
    """Make a repository with one commit, and no key."""
    return cast(molds / "plain", tmp_path / "repo", lambda new: new.commit({"README": "words\n"}))


@pytest.fixture
def accepted(tmp_path: Path, molds: Path, key: str) -> Repo:
    """Make a repository with a key, and with an entry that accepts it."""

    def fill(new: Repo) -> None:
        new.commit({"README": "words\n"})
        new.commit({"src/app.py": code(key)})
        accept(new, key)
        new.record()

    return cast(molds / fingerprint(key), tmp_path / "repo", fill)


def accept(repo: Repo, *keys: str) -> None:
    """Accept keys, and stage that."""
    ran = repo.run("ignore", "add", *map(fingerprint, keys), "--reason", "a test key")
    assert ran == (0, f"{FILE}: {len(keys)} added, 0 already present\n", ""), ran
    repo.git("add", FILE)


def entries(repo: Repo, *lines: str) -> None:
    repo.write({FILE: "".join(f"{line}\n" for line in lines)})


def text(repo: Repo) -> str:
    """Return the ignore file without the comments that show where keys are."""
    lines = (repo.top / FILE).read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(PLACE))


def standings(report: Any) -> Counter[str]:
    return Counter(finding["standing"] for finding in report["findings"])


def day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


# What may happen to an accepted key.

Life = Callable[[Repo, str], None]


def moved(repo: Repo, key: str) -> None:
    (repo.top / "lib" / "deep").mkdir(parents=True)
    repo.git("mv", "src/app.py", "lib/deep/app.py")
    repo.record()


def renamed(repo: Repo, key: str) -> None:
    repo.git("mv", "src/app.py", "src/application.js")
    repo.record()


def reformatted(repo: Repo, key: str) -> None:
    repo.commit({"src/app.py": f'import api\n\n\nclient = api.Client(\n    key="{key}",\n)\n'})


def with_crlf(repo: Repo, key: str) -> None:
    repo.commit({"src/app.py": code(key).replace("\n", "\r\n")})


def crlf_in_the_ignore_file(repo: Repo, key: str) -> None:
    repo.commit({FILE: text(repo).replace("\n", "\r\n")})


def bom_in_the_ignore_file(repo: Repo, key: str) -> None:
    repo.commit({FILE: "\ufeff" + text(repo).removeprefix(HEADER)})


def as_utf16(repo: Repo, key: str) -> None:
    repo.commit({"src/app.py": code(key).encode("utf-16")})


def in_base64(repo: Repo, key: str) -> None:
    repo.commit({"src/app.py": f"key = '{base64.b64encode(key.encode()).decode()}'\n"})


def elsewhere_too(repo: Repo, key: str) -> None:
    repo.commit({"web/bundle.js": f"let k = '{key}'\n", "notes.txt": f"{key}\n"})


def amended(repo: Repo, key: str) -> None:
    repo.stage({"src/app.py": f"# more\n{code(key)}"})
    repo.git("commit", "-q", "--no-verify", "--amend", "-m", "amended")


def squashed(repo: Repo, key: str) -> None:
    repo.git("switch", "-q", "-c", "topic")
    repo.commit({"src/app.py": f"\n\n{code(key)}"})
    repo.git("mv", "src/app.py", "app.py")
    repo.record()
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--squash", "topic")
    repo.record("squashed")
    repo.git("branch", "-q", "-D", "topic")


def rebased(repo: Repo, key: str) -> None:
    repo.git("switch", "-q", "-c", "topic")
    repo.commit({"src/app.py": f"{code(key)}\nclient.run()\n"})
    repo.git("switch", "-q", "main")
    repo.commit({"src/app.py": f"# ours\n{code(key)}"})
    repo.git("switch", "-q", "topic")
    repo.git("rebase", "-q", "main")


def cherry_picked(repo: Repo, key: str) -> None:
    repo.git("switch", "-q", "-c", "topic")
    picked = repo.commit({"src/other.py": code(key)})
    repo.git("switch", "-q", "main")
    repo.commit({"README": "more words\n"})
    repo.git("cherry-pick", picked)


def reverted(repo: Repo, key: str) -> None:
    repo.git("rm", "-q", "src/app.py")
    repo.record()
    repo.git("revert", "--no-edit", "HEAD")


LIVES: list[Life] = [
    *(moved, renamed, reformatted, with_crlf, crlf_in_the_ignore_file, bom_in_the_ignore_file),
    *(as_utf16, in_base64, elsewhere_too, amended, squashed, rebased, cherry_picked, reverted),
]


@pytest.mark.parametrize("live", [pytest.param(life, id=life.__name__) for life in LIVES])
def test_an_accepted_key_is_not_reported(accepted: Repo, key: str, live: Life) -> None:
    live(accepted, key)
    for ran in (accepted.scan("--strict-ignores"), accepted.run("audit", "--format=json")):
        report = ran.json()
        assert (ran.code, ran.err) == (0, "")
        assert fingerprints(report) == {fingerprint(key)}
        assert standings(report).keys() == {"ignored"}
        assert {f["reason"] for f in report["findings"]} == {f"{FILE}: a test key"}
        assert report["ignores"] == {"used": 1, "unused": 0, "expired": 0}
    (accepted.top / FILE).unlink()  # all that would hold, too, if nothing were looked at
    ran = accepted.scan()
    assert (ran.code, set(standings(ran.json()))) == (1, {"reported"})


def test_another_key_in_the_same_place_is_reported(
    accepted: Repo, key: str, make_key: MakeKey
) -> None:
    other = make_key()
    accepted.commit({"src/app.py": code(other)})
    ran = accepted.scan()
    report = ran.json()
    assert (ran.code, fingerprints(report)) == (1, {fingerprint(other)})
    assert standings(report) == {"reported": 1}
    assert report["ignores"] == {"used": 0, "unused": 1, "expired": 0}


def test_two_keys_on_one_line_are_accepted_separately(
    accepted: Repo, key: str, make_key: MakeKey
) -> None:
    other = make_key()
    accepted.commit({"src/app.py": f"keys = ['{key}', '{other}']\n"})
    found = accepted.scan().json()["findings"]
    assert [(f["fingerprint"], f["standing"]) for f in found] == [
        (fingerprint(key), "ignored"),
        (fingerprint(other), "reported"),
    ]


# Branches.


def far_apart(make_key: MakeKey) -> tuple[str, str]:
    """Make two keys between whose fingerprints there are some of `crowd`."""
    for one, other in itertools.pairwise(make_key() for _ in itertools.count()):
        if abs(int(fingerprint(one)[:2], 16) - int(fingerprint(other)[:2], 16)) > 64:
            return one, other
    raise AssertionError


def crowd() -> list[str]:
    """List entries of a team that has accepted some keys already."""
    return [f"{n:02x}{'0' * 30} # one of many" for n in range(0, 256, 16)]


def branch(repo: Repo, name: str, key: str) -> None:
    repo.git("switch", "-q", "-c", name, "main")
    repo.stage({f"{name}.py": code(key)})
    accept(repo, key)
    repo.record()


def test_places_are_comments_that_are_removed_with_their_entries(
    repo: Repo, make_key: MakeKey
) -> None:
    one, other = of_digit(make_key, "3"), of_digit(make_key, "3")
    repo.commit({"src/app.py": code(one) * 3, "b.py": code(other)})
    accept(repo, one, other)
    written = (repo.top / FILE).read_text().splitlines()
    first, second = sorted(map(fingerprint, (one, other)))
    at = {fingerprint(one): "src/app.py:3, and 2 more", fingerprint(other): "b.py:3"}
    assert written[written.index("# -- 3") + 1 : written.index("# -- 4")] == [
        f"{PLACE}wastack-api-key in {at[first]}",
        f"{first} # a test key",
        f"{PLACE}wastack-api-key in {at[second]}",
        f"{second} # a test key",
    ]
    assert repo.scan("--strict-ignores").code == 0
    repo.run("ignore", "remove", first)
    written = (repo.top / FILE).read_text().splitlines()
    assert written[written.index("# -- 3") + 1 : written.index("# -- 4")] == [
        f"{PLACE}wastack-api-key in {at[second]}",
        f"{second} # a test key",
    ]


def test_a_path_in_a_report_cannot_end_its_comment(repo: Repo, key: str, tmp_path: Path) -> None:
    repo.commit({"a.py": code(key)})
    report = tmp_path / "report.json"
    repo.run("scan", "--report", f"json={report}")
    changed = json.loads(report.read_text())
    changed["findings"][0]["path"] = f"a\n{'0' * 32} # hidden"
    report.write_text(json.dumps(changed))
    repo.run("ignore", "add", "--from", str(report), "--reason", "a test key")
    assert [line for line in text(repo).splitlines() if not line.startswith("#")] == [
        f"{fingerprint(key)} # a test key"
    ]


def test_branches_that_both_add_entries_merge(repo: Repo, make_key: MakeKey) -> None:
    entries(repo, HEADER.rstrip(), *crowd())
    repo.commit({})
    repo.git("add", FILE)
    repo.record()
    one, other = far_apart(make_key)
    branch(repo, "one", one)
    branch(repo, "other", other)
    repo.git("merge", "-q", "--no-edit", "one")
    added = [f"{fingerprint(key)} # a test key" for key in (one, other)]
    assert text(repo) == HEADER + "".join(f"{line}\n" for line in sorted([*crowd(), *added]))
    ran = repo.scan()
    assert (ran.code, standings(ran.json())) == (0, {"ignored": 2})


def of_digit(make_key: MakeKey, digit: str) -> str:
    return next(key for key in iter(make_key, "") if fingerprint(key)[0] == digit)


def test_branches_of_a_new_file_merge(repo: Repo, make_key: MakeKey) -> None:
    """Entries that would stand side by side are kept apart by the headings."""
    accept(repo, of_digit(make_key, "0"))
    repo.record()
    one, other = of_digit(make_key, "7"), of_digit(make_key, "8")
    branch(repo, "one", one)
    branch(repo, "other", other)
    repo.git("merge", "-q", "--no-edit", "one")
    ran = repo.scan("--strict-ignores")
    assert standings(ran.json()) == {"ignored": 2}
    assert ran.json()["ignores"] == {"used": 2, "unused": 1, "expired": 0}
    lines = [line for line in text(repo).splitlines() if not line.startswith("#")]
    assert text(repo) == filed(*lines)
    assert len(lines) == 3


@pytest.mark.parametrize("union", [pytest.param(False, id="plain"), pytest.param(True, id="union")])
def test_entries_of_the_same_digit_may_conflict(repo: Repo, make_key: MakeKey, union: bool) -> None:
    attributes = {".gitattributes": f"{FILE} merge=union\n"} if union else {}
    repo.commit({FILE: filed(), **attributes})
    one, other = of_digit(make_key, "3"), of_digit(make_key, "3")
    branch(repo, "one", one)
    branch(repo, "other", other)
    merged = repo.attempt("merge", "-q", "--no-edit", "one")
    lines = [f"{fingerprint(key)} # a test key\n" for key in (other, one)]
    if union:
        assert merged.code == 0
        assert Counter(text(repo).splitlines(True)) == Counter([*filed().splitlines(True), *lines])
        assert repo.scan("--strict-ignores").code == 0
        return
    assert merged.code == 1
    assert repo.git("diff", "--name-only", "--diff-filter=U") == FILE
    conflict = f"<<<<<<< HEAD\n{lines[0]}=======\n{lines[1]}>>>>>>> one\n"
    assert text(repo) == filed().replace("# -- 3\n", f"# -- 3\n{conflict}")
    at = text(repo).splitlines().index("<<<<<<< HEAD") + 1
    said = f"{FILE}:{at}: unresolved merge conflict; keep the entries of both sides"
    assert repo.scan() == (2, "", f"wakeyscan: {said}\n")


def test_a_file_with_unsorted_and_duplicate_lines_is_read_and_sorted(
    repo: Repo, make_key: MakeKey
) -> None:
    keys = sorted((make_key() for _ in range(4)), key=fingerprint)
    repo.write({f"{n}.py": code(key) for n, key in enumerate(keys)})
    lines = [f"{fingerprint(key)} # one of four" for key in keys]
    entries(repo, *reversed(lines[:3]), lines[1], "", "# -- f", lines[0])
    assert standings(repo.scan().json()) == {"ignored": 3, "reported": 1}
    assert repo.run("ignore", "add", fingerprint(keys[3]), "--reason=one of four") == added(1)
    kept = [line for line in text(repo).splitlines() if line and not line.startswith("#")]
    assert (kept, repo.scan("--strict-ignores").code) == (lines, 0)


def test_a_duplicate_entry_counts_once(accepted: Repo, key: str) -> None:
    entries(accepted, *[f"{fingerprint(key)} # a test key"] * 2)
    ran = accepted.scan("--strict-ignores")
    assert (ran.code, ran.json()["ignores"]) == (0, {"used": 1, "unused": 0, "expired": 0})


# What an entry may say.

BOTH = ["src/a.py", "src/deep/b.py"]
NARROWED = [
    pytest.param("src/*", BOTH, ".", ".", id="folder"),
    pytest.param("*.py", [*BOTH, "top.py"], ".", ".", id="ending"),
    pytest.param("top.py", ["top.py"], ".", ".", id="file"),
    pytest.param("*/?.py", BOTH, ".", ".", id="one-character"),
    pytest.param("SRC/*", [], ".", ".", id="case-counts"),
    pytest.param("docs/*", [], ".", ".", id="none"),
    pytest.param("a.py", [], ".", ".", id="from-the-top"),
    pytest.param("a.py", [], "src", "..", id="from-the-top-in-a-subfolder"),
    pytest.param("src/*", BOTH, "src", "..", id="in-a-subfolder"),
    pytest.param("src/*", BOTH, "src", "{top}", id="absolute"),
    pytest.param("src/*", BOTH, "src", "staged:", id="staged"),
]


@pytest.mark.parametrize(("glob", "quiet", "cwd", "target"), NARROWED)
def test_paths_restrict_an_entry(
    repo: Repo, key: str, glob: str, quiet: list[str], cwd: str, target: str
) -> None:
    files = ["src/a.py", "src/deep/b.py", "top.py"]
    repo.stage(dict.fromkeys(files, code(key)))
    entries(repo, f"{fingerprint(key)} paths={glob} # fixtures")
    ran = repo.scan(target.format(top=repo.top), cwd=cwd)
    found = {
        f["path"].removeprefix("../").removeprefix(f"{repo.top}/"): f["standing"]
        for f in ran.json()["findings"]
    }
    assert found == {name: "ignored" if name in quiet else "reported" for name in files}
    assert ran.code == (0 if len(quiet) == len(files) else 1)


@pytest.mark.parametrize(
    ("ahead", "code_", "standing", "counts"),
    [
        pytest.param(-1, 1, "reported", (0, 0, 1), id="yesterday"),
        pytest.param(0, 0, "ignored", (1, 0, 0), id="today"),
        pytest.param(1, 0, "ignored", (1, 0, 0), id="tomorrow"),
    ],
)
def test_an_entry_is_valid_until_the_end_of_its_day(
    accepted: Repo, key: str, ahead: int, code_: int, standing: str, counts: tuple[int, ...]
) -> None:
    entries(accepted, f"{fingerprint(key)} until={day(ahead)} # look again")
    ran = accepted.scan()
    assert (ran.code, standings(ran.json())) == (code_, {standing: 1})
    assert tuple(ran.json()["ignores"].values()) == counts


def test_an_expired_entry_does_not_disable_another_one(accepted: Repo, key: str) -> None:
    entries(
        accepted, f"{fingerprint(key)[:8]} until={day(-1)} # old", f"{fingerprint(key)} # renewed"
    )
    ran = accepted.scan()
    (found,) = ran.json()["findings"]
    assert (ran.code, found["reason"]) == (0, f"{FILE}: renewed")
    assert ran.json()["ignores"] == {"used": 1, "unused": 0, "expired": 1}


WRONG = [
    pytest.param("{f}", "missing reason", id="no-reason"),
    pytest.param("{f} #  ", "missing reason", id="empty-reason"),
    pytest.param("{f} until=2099-01-01", "missing reason", id="no-reason-but-a-day"),
    pytest.param("until=2099-01-01 # r", "missing or invalid fingerprint", id="no-fingerprint"),
    pytest.param("{f7} # r", "missing or invalid fingerprint", id="7-digits"),
    pytest.param("{f}0 # r", "missing or invalid fingerprint", id="33-digits"),
    pytest.param("g{f8} # r", "missing or invalid fingerprint", id="not-hex"),
    pytest.param("{f} until=2099-02-30 # r", "invalid date '2099-02-30'", id="no-such-day"),
    pytest.param("{f} until=soon # r", "invalid date 'soon'", id="a-word-for-a-day"),
    pytest.param("{f} until= # r", "invalid date ''", id="empty-day"),
    pytest.param("{f} till=2099-01-01 # r", "unknown word 'till=2099-01-01'", id="unknown"),
    pytest.param("{f} paths= # r", "unknown word 'paths='", id="empty-paths"),
    pytest.param("{f} because # r", "unknown word 'because'", id="word"),
]


@pytest.mark.parametrize(("line", "what"), WRONG)
def test_an_invalid_line_is_named(accepted: Repo, key: str, line: str, what: str) -> None:
    full = fingerprint(key)
    entries(accepted, "# ours", "", line.format(f=full, f7=full[:7], f8=full[:8]))
    said = f"wakeyscan: {FILE}:3: {what}; expected {FORM}\n"
    assert accepted.scan() == (2, "", said)


@pytest.mark.parametrize("digits", [8, 20, 32])
def test_the_first_8_digits_are_enough(accepted: Repo, key: str, digits: int) -> None:
    entries(accepted, "", "  # ours", f"\t{fingerprint(key)[:digits]}   # short # and more  ")
    ran = accepted.scan()
    (found,) = ran.json()["findings"]
    assert (ran.code, found["reason"]) == (0, f"{FILE}: short # and more")


def test_a_binary_ignore_file_is_rejected(accepted: Repo) -> None:
    accepted.write({FILE: b"\xff\x80"})
    ran = accepted.scan()
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"wakeyscan: {FILE}: cannot be read: ")


# Where the file is.


def test_another_file_can_be_named(accepted: Repo, key: str) -> None:
    (accepted.top / FILE).rename(accepted.top / "accepted")
    assert accepted.scan().code == 1
    assert accepted.scan("--ignore-file", "accepted").code == 0
    assert accepted.scan("--ignore-file=../accepted", "..", cwd="src").code == 0
    assert accepted.scan(env={"WAKEYSCAN_IGNORE_FILE": "accepted"}).code == 0
    accepted.write({"none": ""})
    flags_first = accepted.scan("--ignore-file=none", env={"WAKEYSCAN_IGNORE_FILE": "accepted"})
    assert flags_first.code == 1


@pytest.mark.parametrize("line", ["scan", "ignore list", "ignore prune", "ignore explain 12345678"])
def test_a_named_file_must_exist(accepted: Repo, line: str) -> None:
    said = (2, "", "wakeyscan: gone: no such file or directory\n")
    assert accepted.run(*line.split(), "--ignore-file", "gone") == said
    assert accepted.run(*line.split(), env={"WAKEYSCAN_IGNORE_FILE": "gone"}) == said


def test_a_subfolder_finds_the_file_at_the_top(accepted: Repo, key: str) -> None:
    accepted.write({f"src/{FILE}": "no entry at all\n", "src/deep/b.py": code(key)})
    for cwd in ("src", "src/deep"):
        ran = accepted.scan(cwd=cwd)
        assert (ran.code, set(standings(ran.json()))) == (0, {"ignored"})


def test_outside_git_the_file_in_the_current_directory_is_used(
    tmp_path: Path, run: Run, key: str
) -> None:
    (tmp_path / "a.py").write_text(code(key))
    (tmp_path / FILE).write_text(f"{fingerprint(key)} # r\n")
    assert run("scan").code == 0
    said = f"hides 1     {fingerprint(key)} # r\n            a.py:3\n"
    assert run("ignore", "list") == (0, said, "")
    (tmp_path / "a.py").write_text("")
    assert run("ignore", "prune") == (0, f"{FILE}: 1 dropped, 0 kept\n", "")
    assert (tmp_path / FILE).read_text() == HEADER


# What reports say.


@pytest.mark.parametrize(
    ("lines", "code_", "counts"),
    [
        pytest.param(["{f} # r"], 0, "1 used, 0 unused, 0 expired", id="used"),
        pytest.param(["{f} # r", "{no} # r"], 1, "1 used, 1 unused, 0 expired", id="unused"),
        pytest.param(
            ["{f} # r", "{no} until=2020-01-01 # r"], 1, "1 used, 0 unused, 1 expired", id="expired"
        ),
        pytest.param(
            ["{f} # r", "{f8} until=2020-01-01 # r", "{no} # r", "{no} paths=x # r"],
            *(1, "1 used, 2 unused, 1 expired"),
            id="all",
        ),
    ],
)
def test_used_unused_and_expired_entries_are_counted(
    accepted: Repo, key: str, lines: list[str], code_: int, counts: str
) -> None:
    full = fingerprint(key)
    entries(accepted, *(line.format(f=full, f8=full[:8], no="0" * 32) for line in lines))
    hint = "" if code_ == 0 else " (list with wakeyscan ignore list)"
    size = sum(len((accepted.top / name).read_bytes()) for name in (FILE, "README", "src/app.py"))
    said = (
        "No keys found.\n"
        "1 ignored (show with --show-suppressed).\n"
        f"Ignore file: {counts}{hint}.\n"
        f"Scanned 3 files ({size} bytes).\n"
    )
    assert accepted.run("scan") == (0, said, "")
    assert accepted.run("scan", "--strict-ignores") == (code_, said, "")
    assert accepted.run("scan", env={"WAKEYSCAN_STRICT_IGNORES": "1"}) == (code_, said, "")
    assert accepted.run("scan", "--strict-ignores", "--fail-on=never").code == code_
    told = accepted.scan().json()["ignores"]
    assert ", ".join(f"{count} {name}" for name, count in told.items()) == counts


def test_suppressed_findings_are_listed_on_request(accepted: Repo, key: str) -> None:
    size = sum(len((accepted.top / name).read_bytes()) for name in (FILE, "README", "src/app.py"))
    assert accepted.run("scan", "--show-suppressed") == (
        0,
        f"""No keys found.

src/app.py
      3:26  high      {RULE}  {mask(key)}  source
            | client = api.Client(key='{mask(key)}')
            ignored: {FILE}: a test key

1 ignored.
Ignore file: 1 used, 0 unused, 0 expired.
Scanned 3 files ({size} bytes).
""",
        "",
    )


def test_sarif_has_suppressions(accepted: Repo, key: str, make_key: MakeKey) -> None:
    other = make_key()
    accepted.write({"src/b.py": code(other)})
    (run,) = accepted.run("scan", "--format=sarif").json()["runs"]
    told = {
        one["partialFingerprints"]["wakeyscanSecret/v1"]: one["suppressions"]
        for one in run["results"]
    }
    assert told == {
        fingerprint(other): [],
        fingerprint(key): [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"ignored: {FILE}: a test key",
            }
        ],
    }
    (run,) = accepted.run("scan", "--format=sarif", "--sarif-profile=github").json()["runs"]
    assert len(run["results"]) == 1


# A live key beats every entry.


@pytest.mark.parametrize(
    ("script", "code_", "standing", "liveness", "reason"),
    [
        pytest.param(
            fake_wastack.LIVE,
            *(1, "reported", "live"),
            "the API accepted it; at least read access; 2 devices, "
            f"though ignored: {FILE}: a test key",
            id="live",
        ),
        pytest.param(
            fake_wastack.REVOKED, 0, "ignored", "revoked", f"{FILE}: a test key", id="revoked"
        ),
        pytest.param(
            fake_wastack.BARE, 0, "ignored", "unknown", f"{FILE}: a test key", id="unknown"
        ),
    ],
)
def test_an_accepted_key_is_reported_if_it_is_live(
    accepted: Repo,
    key: str,
    script: Script,
    code_: int,
    standing: str,
    liveness: str,
    reason: str,
) -> None:
    with FakeWAStack({key: script}) as api:
        for command in ("scan", "audit"):
            ran = accepted.run(command, "--format=json", "--verify", "--api-url", api.url)
            (found,) = ran.json()["findings"]
            assert (ran.code, ran.err) == (code_, "")
            assert (found["standing"], found["liveness"]) == (standing, liveness)
            assert found["reason"] == reason
        assert len(api.asked) == 2


# Hooks and audits.


def test_hooks_apply_the_ignore_file(repo: Repo, key: str, make_key: MakeKey) -> None:
    repo.install("pre-commit")
    repo.stage({"a.py": code(key)})
    blocked = repo.attempt("commit", "-q", "-m", "c")
    assert (blocked.code, mask(key) in blocked.out + blocked.err) == (1, True)
    accept(repo, key)
    assert repo.attempt("commit", "-q", "-m", "c").code == 0
    repo.stage({"a.py": code(make_key())})
    assert repo.attempt("commit", "-q", "-m", "c").code == 1


def test_ranges_apply_the_ignore_file(accepted: Repo, key: str, make_key: MakeKey) -> None:
    quiet = accepted.run("scan", "--format=json", "git:HEAD~2..HEAD")
    assert (quiet.code, standings(quiet.json())) == (0, {"ignored": 1})
    accepted.commit({"src/app.py": code(make_key())})
    assert accepted.run("scan", "git:HEAD~2..HEAD").code == 1


AUDITS = [
    pytest.param("repo", [], 0, id="inside"),
    pytest.param("repo/src", [], 0, id="in-a-subfolder"),
    pytest.param("repo/src", ["{top}"], 0, id="inside-and-named"),
    pytest.param(".", ["{top}"], 1, id="untrusted"),
    pytest.param(
        ".",
        ["--trust-repo", "{top}"],
        0,
        id="trusted",
    ),
]


@pytest.mark.parametrize(("cwd", "line", "code_"), AUDITS)
def test_audits_apply_the_ignore_file_of_a_trusted_repository(
    accepted: Repo, tmp_path: Path, key: str, cwd: str, line: list[str], code_: int
) -> None:
    options = [part.format(top=accepted.top) for part in line]
    command = [WAKEYSCAN, "audit", "--format=json", *options]
    ran = execute(command, tmp_path / cwd, env={**ON_PATH, **accepted.env})
    assert (ran.code, ran.err) == (code_, "")
    assert standings(ran.json()) == {"reported" if code_ else "ignored": 1}


def test_own_ignore_entries_do_not_apply_to_a_foreign_repository(
    accepted: Repo, tmp_path: Path, key: str
) -> None:
    mine = Repo(tmp_path / "mine", env=accepted.env)
    entries(mine, f"{fingerprint(key)} # mine")
    assert mine.run("audit", str(accepted.top)).code == 1


# wakeyscan ignore add


def added(count: int, known: int = 0) -> Ran:
    return Ran(0, f"{FILE}: {count} added, {known} already present\n", "")


def test_add_writes_a_sorted_file(repo: Repo) -> None:
    one, two, three = (digit * 32 for digit in "cab")
    assert repo.run("ignore", "add", one, "--reason", "first") == added(1)
    assert repo.run("ignore", "add", two, three, "--reason", "then", "--until=2099-01-31") == added(
        2
    )
    assert text(repo) == filed(
        f"{two} until=2099-01-31 # then", f"{three} until=2099-01-31 # then", f"{one} # first"
    )


REASONS = [
    pytest.param("issue #7, see # there", "issue #7, see # there", id="hash"),
    pytest.param("# first", "# first", id="hash-first"),
    pytest.param("two\nlines\r\n of it\t", "two lines of it", id="newlines"),
    pytest.param("größer als 5 €", "größer als 5 €", id="unicode"),
    pytest.param("until=2020-01-01 paths=x", "until=2020-01-01 paths=x", id="like-words"),
]


@pytest.mark.parametrize(("reason", "written"), REASONS)
def test_any_reason_survives_a_round_trip(
    accepted: Repo, key: str, reason: str, written: str
) -> None:
    (accepted.top / FILE).unlink()
    assert accepted.run("ignore", "add", fingerprint(key), f"--reason={reason}") == added(1)
    assert text(accepted) == filed(f"{fingerprint(key)} # {written}")
    (found,) = accepted.scan().json()["findings"]
    assert (found["standing"], found["reason"]) == ("ignored", f"{FILE}: {written}")


def test_options_of_add_can_be_set_by_variables(repo: Repo) -> None:
    env = {"WAKEYSCAN_REASON": "said so", "WAKEYSCAN_UNTIL": "2099-01-31"}
    assert repo.run("ignore", "add", "a" * 32, env=env) == added(1)
    assert text(repo) == filed(f"{'a' * 32} until=2099-01-31 # said so")


REFUSED = [
    pytest.param(["{f}"], "--reason is missing: say why the findings are accepted", id="no-reason"),
    pytest.param(
        ["{f}", "--reason= \n"],
        "--reason is missing: say why the findings are accepted",
        id="empty",
    ),
    pytest.param(
        ["--reason=r"],
        "wakeyscan ignore add: nothing to accept; name a fingerprint, --from REPORT or --all",
        id="no-fingerprint",
    ),
    pytest.param(
        ["{f}", "abc", "--reason=r"],
        "invalid fingerprint 'abc'; expected 32 hex digits, or at least the first 4",
        id="one-of-two-is-invalid",
    ),
    pytest.param(
        ["{f} until=2099-01-01", "--reason=r"],
        "invalid fingerprint '{f} until=2099-01-01'; "
        "expected 32 hex digits, or at least the first 4",
        id="words-in-a-fingerprint",
    ),
    pytest.param(
        ["{f}", "--reason=r", "--until=soon"],
        "--until: expected a day such as 2027-01-31, got 'soon'",
        id="no-day",
    ),
    pytest.param(
        ["{f}", "--reason=r", "--until=2020-01-31"],
        "--until: 2020-01-31 is in the past; choose a later day",
        id="over",
    ),
    pytest.param(
        ["{f}", "--reason=\udcff"],
        "the reason or the paths: invalid UTF-8; use plain text",
        id="bytes",
    ),
    pytest.param(
        ["{f}", "--reason=r", "--paths=my files/*"],
        "--paths: cannot contain a space or '#'; write ? instead",
        id="space-in-paths",
    ),
    pytest.param(
        ["{f8}", "--reason=r"],
        "no finding here has a fingerprint that starts with '{f8}'; "
        "give all 32 digits, from a JSON report",
        id="unknown-prefix",
    ),
]


@pytest.mark.parametrize(("line", "what"), REFUSED)
def test_a_rejected_add_does_not_change_the_file(repo: Repo, line: list[str], what: str) -> None:
    known = f"{'b' * 32} # as it was"
    entries(repo, known)
    full = "a" * 32
    ran = repo.run("ignore", "add", *(part.format(f=full, f8=full[:8]) for part in line))
    program = "" if what.startswith("wakeyscan ") else "wakeyscan: "
    assert ran == (2, "", f"{program}{what.format(f=full, f8=full[:8])}\n")
    assert text(repo) == f"{known}\n"


@pytest.mark.parametrize(
    ("there", "counts", "after"),
    [
        pytest.param("{f} # old", (0, 1), "{f} # old", id="the-same"),
        pytest.param("{f8} # old", (0, 1), "{f8} # old", id="its-beginning"),
        pytest.param(
            "{f} until=2020-01-01 # old", (1, 0), f"{HEADER.rstrip()}\n{{f}} # new", id="expired"
        ),
        pytest.param(
            "{f} paths=x # old",
            (1, 0),
            f"{HEADER.rstrip()}\n{{f}} # new\n{{f}} paths=x # old",
            id="narrowed",
        ),
    ],
)
def test_accepted_fingerprints_are_not_added_again(
    repo: Repo, there: str, counts: tuple[int, int], after: str
) -> None:
    full = "0123456789abcdef" * 2
    entries(repo, there.format(f=full, f8=full[:8]))
    assert repo.run("ignore", "add", full, full, "--reason=new") == added(*counts)
    assert text(repo) == after.format(f=full, f8=full[:8]) + "\n"


def test_comments_and_the_file_mode_are_kept(repo: Repo) -> None:
    low, middle, high = (digit * 32 for digit in "27c")
    lines = ["# Ask Bob.", "# He knows.", "", "# old ones", f"{middle} # m", "", "# the end"]
    entries(repo, *lines)
    (repo.top / FILE).chmod(0o640)
    assert repo.run("ignore", "add", high, low, "--reason=r") == added(2)
    assert text(repo).splitlines() == [
        *("# Ask Bob.", "# He knows.", "", f"{low} # r", "# old ones", f"{middle} # m"),
        *(f"{high} # r", "", "# the end"),
    ]
    assert stat.S_IMODE((repo.top / FILE).stat().st_mode) == 0o640
    assert repo.run("ignore", "prune") == (0, f"{FILE}: 3 dropped, 0 kept\n", "")
    kept = ["# Ask Bob.", "# He knows.", "", "# old ones", "", "# the end"]
    assert text(repo).splitlines() == kept


def test_an_unwritable_file_is_reported(repo: Repo, tmp_path: Path) -> None:
    ran = repo.run("ignore", "add", "a" * 32, "--reason=r", "--ignore-file=none/here")
    said = "wakeyscan: none/here: cannot be written: No such file or directory\n"
    assert ran == (2, "", said)


def test_a_shared_file_is_written_through_the_user_s_own_link(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("shared")
    ran = repo.run("ignore", "add", "a" * 32, "--reason=r", f"--ignore-file={tmp_path}/link")
    assert ran.code == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "shared").read_text() == filed(f"{'a' * 32} # r")


def test_a_unique_prefix_of_a_fingerprint_is_enough(
    repo: Repo, key: str, make_key: MakeKey
) -> None:
    """As a report in text shows it; of what is in the history alone, too."""
    old = make_key()
    repo.commit({"old.py": code(old)})
    repo.git("rm", "-q", "old.py")
    repo.record()
    repo.write({"a.py": code(key)})
    assert f"({fingerprint(key)[:6]})" in repo.run("scan").out
    assert repo.run("ignore", "add", fingerprint(key)[:6], "--reason=r") == added(1)
    assert repo.scan().code == 0
    assert repo.run("ignore", "add", fingerprint(old)[:6], "--reason=r") == added(1)
    assert text(repo) == filed(f"{fingerprint(key)} # r", f"{fingerprint(old)} # r")
    assert repo.run("ignore", "add", fingerprint(key)[:4], "--reason=r") == added(0, 1)


def test_an_ambiguous_prefix_of_a_fingerprint_is_rejected(repo: Repo, make_key: MakeKey) -> None:
    seen: dict[str, str] = {}
    for key in iter(make_key, ""):
        full = fingerprint(key)
        if full[:4] in seen:
            break
        seen[full[:4]] = key
    repo.write({"a.py": f"{code(key)}{code(seen[full[:4]])}"})
    both = ", ".join(sorted([full, fingerprint(seen[full[:4]])]))
    ran = repo.run("ignore", "add", full[:4], "--reason=r")
    assert ran == (
        2,
        "",
        f"wakeyscan: {full[:4]!r} is ambiguous; give more digits of one of: {both}\n",
    )
    assert not (repo.top / FILE).exists()


def test_add_can_restrict_an_entry_to_paths(repo: Repo, key: str) -> None:
    repo.write({"tests/a.py": code(key), "src/a.py": code(key)})
    full = fingerprint(key)
    assert repo.run("ignore", "add", full, "--reason=r", "--paths=tests/*") == added(1)
    assert text(repo) == filed(f"{full} paths=tests/* # r")
    assert standings(repo.scan().json()) == {"ignored": 1, "reported": 1}
    assert repo.run("ignore", "add", full, "--reason=r", "--paths=tests/*") == added(0, 1)
    assert repo.run("ignore", "add", full, "--reason=r") == added(1)
    assert repo.scan().code == 0


def test_a_key_in_a_reason_is_rejected_or_masked(repo: Repo, key: str, make_key: MakeKey) -> None:
    other = make_key()
    env = {"WAKEYSCAN_REASON": f"was {other}"}
    said = "the reason: contains a key, which readers of the file see; remove it"
    assert repo.run("ignore", "add", fingerprint(key), env=env) == (2, "", f"wakeyscan: {said}\n")
    repo.write({"a.py": code(key)})
    entries(repo, f"{fingerprint(key)} # was {other}")
    for line in ("scan --show-suppressed", "scan --format=json", "ignore list", "ignore explain"):
        extra = [fingerprint(key)] if line.endswith("explain") else []
        ran = repo.run(*line.split(), *extra)
        assert other[8:] not in ran.out + ran.err


# wakeyscan ignore add --from


def test_one_command_accepts_all_keys_of_a_repository(
    repo: Repo, tmp_path: Path, make_key: MakeKey
) -> None:
    keys = [make_key() for _ in range(500)]
    parts = {f"src/{n}.py": "".join(map(code, keys[n : n + 10])) for n in range(0, 500, 10)}
    repo.commit(parts)
    report = tmp_path / "report.json"
    assert repo.run("scan", f"--report=json={report}").code == 1
    ran = repo.run("ignore", "add", f"--from={report}", "--reason=adopted", f"--until={day(90)}")
    assert ran == added(500)
    assert text(repo) == filed(*(f"{fingerprint(key)} until={day(90)} # adopted" for key in keys))
    size = sum(map(len, [*parts.values(), (repo.top / FILE).read_text(), "words\n"]))
    looked = f"{size / 1000:,.1f}".removesuffix(".0") + " kB"
    assert repo.run("scan", "--strict-ignores") == (
        0,
        "No keys found.\n"
        "500 ignored (show with --show-suppressed).\n"
        "Ignore file: 500 used, 0 unused, 0 expired.\n"
        f"Scanned 52 files ({looked}).\n",
        "",
    )
    new = make_key()
    repo.write({"src/0.py": parts["src/0.py"] + code(new)})
    ran = repo.run("scan")
    assert (ran.code, ran.out.split("\n\n")[:2]) == (
        1,
        [
            "1 key in 1 place: 1 high.",
            f"src/0.py\n     33:26  high      {RULE}  {mask(new)}  source\n"
            f"            | client = api.Client(key='{mask(new)}')",
        ],
    )
    assert ran.out.endswith(next_steps(new))


def test_add_all_accepts_the_findings_in_files(repo: Repo, key: str, make_key: MakeKey) -> None:
    gone, marked, known, other = (make_key() for _ in range(4))
    repo.commit({"gone.py": code(gone)})
    repo.git("rm", "-q", "gone.py")
    accept(repo, known)
    repo.write({"src/a.py": code(key), "b.py": code(known) + code(other), "src/c.py": code(key)})
    repo.write({"d.py": f"k = '{marked}'  # wakeyscan:ignore -- ours\n"})
    repo.write({"e.py": "Authorization: Bearer wa_live_your_api_key_goes_here\n"})
    options = ("--all", "--reason=adopted", f"--until={day(90)}")
    assert repo.run("ignore", "add", *options, cwd="src") == Ran(
        0, f"../{FILE}: 2 added, 0 already present\n", ""
    )
    more = [f"{fingerprint(one)} until={day(90)} # adopted" for one in (key, other)]
    assert text(repo) == filed(f"{fingerprint(known)} # a test key", *more)
    assert repo.scan("--strict-ignores").code == 0
    assert repo.run("ignore", "add", *options) == added(0)


def test_add_all_reports_skipped_files(repo: Repo, key: str) -> None:
    repo.write({"a.py": code(key), "large.py": code(key) * 100})
    ran = repo.run("ignore", "add", "--all", "--reason=r", env={"WAKEYSCAN_MAX_FILE_SIZE": "1k"})
    assert ran == added(1)  # no option of this command
    repo.write({".wakeyscan.toml": 'max-file-size = "1k"\n'})
    ran = repo.run("ignore", "add", "--all", "--reason=r")
    size = len(code(key)) * 100
    gap = f"  not scanned: large.py: larger than --max-file-size: {size:,} of 1,024 bytes\n"
    assert ran == (3, f"{FILE}: 0 added, 0 already present\n{gap}", "")


def test_add_from_accepts_each_reported_key_once(
    repo: Repo, tmp_path: Path, key: str, make_key: MakeKey
) -> None:
    marked, old = make_key(), make_key()
    repo.commit({"a.py": code(key), "b.py": code(key), "c.py": code(old)})
    repo.commit({"d.py": f"k = '{marked}'  # wakeyscan:ignore -- on its line\n"})
    repo.commit({"README": "curl -H 'Authorization: Bearer wa_live_your_api_key'\n"})
    accept(repo, old)
    report = tmp_path / "r.json"
    for command in ("audit", "scan"):
        repo.run(command, f"--report=json={report}")
        (repo.top / FILE).write_text(f"{fingerprint(old)} # a test key\n")
        ran = repo.run("ignore", "add", f"--from={report}", "--reason=r")
        assert ran == added(1)
        both = sorted([f"{fingerprint(old)} # a test key\n", f"{fingerprint(key)} # r\n"])
        assert text(repo) == HEADER + "".join(both)
        assert repo.run("ignore", "add", f"--from={report}", "--reason=r") == added(0, 1)
        (repo.top / FILE).write_text(f"{fingerprint(old)} # a test key\n")


NO_REPORTS = [
    pytest.param("{", id="no-json"),
    pytest.param("[]", id="a-list"),
    pytest.param('{"schema": "sarif"}', id="another-schema"),
    pytest.param('{"schema": "wakeyscan-report/1"}', id="no-findings"),
    pytest.param(
        json.dumps(
            {"schema": "wakeyscan-report/1", "command": "scan", "targets": [], "keys": []}
            | {"findings": [{"fingerprint": "a" * 32}]}
        ),
        id="no-standing",
    ),
    pytest.param(
        json.dumps(
            {"schema": "wakeyscan-report/1", "command": "scan", "targets": [], "keys": []}
            | {"findings": ["x"]}
        ),
        id="findings-are-texts",
    ),
    pytest.param(None, id="missing"),
    pytest.param("[" * 100_000, id="deep"),
]


@pytest.mark.parametrize("content", NO_REPORTS)
def test_add_from_rejects_a_file_that_is_not_a_report(repo: Repo, content: str | None) -> None:
    if content is not None:
        repo.write({"r.json": content})
    ran = repo.run("ignore", "add", "--from=r.json", "--reason=r")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    why = "cannot be read" if content is None else "not a JSON report of wakeyscan"
    assert ran.err.startswith(f"wakeyscan: r.json: {why}: ")
    assert not (repo.top / FILE).exists()


def test_a_report_without_findings_adds_nothing(repo: Repo, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    repo.run("scan", f"--report=json={report}")
    assert repo.run("ignore", "add", f"--from={report}", "--reason=r") == added(0)
    assert not (repo.top / FILE).exists()


# wakeyscan ignore list, explain, prune


@pytest.fixture
def mixed(repo: Repo, key: str, make_key: MakeKey) -> tuple[Repo, str, str]:
    """Make entries that hide two places, one in the history alone, nothing, and have expired."""
    gone = make_key()
    repo.commit({"a.py": code(key), "src/b.py": code(key), "c.py": code(gone)})
    repo.git("rm", "-q", "c.py")
    repo.record()
    entries(
        repo,
        HEADER.rstrip(),
        *sorted(
            [
                f"{fingerprint(key)} # two places",
                f"{fingerprint(gone)} # was there",
                "00000000 until=2020-01-31 # over",
                "ffffffff # never there",
            ]
        ),
    )
    repo.commit({})
    return repo, key, gone


def test_list_shows_what_each_entry_hides(mixed: tuple[Repo, str, str]) -> None:
    repo, key, gone = mixed
    said = sorted(
        [
            ("00000000 until=2020-01-31 # over", "expired     "),
            (f"{fingerprint(key)} # two places\n            {{0}}a.py:3, {{1}}", "hides 2     "),
            (f"{fingerprint(gone)} # was there", "unused      "),
            ("ffffffff # never there", "unused      "),
        ]
    )
    note = (
        "Unused entries hide nothing in the files; "
        "'prune' also checks the history, and drops them.\n"
    )
    whole = "".join(f"{state}{entry}\n" for entry, state in said) + note
    for line in (["ignore", "list"], ["ignore"]):
        assert repo.run(*line) == (0, whole.format("", "src/b.py:3"), "")
        assert repo.run(*line, cwd="src") == (0, whole.format("", "src/b.py:3"), "")


def test_list_names_some_places(repo: Repo, key: str) -> None:
    repo.commit({f"{n}.py": code(key) for n in range(5)})
    accept(repo, key)
    shown = "            0.py:3, 1.py:3, 2.py:3, and 2 more\n"
    said = f"hides 5     {fingerprint(key)} # a test key\n{shown}"
    assert repo.run("ignore", "list") == (0, said, "")


def test_list_without_entries_is_explained(repo: Repo) -> None:
    assert repo.run("ignore", "list") == (0, "No entries.\n", "")


def test_explain_names_the_places(mixed: tuple[Repo, str, str]) -> None:
    repo, key, gone = mixed
    full = fingerprint(key)
    whole = (
        f"{full} # two places\n  a.py:3  {RULE}  {mask(key)}\n  src/b.py:3  {RULE}  {mask(key)}\n"
    )
    for name in (full, full[:8], full[:2]):
        assert repo.run("ignore", "explain", name) == (0, whole, "")
    assert repo.run("ignore", "explain", fingerprint(gone)) == (
        0,
        f"{fingerprint(gone)} # was there\n  hides nothing in the current files\n",
        "",
    )
    assert repo.run("ignore", "explain", "0" * 32) == (
        0,
        "00000000 until=2020-01-31 # over\n  expired: these findings are reported\n"
        "  hides nothing in the current files\n",
        "",
    )


def test_explain_needs_exactly_one_matching_entry(repo: Repo) -> None:
    entries(repo, "abcdef01 # one", "abcdef02 # two", "abcdef02 paths=x # two, too")

    def refused(name: str, count: int) -> Ran:
        many = f"{count} entries match; give more digits"
        none = "no entry matches; list them with wakeyscan ignore list"
        return Ran(2, "", f"wakeyscan: {name!r}: {many if count else none}\n")

    assert repo.run("ignore", "explain", "abc") == refused("abc", 3)
    assert repo.run("ignore", "explain", "abd") == refused("abd", 0)
    assert repo.run("ignore", "explain", "abcdef02").out == (
        "abcdef02 # two\n  hides nothing in the current files\n"
        "abcdef02 paths=x # two, too\n  hides nothing in the current files\n"
    )


def test_prune_keeps_entries_for_keys_in_the_history(mixed: tuple[Repo, str, str]) -> None:
    repo, key, gone = mixed
    was = f"{fingerprint(gone)} # was there"
    kept = "".join(sorted([f"{fingerprint(key)} # two places\n", f"{was}\n"]))
    note = f"  kept: found only in history: {was}\n"
    assert repo.run("ignore", "prune") == (0, f"{FILE}: 2 dropped, 2 kept\n{note}", "")
    assert text(repo) == HEADER + kept
    assert repo.run("audit").code == 0
    before = (repo.top / FILE).stat()
    assert repo.run("ignore", "prune") == (0, f"{FILE}: 0 dropped, 2 kept\n{note}", "")
    assert (repo.top / FILE).stat().st_ino == before.st_ino  # not even written


def test_prune_keeps_unused_entries_after_an_incomplete_scan(
    mixed: tuple[Repo, str, str], tmp_path: Path
) -> None:
    repo, _, gone = mixed
    repo.git("clone", "-q", "--depth=1", f"file://{repo.top}", str(tmp_path / "shallow"))
    shallow = Repo(tmp_path / "shallow", env=repo.env)
    (shallow.top / FILE).write_text(text(repo))
    idle = sorted([f"{fingerprint(gone)} # was there", "ffffffff # never there"])
    notes = "".join(f"  kept: the scan was incomplete: {line}\n" for line in idle)
    after = text(repo).replace("00000000 until=2020-01-31 # over\n", "")
    assert shallow.run("ignore", "prune") == (3, f"{FILE}: 1 dropped, 3 kept\n{notes}", "")
    assert text(shallow) == after


def test_prune_without_a_file_does_not_create_one(repo: Repo) -> None:
    assert repo.run("ignore", "prune") == (0, f"{FILE}: 0 dropped, 0 kept\n", "")
    assert not (repo.top / FILE).exists()


def test_a_named_file_outside_applies_to_the_current_repository(
    accepted: Repo, tmp_path: Path, key: str
) -> None:
    (accepted.top / FILE).rename(tmp_path / "ours")
    option = f"--ignore-file={tmp_path}/ours"
    said = f"hides 1     {fingerprint(key)} # a test key\n            src/app.py:3\n"
    assert accepted.run("ignore", "list", option) == (0, said, "")
    said = f"{tmp_path}/ours: 0 dropped, 1 kept\n"
    assert accepted.run("ignore", "prune", option) == (0, said, "")


@pytest.mark.parametrize(
    "line", ["frobnicate", "explain", "explain a b", "list x", "prune x", "add"]
)
def test_invalid_operands_of_ignore_are_rejected(repo: Repo, line: str) -> None:
    ran = repo.run("ignore", *line.split())
    action = line.split()[0]
    operands = " FINGERPRINT" if action == "explain" else ""
    wrong = f"wakeyscan ignore {action}: wrong operands; expected wakeyscan ignore {action}"
    takes = (
        "wakeyscan ignore: expected add, import, remove, list, prune or explain, got 'frobnicate'"
    )
    lacks = "wakeyscan: --reason is missing: say why the findings are accepted"
    said = {"add": lacks, "frobnicate": takes}.get(action, f"{wrong}{operands}")
    assert ran == (2, "", f"{said}\n")


def test_entries_are_listed_as_json_and_removed(tmp_path: Path, make_key: MakeKey) -> None:
    repo, key, other = Repo(tmp_path / "repo"), make_key(), make_key()
    repo.commit({"a": f"'{key}'\n", "b": f"'{other}'\n\n'{other}'\n"})
    assert repo.run("ignore", "add", "--all", "--reason", "r").code == 0
    repo.commit({"a": "gone\n"})
    listed = repo.run("ignore", "list", "--format", "json")
    assert (listed.code, listed.err) == (0, "")
    entries = {one["fingerprint"]: one for one in listed.json()["entries"]}
    assert {name: one["state"] for name, one in entries.items()} == {
        fingerprint(key): "unused",
        fingerprint(other): "used",
    }
    used = entries[fingerprint(other)]
    assert (used["reason"], used["until"], used["paths"]) == ("r", None, None)
    assert [(one["path"], one["line"]) for one in used["places"]] == [("b", 1), ("b", 3)]
    before = (repo.top / FILE).read_bytes()
    for wrong in (["abcdef"], [fingerprint(other)[:6], "abcdef"], ["xyz"], []):
        ran = repo.run("ignore", "remove", *wrong)
        assert (ran.code, ran.out, (repo.top / FILE).read_bytes()) == (2, "", before)
    ran = repo.run("ignore", "remove", fingerprint(other)[:6])
    assert ran == Ran(0, f"{FILE}: removed: {fingerprint(other)} # r\n", "")
    assert fingerprint(key) in (repo.top / FILE).read_text()
    assert repo.run("scan", "b").code == 1


# Whatever is written is read back.


def words(character: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Make texts as `add` takes them: in one line."""
    return st.text(character, min_size=1).map(lambda t: " ".join(t.split())).filter(bool)


ANY = st.characters(exclude_categories=["Cs"])
ENTRIES = st.lists(
    st.builds(
        IgnoreEntry,
        st.text("0123456789abcdef", min_size=8, max_size=32),
        words(ANY),
        st.none() | st.dates(),
        words(ANY).map(lambda t: t.replace(" ", "").replace("#", "")),
    )
)


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder, FILE)


@given(before=ENTRIES, after=ENTRIES)
def test_entries_are_read_back_sorted(
    scratch: Path, before: list[IgnoreEntry], after: list[IgnoreEntry]
) -> None:
    scratch.write_bytes(b"")
    for some in (before, after):
        scratch.write_bytes(format_ignore_file(FILE, scratch.read_bytes(), some))
        assert read_ignore_file(str(scratch)) == tuple(sorted(set(some), key=str))


COMMENTS = st.lists(st.just("") | words(ANY).map(lambda t: f"# {t}"), min_size=1, max_size=3)


@given(parts=st.lists(ENTRIES.map(lambda some: list(map(str, some))) | COMMENTS))
def test_comments_and_blank_lines_around_entries_are_kept(
    scratch: Path, parts: list[list[str]]
) -> None:
    lines = [line for part in parts for line in part]
    scratch.write_text("".join(f"{line}\n" for line in lines), newline="\n")
    known = read_ignore_file(str(scratch))
    comments = Counter(line for line in lines if not line or line.startswith("#"))
    added = Counter([HEADER.rstrip(), PURPOSE.rstrip(), *map(str.rstrip, HEADINGS.values())])
    for wanted in (known, known[1:], (*known, IgnoreEntry("0" * 8, "r", date(2027, 1, 31)))):
        written = (
            format_ignore_file(str(scratch), scratch.read_bytes(), wanted).decode().split("\n")[:-1]
        )
        after = Counter(line for line in written if not line or line.startswith("#"))
        assert after - added == comments - added
