"""The sources of a fleet, with the options for hosts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wakeyscan.cli.progress import Progress
from wakeyscan.core.errors import UsageError
from wakeyscan.core.secret import Secret
from wakeyscan.fleet.hosts import HOSTS
from wakeyscan.fleet.hosts.host import KINDS, ListingOptions
from wakeyscan.fleet.sources import SourceListing, list_repositories

if TYPE_CHECKING:
    from wakeyscan.config.options import Values


def list_sources(sources: Iterable[str], given: Values, *, quiet: bool) -> SourceListing:
    """List the repositories of all sources; raise `UsageError`."""
    with Progress(sys.stderr, quiet) as progress:
        return list_repositories(sources, build_listing_options(given), progress.sleep)


def build_listing_options(given: Values) -> ListingOptions:
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
