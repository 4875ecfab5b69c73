"""What other scanners were told to accept is taken over: by looking again, and said where not."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.support.command import Ran
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import Repo
from wakeyscan.baselines import IMPORTERS
from wakeyscan.baselines import baseline as baseline_entry
from wakeyscan.core.errors import SourceError, UsageError

FILE = ".wakeyscanignore"


class Old(NamedTuple):
    """A repository that another scanner watches: one key gone from the tree, three in it."""

    repo: Repo
    commit: str
    gone: str
    """Was at src/a.py:3."""
    header: str
    """At src/b.py:1."""
    left: str
    """At src/b.py:2, columns 6 to 53."""
    right: str
    """At src/b.py:2, columns 61 to 108."""


@pytest.fixture
def old(tmp_path: Path, make_key: MakeKey) -> Old:
    repo = Repo(tmp_path / "repo", env={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    gone, header, left, right = make_key(), make_key(prefix=""), make_key(), make_key()
    lines = [
        f"headers = {{'Authorization': 'Bearer {header}'}}",
        f"x = '{left}' ; y='{right}'",
        "aws = 'AKIA'",
    ]
    commit = repo.commit(
        {"src/a.py": f"import api\n\nkey = '{gone}'\n", "src/b.py": "\n".join(lines) + "\n"}
    )
    repo.git("rm", "-q", "src/a.py")
    repo.record()
    return Old(repo, commit, gone, header, left, right)


def taken(old: Old, name: str, *keys: str, **notes: str) -> list[str]:
    """Return the entries that are expected for some keys."""
    entries = []
    for key in keys:
        rule = "authorization-header" if key == old.header else "wastack-api-key"
        note = f" ({notes['note']})" if "note" in notes else ""
        entries.append(f"{fingerprint(key, rule)} # imported from {name}: was known{note}")
    return sorted(entries)


def entries(old: Old) -> list[str]:
    lines = (old.repo.top / FILE).read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def imported(old: Old, name: str, content: object, *more: str) -> Ran:
    """Write what another scanner keeps, outside of the repository, and import it."""
    text = content if isinstance(content, str) else json.dumps(content)
    (old.repo.top.parent / name).write_text(text)
    return old.repo.run("ignore", "import", f"../{name}", "--reason=was known", *more)


def said(count: int, *lines: str) -> str:
    return f"{FILE}: {count} added, 0 already present\n" + "".join(f"  {line}\n" for line in lines)


NOTHING = "wakeyscan reports nothing there"

# gitleaks


def test_fingerprints_of_gitleaks_are_imported(old: Old) -> None:
    text = f"""# the old one
{old.commit}:src/a.py:generic-api-key:3
{old.commit[:7]}:src/b.py:curl-auth-header:1

