"""Loads the built-in rules and those of a user's folder."""

from __future__ import annotations

import os

from wakeyscan.core.errors import RuleError
from wakeyscan.core.lazy import lazy_import, load_module
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.rules.rule import Rule, RuleFolder, Shape

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.core import small_files
    from wakeyscan.rules import pattern_checks, validation
else:
    # An installed package reads and validates only a user's rules; `regex` takes 10 ms.
    small_files = lazy_import("wakeyscan.core.small_files")
    pattern_checks = lazy_import("wakeyscan.rules.pattern_checks")
    validation = lazy_import("wakeyscan.rules.validation")

_COMPILED = "wakeyscan.rules._compiled"
"""Module that the build of a wheel generates from the built-in rules."""


def find_builtin_folder() -> str:
    """Return the folder of built-in rules, in the installed package or in the checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    builtin = os.path.join(package, "builtin")
    if os.path.isdir(builtin):
        return builtin
    return os.path.normpath(os.path.join(package, "../../rules"))


def load_rules(extra: RuleFolder = "") -> tuple[Rule, ...]:
    """Load the built-in rules and those of `extra`, most severe first; raise `RuleError`."""
    rules = [*_load_builtin(), *_load_extra(extra)]
    _refuse_duplicates(rules)
    return tuple(sorted(rules, key=lambda rule: (-rule.severity, rule.id)))


def read_rule(path: str) -> Rule:
    """Read one of the built-in rule files, and validate its fields; raise `RuleError`."""
    return _parse_rule(path, _read_file(path))


def _read_file(path: str) -> bytes:
    try:
        return small_files.read_small_file(path, small_files.MAX_CONFIG_SIZE)
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from None


def _load_builtin() -> list[Rule]:
    try:
        compiled = load_module(_COMPILED)
    except ModuleNotFoundError:
        paths = _list_files(find_builtin_folder())
        return [read_rule(path)._replace(at_anchor=True) for path in paths]
    rules = [_build_rule(path, fields) for path, fields in compiled.RULES.items()]
    return [
        rule._replace(
            at_anchor=True,
            compiled=compiled.COMPILED[rule.id],
            prefixes=compiled.PREFIXES[rule.id],
            encoded_anchors=compiled.ENCODED_ANCHORS[rule.id],
        )
        for rule in rules
    ]


def _load_extra(extra: RuleFolder) -> list[Rule]:
    if not isinstance(extra, tuple):
        extra = tuple((path, _read_file(path)) for path in _list_files(extra)) if extra else ()
    return [_parse_rule(path, content, is_builtin=False) for path, content in extra]


def _list_files(folder: str) -> list[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    except OSError as error:
        raise RuleError(f"{folder}: cannot be read as a rules folder: {error.strerror}") from None
    if not names:
        raise RuleError(f"{folder}: contains no rules (*.toml); add one, or name another folder")
    return [os.path.join(folder, name) for name in names]


def _refuse_duplicates(rules: list[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"rule {rule.id}: defined twice; rename your rule file")
        seen.add(rule.id)


def _parse_rule(path: str, content: bytes, *, is_builtin: bool = True) -> Rule:
    """Return the rule of a file; raise `RuleError` with all of its errors.

    The patterns of built-in rules are tested before a release, and not each time they are loaded.
    """
    try:
        fields = small_files.parse_toml(content)
    except ValueError as error:
        raise RuleError(f"{path}: invalid TOML: {error}") from None
    faults = list(validation.find_faults(path, fields))
    if not is_builtin:
        faults += pattern_checks.find_faults(fields)
    if faults:
        raise RuleError(*(f"{path}: {fault}" for fault in faults))
    return _build_rule(path, fields)


def _build_rule(path: str, fields: dict[str, Any]) -> Rule:
    return Rule(
        id=os.path.basename(path).removesuffix(".toml"),
        title=fields["title"],
        severity=Severity[fields["severity"].upper()],
        anchors=tuple(anchor.encode() for anchor in fields["anchors"]),
        pattern=fields.get("pattern", ""),
        help=fields["help"],
        verifier=fields.get("verifier", ""),
        hits=tuple(fields.get("hits", ())),
        misses=tuple(fields.get("misses", ())),
        shapes=tuple(map(_build_shape, fields.get("shape", ()))),
        definitions=tuple(fields.get("define", {}).items()),
        portable=_read_portable(fields.get("portable")),
    )


def _read_portable(fields: dict[str, str] | None) -> tuple[str, str, str] | None:
    return (fields["before"], fields["secret"], fields["after"]) if fields else None


def _build_shape(fields: dict[str, Any]) -> Shape:
    return Shape(
        name=fields["name"],
        pattern=fields["pattern"],
        hits=tuple(fields["hits"]),
        misses=tuple(fields["misses"]),
    )
