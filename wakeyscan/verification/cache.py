"""Cache of verdicts between runs, for `--verify-cache`.

A request is stored as an HMAC with a random key of this machine, so the cache file alone does not
reveal which keys it covers. The file holds the liveness, whether it depends on certain bounds, and
the time, but no text of the API. A failure costs an extra request and is reported.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime

from wakeyscan.core import file_updates, files, small_files
from wakeyscan.core.errors import CacheError
from wakeyscan.core.finding import Bounds, Liveness
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.verification.verdict import Verdict, VerificationRequest

if TYPE_CHECKING:
    from wakeyscan.verification.endpoint import Endpoint

_MAX_AGE = {Liveness.REVOKED: 7 * 86400, Liveness.LIVE: 600}
"""Seconds. A revocation is final; a live key may be revoked at any time; others are not cached."""

_KEY_SIZE = 32
_KEY_FILE = "verdicts.key"
_ENTRIES_FILE = "verdicts.json"
_PRIVATE = 0o600


class CacheEntry(NamedTuple):
    """A cached verdict."""

    liveness: Liveness
    requires_certain_bounds: bool
    time: float
    """Seconds since 1970 at which the API responded."""


class VerdictCache(NamedTuple):
    """Cached verdicts of one endpoint."""

    folder: str
    key: bytes
    endpoint: str
    entries: dict[str, CacheEntry]
    """By the HMAC of the request."""


def load_cache(folder: str, endpoint: Endpoint) -> VerdictCache:
    """Load the cache; raise `CacheError` if it cannot be read or is not private.

    A link of the current work tree is not followed.
    """
    if not folder:
        raise CacheError("this user has no cache directory; set HOME or XDG_CACHE_HOME")
    try:
        for name in (_KEY_FILE, _ENTRIES_FILE):
            _refuse_link(os.path.join(folder, name))
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with file_updates.lock_folder(folder):  # two processes would create two keys
            key, entries = _load_key(folder), _load_entries(folder)
        return VerdictCache(folder, key, repr(endpoint[:4]), entries)
    except OSError as error:
        raise CacheError(f"{error.filename or folder}: {error.strerror}") from None


def _refuse_link(file: str) -> None:
    try:
        files.check_links(file, worktree.find_untrusted_folders(()))
    except OSError as error:
        error.filename = file
        raise


def find_cached(
    store: VerdictCache, requests: Iterable[VerificationRequest], now: float
) -> dict[VerificationRequest, Verdict]:
    """Return the cached verdicts that are still valid."""
    verdicts = {}
    for request in requests:
        entry = store.entries.get(_digest(store, request))
        if entry is None or not _is_fresh(entry, now):
            continue
        is_open = request.bounds is Bounds.OPEN or request.candidates or request.other_app_keys
        if entry.requires_certain_bounds and is_open:
            continue
        verdicts[request] = _build_verdict(entry)
    return verdicts


def _build_verdict(entry: CacheEntry) -> Verdict:
    moment = datetime.fromtimestamp(entry.time, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Verdict(
        entry.liveness,
        f"cached response of the API from {moment}",
        requires_certain_bounds=entry.requires_certain_bounds,
    )


def _is_fresh(entry: CacheEntry, now: float) -> bool:
    return 0 <= now - entry.time < _MAX_AGE.get(entry.liveness, 0)


def store_verdicts(
    store: VerdictCache, verdicts: dict[VerificationRequest, Verdict], now: float
) -> None:
    """Add verdicts to the cache file and drop expired entries; raise `CacheError`."""
    added = {
        _digest(store, request): CacheEntry(verdict.liveness, verdict.requires_certain_bounds, now)
        for request, verdict in verdicts.items()
        if verdict.liveness in _MAX_AGE
    }
    try:
        with file_updates.lock_folder(store.folder):
            _add_entries(store.folder, added, now)
    except OSError as error:
        raise CacheError(f"{error.filename or store.folder}: {error.strerror}") from None


def _add_entries(folder: str, added: dict[str, CacheEntry], now: float) -> None:
    stored = _load_entries(folder).items()
    entries = {digest: entry for digest, entry in stored if _is_fresh(entry, now)}
    content = json.dumps(entries | added).encode()
    files.write_atomically(os.path.join(folder, _ENTRIES_FILE), content, _PRIVATE)


def _digest(store: VerdictCache, request: VerificationRequest) -> str:
    app_key = request.app_key.fingerprint if request.app_key else ""
    text = "\0".join((store.endpoint, request.secret.fingerprint, app_key))
    return hmac.digest(store.key, text.encode(), "sha256").hex()


def _load_key(folder: str) -> bytes:
    """Load or create this machine's key; raise `OSError`, or `CacheError` if others can read it."""
    file = os.path.join(folder, _KEY_FILE)
    if not os.path.lexists(file):
        files.write_atomically(file, secrets.token_bytes(_KEY_SIZE), _PRIVATE)
    descriptor = small_files.open_nonblocking(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as stream:
        _refuse_shared(file, os.fstat(descriptor), 0o077, "read")
        key = stream.read(_KEY_SIZE + 1) or b""
    if len(key) != _KEY_SIZE:
        raise CacheError(f"{file}: damaged; remove it to create a new one")
    return key


def _refuse_shared(file: str, status: os.stat_result, mode: int, what: str) -> None:
    """Raise `CacheError` if the file is another user's, or has one of the permissions in `mode`."""
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & mode):
        raise CacheError(f"{file}: other users can {what} it; remove it to create a new one")


def _load_entries(folder: str) -> dict[str, CacheEntry]:
    """Return the stored entries; none if the file is missing, damaged or of an older format.

    Raise `CacheError` if others can change it: they could swap the verdicts of two requests.
    """
    file = os.path.join(folder, _ENTRIES_FILE)
    try:
        _refuse_shared(file, os.stat(file), 0o022, "change")
        content = json.loads(small_files.read_small_file(file, small_files.MAX_DATA_SIZE))
        return {
            str(digest): CacheEntry(Liveness(liveness), bool(requires), float(time))
            for digest, (liveness, requires, time) in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
