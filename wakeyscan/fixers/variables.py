"""Names of the environment variables that will hold keys: those that a project already uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import API_KEY, APP_KEY, HEADER
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding

_LOOKUP = (
    r"(environb?(\.get\(|\[)|[Gg]etenv\(|process\.env(\.|\[)|<word>ENV(\[|\.fetch\(|\.get\()"
    r"|env::var(_os)?\(|GetEnvironmentVariable\(|\$\{?env:|<word>secrets\.|Deno\.env\.get\("
    r"|\$_(ENV|SERVER)\[)<space>*[\"']?<name>"
)
_ASSIGNMENT = r"^<blank>*(export<blank>+)?<name><blank>*="


def _fill(pattern: str, word: str, space: str, blank: str, name: str) -> str:
    """Return a pattern in one dialect: that of Python, or the one of POSIX, for git."""
    classes = {"<name>": name, "<word>": word, "<space>": space, "<blank>": blank}
    for hole, text in classes.items():
        pattern = pattern.replace(hole, text)
    return pattern


_GIT = ("", "[[:space:]]", "[[:blank:]]", "[A-Za-z_][A-Za-z0-9_]*")
_PYTHON = (r"\b", r"\s", r"[ \t]", r"(?P<name>[A-Za-z_]\w*)")

GIT_LOOKUP, GIT_ASSIGNMENT = (_fill(pattern, *_GIT) for pattern in (_LOOKUP, _ASSIGNMENT))
"""Patterns for `git grep`: what they find contains all that `count_names` counts."""

_LOOKUPS = lazy_pattern(_fill(_LOOKUP, *_PYTHON).encode())
_ASSIGNMENTS = lazy_pattern(b"(?m)" + _fill(_ASSIGNMENT, *_PYTHON).encode())

_NAMES = {
    API_KEY: re.compile(r"(?=.*(?:WASTACK|WHATSAPP|\bWA_))(?=.*(?:KEY|TOKEN|SECRET))(?!.*APP_KEY)"),
    APP_KEY: re.compile(r"(?=.*(?:WASTACK|WHATSAPP|\bWA_))(?=.*APP_?KEY)(?!.*API_?KEY)"),
}
_OTHERS = ("WAKEYSCAN_", "NEXT_PUBLIC_", "VITE_", "REACT_APP_")
"""Prefixes of variables of wakeyscan itself, and of variables that a browser receives."""

Claims = frozenset[tuple[str, str]]
"""Names, in upper case, that sources give to secrets: pairs of a name and a fingerprint."""

_DEFAULTS = {HEADER: "AUTHORIZATION_TOKEN"}


def count_names(path: str, content: bytes) -> Counter[str]:
    """Return the names of environment variables in a file, and how often each occurs."""
    names = Counter(found["name"].decode() for found in _LOOKUPS.finditer(content))
    if path.rpartition("/")[2].startswith(".env"):
        names.update(found["name"].decode() for found in _ASSIGNMENTS.finditer(content))
    return names


class Naming(NamedTuple):
    """The variables that will hold secrets."""

    chosen: dict[str, str]
    """By fingerprint, where a source has no name of its own."""
    contested: frozenset[str]
    """Names, in upper case, that sources give to several secrets."""


def build_naming(
    findings: Iterable[Finding], names: Mapping[str, int], own: Mapping[str, str], claims: Claims
) -> Naming:
    """Return the names of secrets, as `choose_variables` does, and those that are contested."""
    counts = Counter(name for name, _ in claims)
    contested = frozenset(name for name, count in counts.items() if count > 1)
    return Naming(choose_variables(findings, names, own, claims), contested)


def choose_variables(
    findings: Iterable[Finding],
    names: Mapping[str, int],
    own: Mapping[str, str],
    claims: Claims = frozenset(),
) -> dict[str, str]:
    """Return a name for each secret, by fingerprint; different secrets get different names.

    `names` are those that the project uses; `own` has the names of secrets that a file assigns.
    What `claims` give to another secret is not used.
    """
    owners: dict[str, set[str]] = {}
    for name, fingerprint in claims:
        owners.setdefault(name, set()).add(fingerprint)
    chosen: dict[str, str] = {}
    numbers: Counter[str] = Counter()
    bases: dict[str, str] = {}
    for finding in findings:
        fingerprint, rule = finding.secret.fingerprint, finding.rule
        if fingerprint not in chosen:
            if rule not in bases:
                bases[rule] = _choose_base(rule, names)
            is_taken = partial(_is_taken, owners, fingerprint)
            unique = _make_unique(own.get(fingerprint) or bases[rule], numbers, is_taken)
            owners.setdefault(unique.upper(), set()).add(fingerprint)
            chosen[fingerprint] = unique
    return chosen


def _is_taken(owners: Mapping[str, set[str]], fingerprint: str, name: str) -> bool:
    """Return whether another secret has a name."""
    return bool(owners.get(name.upper(), set()) - {fingerprint})


def _choose_base(rule: str, names: Mapping[str, int]) -> str:
    pattern = _NAMES.get(rule)
    fitting = [
        name
        for name in names
        if pattern and pattern.match(name.upper()) and not name.startswith(_OTHERS)
    ]
    default = _DEFAULTS.get(rule) or re.sub(r"\W", "_", rule).upper()
    return min(fitting, key=lambda name: (-names[name], name)) if fitting else default


def _make_unique(name: str, numbers: Counter[str], is_taken: Callable[[str], bool]) -> str:
    """Return a name that is free; `numbers` has the last number that was tried of each name."""
    unique = name
    while is_taken(unique):
        numbers[name] += 1
        unique = f"{name}_{numbers[name] + 1}"
    return unique


def read_own_name(line: bytes) -> str:
    """Return the name that a line of a `.env` file assigns, or an empty text."""
    found = _ASSIGNMENTS.match(line)
    return found["name"].decode() if found else ""
