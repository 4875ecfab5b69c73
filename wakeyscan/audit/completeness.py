"""Completeness check: a repository with missing objects looks like a smaller, clean one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

from wakeyscan.audit.cache import HistoryCache, identify_pack
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import refs, tree_paths
from wakeyscan.git.object_dirs import (
    has_few_objects,
    has_small_id_list,
    list_loose_objects,
    list_object_ids,
    list_packs,
)

if TYPE_CHECKING:
    import json

    from wakeyscan.git.command import Git
    from wakeyscan.git.repository import Repository
else:
    json = lazy_import("json")

_REV_LIST = ("rev-list", "--objects", "--missing=print", "--quiet", "--stdin")
_SHALLOW = (
    "the history is truncated (shallow); fetch the rest: git fetch --unshallow, or fetch-depth: 0"
)
_REFTABLE = "refs are in a reftable, which is not supported; refs that reach a key are unknown"
_ALTERNATE = (
    "an object folder of this repository (objects/info/alternates) that does not exist; restore it"
)
_SUBMODULE = "the repository of a submodule, not scanned; run: wakeyscan audit {}"

_ENTRY_NAME = "whole"
_MAX_LOOSE = 50_000
"""Maximum number of loose objects for which a result is cached; a longer list is too large."""
_FEW_COMMITS = 1000
_WALK_AFTER = 256 << 20
"""Bytes of a large repository that are scanned before the walk of its history starts."""
_MAX_MISSING = 10_000
"""Maximum number of missing objects for which a result is cached."""


class _Proof(NamedTuple):
    """A proof that packs and loose objects contain all that tips reach, but for missing objects."""

    tips: frozenset[str]
    packs: frozenset[str]
    loose: frozenset[str]
    missing: frozenset[str] = frozenset()

    def is_valid_for(self, current: _Proof) -> bool:
        """Return whether the repository still has every pack and object of the proof."""
        return self.packs <= current.packs and self.loose <= current.loose


_NO_PROOF = _Proof(frozenset(), frozenset(), frozenset())


class CompletenessCheck:
    """A search for missing objects, which git runs in the background of the audit.

    History that was walked in the last audit is not walked again, if its packs and loose objects
    are still there, and the objects that it lacked are still missing.
    """

    def __init__(
        self,
        repository: Repository,
        tips: frozenset[str],
        git: Git,
        cache: HistoryCache,
    ) -> None:
        self._repository, self._git, self._cache = repository, git, cache
        self._current = _build_proof(repository, tips) if cache.is_enabled else None
        past = self._load_valid_proof(tips) if self._current else _NO_PROOF
        self._proven_tips, self._missing = past.tips, set(past.missing)
        self._tips, self._open_tips = tips, tips - self._proven_tips
        self._is_small = has_small_id_list(repository)
        self._can_defer = self._is_pending = False
        self._scanned = 0
        self._background = ExitStack()
        self._finish: Callable[[], bytes] | None = None

    def _load_valid_proof(self, tips: frozenset[str]) -> _Proof:
        past = _load_proof(self._repository, self._cache)
        if self._current is None or not past.is_valid_for(self._current):
            return _NO_PROOF
        return past if not past.missing or self._are_still_missing(past, tips) else _NO_PROOF

    def _are_still_missing(self, past: _Proof, tips: frozenset[str]) -> bool:
        """Return whether the tips still reach the objects that were missing, and these still are.

        An object that is there now may be a tree that names other missing objects.
        """
        try:
            if any(kind for _, kind in tree_paths.list_kinds(past.missing, self._git)):
                return False
            kinds = tree_paths.list_kinds(past.tips - tips, self._git)
            if not all(kind in ("commit", "tag") for _, kind in kinds):
                return False
            gone, new = past.tips - tips, tips - past.tips  # a new tip mostly continues one
            return not gone or self._reaches(new, gone) or self._reaches(tips, gone)
        except GitError:
            return False

    def _reaches(self, tips: Iterable[str], commits: Iterable[str]) -> bool:
        stdin = _format_revisions(commits, tips)
        return not self._git.run("rev-list", "--max-count=1", "--stdin", stdin=stdin)

    def start(self, trees_are_cheap: bool = False) -> None:
        """Start git's walk, unless completeness is proven, or the trees can prove it later.

        Trees are cheap if no list of all ids is needed to find the missing ones.
        """
        self._can_defer = not self._proven_tips and (self._is_small or trees_are_cheap)
        self._is_pending = bool(self._open_tips) and not (trees_are_cheap and self._can_defer)
        if not self._can_defer or has_few_objects(self._repository):
            self._start_walk()

    def advance(self, size: int) -> None:
        """Count scanned bytes, and start the walk of a large repository if there are many.

        A finding defers it, mostly an early one; the walk would have taken a processor till then.
        """
        self._scanned += size
        if self._scanned >= _WALK_AFTER:
            self._start_walk()

    def _start_walk(self) -> None:
        if self._is_pending:
            self._is_pending = False
            walk = self._git.run_in_background(*_REV_LIST, stdin=self._format_tips())
            self._finish = self._background.enter_context(walk)

    def defer(self) -> None:
        """Stop the walk of a full history: the propagation of secrets walks all of it too."""
        if self._can_defer:
            self._is_pending = False
            self.close()

    @property
    def is_deferred(self) -> bool:
        """Whether this check was left to the comparison of trees."""
        return bool(self._open_tips and not self._finish)

    def list_objects(self) -> frozenset[bytes] | None:
        """Return the ids of all objects, in hex; `None` for too many, or an unreadable index."""
        return list_object_ids(self._repository) if self._is_small else None

    def confirm(self, tips: frozenset[str], missing: Iterable[bytes]) -> None:
        """Record that everything reachable from these tips is present, except for some objects."""
        self._open_tips -= tips
        self._missing.update(object_id.decode("ascii") for object_id in missing)

    def list_missing(self) -> Iterator[Skipped]:
        """Walk the history that is not confirmed yet, and report missing objects."""
        origin = Origin(self._repository.folder)
        try:
            lines = self._walk().decode("ascii", "replace").split() if self._open_tips else ()
        except GitError as error:
            yield Skipped(origin, f"history cannot be read: {error}")
            return
        self._missing.update(line[1:] for line in lines if line.startswith("?"))
        self._store_proof()
        if missing := sorted(self._missing):
            objects = (
                f"{len(missing)} {'object is' if len(missing) == 1 else 'objects are'} missing"
            )
            yield Skipped(
                origin, f"{objects} ({missing[0]}…): a partial clone, or a damaged repository"
            )

    def _store_proof(self) -> None:
        current = self._current
        if current is None or current.tips <= self._proven_tips:
            return
        if len(current.loose) <= _MAX_LOOSE and len(self._missing) <= _MAX_MISSING:
            proof = current._replace(missing=frozenset(self._missing))
            value = json.dumps([sorted(ids) for ids in proof])
            folder = self._repository.object_folders[0]
            self._cache.store_entry(_ENTRY_NAME, folder, value.encode())

    def close(self) -> None:
        """Stop git's walk."""
        self._background.close()
        self._finish = None

    def _walk(self) -> bytes:
        if self._finish:
            return self._finish()
        return self._git.run(*_REV_LIST, stdin=self._format_tips())

    def _format_tips(self) -> bytes:
        return _format_revisions(self._open_tips, self._select_ends())

    def _select_ends(self) -> frozenset[str]:
        """Return proven tips at which the walk ends: few, if open tips continue them.

        git reads the commit of each end, and a mirror may have thousands of refs.
        """
        gone = self._proven_tips - self._tips
        stdin = _format_revisions(self._open_tips, gone)
        limit = f"--max-count={_FEW_COMMITS}"
        try:
            new = self._git.run("rev-list", limit, "--stdin", stdin=stdin) if gone else b""
        except GitError:  # the walk fails too, and says so
            return self._proven_tips
        return gone if 0 < new.count(b"\n") < _FEW_COMMITS else self._proven_tips


