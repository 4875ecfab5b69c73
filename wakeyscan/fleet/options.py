"""Options of a fleet that its workers need; they contain no secret, and can be pickled."""

from __future__ import annotations

from hashlib import sha256

from wakeyscan.audit.cache import hash_scanner
from wakeyscan.core.secret import Secret
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.rules import loader

if TYPE_CHECKING:
    from wakeyscan.audit.options import AuditOptions
    from wakeyscan.fleet.repository_list import FleetRepository


class CloneOptions(NamedTuple):
    """How the repositories of URLs are cloned."""

    folder: str
    """Folder of the mirrors."""
    keep: bool = True
    """Whether mirrors stay for the next run."""
    max_total: int = 50 << 30
    """Bytes of all mirrors, above which those that were not used for longest are removed."""
    max_size: int = 20 << 30
    """Bytes of one mirror, above which its clone is stopped."""
    seconds: int = 3600
    """Time after which a clone is stopped."""


class TaskOptions(NamedTuple):
    """Options that all tasks of a run share."""

    audit: AuditOptions
    folder: str
    """Absolute path of the folder of the results, which all workers share."""
    run: str
    """Random name of the run."""
    digest: str
    """Digest of everything that decides what an audit finds."""
    clone: CloneOptions
    seconds: int = 0
    """Time after which a repository is given up; 0: never."""


class FleetTask(NamedTuple):
    """A repository to audit, and how."""

    repository: FleetRepository
    options: TaskOptions
    known: tuple[str, ...] = ()
    """Keys of its records of earlier runs that count."""


def digest_options(options: AuditOptions) -> str:
    """Return a digest of the rules, the scanner and the options that decide what is found."""
    parts = (
        hash_scanner(loader.load_rules(options.rules_folder)),
        options.policy.rule_overrides,
        options.honor_inline,
        options.honor_foreign,
        options.include_suppressed,
        tuple(options.scope),
        # Fingerprints differ with the key of WAKEYSCAN_FINGERPRINT_KEY, and so do the results.
        Secret(b"", "fleet").fingerprint,
    )
    return sha256(repr(parts).encode()).hexdigest()
