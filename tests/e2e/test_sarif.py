"""SARIF: valid, whole for what GitHub reads, and the same alert for the same key."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import attr
import pytest
import sarif_om
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from tests.support.command import TIMEOUT, Run
from tests.support.fake_wastack import LIVE, REVOKED, FakeWAStack
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey, fingerprint, mask
from tests.support.repositories import Repo
from wakeyscan import __version__
from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure, Finding, Position
from wakeyscan.core.secret import Secret
from wakeyscan.core.severity import Severity
from wakeyscan.reports import sarif
from wakeyscan.reports.report import ReportStyle
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "data" / "sarif-2.1.0-rtm.5.json").read_text("utf-8")
)
RULES = Path(__file__).parents[2] / "rules"
VALID = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)
Tree = dict[str, str | bytes]
SCAN = ("scan", "--format", "sarif")


def tree(make_key: MakeKey) -> Tree:
    """Return files with a finding of each rule, level and standing, and one gap (over 1 kB)."""
    key, token, app = make_key(), make_key(prefix=""), make_key(24, "")
    return {
        "src/app.js": f"\n\n  const k = '😀 {key}';\n",
        "public/index.html": f"<b>{key}</b>\n",
        "curl.sh": f"Authorization: Bearer {token}\n",
        "app.py": f"'X-App-Key': '{app}'\n",
        "old.py": f"{make_key()}  # wakeyscan:ignore -- revoked\n",
        "guide.md": PREFIX + "x" * 24,
        f"names/{make_key()}": "",
        "big": b"x" * 1001,
    }


def scanned(run: Run, *arguments: str) -> Any:
    """Scan and give the log, checked for what every log must be."""
    ran = run(*SCAN, *arguments)
    assert ran.code in (0, 1, 3), ran.err
    log = json.loads(ran.out.encode("utf-8", "strict"))
    assert [error.message for error in VALID.iter_errors(log)] == []
    assert [*nulls(log)] == []
    return log


def nulls(node: Any, at: str = "$") -> Iterator[str]:
    if node is None:
        yield at
    for name, value in node.items() if isinstance(node, dict) else ():
        yield from nulls(value, f"{at}.{name}")
    for number, value in enumerate(node) if isinstance(node, list) else ():
        yield from nulls(value, f"{at}[{number}]")


def results(log: Any) -> list[Any]:
    (one,) = log["runs"]
    listed: list[Any] = one["results"]
    return listed


def by_path(log: Any) -> dict[str, Any]:
    return {uri(result): result for result in results(log)}


def uri(result: Any) -> str:
    (location,) = result["locations"]
    return str(location["physicalLocation"]["artifactLocation"]["uri"])


@pytest.fixture
def log(run: Run, make_key: MakeKey, tmp_path: Path) -> Any:
    write(tmp_path, tree(make_key))
    return scanned(run, "--max-file-size=1000")


def test_the_vendored_schema_is_the_final_one_and_rejects_errors() -> None:
    Draft4Validator.check_schema(SCHEMA)
    assert "status" in SCHEMA["definitions"]["suppression"]["properties"]
    assert not VALID.is_valid({"version": "2.1.0"})
    assert not VALID.is_valid({"version": "2.1.0", "runs": [], "extra": 1})


def test_a_result_has_every_field(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    key = make_key()
    write(tmp_path, {"a b/app.js": f"\nk = '😀 {key}'\n"})
    (result,) = results(scanned(run))
    place = result["partialFingerprints"]["primaryLocationLineHash"]
    assert result == {
        "ruleId": "wastack-api-key",
        "ruleIndex": 0,
        "level": "error",
        "rank": 80.0,
        "message": {
            "id": "default",
            "text": f"WAStack API key in source code: '{mask(key)}'.",
            "arguments": ["source code", mask(key)],
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "a%20b/app.js", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 2, "startColumn": 8, "endLine": 2, "endColumn": 56},
                    "contextRegion": {
                        "startLine": 2,
                        "endLine": 2,
                        "snippet": {"text": f"k = '😀 {mask(key)}'"},
                    },
                }
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": place,
            "wakeyscanSecret/v1": fingerprint(key),
        },
        "fixes": [
            {
                "description": {"text": "Read the key from an environment variable."},
                "artifactChanges": [
                    {
                        "artifactLocation": {"uri": "a%20b/app.js", "uriBaseId": "%SRCROOT%"},
                        "replacements": [
                            {
                                "deletedRegion": {
                                    "startLine": 2,
                                    "startColumn": 5,
                                    "endLine": 2,
                                    "endColumn": 57,
                                },
                                "insertedContent": {"text": "`😀 ${process.env.WASTACK_API_KEY}`"},
                            }
                        ],
                    }
                ],
            }
        ],
        "suppressions": [],
        "properties": {
            "severity": "high",
            "security-severity": "8.0",
            "exposure": "source",
            "liveness": "unchecked",
            "encoding": "plain",
            "bounds": "certain",
        },
    }


def test_the_other_parts_of_a_key_are_related_locations(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    cut = f'P = "{PREFIX}"\n\n\nK = P + "{key[8:20]}" + "{key[20:]}"\n'
    write(tmp_path, {"a b.py": cut, "c.py": key})
    pieces, plain = sorted(results(scanned(run)), key=uri)
    assert pieces["message"]["text"] == (
        f"WAStack API key in source code: '{mask(key)}' (pieces 1:6, [4:10](1), [4:27](2))."
    )
    assert pieces["relatedLocations"] == [
        {
            "id": number,
            "physicalLocation": {
                "artifactLocation": {"uri": "a%20b.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 4, "startColumn": column},
            },
            "message": {"text": f"Another piece of '{mask(key)}'."},
        }
        for number, column in enumerate((10, 27), 1)
    ]
    assert "relatedLocations" not in plain


def test_a_clean_run_is_valid_and_has_an_invocation(run: Run) -> None:
    log = scanned(run)
    assert list(log) == ["$schema", "version", "runs"]
    assert (log["$schema"], log["version"]) == (
        "https://json.schemastore.org/sarif-2.1.0.json",
        "2.1.0",
    )
    (one,) = log["runs"]
    assert one["results"] == []
    assert one["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    assert one["automationDetails"] == {"id": "wakeyscan/scan/"}
    assert one["columnKind"] == "unicodeCodePoints"
    known = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    assert sorted(known) == sorted(file.stem for file in RULES.glob("*.toml"))


def test_every_field_that_github_reads_of_a_rule_is_filled(log: Any) -> None:
    driver = log["runs"][0]["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("wakeyscan", __version__)
    assert len(driver["rules"]) >= 3
    for rule in driver["rules"]:
        assert 0 < len(rule["name"]) <= 255
        for description in ("shortDescription", "fullDescription"):
            assert 10 < len(rule[description]["text"]) <= 1024
            assert rule[description]["text"].endswith(".")
        assert "**What to do**" in rule["help"]["markdown"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert rule["properties"]["tags"] == [
            *("security", "secret", "external/cwe/cwe-798", "cwe-798")
        ]
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert 0.1 <= float(rule["properties"]["security-severity"]) <= 10.0
        assert isinstance(rule["properties"]["security-severity"], str)


def test_every_field_that_github_reads_of_a_result_is_filled(log: Any) -> None:
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert len(results(log)) == 7
    for result in results(log):
        assert result["message"]["text"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert sorted(region) == ["endColumn", "endLine", "startColumn", "startLine"]
        assert all(type(number) is int and number >= 1 for number in region.values())
        assert region["startLine"] == region["endLine"]
        assert region["startColumn"] < region["endColumn"]


def test_levels_and_severities_follow_the_finding(log: Any) -> None:
    found = by_path(log)
    told = {
        path: (
            found[path]["level"],
            found[path]["properties"]["security-severity"],
            found[path]["rank"],
        )
        for path in ("public/index.html", "src/app.js", "curl.sh", "app.py")
    }
    assert told == {
        "public/index.html": ("error", "9.5", 95),
        "src/app.js": ("error", "8.0", 80),
        "curl.sh": ("warning", "5.5", 55),
        "app.py": ("note", "3.0", 25),
    }


def test_worst_results_come_first_and_suppressed_ones_last(log: Any) -> None:
    listed = [(bool(result["suppressions"]), -result["rank"]) for result in results(log)]
    assert listed == sorted(listed)
    assert len(set(listed)) > 4


def test_every_rule_refers_to_a_weakness_in_the_taxonomy(log: Any) -> None:
    (one,) = log["runs"]
    (taxonomy,) = one["taxonomies"]
    assert (taxonomy["name"], taxonomy["organization"]) == ("CWE", "MITRE")
    assert [weakness["id"] for weakness in taxonomy["taxa"]] == ["CWE-798"]
    driver = one["tool"]["driver"]
    assert driver["organization"] == "wakeyscan"
    assert driver["supportedTaxonomies"] == [{"name": "CWE", "index": 0}]
    for rule in driver["rules"]:
        ((target,),) = ([one["target"]] for one in rule["relationships"])
        assert target == {
            "id": "CWE-798",
            "index": 0,
            "toolComponent": {"name": "CWE", "index": 0},
        }


def test_no_log_contains_a_key(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    files = tree(make_key)
    write(tmp_path, files)
    out = run(*SCAN).out
    bodies = [
        word.strip("'<>/b").removeprefix(PREFIX)
        for text in (*files, *files.values())
        for word in (text if isinstance(text, str) else "").split()
        if len(word) > 30
    ]
    assert len(bodies) > 5
    assert [body for body in bodies if body in out] == []


def test_the_generic_profile_marks_suppressed_results(log: Any) -> None:
    found = by_path(log)
    assert found["src/app.js"]["suppressions"] == []
    assert found["old.py"]["suppressions"] == [
        {
            "kind": "inSource",
            "status": "accepted",
            "justification": "ignored: wakeyscan:ignore: revoked",
        }
    ]
    assert found["guide.md"]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "placeholder: contains a word that examples use",
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [(["--sarif-profile", "github"], {}), ([], {"WAKEYSCAN_SARIF_PROFILE": "github"})],
    ids=["flag", "variable"],
)
def test_the_github_profile_omits_suppressed_results(
    run: Run,
    make_key: MakeKey,
    tmp_path: Path,
    arguments: list[str],
    variables: dict[str, str],
) -> None:
    write(tmp_path, tree(make_key))
    log = json.loads(run(*SCAN, *arguments, env=variables).out)
    generic = {path for path, result in by_path(scanned(run)).items() if not result["suppressions"]}
    assert VALID.is_valid(log)
    assert set(by_path(log)) == generic
    assert len(generic) == 5


def test_the_profile_applies_to_a_report_in_a_file(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, tree(make_key))
    run("scan", "--report", "sarif=out.sarif", "--sarif-profile=github")
    assert len(results(json.loads((tmp_path / "out.sarif").read_text("utf-8")))) == 5


def test_an_incomplete_scan_is_successful_with_notifications(log: Any) -> None:
    # GitHub refuses a run that says that it did not succeed: the exit code fails the job.
    assert log["runs"][0]["invocations"] == [
        {
            "executionSuccessful": True,
            "toolExecutionNotifications": [
                {
                    "message": {
                        "text": "Skipped: big: larger than --max-file-size: 1,001 of 1,000 bytes"
                    },
                    "level": "warning",
                }
            ],
        }
    ]


URIS = {
    "a:b": "a%3Ab",
    "a%20b": "a%2520b",
    "a b": "a%20b",
    "é": "%C3%A9",
    "[x]": "%5Bx%5D",
    "#": "%23",
    "a?b": "a%3Fb",
    "a\\b": "a%5Cb",
    "a\nb": "a%0Ab",
    "::error::x": "%3A%3Aerror%3A%3Ax",
    "a+b@c(d)": "a+b@c(d)",
    "sub dir/é": "sub%20dir/%C3%A9",
    "C:/x": "C%3A/x",
    "\udcff": "%FF",
    "a\udcff\udcfe/\udcfd": "a%FF%FE/%FD",
}


@pytest.mark.parametrize(("name", "expected"), URIS.items(), ids=URIS.values())
def test_paths_are_relative_and_percent_encoded(
    run: Run, make_key: MakeKey, tmp_path: Path, name: str, expected: str
) -> None:
    write(tmp_path, {name: make_key()})
    (result,) = results(scanned(run))
    assert uri(result) == expected
    assert unquote_to_bytes(expected) == os.fsencode(name)


@pytest.mark.parametrize("target", [".", "./", "sub/..", "./."])
def test_paths_in_the_current_directory_have_no_leading_dot(
    run: Run, make_key: MakeKey, tmp_path: Path, target: str
) -> None:
    write(tmp_path, {"sub/app.py": make_key()})
    (result,) = results(scanned(run, target))
    assert not uri(result).startswith(("/", "./"))


def test_an_absolute_path_becomes_a_file_uri(run: Run, make_key: MakeKey, tmp_path: Path) -> None:
    write(tmp_path, {"a b": make_key()})
    (result,) = results(scanned(run, str(tmp_path)))
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": f"{tmp_path.as_uri()}/a%20b"}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.binary(min_size=1, max_size=40).map(lambda raw: raw.translate(None, b"\0/")))
def test_any_name_becomes_a_valid_uri_that_decodes_to_it(
    run: Run, make_key: MakeKey, tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    if raw in (b"", b".", b"..", b".wakeyscan.toml"):
        return
    folder = tmp_path_factory.mktemp("names")
    with open(os.path.join(os.fsencode(folder), raw), "wb") as file:
        file.write(make_key().encode())
    log = json.loads(run(*SCAN, cwd=folder).out)
    (result,) = results(log)
    assert VALID.is_valid(log)
    assert unquote_to_bytes(uri(result)) == raw
    assert ":" not in uri(result)


def place_of(run: Run, tmp_path: Path, content: str, name: str = "app.py") -> list[str]:
    for old in tmp_path.rglob("*"):
        if old.is_file():
            old.unlink()
    write(tmp_path, {name: content})
    prints = [result["partialFingerprints"] for result in results(scanned(run))]
    return [one["primaryLocationLineHash"] for one in prints]


def test_an_alert_follows_its_key_and_not_its_line(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    one, two = make_key(), make_key()
    (first,) = place_of(run, tmp_path, f"k = '{one}'\n")
    assert place_of(run, tmp_path, f"import os\r\n\r\n\nk = '{one}'  # moved\n") == [first]
    (other,) = place_of(run, tmp_path, f"k = '{two}'\n")
    (elsewhere,) = place_of(run, tmp_path, f"k = '{one}'\n", "b.py")
    assert len({first, other, elsewhere}) == 3


def test_the_same_key_twice_in_a_file_is_two_alerts(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    (first,) = place_of(run, tmp_path, f"{key}\n")
    again = place_of(run, tmp_path, f"{key}\n{key}\n")
    assert again == [first, first.replace(":1", ":2")]
    assert first.endswith(":1")


def test_the_same_key_has_one_secret_fingerprint_everywhere(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, {"a": key, "b/c": f"\n {key}"})
    found = results(scanned(run))
    assert [result["partialFingerprints"]["wakeyscanSecret/v1"] for result in found] == (
        [fingerprint(key)] * 2
    )


def test_more_results_than_github_accepts_are_truncated_and_counted() -> None:
    # Straight from the nouns: to find so many in files takes six seconds.
    def found(number: int, severity: Severity) -> Finding:
        secret = Secret(b"%d" % number, "wastack-api-key")
        origin, place = Origin(f"{number}.py"), Position(1, 1, 2)
        return Finding("wastack-api-key", secret, origin, place, "", severity, Exposure.SOURCE)

    many = [found(number, Severity.HIGH) for number in range(25_001)]
    findings = (*many, found(25_001, Severity.CRITICAL))
    out = io.StringIO()
    sarif.write(
        RunResult("scan", (".",), load_rules(), findings, (), Coverage()), out, ReportStyle()
    )
    one = json.loads(out.getvalue())["runs"][0]
    assert len(one["results"]) == 25_000
    assert one["results"][0]["properties"]["severity"] == "critical"
    notes = one["invocations"][0]["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notes] == [
        "2 findings of the lowest severity are omitted: over 25000.",
        "GitLab does not read the last 20000 results: over 5000. The worst come first.",
    ]


def test_a_message_is_short_enough_for_gitlab() -> None:
    origin = Origin("a", "", (("member", "m" * 3000),))
    secret = Secret(b"x", "wastack-api-key")
    place, source = Position(1, 1, 2), Exposure.SOURCE
    finding = Finding("wastack-api-key", secret, origin, place, "", Severity.HIGH, source)
    out = io.StringIO()
    found = RunResult("scan", (".",), load_rules(), (finding,), (), Coverage())
    sarif.write(found, out, ReportStyle())
    (result,) = results(json.loads(out.getvalue()))
    assert len(result["message"]["text"]) == 2000


def schema_name(kind: type) -> str:
    name = kind.__name__
    return name[0].lower() + name[1:]


KINDS = sorted(
    (kind for kind in vars(sarif_om).values() if isinstance(kind, type) and attr.has(kind)),
    key=lambda kind: kind.__name__,
)
RENAMED = {("suppression", "state"): "status"}
"""What the final schema calls otherwise than sarif-om; `reports/sarif.py` sets it right."""


@pytest.mark.parametrize("kind", KINDS, ids=schema_name)
def test_sarif_om_names_every_property_as_the_schema_does(kind: Any) -> None:
    name = schema_name(kind)
    known = SCHEMA if name == "sarifLog" else SCHEMA["definitions"][name]
    ours = {field.metadata["schema_property_name"] for field in attr.fields(kind)}
    assert {RENAMED.get((name, one), one) for one in ours} == set(known["properties"])


def test_sarif_om_has_every_class_that_the_schema_defines() -> None:
    listed = {schema_name(kind) for kind in KINDS}
    assert listed == {*SCHEMA["definitions"], "sarifLog"} and len(listed) > 50


NODE_MODULES = os.environ.get("WAKEYSCAN_TEST_NPM", "")


@pytest.mark.skipif(
    not NODE_MODULES,
    reason="WAKEYSCAN_TEST_NPM names no node_modules folder with @microsoft/sarif-multitool-linux",
)
@pytest.mark.parametrize("profile", ["generic", "github"])
def test_the_validator_of_microsoft_accepts_a_log(
    run: Run, make_key: MakeKey, tmp_path: Path, profile: str
) -> None:
    write(tmp_path, tree(make_key))
    run("scan", "--report", "sarif=../in.sarif", f"--sarif-profile={profile}")
    assert [*complaints(tmp_path.parent / "in.sarif")] == []


@pytest.mark.skipif(not NODE_MODULES, reason="WAKEYSCAN_TEST_NPM names no node_modules folder")
def test_the_validator_of_microsoft_accepts_the_verdicts_of_an_audit(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    live, revoked = make_key(), make_key()
    repo = Repo(tmp_path / "repo")
    repo.commit({"a b.js": f"'{live}'", "b": f"'{revoked}'\n", "c.rar": b"Rar!\x1a\x07\x01\x00"})
    repo.commit({"b": "none"}, f"removed {revoked}")
    with FakeWAStack({live: LIVE, revoked: REVOKED}) as api:
        asked = ("--verify", "--api-url", api.url)
        assert run("audit", *asked, "--report", "sarif=in.sarif", "repo").code == 1
    assert [*complaints(tmp_path / "in.sarif")] == []


@pytest.mark.skipif(not NODE_MODULES, reason="WAKEYSCAN_TEST_NPM names no node_modules folder")
def test_the_validator_of_microsoft_rejects_an_invalid_log(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, {"a b": make_key()})
    log = scanned(run)
    (result,) = results(log)
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b"
    del log["runs"][0]["tool"]["driver"]["rules"][0]["help"]
    write(tmp_path, {"bad.sarif": json.dumps(log)})
    assert {*complaints(tmp_path / "bad.sarif")} >= {"SARIF1002", "GH2012"}


def complaints(file: Path) -> Iterator[str]:
    """Run Microsoft's validator with GitHub's rules. Its exit code is 0 whatever it finds."""
    tool = Path(NODE_MODULES, "@microsoft", "sarif-multitool-linux", "Sarif.Multitool")
    out = file.with_suffix(".out")
    arguments = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "-o", str(out)]
    subprocess.run(
        [str(tool), "validate", str(file), *arguments, "--log", "ForceOverwrite"],
        check=True,
        capture_output=True,
        timeout=TIMEOUT,
    )
    log = json.loads(out.read_text("utf-8-sig"))
    assert log["runs"][0]["invocations"][0]["executionSuccessful"] is True
    for result in results(log):
        yield result["ruleId"]
