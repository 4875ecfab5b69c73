"""What a rule is; how rule files are read, and refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from wakeyscan.core import small_files
from wakeyscan.core.errors import RuleError
from wakeyscan.core.finding import Severity
from wakeyscan.core.lazy import lazy_import
from wakeyscan.rules.rule import AFTER, BEFORE, TIMEOUT_SECONDS, Rule, RuleFolder

if TYPE_CHECKING:
    from wakeyscan.rules import pattern as patterns
else:
    patterns = lazy_import(
        "wakeyscan.rules.pattern"
    )  # `regex` takes 10 ms; only users' rules need it here


_TEXTS = ("title", "severity", "pattern", "help")
_LISTS = ("anchors", "hits", "misses")
_EXAMPLES_WANTED = 3
_ANCHOR_LEAST = 4


def find_builtin_folder() -> str:
    """Find the rules that came with us: in the installed package, or in the checkout."""
    here = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(here, "builtin")
    return inside if os.path.isdir(inside) else os.path.normpath(os.path.join(here, "../../rules"))


def load_rules(extra: RuleFolder = "") -> tuple[Rule, ...]:
    """Load the built-in rules and those of the folder `extra`, worst first; raises `RuleError`."""
    rules = _builtin()
    if isinstance(extra, tuple):
        rules += [_proven(path, _checked(path, _parse(data, path))) for path, data in extra]
    elif extra:
        rules += [_proven(path, read_rules(path)) for path in _files(extra)]
    _refuse_twins(rules)
    return tuple(sorted(rules, key=lambda rule: (-rule.severity, rule.id)))


def read_rules(path: str) -> Rule:
    """Read and check one rule file; raises `RuleError`."""
    try:
        return _checked(
            path, _parse(small_files.read_small_file(path, small_files.MAX_CONFIG_SIZE), path)
        )
    except OSError as error:
        raise RuleError(f"{path}: can't be read: {error.strerror}") from None


def _builtin() -> list[Rule]:
    """Read our own rules, in an installed package from the module that its build made of them."""
    try:
        parsed = import_module("wakeyscan.rules._compiled")
    except ModuleNotFoundError:
        return [read_rules(path)._replace(at_anchor=True) for path in _files(find_builtin_folder())]
    rules = [_made(path, fields) for path, fields in parsed.RULES.items()]
    return [
        rule._replace(
            at_anchor=True, compiled=parsed.COMPILED[rule.id], forms=parsed.FORMS[rule.id]
        )
        for rule in rules
    ]


def _files(folder: str) -> list[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    except OSError as error:
        raise RuleError(f"{folder}: no folder of rules: {error.strerror}") from None
    if not names:
        raise RuleError(f"{folder}: no rules (*.toml) in it, so nothing could be found")
    return [os.path.join(folder, name) for name in names]


def _refuse_twins(rules: list[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"rule {rule.id}: there are two of that name; rename yours")
        seen.add(rule.id)


def _parse(data: bytes, path: str) -> dict[str, Any]:
    try:
        return small_files.parse_toml(data)
    except ValueError as error:
        raise RuleError(f"{path}: not valid TOML: {error}") from None


def _checked(path: str, fields: dict[str, Any]) -> Rule:
    name = os.path.basename(path).removesuffix(".toml")
    if not name or name.strip("abcdefghijklmnopqrstuvwxyz0123456789-"):
        raise RuleError(f"{path}: the name of a rule's file must be of a-z, 0-9 and -")
    if fault := next(_faults(fields), ""):
        raise RuleError(f"{path}: {fault}")
    return _made(path, fields)


def _faults(fields: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the fields of a rule file, in words."""
    for name in sorted(set(fields) - {*_TEXTS, *_LISTS, "verifier"}):
        yield f"unknown field {name!r}"
    for name in (*_TEXTS, *_LISTS):
        if not _fits(name, fields.get(name)):
            kind = "a text" if name in _TEXTS else "a list of texts"
            yield f"{name!r} must be {kind}, and not empty"
    for name in ("hits", "misses"):
        if len(fields[name]) < _EXAMPLES_WANTED:
            yield f"{name!r} must have at least {_EXAMPLES_WANTED} examples"
    for anchor in fields["anchors"]:
        if len(anchor) < _ANCHOR_LEAST or not anchor.isascii():
            yield f"anchor {anchor!r} must be ASCII, of at least {_ANCHOR_LEAST} characters"
    if fields["severity"].upper() not in Severity.__members__:
        yield f"severity {fields['severity']!r} is none of {', '.join(map(str, Severity))}"
    if not isinstance(fields.get("verifier", ""), str):
        yield "'verifier' must be a text"
    if "(?P<secret>" not in fields["pattern"]:
        yield "the pattern has no group (?P<secret>…)"


def _fits(name: str, value: object) -> bool:
    if name in _TEXTS:
        return isinstance(value, str) and bool(value.strip())
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


def _made(path: str, fields: dict[str, Any]) -> Rule:
    return Rule(
        id=os.path.basename(path).removesuffix(".toml"),
        title=fields["title"],
        severity=Severity[fields["severity"].upper()],
        anchors=tuple(anchor.encode() for anchor in fields["anchors"]),
        pattern=fields["pattern"],
        help=fields["help"],
        verifier=fields.get("verifier", ""),
        hits=tuple(fields["hits"]),
        misses=tuple(fields["misses"]),
    )


def _proven(path: str, rule: Rule) -> Rule:
    """Refuse a user's pattern that runs away or matches nothing at all: it would stall a scan."""
    try:
        pattern = patterns.compile_rule(rule)
    except RuleError as error:
        raise RuleError(f"{path}: {error}") from None
    if pattern.search(b""):
        raise RuleError(f"{path}: the pattern matches an empty text")
    for junk in junk_for(rule):
        try:
            for _ in pattern.finditer(junk, timeout=TIMEOUT_SECONDS):
                pass
        except TimeoutError:
            raise RuleError(
                f"{path}: the pattern runs away: over {TIMEOUT_SECONDS:g} s for "
                f"{len(junk)} bytes of junk; bound its repetitions"
            ) from None
    return rule


def junk_for(rule: Rule) -> list[bytes]:
    """Make long texts on which a careless pattern takes for ever: anchors with much of nothing."""
    fillers = (b" ", b"a", b"0", b"\t", b'"', b"\\", b"=", b"a ", b": ", b"-_", b"A1")
    size = BEFORE + AFTER
    junk = [filler * (size // len(filler)) for filler in fillers]
    for anchor in rule.anchors:
        junk += [anchor * (size // len(anchor))]
        junk += [anchor + filler * (AFTER // len(filler)) for filler in fillers]
        junk += [filler * (BEFORE // len(filler)) + anchor for filler in fillers]
    return junk
