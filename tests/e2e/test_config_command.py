"""`wakeyscan config`: values with their sources, a first file, and schemas."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # no stubs on PyPI

from tests.support.command import Ran, Run, execute
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint
from tests.support.report_schema import load_schema
from wakeyscan.config.schemas import build_config_schema, build_rule_schema

FILE = ".wakeyscan.toml"
ROOT = Path(__file__).parents[2]


def settings(ran: Ran) -> dict[str, Any]:
    assert (ran.code, ran.err) == (0, "")
    entries: dict[str, Any] = ran.json()["settings"]
    return entries


def test_show_names_the_source_of_each_value(run: Run, tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {FILE: 'fail-on = "high"\nexclude = ["vendor/"]\nmax-file-size = "1k"\n'})
    key = make_key()
    env = {
        "WAKEYSCAN_MAX_FILE_SIZE": "2k",
        "WAKEYSCAN_JOBS": "3",
        "WAKEYSCAN_APP_KEY": "app-key-text",
        "WAKEYSCAN_CONTROL_KEY": key,
        "WAKEYSCAN_FINGERPRINT_KEY": "",
        "WAKEYSCAN_PROXY": "http://me:word@localhost:1",
    }
    ran = run("config", "show", "--jobs", "2", "-v", "--format", "json", env=env)
    shown = {name: tuple(entry.values()) for name, entry in settings(ran).items()}
    assert shown["fail-on"] == ("high", "file", FILE)
    assert shown["exclude"] == (["vendor/"], "file", FILE)
    assert shown["max-file-size"] == ("2k", "environment", "WAKEYSCAN_MAX_FILE_SIZE")
    assert shown["jobs"] == ("2", "flag", "--jobs")
    assert shown["verbose"] == (True, "flag", "--verbose")
    assert shown["quiet"] == (False, "default", "")
    assert shown["color"] == ("auto", "default", "")
    assert shown["fingerprint-key"] == (None, "default", "")
    assert shown["proxy"][0] == "http://localhost:1"
    assert fingerprint(key)[:6] in shown["control-key"][0]
    assert not [text for text in ("app-key-text", key, "word") if text in ran.out]
    text = run("config", env=env).out
    rows = [line.split() for line in text.splitlines()]
    assert ["fail-on", "high", FILE] in rows
    assert ["jobs", "3", "WAKEYSCAN_JOBS"] in rows
    assert not [word for word in ("app-key-text", key, "word") if word in text]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "--fail-on", "x"], "--fail-on: expected one of note"),
        (["show", "--format", "jsno"], "--format: expected text or json, got 'jsno'; did you mean"),
        (["shwo"], "wakeyscan config: expected show, init or schema, got 'shwo'; did you mean"),
        (
            ["schema", "rules"],
            "unknown schema 'rules' (known: config, rule, report); did you mean 'rule'?",
        ),
        (["init", "--quiet"], "wakeyscan config init: --quiet has no effect here"),
    ],
)
def test_invalid_operands_of_config_are_rejected(run: Run, arguments: list[str], said: str) -> None:
    ran = run("config", *arguments)
    assert (ran.code, ran.out) == (2, "")
    program = "" if said.startswith("wakeyscan ") else "wakeyscan: "
    assert ran.err.startswith(f"{program}{said}")


def test_init_writes_a_file_without_effect_and_never_overwrites(run: Run, tmp_path: Path) -> None:
    ran = run("config", "init")
    assert (ran.code, ran.err) == (0, "")
    written = (tmp_path / FILE).read_text("utf-8")
    assert tomllib.loads(written) == {}
    shown = settings(run("config", "show", "--format", "json"))
    assert {entry["source"] for entry in shown.values()} == {"default"}
    again = run("config", "init")
    assert (again.code, again.out) == (2, "")
    assert again.err == f"wakeyscan: {FILE}: already configures wakeyscan; edit that file\n"
    assert (tmp_path / FILE).read_text("utf-8") == written


def test_every_setting_of_the_written_file_is_valid(run: Run, tmp_path: Path) -> None:
    run("config", "init")
    lines = (tmp_path / FILE).read_text("utf-8").splitlines()
    text = "\n".join(
        line.removeprefix("# ") for line in lines if " = " in line or line.startswith("# [")
    )
    rule = (ROOT / "rules" / "wastack-app-key.toml").read_text("utf-8")
    write(tmp_path, {FILE: text, "tools/rules/mine.toml": rule, "a": "x"})
    Draft7Validator(build_config_schema()).validate(tomllib.loads(text))
    assert set(tomllib.loads(text)) == set(build_config_schema()["properties"])
    ran = run("scan", "a")
    assert (ran.code, ran.err) == (0, "")


def test_init_does_not_hide_another_configuration(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.wakeyscan]\nfail-on = 'high'\n", "sub/a": "x"})
    ran = run("config", "init")
    assert ran.err == "wakeyscan: pyproject.toml: already configures wakeyscan; edit that file\n"
    (tmp_path / FILE).symlink_to("elsewhere")
    assert run("config", "init").code == 2
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("fail-on = 'high'\nexclude = ['a']\nmax-file-size = 5\nrules = 'x'", True),
        ("[rule.x]\nseverity = 'note'\nenabled = false\n[[allow]]\npath = 'a'\nreason = 'b'", True),
        ("", True),
        ("fail-on = 'hihg'", False),
        ("fail_on = 'high'", False),
        ("exclude = 'a'", False),
        ("max-file-size = '1.5k'", False),
        ("verify = true", False),
        ("[[allow]]\npath = 'a'", False),
        ("[rule.x]\nlevel = 1", False),
    ],
)
def test_the_schema_accepts_what_a_scan_accepts(
    run: Run, tmp_path: Path, text: str, valid: bool
) -> None:
    schema = build_config_schema()
    Draft7Validator.check_schema(schema)
    assert Draft7Validator(schema).is_valid(tomllib.loads(text)) == valid
    if "rule" not in text:
        write(tmp_path, {FILE: text, "a": "x"})
        assert (run("scan", "a").code == 0) == valid


CHECKER = str(Path(sys.executable).with_name("check-jsonschema"))


@pytest.mark.parametrize("name", ["config", "rule", "report"])
def test_check_jsonschema_accepts_a_schema(run: Run, tmp_path: Path, name: str) -> None:
    write(tmp_path, {"schema.json": run("config", "schema", name).out})
    ran = execute([CHECKER, "--check-metaschema", "schema.json"], tmp_path)
    assert (ran.code, ran.err) == (0, ""), ran


@pytest.mark.parametrize(
    ("text", "code"),
    [('fail-on = "high"\nexclude = ["a"]\n', 0), ('fail-on = "hihg"\n', 1), ("fial-on = 1", 1)],
    ids=["valid", "value", "name"],
)
def test_an_editor_checks_a_file_with_the_schema(
    run: Run, tmp_path: Path, text: str, code: int
) -> None:
    write(tmp_path, {"schema.json": run("config", "schema").out, ".wakeyscan.toml": text})
    ran = execute([CHECKER, "--schemafile", "schema.json", ".wakeyscan.toml"], tmp_path)
    assert (ran.code, ran.err) == (code, ""), ran
    assert (run("scan", ".").code == 2) == bool(code)


def test_the_schemas_are_printed_and_describe_our_rules(run: Run) -> None:
    assert run("config", "schema").json() == build_config_schema()
    assert run("config", "schema", "report").json() == load_schema()
    schema = run("config", "schema", "rule").json()
    assert schema == build_rule_schema()
    Draft7Validator.check_schema(schema)
    for file in (ROOT / "rules").glob("*.toml"):
        Draft7Validator(schema).validate(tomllib.loads(file.read_text("utf-8")))
    assert not Draft7Validator(schema).is_valid({"title": "x"})
