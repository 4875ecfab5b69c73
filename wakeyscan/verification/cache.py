"""Remembers answers between runs, where that is asked for (`--verify-cache`).

A question is kept as an HMAC with a random key of this machine: nobody who has but the file of
answers can tell which keys are in it. The file holds the liveness, whether that depends on certain
bounds, and the time, but never the words of the API.
Whatever goes wrong costs a request and nothing else, and is told.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from wakeyscan.core import files
from wakeyscan.core.errors import CacheError
from wakeyscan.core.finding import Bounds, Liveness
from wakeyscan.verification.endpoint import Endpoint
from wakeyscan.verification.verdict import Verdict, VerificationRequest

_LASTS = {Liveness.REVOKED: 7 * 86400, Liveness.LIVE: 600}
"""Seconds. A revocation is final; a live key may be revoked any minute; the rest is asked again."""
_KEY_SIZE = 32
_ENTRIES = "verdicts.json"
_PRIVATE = 0o600


class Entry(NamedTuple):
    """A stored answer."""

    liveness: Liveness
    if_whole: bool
    """Whether it holds only for a key whose bounds are certain."""
    told: float
    """When the API gave it, in seconds since 1970."""


class VerdictCache(NamedTuple):
    """What is remembered of the answers of one endpoint."""

    folder: str
    key: bytes
    to: str
    entries: dict[str, Entry]
    """By the HMAC of the question."""


def load_cache(folder: str, to: Endpoint) -> VerdictCache:
    """Read what is remembered; raises `CacheError` where that can't be, or not in private."""
    if not folder:
        raise CacheError("there is no folder for this user's caches")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return VerdictCache(folder, _local_key(folder), repr(to[:4]), _entries(folder))
    except OSError as error:
        raise CacheError(f"{error.filename or folder}: {error.strerror}") from None


def find_cached(
    memory: VerdictCache, asked: Iterable[VerificationRequest], now: float
) -> dict[VerificationRequest, Verdict]:
    """Give the answers that still count."""
    verdicts = {}
    for question in asked:
        entry = memory.entries.get(_name(memory, question))
        if entry is None or not _counts(entry, now):
            continue
        if entry.if_whole and question.bounds is Bounds.OPEN:
            continue
        day = datetime.fromtimestamp(entry.told, UTC).strftime("%Y-%m-%d %H:%M UTC")
        reason = f"as the API said on {day}"
        verdicts[question] = Verdict(entry.liveness, reason, if_whole=entry.if_whole)
    return verdicts


def _counts(entry: Entry, now: float) -> bool:
    return 0 <= now - entry.told < _LASTS.get(entry.liveness, 0)


def store_verdicts(
    memory: VerdictCache, verdicts: dict[VerificationRequest, Verdict], now: float
) -> None:
    """Remember answers beside those that still count; raises `CacheError`."""
    stored = _entries(memory.folder).items()
    entries = {name: entry for name, entry in stored if _counts(entry, now)}
    for question, verdict in verdicts.items():
        if verdict.liveness in _LASTS:
            entries[_name(memory, question)] = Entry(verdict.liveness, verdict.if_whole, now)
    try:
        file = os.path.join(memory.folder, _ENTRIES)
        files.write_atomically(file, json.dumps(entries).encode(), _PRIVATE)
    except OSError as error:
        raise CacheError(f"{error.filename or memory.folder}: {error.strerror}") from None


def _name(memory: VerdictCache, question: VerificationRequest) -> str:
    app_key = question.app_key.fingerprint if question.app_key else ""
    text = "\0".join((memory.to, question.secret.fingerprint, app_key))
    return hmac.digest(memory.key, text.encode(), "sha256").hex()


def _local_key(folder: str) -> bytes:
    """Read this machine's key, or make it; raises `OSError`, and `CacheError` if others read it."""
    file = os.path.join(folder, "verdicts.key")
    if not os.path.lexists(file):
        files.write_atomically(file, secrets.token_bytes(_KEY_SIZE), _PRIVATE)
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o077):
            raise CacheError(f"{file}: others may read it; remove it, and a new one is made")
        key = opened.read(_KEY_SIZE + 1)
    if len(key) != _KEY_SIZE:
        raise CacheError(f"{file}: is damaged; remove it, and a new one is made")
    return key


def _entries(folder: str) -> dict[str, Entry]:
    """Return the answers; none of a file that is missing, damaged or of an earlier format."""
    try:
        with open(os.path.join(folder, _ENTRIES), "rb") as file:
            read = json.load(file)
        return {
            str(name): Entry(Liveness(was), bool(if_whole), float(told))
            for name, (was, if_whole, told) in read.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
