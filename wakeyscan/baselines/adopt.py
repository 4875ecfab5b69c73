"""Takes over what another scanner was told to accept, by looking again at what stands there."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import NamedTuple

from wakeyscan.baselines.baseline_entry import BaselineEntry
from wakeyscan.baselines.maintain import Rescan
from wakeyscan.config.config import Config
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.secret import Secret
from wakeyscan.decoders import DECODERS
from wakeyscan.git import worktree
from wakeyscan.git.command import Git, open_foreign
from wakeyscan.git.lfs import build_lfs_opener
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage
from wakeyscan.sources import SOURCES

_SCHEMES = (b"", b"Bearer ", b"Basic ", b"Token ", b"bearer ", b"basic ", b"token ")
"""What other scanners take for a part of the secret in a header."""

_ROUGHLY = 2
"""Columns by which scanners differ on where a match begins."""


class ImportResult(NamedTuple):
    """What became of the entries of a file."""

    taken: tuple[tuple[str, BaselineEntry], ...]
    """Fingerprints, each once, with the entry that accepts it."""
    idle: tuple[tuple[BaselineEntry, str], ...]
    """Entries that need nothing of wakeyscan, and why."""
    lost: tuple[tuple[BaselineEntry, str], ...]
    """Entries of which it can't be told what they accept, and why."""


class _Lost(Exception):
    """Why what an entry accepts can't be told."""


def resolve_entries(
    wanted: Iterable[BaselineEntry], settings: Config, rescan: Rescan
) -> ImportResult:
    """Look at what each entry is about, and say which secrets are accepted by that."""
    scene = _Scene(settings, rescan)
    items = list(wanted)
    shared = Counter((item.path, item.commit, item.line) for item in items)
    taken: dict[str, BaselineEntry] = {}
    idle: list[tuple[BaselineEntry, str]] = []
    lost: list[tuple[BaselineEntry, str]] = []
    for item in items:
        try:
            found = _meant(item, shared[item.path, item.commit, item.line], scene)
        except _Lost as why:
            lost.append((item, str(why)))
            continue
        needed = [finding for finding in found if finding.standing is Standing.REPORTED]
        for finding in needed:
            taken.setdefault(finding.secret.fingerprint, item)
        if not needed:
            idle.append((item, _why_idle(found)))
    return ImportResult(tuple(taken.items()), tuple(idle), tuple(lost))


def _why_idle(found: list[Finding]) -> str:
    if not found:
        return "wakeyscan finds nothing there"
    return f"{found[0].standing} anyway: {found[0].reason}"


class _Scene:
    """What is looked at, each once, and only where an entry asks for it."""

    def __init__(self, settings: Config, rescan: Rescan) -> None:
        self.top = worktree.find_work_tree(".") or os.path.realpath(".")
        self._settings, self._rescan = settings, rescan
        self._lens = build_context(loader.load_rules(settings.rules), DECODERS)._replace(
            open_lfs_object=build_lfs_opener(False)
        )
        self.digests = cache(_digests)
        self.here = cache(self._here)
        self.then = cache(self._then)
        self.everywhere = cache(self._everywhere)
        self.history = cache(self._history)

    def _here(self, path: str) -> tuple[Finding, ...] | None:
        """Give what is found in a file of the work tree; `None` where there is no such file."""
        file = os.path.join(self.top, path)
        if not os.path.isfile(file):
            return None
        source = SOURCES["path"]
        return self._looked(source.read_documents(os.path.relpath(file), self._settings.source))

    def _then(self, path: str, commit: str) -> tuple[Finding, ...]:
        """Give what is found in the version of a file that a commit has."""
        repository = open_foreign(self.top)
        if not re.fullmatch("[0-9a-f]{4,64}", commit):
            raise _Lost(f"{commit!r} is no commit")
        if not (name := _resolved(repository, f"{commit}^{{commit}}")):
            raise _Lost(f"commit {commit[:12]} is not in this repository: squashed, or rebased?")
        if not (blob := _resolved(repository, f"{name}:{path}")):
            raise _Lost(f"commit {commit[:12]} has no such file")
        origin = Origin(path, f"commit {name[:12]}")
        documents = (
            Document(origin, found.read_all()) for found in repository.read_objects([blob])
        )
        return self._looked(documents)

    def _looked(self, items: Iterable[Document | Skipped]) -> tuple[Finding, ...]:
        looked = scan_documents(items, self._lens)
        if looked.skipped:
            raise _Lost(looked.skipped[0].reason)
        return tuple(finding for finding in looked.findings if not finding.origin.part)

    def _everywhere(self, command: str) -> tuple[Finding, ...]:
        """Give what is found in the files, or in the history."""
        return self._again(command).findings

    def _history(self) -> dict[tuple[str, int], list[Finding]]:
        """Give what stood on which line of a file at any time."""
        outcome = self._again("audit")
        known = {finding.secret: finding for finding in outcome.findings}
        stood: dict[tuple[str, int], list[Finding]] = {}
        for key in outcome.keys:
            for at in {(place.path, place.line) for place in key.places}:
                stood.setdefault(at, []).append(known[key.secret])
        return stood

    def _again(self, command: str) -> RunResult:
        if command == "audit" and not worktree.find_work_tree("."):
            return RunResult(command, (), (), (), (), Coverage())
        return self._rescan(command)