src/b.py:aws-access-token:3
no fingerprint
{"0" * 40}:src/b.py:generic-api-key:2
{old.commit}:src/none.py:generic-api-key:2
src/none.py:generic-api-key:2
../b.py:generic-api-key:2
"""
    ran = imported(old, ".gitleaksignore", text)
    assert ran == (
        3,
        said(
            2,
            f"not needed: line 5 (src/b.py:3): {NOTHING}",
            "not imported: line 6: not a gitleaks fingerprint (commit:file:rule:line)",
            f"not imported: line 7 ({'0' * 12}:src/b.py:2): commit {'0' * 12} is not in this "
            "repository; was it squashed or rebased?",
            f"not imported: line 8 ({old.commit[:12]}:src/none.py:2): commit {old.commit[:12]} "
            "does not contain this file",
            "not imported: line 9 (src/none.py:2): no such file now, and no key on that line in "
            "the history",
            "not imported: line 10 (../b.py:2): the path is outside this repository",
        ),
        "",
    )
    assert entries(old) == taken(old, ".gitleaksignore", old.gone, old.header, note="the old one")


def test_any_number_of_commits_takes_the_same_number_of_processes(old: Old, tmp_path: Path) -> None:
    """Each line may name another commit, and most of those of a long list may be gone."""
    commits = [f"{number:040x}" for number in range(1, 40)]
    commits += [old.repo.commit({"src/b.py": f"# {number}\n"}) for number in range(20)]
    log, git = tmp_path / "log", tmp_path / "bin" / "git"
    write(tmp_path, {"bin/git": f'#!/bin/sh\necho >> "{log}"\nexec "{which("git")}" "$@"\n'})
    git.chmod(0o755)
    counts = []
    for named in ([], commits):
        lines = [f"{commit}:src/b.py:key:2" for commit in [*named, old.commit]]
        (tmp_path / ".gitleaksignore").write_text("\n".join(lines))
        log.unlink(missing_ok=True)
        path = f"{git.parent}{os.pathsep}{os.environ['PATH']}"
        arguments = ("ignore", "import", "../.gitleaksignore", "--reason=was known")
        ran = old.repo.run(*arguments, env={"PATH": path})
        counts.append(len(log.read_text()))
    assert (ran.code, ran.out.count("squashed"), ran.out.count(NOTHING)) == (3, 39, 20)
    assert entries(old) == taken(old, ".gitleaksignore", old.left, old.right)
    assert counts[0] == counts[1]


def test_a_fingerprint_without_a_commit_matches_files_and_history(old: Old) -> None:
    text = "src/a.py:generic-api-key:3\nsrc/b.py:generic-api-key:2\n"
    assert imported(old, ".gitleaksignore", text) == (0, said(3), "")
    assert entries(old) == taken(old, ".gitleaksignore", old.gone, old.left, old.right)
    assert (
        fingerprint(old.header, "authorization-header")
        in old.repo.run("audit", "--format=json").out
    )


def test_a_line_of_an_intermediate_version_is_matched(old: Old, key: str) -> None:
    for lines in (1, 4, 8):
        old.repo.commit({"c.py": "\n" * lines + f"k = '{key}'\n"})
    old.repo.git("rm", "-q", "c.py")
    old.repo.record()
    assert imported(old, ".gitleaksignore", "c.py:r:5\n") == (0, said(1), "")
    assert entries(old) == taken(old, ".gitleaksignore", key)


def test_an_adjacent_line_is_not_matched(old: Old, key: str) -> None:
    """What was accepted there may be a password next to a key: the key was not."""
    old.repo.write({".env": f"AWS=AKIA\nWASTACK={key}\nPASSWORD=x\n"})
    ran = imported(old, ".gitleaksignore", ".env:r:1\n.env:r:3\n")
    beside = [f"not needed: line {n} (.env:{at}): {NOTHING}" for n, at in ((1, 1), (2, 3))]
    assert ran == (0, said(0, *beside), "")


def of_gitleaks(old: Old, secret: str = "REDACTED", **more: Any) -> dict[str, Any]:
    columns = {"StartColumn": 61, "EndColumn": 108, "StartLine": 2, "EndLine": 2}
    place = {"RuleID": "key", "File": "src/b.py", "Commit": old.commit, "Secret": secret}
    return {**place, **columns, "Match": secret, "Author": "A", **more}


def test_a_report_of_gitleaks_is_imported(old: Old) -> None:
    ran = imported(old, "gitleaks.json", [of_gitleaks(old)])
    assert ran == (0, said(1), "")
    assert entries(old) == taken(old, "gitleaks.json", old.right)


def test_a_secret_in_a_gitleaks_report_is_matched_anywhere(old: Old, make_key: MakeKey) -> None:
    moved, other = make_key(), make_key()
    old.repo.write({"moved.py": f"k = '{moved}'\n"})
    report = [
        of_gitleaks(old, f"Bearer {old.header}", StartLine=9),
        of_gitleaks(old, moved, Commit=""),
        of_gitleaks(old, other, File="gone.py", Commit="1" * 40),
        of_gitleaks(old, other, Commit=""),
    ]
    ran = imported(old, "gitleaks.json", report)
    assert ran.out == said(
        2,
        f"not imported: finding 3 ({'1' * 12}:gone.py:2): commit {'1' * 12} is not in this "
        "repository; was it squashed or rebased?",
        "not imported: finding 4 (src/b.py:2): a different secret is there now",
    )
    assert (ran.code, ran.err) == (3, "")
    assert entries(old) == taken(old, "gitleaks.json", old.header, moved)
    assert other[8:] not in (old.repo.top / FILE).read_text()


def test_a_report_selects_the_key_on_a_line_of_an_ignore_file(old: Old) -> None:
    """What the report alone has is not accepted, and of two keys on a line one is."""
    (old.repo.top / "report.json").write_text(
        json.dumps([of_gitleaks(old), of_gitleaks(old, StartLine=1, EndLine=1)])
    )
    for line in (f"{old.commit[:7]}:src/b.py:key:2", "src/b.py:key:2"):
        (old.repo.top / FILE).unlink(missing_ok=True)
        name = ".gitleaksignore"
        (old.repo.top / name).write_text(f"{line}\n")
        ran = old.repo.run("ignore", "import", name, "report.json", "--reason=was known")
        assert ran == (0, said(1), "")
        assert entries(old) == taken(old, name, old.right)


def test_sarif_of_gitleaks_is_imported(old: Old) -> None:
    region = {"startLine": 2, "startColumn": 6, "endLine": 2, "endColumn": 53}
    location = {"artifactLocation": {"uri": "src/b.py"}, "region": region}
    result = {
        "ruleId": "key",
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"commitSha": old.commit},
    }
    ran = imported(old, "gitleaks.sarif", {"version": "2.1.0", "runs": [{"results": [result]}]})
    assert ran == (0, said(1), "")
    assert entries(old) == taken(old, "gitleaks.sarif", old.left)


# betterleaks


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def of_betterleaks(old: Old, key: str, print_of_it: str, commit: str = "") -> dict[str, Any]:
    first = 6 if key == old.left else 61
    return {
        "rule_id": "key",
        "match": {"full": "REDACTED", "value": "REDACTED", "fingerprint": print_of_it},
        "attributes": {"git.sha": commit} if commit else {"resource": "fs.content"},
        "location": {
            **{"path": "src/b.py", "start_line": 2, "end_line": 2},
            **{"start_column": first, "end_column": first + 47},
        },
    }


def test_a_report_of_betterleaks_is_imported(old: Old) -> None:
    found = [
        of_betterleaks(old, old.left, sha256(old.left), old.commit),
        of_betterleaks(old, old.right, f"hmac-sha256:{sha256('made with a key')}"),
    ]
    whole = {"schema_version": "1", "findings": found, "scan": {"state": "complete"}}
    lines = [json.dumps({"schema_version": "1", "finding": one}) for one in found]
    for content in (whole, "\n".join(lines) + "\n"):
        (old.repo.top / FILE).unlink(missing_ok=True)
        assert imported(old, "report", content) == (0, said(2), "")
        assert entries(old) == taken(old, "report", old.left, old.right)


def test_a_hash_in_a_betterleaks_report_is_matched_anywhere(old: Old) -> None:
    """Though the commit that it was found in is gone: the hash is that of the value."""
    squashed = of_betterleaks(old, old.left, sha256(old.gone), "2" * 40)
    content = {"schema_version": "1", "findings": [squashed]}
    assert imported(old, "report.json", content) == (0, said(1), "")
    assert entries(old) == taken(old, "report.json", old.gone)


def test_an_ignore_file_of_betterleaks_is_imported(old: Old) -> None:
    text = (
        f"# ours\n{sha256(old.left)} # from the wiki\n{sha256('another')}\n"
        f"hmac-sha256:{sha256('x')}\nno digits\n"
    )
    ran = imported(old, ".betterleaksignore", text)
    assert ran == (
        3,
        said(
            1,
            f"not needed: line 3: {NOTHING}",
            "not imported: line 4: its fingerprint depends on a key (--hmac-key) and cannot be "
            "compared",
            "not imported: line 5: not a betterleaks fingerprint (64 hexadecimal digits)",
        ),
        "",
    )
    assert entries(old) == taken(old, ".betterleaksignore", old.left, note="from the wiki")


# detect-secrets


def baseline(*secrets: tuple[str, int | None, str], **more: Any) -> dict[str, Any]:
    results: dict[str, list[dict[str, Any]]] = {}
    for path, line, secret in secrets:
        hashed = hashlib.sha1(secret.encode()).hexdigest()
        item = {"type": "Secret Keyword", "filename": path, "hashed_secret": hashed, **more}
        results.setdefault(path, []).append(item if line is None else {**item, "line_number": line})
    return {"version": "1.5.0", "plugins_used": [], "results": results}


def test_a_baseline_of_detect_secrets_is_imported(old: Old, make_key: MakeKey) -> None:
    content = baseline(
        ("src/b.py", 77, old.left),  # lines move
        ("src\\b.py", None, old.right),  # written on Windows, slim
        ("src/b.py", 1, f"Bearer {old.header}"),
        ("src/gone.py", 3, old.gone),  # of the history
        ("src/b.py", 3, "AKIA"),
        ("src/b.py", 2, make_key()),
    )
    ran = imported(old, ".secrets.baseline", content)
    assert ran == (
        3,
        said(
            4,
            f"not needed: result 3 (src/b.py:3): {NOTHING}",
            "not imported: result 4 (src/b.py:2): a different secret is there now",
        ),
        "",
    )
    assert entries(old) == taken(
        old, ".secrets.baseline", old.left, old.right, old.header, old.gone
    )
    assert old.repo.scan().code == 0


@pytest.mark.parametrize(
    ("label", "note"),
    [
        pytest.param(True, "audited there as a real secret", id="real"),
        pytest.param(False, "audited there as not a secret", id="none"),
    ],
)
def test_the_labels_of_detect_secrets_are_kept(old: Old, label: bool, note: str) -> None:
    content = baseline(("src/b.py", 2, old.left), is_secret=label)
    assert imported(old, "b", content).code == 0
    assert entries(old) == taken(old, "b", old.left, note=note)


# kingfisher


def test_a_baseline_of_kingfisher_is_imported(old: Old) -> None:
    def findings(*places: tuple[str, int]) -> list[dict[str, Any]]:
        return [
            {"path": path, "fingerprint": str(n), "rule_id": "race.key.1", "line": line}
            for n, (path, line) in enumerate(places)
        ]

    both = [("src/b.py", 1), ("src/b.py", 2), ("src/b.py", 2)]
    content = {
        "version": 2,
        "fingerprint_algorithm": "kingfisher-v1",
        "repositories": [
            {"id": "local:///r", "findings": findings(*both)},
            {"id": "local:///r/.git", "findings": findings(("src/a.py", 3), *both)},
        ],
    }
    ran = imported(old, "kingfisher.yml", yaml.safe_dump(content, sort_keys=False))
    assert ran == (0, said(4), "")
    assert entries(old) == taken(old, "kingfisher.yml", old.gone, old.header, old.left, old.right)


def test_an_older_baseline_of_kingfisher_is_imported(old: Old) -> None:
    text = """ExactFindings:
  matches:
  - filepath: ./src/b.py
    fingerprint: 00000000deadbeef
    linenum: 1
    lastupdated: Mon, 07 Jul 2025 10:17:12 -0700
  - filepath: src/b.py
    fingerprint: 00000000deadbeee
    linenum: 2
    lastupdated: Mon, 07 Jul 2025 10:17:12 -0700
