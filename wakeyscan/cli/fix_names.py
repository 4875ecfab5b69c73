"""The names of variables in a fix: each holds one key, over all files and over several runs."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from wakeyscan.cli.fix_access import read_file
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.errors import GitError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import dotenv, variables
from wakeyscan.scanner.detector import detect_in_document

if TYPE_CHECKING:
    from typing import TypeVar

    from wakeyscan.cli.fix_access import FileAccess
    from wakeyscan.core.finding import Finding
    from wakeyscan.fixers.variables import Claims, Naming
    from wakeyscan.git import name_changes
    from wakeyscan.scanner.context import ScanContext

    _T = TypeVar("_T")
else:
    name_changes = lazy_import("wakeyscan.git.name_changes")  # only fixes need it

_MAX_USERS = 100
"""Files that are read to see whether they use a name."""

_NUMBER = re.compile(r"_\d+$")


class NameFacts(NamedTuple):
    """What the names of variables depend on, beside the names that a plan finds."""

    findings: tuple[Finding, ...]
    numbers: Mapping[str, int]
    """How often the scanned files use each name."""
    users: Mapping[str, tuple[str, ...]]
    """The files that use each name."""
    own: Mapping[str, str]
    """The names that `.env` files give to secrets, by fingerprint."""
    claims: Claims = frozenset()
    """Names that changes gave to secrets, and those of `own`."""

    def build_naming(self, claims: Claims) -> Naming:
        """Return the names of secrets."""
        return variables.build_naming(self.findings, self.numbers, self.own, self.claims | claims)


def read_name_facts(
    found: Mapping[str, list[Finding]], units: Iterable[str], access: FileAccess
) -> NameFacts:
    """Return the names in some files, which are given by their places on disk."""
    numbers: Counter[str] = Counter()
    users: dict[str, tuple[str, ...]] = {}
    for unit in units if found else ():
        counted = variables.count_names(unit, read_file(unit) or b"")
        numbers += counted
        users |= {name: (*users.get(name, ()), unit) for name in counted}
    own: dict[str, str] = {}
    for path, findings in sorted(found.items(), key=_is_set):
        if os.path.basename(path).startswith(".env"):
            lines = (read_file(access.locate(path)) or b"").splitlines()
            own |= _read_own_names(findings, lines)
    claims = frozenset((name.upper(), fingerprint) for fingerprint, name in own.items())
    everything = tuple(finding for findings in found.values() for finding in findings)
    return NameFacts(everything, numbers, users, own, claims)


def _is_set(pair: tuple[str, object]) -> bool:
    """Return whether a file sets its variables; names in samples are used where no file does."""
    return not dotenv.is_sample(os.path.basename(pair[0]))


def _read_own_names(findings: list[Finding], lines: list[bytes]) -> dict[str, str]:
    return {
        finding.secret.fingerprint: name
        for finding in findings
        if finding.position.line <= len(lines)
        and (name := variables.read_own_name(lines[finding.position.line - 1]))
    }


def add_changes(facts: NameFacts, access: FileAccess, context: ScanContext) -> NameFacts:
    """Return the facts with what the repository knows: who uses a name, and which key it replaced.

    Only names that the fix would use are looked for.
    """
    if access.repository is None:
        return facts
    chosen = facts.build_naming(frozenset()).chosen
    bases = {_NUMBER.sub("", name) for one, name in chosen.items() if one not in facts.own}
    for base in sorted(bases):
        with suppress(GitError):  # a search that takes too long; the notes remain
            paths = name_changes.find_files(access.repository, base)
            users = _map_users(paths[:_MAX_USERS], access)
            facts = facts._replace(users={**facts.users, **users})
            changes = name_changes.read_changes(access.repository, base, paths)
            claims = frozenset(_list_replaced(changes, base, context))
            facts = facts._replace(claims=facts.claims | claims)
    return facts


def _map_users(paths: Iterable[str], access: FileAccess) -> dict[str, tuple[str, ...]]:
    users: dict[str, tuple[str, ...]] = {}
    for path in paths:
        for name in variables.count_names(path, read_file(access.locate(path)) or b""):
            users[name] = (*users.get(name, ()), path)
    return users


def _list_replaced(
    changes: Iterable[name_changes.LineChange], base: str, context: ScanContext
) -> Iterator[tuple[str, str]]:
    """Yield the names that replaced keys, with the fingerprints of these."""
    pattern = re.compile(rb"\b%b(?:_\d+)?\b" % base.encode())
    for change in changes:
        if names := {name.decode().upper() for name in pattern.findall(change.after)}:
            found = detect_in_document(Document(Origin(change.path), change.before), context)
            for finding in found:
                yield from ((name, finding.secret.fingerprint) for name in names)


def settle_names(facts: NameFacts, plan: Callable[[Naming], tuple[_T, Claims]]) -> _T:
    """Return a plan in which no variable holds two keys.

    The names that sources give to keys are known only from a plan, so it is made again while they
    change the naming.
    """
    claims: Claims = frozenset()
    naming = facts.build_naming(claims)
    while True:
        planned, added = plan(naming)
        claims |= added
        settled = facts.build_naming(claims)
        if settled == naming:
            return planned
        naming = settled


def list_notes(facts: NameFacts, naming: Naming, fixed: Iterable[Finding]) -> Iterator[str]:
    """Yield what to check where a name was in use before, and may hold another key."""
    for secret in dict.fromkeys(finding.secret for finding in fixed):
        name = naming.chosen[secret.fingerprint]
        paths = facts.users.get(name, ())
        if paths and (name.upper(), secret.fingerprint) not in facts.claims:
            others = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            yield (
                f"{paths[0]}{others} used {name} before: check that it is to hold {secret} there "
                "too, else rename it in the changed lines"
            )
