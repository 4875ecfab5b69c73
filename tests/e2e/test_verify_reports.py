"""Reports of `wakeyscan verify`: text, JSON and Markdown, on stdout and in files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # no stubs on PyPI

from tests.support.command import Ran, Run
from tests.support.fake_wastack import LIVE, REVOKED, FakeWAStack
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask

COUNT = {"type": "integer", "minimum": 0}
ANSWER = {"enum": ["live", "revoked", "unknown"]}
SCHEMA = Draft202012Validator(
    {
        "type": "object",
        "required": [
            *("schema", "tool", "command", "complete", "summary", "keys", "controls", "missing"),
            "skipped",
        ],
        "properties": {
            "schema": {"const": "wakeyscan-verification/1"},
            "command": {"const": "verify"},
            "complete": {"type": "boolean"},
            "summary": {
                "required": ["keys", "by_liveness", "changed", "missing", "unverifiable"],
                "properties": {"keys": COUNT, "missing": COUNT, "unverifiable": COUNT},
            },
            "keys": {
                "items": {
                    "required": [
                        *("rule", "fingerprint", "secret", "bounds", "liveness"),
                        *("liveness_before", "reason", "details"),
                    ],
                    "properties": {
                        "liveness": ANSWER,
                        "liveness_before": {"type": ["string", "null"]},
                        "fingerprint": {"pattern": "^[0-9a-f]{32}$"},
                    },
                }
            },
            "missing": {"items": {"type": "string"}},
        },
    }
)


class Scene(NamedTuple):
    """A report about a live, a revoked and a vanished key, and the API that answers."""

    run: Run
    url: str
    live: str
    rotated: str
    gone: str

    def verify(self, *options: str, env: dict[str, str] | None = None) -> Ran:
        return self.run("verify", "leak.json", "--api-url", self.url, *options, env=env)


@pytest.fixture
def scene(run: Run, make_key: MakeKey, tmp_path: Path) -> Iterator[Scene]:
    live, rotated, gone = make_key(), make_key(), make_key()
    write(tmp_path, {"src/a": f"'{live}'", "src/b": f"'{rotated}'", "src/c": f"'{gone}'"})
    with FakeWAStack({live: LIVE, rotated: LIVE, gone: LIVE}) as api:
        asked = ("--verify", "--api-url", api.url)
        assert run("scan", "src", *asked, "--report=json=leak.json").code == 1
        api.keys[rotated] = REVOKED
        (tmp_path / "src/c").unlink()
        yield Scene(run, api.url, live, rotated, gone)


def test_json_has_the_verdict_before_and_after(scene: Scene) -> None:
    ran = scene.verify("--format", "json")
    assert (ran.code, ran.err) == (1, "")
    report = ran.json()
    assert [error.message for error in SCHEMA.iter_errors(report)] == []
    answers = {k["fingerprint"]: (k["liveness_before"], k["liveness"]) for k in report["keys"]}
    assert answers == {
        fingerprint(scene.live): ("live", "live"),
        fingerprint(scene.rotated): ("live", "revoked"),
    }
    assert report["summary"] == {
        "keys": 2,
        "by_liveness": {"live": 1, "revoked": 1},
        "changed": 1,
        "missing": 1,
        "unverifiable": 0,
    }
    assert (report["complete"], report["missing"]) == (False, [mask(scene.gone)])
    assert [key for key in scene[2:] if key in ran.out] == []


def test_markdown_has_a_row_for_each_key(scene: Scene) -> None:
    lines = scene.verify("-f", "markdown").out.splitlines()
    assert lines[0] == "### wakeyscan verify: 2 keys: 1 LIVE, 1 revoked; **incomplete**"
    rows = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    assert "| `live` | **LIVE** |" in rows[mask(scene.live)]
    assert "| `live` | **revoked** |" in rows[mask(scene.rotated)]
    assert mask(scene.gone) in rows


def test_report_files_have_the_same_verdicts_as_stdout(scene: Scene, tmp_path: Path) -> None:
    ran = scene.verify("--report=json=v.json", "--report=markdown=v.md", "-o", "v.txt")
    assert (ran.code, ran.out, ran.err) == (1, "", "")
    assert f"{mask(scene.rotated)}  live -> revoked" in (tmp_path / "v.txt").read_text()
    assert json.loads((tmp_path / "v.json").read_text())["summary"]["keys"] == 2
    assert mask(scene.live) in (tmp_path / "v.md").read_text()


def test_a_scan_format_in_a_variable_is_ignored(scene: Scene, tmp_path: Path) -> None:
    plain = scene.verify()
    variables = {"WAKEYSCAN_FORMAT": "sarif", "WAKEYSCAN_REPORT": "sarif=x"}
    assert scene.verify(env=variables) == plain
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("option", ["--format=sarif", "--report=sarif=x", "--format=nothing"])
def test_an_unsupported_format_is_rejected_before_any_request(run: Run, option: str) -> None:
    ran = run("verify", option, stdin=b"")
    assert (ran.code, ran.out) == (2, "")
    assert "known: text, json, markdown" in ran.err


def test_json_of_keys_on_standard_input_has_no_previous_verdict(scene: Scene) -> None:
    stdin = f"{scene.rotated}\n".encode()
    ran = scene.run("verify", "--api-url", scene.url, "-f", "json", stdin=stdin)
    report = ran.json()
    assert (ran.code, report["complete"]) == (0, True)
    assert [(key["liveness"], key["liveness_before"]) for key in report["keys"]] == [
        ("revoked", None)
    ]