def _resolved(repository: Git, revision: str) -> str:
    """Give the id of an object; empty where the repository has no such."""
    asked = ("rev-parse", "--verify", "--quiet", revision)
    return repository.run(*asked, allowed_codes=(0, 1, 128)).decode("ascii", "replace").strip()


def _meant(item: BaselineEntry, shared: int, scene: _Scene) -> list[Finding]:
    """Give the findings that an entry is about; raises `_Lost` where that can't be told.

    `shared`: how many entries are about that place.
    """
    if item.obstacle:
        raise _Lost(item.obstacle)
    path = _from_top(item.path, scene.top)
    if item.digest or item.text:
        return _same_secret(item, path, scene)
    if item.commit:
        return _none_too_many(item, _at_line(item, scene.then(path, item.commit)), shared)
    here = scene.here(path)
    found = _at_line(item, here or ()) or scene.history().get((path, item.line), [])
    if not found and here is None:
        raise _Lost("there is no such file, nor was there one with a key at that line")
    return _none_too_many(item, found, shared)


def _from_top(path: str, top: str) -> str:
    """Give a path as scanners write it from the top of the repository."""
    if "/" not in path:
        path = path.replace("\\", "/")  # written on Windows
    inside = os.path.relpath(os.path.join(top, path), top).replace(os.sep, "/")
    if inside.startswith("../"):
        raise _Lost("it is outside of this repository")
    return inside


def _same_secret(item: BaselineEntry, path: str, scene: _Scene) -> list[Finding]:
    """Give the findings of the very secret: where it was, else wherever it is."""
    lost, there = "", None
    try:
        if item.path:
            there = scene.then(path, item.commit) if item.commit else scene.here(path)
    except _Lost as why:
        lost = str(why)
    looks: list[Callable[[], Iterable[Finding]]] = [lambda: there or ()]
    looks += [partial(scene.everywhere, command) for command in ("scan", "audit")]
    for look in looks:
        if found := [finding for finding in look() if _is(item, finding.secret, scene)]:
            return found[:1]
    if there and item.line and any(f.position.line == item.line for f in there):
        lost = "what stands there is another secret"
    if lost:
        raise _Lost(lost)
    return []


def _is(item: BaselineEntry, secret: Secret, scene: _Scene) -> bool:
    if item.text is not None and secret.reveal() in item.text.reveal():
        return True
    return item.digest is not None and item.digest[1] in scene.digests(secret, item.digest[0])


def _digests(secret: Secret, algorithm: str) -> frozenset[str]:
    """Hash a secret in the forms that another scanner may have taken for it."""
    text = secret.reveal()
    forms = (hashlib.new(algorithm, scheme + text, usedforsecurity=False) for scheme in _SCHEMES)
    return frozenset(form.hexdigest() for form in forms)


def _at_line(item: BaselineEntry, findings: Iterable[Finding]) -> list[Finding]:
    """Give the findings at the place of an entry."""
    found = [f for f in findings if item.line <= f.position.line <= item.last_line]
    if item.columns:
        low, high = item.columns[0] - _ROUGHLY, item.columns[1] + _ROUGHLY
        within = [f for f in found if f.position.column < high and f.position.end_column > low]
        found = within or found
    return found


def _none_too_many(item: BaselineEntry, found: list[Finding], shared: int) -> list[Finding]:
    """Refuse findings of which an entry is about some; raises `_Lost`."""
    several = len({finding.secret for finding in found})
    if several > shared and not item.whole_line:
        raise _Lost(f"{several} secrets stand there, of which {shared} was accepted: which one?")
    return found
