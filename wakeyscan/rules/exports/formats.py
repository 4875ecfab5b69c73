"""Files of other scanners: how each one writes rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from wakeyscan.rules.exports.export import Export, PortableRule, format_string


def _format_gitleaks(rules: Sequence[PortableRule]) -> str:
    """Return the content of `.gitleaks.toml`."""
    return "\n".join(["[extend]\nuseDefault = true\n", *map(_format_table, rules)])


def _format_betterleaks(rules: Sequence[PortableRule]) -> str:
    """Return the content of a file for `betterleaks --config`, which takes the first group."""
    return "\n".join(["[extend]\nuseDefault = true\n", *map(_format_rule, rules)])


def _format_table(rule: PortableRule) -> str:
    """Return one table of the rules; old versions of gitleaks take the whole match otherwise."""
    return f"{_format_rule(rule)}secretGroup = 1\n"


def _format_rule(rule: PortableRule) -> str:
    keywords = ", ".join(map(format_string, rule.keywords))
    return (
        f"[[rules]]\nid = {format_string(rule.id)}\n"
        f"description = {format_string(rule.title)}\n"
        f"regex = {format_string(rule.pattern)}\nkeywords = [{keywords}]\n"
    )


_EXTEND = '[extend]\npath = "/gitleaks.toml"\n'
"""Keeps the rules of GitLab's image."""


def _format_gitlab(rules: Sequence[PortableRule]) -> str:
    """Return a ruleset that adds the rules to those of GitLab."""
    value = "\n".join([_EXTEND, *map(_format_table, rules)])
    return (
        '[secrets]\n\n[[secrets.passthrough]]\ntype = "raw"\ntarget = "gitleaks.toml"\n'
        f"value = {format_string(value)}\n"
    )


def _format_yaml(name: str, lines: Iterable[str]) -> str:
    """Return a file in YAML with one list."""
    return "\n".join([f"{name}:", *lines, ""])


def _format_kingfisher(rules: Sequence[PortableRule]) -> str:
    """Return the content of a file for `kingfisher scan --rules-path`."""
    return _format_yaml("rules", chain.from_iterable(map(_format_kingfisher_rule, rules)))


def _format_kingfisher_rule(rule: PortableRule) -> Iterator[str]:
    yield f"  - id: {format_string(f'wakeyscan.{rule.id}')}"
    yield f"    name: {format_string(rule.title)}"
    yield f"    pattern: {format_string(rule.pattern)}"
    yield "    min_entropy: 0.0"
    yield "    confidence: medium"


def _format_trufflehog(rules: Sequence[PortableRule]) -> str:
    """Return the content of a file for `trufflehog --config`."""
    return _format_yaml("detectors", chain.from_iterable(map(_format_trufflehog_rule, rules)))


def _format_trufflehog_rule(rule: PortableRule) -> Iterator[str]:
    yield f"  - name: {format_string(rule.id)}"
    yield f"    keywords: [{', '.join(map(format_string, rule.keywords))}]"
    yield f"    regex:\n      secret: {format_string(rule.pattern)}"


def _format_github(rules: Sequence[PortableRule]) -> str:
    """Return a payload for the API of custom patterns."""
    patterns = [
        {
            "name": rule.title,
            "pattern": rule.secret,
            "start_delimiter": rule.before,
            "end_delimiter": rule.after,
        }
        for rule in rules
    ]
    return json.dumps({"patterns": patterns}, indent=2) + "\n"


GITLEAKS = Export("#", _format_gitleaks)
BETTERLEAKS = Export("#", _format_betterleaks)
GITLAB = Export("#", _format_gitlab)
KINGFISHER = Export("#", _format_kingfisher)
TRUFFLEHOG = Export("#", _format_trufflehog)
GITHUB = Export("", _format_github)