"""
    ran = imported(old, "baseline.yml", text)
    why = "2 secrets are there, but only 1 was accepted"
    assert ran == (3, said(1, f"not imported: finding 2 (src/b.py:2): {why}"), "")
    assert entries(old) == taken(old, "baseline.yml", old.header)


# All of them


def test_findings_that_are_not_reported_get_no_entry(old: Old, make_key: MakeKey) -> None:
    lines = (
        f"k = '{make_key()}'  # wakeyscan:ignore -- ours\ns = 'wa_live_your_api_key_goes_here'\n"
    )
    old.repo.write({"c.py": lines})
    ran = imported(old, ".gitleaksignore", "c.py:r:1\nc.py:r:2\n")
    assert ran == (
        0,
        said(
            0,
            "not needed: line 1 (c.py:1): already ignored: wakeyscan:ignore: ours",
            "not needed: line 2 (c.py:2): already placeholder: contains a word that examples use",
        ),
        "",
    )
    assert not (old.repo.top / FILE).exists()


def test_an_imported_entry_covers_a_key_until_its_date(old: Old, make_key: MakeKey) -> None:
    text = "src/b.py:key:1\nsrc/b.py:key:2\n"
    assert imported(old, ".gitleaksignore", text, "--until=2099-01-31").out == said(3)
    assert all(" until=2099-01-31 # imported from " in entry for entry in entries(old))
    assert old.repo.scan().code == 0
    again = imported(old, ".gitleaksignore", text)
    assert again == (0, f"{FILE}: 0 added, 3 already present\n", "")
    new = make_key()
    content = (old.repo.top / "src/b.py").read_text().replace(old.left, new)
    old.repo.write({"src/b.py": content})
    ran = old.repo.run("scan")
    assert (ran.code, ran.out.count(mask(new)), "1 key in 1 place" in ran.out) == (1, 2, True)


def test_a_key_in_a_comment_or_a_path_is_masked(old: Old, make_key: MakeKey) -> None:
    noted = make_key()
    ran = imported(
        old, ".gitleaksignore", f"# was {noted}\nsrc/b.py:k:1\nno {noted}\n{noted}:r:9\n"
    )
    told = ran.out + ran.err + (old.repo.top / FILE).read_text()
    assert (ran.code, noted[8:] in told, "was wa_live_…" in told) == (3, False, True)


def test_outside_git_only_files_are_matched(tmp_path: Path, old: Old) -> None:
    plain = tmp_path / "plain"
    (plain / "src").mkdir(parents=True)
    (plain / "src" / "b.py").write_text((old.repo.top / "src" / "b.py").read_text())
    (plain / "l").write_text(f"src/b.py:k:1\nsrc/a.py:k:3\n{old.commit}:src/a.py:k:3\n")
    bare = Repo.__new__(Repo)
    bare.top, bare.env = plain, old.repo.env
    ran = bare.run("ignore", "import", "l", "--reason=was known", "--as=gitleaks")
    assert (ran.code, ran.out.splitlines()[0], ran.err) == (3, said(1).strip(), "")
    assert len(ran.out.splitlines()) == 3


BROKEN = [
    pytest.param(["x"], None, "x: cannot be read: No such file or directory", id="missing"),
    pytest.param(
        ["x"],
        "words\n",
        f"x: unknown baseline format; set --as to one of: {', '.join(IMPORTERS)}",
        id="unknown",
    ),
    pytest.param(
        ["x", "--as=nosey"],
        "words\n",
        f"unknown baseline format 'nosey' (known: {', '.join(IMPORTERS)})",
        id="no-such-format",
    ),
    pytest.param(
        ["x"], '[{"RuleID": "r"}]', "x: cannot be read as gitleaks: missing 'File'", id="lacks"
    ),
    pytest.param(
        ["x", "--as=detect-secrets"],
        "[]",
        "x: cannot be read as detect-secrets: list indices must be integers or slices, not str",
        id="another-shape",
    ),
    pytest.param(
        ["x", "x", "--as=gitleaks"],
        "a:b:1\n",
        "x: cannot be read as gitleaks: not a gitleaks report in JSON or SARIF",
        id="no-report",
    ),
    pytest.param(
        ["x", "x"],
        '{"version": "1", "results": {}}',
        "detect-secrets baselines need no report; give x alone",
        id="report-of-no-use",
    ),
    pytest.param(
        [],
        "",
        "wakeyscan ignore import: wrong operands; expected wakeyscan ignore import FILE [REPORT]",
        id="none",
    ),
]


@pytest.mark.parametrize(("line", "content", "what"), BROKEN)
def test_an_invalid_baseline_is_rejected(
    old: Old, line: list[str], content: str | None, what: str
) -> None:
    if content is not None:
        old.repo.write({"x": content})
    ran = old.repo.run("ignore", "import", *line, "--reason=r")
    prefix = "" if what.startswith("wakeyscan ") else "wakeyscan: "
    assert ran == (2, "", f"{prefix}{what}\n")
    assert not (old.repo.top / FILE).exists()


def test_an_import_needs_a_reason(old: Old) -> None:
    old.repo.write({"x": "src/b.py:k:1\n"})
    said = "wakeyscan: --reason is missing: say why the findings are accepted\n"
    assert old.repo.run("ignore", "import", "x") == (2, "", said)


KNOWN = st.sampled_from(["results", "findings", "schema_version", "runs", "RuleID", "File"])


def deeper(some: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(some) | st.dictionaries(KNOWN | st.text(), some)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), deeper)


@pytest.mark.parametrize("name", tuple(IMPORTERS))
@given(text=st.text() | JSON.map(json.dumps) | JSON.map(yaml.safe_dump))
def test_any_text_is_read_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / f"any-{name}"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    for named in (name, ""):
        try:
            baseline_entry.read_baseline(str(file), "", named)
        except (SourceError, UsageError) as error:
            assert str(error).startswith(str(file))


def test_truncated_utf_16_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_bytes("[]".encode("utf-16") + b"\n")
    with pytest.raises(SourceError, match="byte 7 is not UTF-16; save the file as UTF-8"):
        baseline_entry.read_baseline(str(file), "", "gitleaks")
