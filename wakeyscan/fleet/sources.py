"""The repositories of all sources: folders, files, URLs and hosts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

from wakeyscan.core.errors import UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fleet.hosts import HOSTS
from wakeyscan.fleet.hosts.host import ListingOptions
from wakeyscan.fleet.repository_list import FleetRepository, list_source, sort_repositories
from wakeyscan.git.mirror import remove_credentials

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped
    from wakeyscan.fleet.hosts import listing
else:
    listing = lazy_import("wakeyscan.fleet.hosts.listing")  # the network


_ALL = ListingOptions()


class SourceListing(NamedTuple):
    """The repositories of all sources."""

    repositories: list[FleetRepository]
    """The largest one first."""
    skipped: tuple[Skipped, ...] = ()
    """What the user chose to exclude."""


def list_repositories(
    sources: Iterable[str],
    options: ListingOptions = _ALL,
    sleep: Callable[[float], None] = time.sleep,
) -> SourceListing:
    """List the repositories of all sources; raise `UsageError` if one has none."""
    found: list[FleetRepository] = []
    skipped: list[Skipped] = []
    for source in sources:
        if is_host(source):
            listed, left_out = listing.list_host(source, options, sleep)
            skipped += left_out
        else:
            listed = list(list_source(source))
        if not listed:
            raise UsageError(f"{remove_credentials(source)}: contains no repositories")
        found += listed
    return SourceListing(sort_repositories(found), tuple(skipped))


def is_host(source: str) -> bool:
    """Return whether a source is `github:NAME` or `gitlab:NAME`; an existing path is a path."""
    host, colon, name = source.partition(":")
    return bool(colon and name) and host in HOSTS and not os.path.lexists(source)
