"""Options of a fleet: what its tasks need, and where its repositories are."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from wakeyscan.audit.cache import find_cache_file
from wakeyscan.audit.options import AuditOptions
from wakeyscan.audit.scope import AuditScope
from wakeyscan.cli.progress import Progress
from wakeyscan.config import converters
from wakeyscan.core.errors import UsageError
from wakeyscan.core.files import find_cache_folder
from wakeyscan.core.secret import Secret
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fleet.hosts import HOSTS
from wakeyscan.fleet.hosts.host import KINDS, ListingOptions
from wakeyscan.fleet.options import CloneOptions, TaskOptions, digest_options
from wakeyscan.fleet.result_files import check_folders
from wakeyscan.fleet.sources import SourceListing, list_repositories

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.config.options import Values

RESULTS = "wakeyscan-fleet"
"""The default folder of the results."""


def find_results_folder(given: Values, sources: Iterable[str]) -> str:
    """Return the folder of the results; raise `ReportError` if a repository's link leads there."""
    folder = os.path.abspath(str(given.get("output", "")) or RESULTS)
    mirrors = [] if given.get("no_keep") else [_find_mirrors_folder(given)]
    check_folders(folder, mirrors, sources)
    return folder


def build_task_options(folder: str, given: Values, settings: Config) -> TaskOptions:
    """Return the options that all tasks share; raise `UsageError`, `RuleError` or `ConfigError`."""
    options = _build_audit_options(given, settings)
    return TaskOptions(
        audit=options,
        folder=folder,
        run=secrets.token_hex(8),
        digest=digest_options(options),
        clone=_build_clone_options(given),
        seconds=_parse_count(given, "time_limit"),
    )


def _build_audit_options(given: Values, settings: Config) -> AuditOptions:
    """Return the options of each audit: the repositories are not trusted, one process each."""
    rules = settings.rules
    return AuditOptions(
        rules_folder=os.path.abspath(rules) if rules and isinstance(rules, str) else rules,
        jobs=1,
        honor_inline=False,
        scope=AuditScope(None, "", False),
        now=datetime.now(UTC),
        cache_file="" if given.get("no_cache") else find_cache_file(),
        include_suppressed=settings.show_suppressed or settings.verification is not None,
        # An allowed path of this repository means nothing in another one.
        policy=settings.policy._replace(allowed_paths=()),
    )


def _find_mirrors_folder(given: Values) -> str:
    folder = str(given.get("mirrors", "")) or os.path.join(find_cache_folder(), "mirrors")
    return os.path.abspath(folder)


def _build_clone_options(given: Values) -> CloneOptions:
    options = CloneOptions(_find_mirrors_folder(given), keep=not given.get("no_keep"))
    if "mirrors_size" in given:
        options = options._replace(max_total=parse_size_option(given, "mirrors_size"))
    if "max_clone_size" in given:
        options = options._replace(max_size=parse_size_option(given, "max_clone_size"))
    return options


def list_sources(sources: Iterable[str], given: Values, *, quiet: bool) -> SourceListing:
    """List the repositories of all sources; raise `UsageError`."""
    with Progress(sys.stderr, quiet) as progress:
        return list_repositories(sources, _build_listing_options(given), progress.sleep)


def _build_listing_options(given: Values) -> ListingOptions:
    """Return which repositories of a host are listed; raise `UsageError`.

    Only the environment has tokens.
    """
    skip = given.get("skip", [])
    kinds = [str(kind) for kind in (skip if isinstance(skip, list) else [])]
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"--skip: expected one of {', '.join(KINDS)}, got {kind!r}")
    variables = [name for host in HOSTS.values() for name in host.variables]
    return ListingOptions(
        skip=frozenset(kinds),
        wikis=bool(given.get("wikis")),
        urls={name: str(given.get(f"{name}_url", "")) for name in HOSTS},
        tokens={
            name: Secret(os.fsencode(os.environ[name]), "token")
            for name in variables
            if os.environ.get(name)
        },
        proxy=str(given.get("proxy", "")),
    )


def parse_size_option(given: Values, name: str) -> int:
    """Return the value of an option that is a size; raise `UsageError`."""
    option = f"--{name.replace('_', '-')}"
    return int(converters.convert(converters.parse_size, given[name], option, UsageError))


def _parse_count(given: Values, name: str) -> int:
    option = f"--{name.replace('_', '-')}"
    if name not in given:
        return 0
    return int(converters.convert(converters.parse_count, given[name], option, UsageError))