def _format_revisions(included: Iterable[str], excluded: Iterable[str]) -> bytes:
    lines = [*sorted(included), *(f"^{tip}" for tip in sorted(excluded))]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _build_proof(repository: Repository, tips: frozenset[str]) -> _Proof | None:
    """Return the proof to store; `None` if a pack cannot be read, such as a dangling link."""
    folders = repository.object_folders
    loose = (path[len(folder) :] for folder in folders for path in list_loose_objects(folder))
    try:
        packs = frozenset(identify_pack(path) for folder in folders for path in list_packs(folder))
    except OSError:
        return None
    return _Proof(tips, packs, frozenset(loose))


def _load_proof(repository: Repository, cache: HistoryCache) -> _Proof:
    try:
        parts = json.loads(cache.load_entry(_ENTRY_NAME, repository.object_folders[0]))
        return _Proof(*(frozenset(map(str, ids)) for ids in parts))
    except (ValueError, TypeError):
        return _NO_PROOF


def list_known_gaps(repository: Repository) -> Iterator[Skipped]:
    """Yield the parts that no audit of the repository can cover."""
    common = repository.common_folder
    shallow = os.path.join(common, "shallow")
    if _get_size(shallow):
        yield Skipped(Origin(repository.folder), _SHALLOW)
    if refs.uses_reftable(repository):
        yield Skipped(Origin(repository.folder), _REFTABLE)
    for folder in repository.missing_alternates:
        yield Skipped(Origin(folder), _ALTERNATE, gap=False)  # missing objects are gaps
    yield from _list_submodules(os.path.join(common, "modules"))


def _get_size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _list_submodules(folder: str) -> Iterator[Skipped]:
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        reason = f"cannot be read: {error.strerror}; submodules in it were not scanned"
        yield Skipped(Origin(folder), reason, gap=False)
        return
    for path in (os.path.join(folder, name) for name in names):
        yield Skipped(Origin(path), _SUBMODULE.format(path), gap=False)
