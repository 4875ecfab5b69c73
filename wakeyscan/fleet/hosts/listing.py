"""The repositories of an organization, a group or a user: `github:NAME`, `gitlab:NAME`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import UsageError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fleet.hosts import HOSTS
from wakeyscan.fleet.hosts.client import HostClient
from wakeyscan.fleet.repository_list import FleetRepository
from wakeyscan.verification.endpoint import is_loopback, parse_endpoint

if TYPE_CHECKING:
    from wakeyscan.fleet.hosts.host import Host, HostRepository, ListingOptions

_PUBLIC_HOSTS = {"api.github.com": "github.com"}
"""Hosts of clone URLs that differ from the host of the API."""
_WIKI = ".wiki"


def list_host(
    source: str, options: ListingOptions, sleep: Callable[[float], None]
) -> tuple[list[FleetRepository], list[Skipped]]:
    """List the repositories of a source, and what was excluded; raise `UsageError`.

    `sleep` waits for a new allowance of requests.
    """
    kind, _, name = source.partition(":")
    host = HOSTS[kind]
    client = _open_client(host, kind, options)._replace(sleep=sleep)
    listed: list[FleetRepository] = []
    left_out: Counter[str] = Counter()
    variable = next((one for one in host.variables if one in options.tokens), "")
    for item in _list_items(source, name, host, client):
        repository = _parse(item, host, client)
        if skipped := sorted(repository.kinds & options.skip):
            left_out[skipped[0]] += 1
            continue
        listed += _build(repository, host, variable, options)
    gaps = [
        Skipped(Origin(source), f"{count:,} {one} excluded by --skip", gap=False)
        for one, count in sorted(left_out.items())
    ]
    return listed, gaps


def _open_client(host: Host, kind: str, options: ListingOptions) -> HostClient:
    endpoint = parse_endpoint(options.urls.get(kind) or host.url, options.proxy)
    token = next((options.tokens[one] for one in host.variables if one in options.tokens), None)
    return HostClient(endpoint, token, host.variables)


def _list_items(source: str, name: str, host: Host, client: HostClient) -> Iterator[object]:
    for path in host.list_paths(name, client.fetch if client.token else _fetch_nothing):
        items = client.list_items(path)
        if items is not None:
            yield from items
            return
    raise UsageError(
        f"{source}: no such organization, group or user, or the token has no access to it; "
        f"check the name and {' or '.join(host.variables)}"
    )


def _fetch_nothing(path: str) -> None:
    """Return nothing: without a token, nobody is logged in."""


def _parse(item: object, host: Host, client: HostClient) -> HostRepository:
    """Return an item, whose URL must be one of the host: a response must not lead elsewhere."""
    try:
        if not isinstance(item, dict):
            raise TypeError
        repository = host.parse_repository(item)
        f"{repository.name}{repository.url}".encode()  # JSON may hold half a surrogate pair
        parts = urlsplit(repository.url)
        own = client.endpoint.host
        is_own = parts.hostname in (own, _PUBLIC_HOSTS.get(own)) and parts.scheme == "https"
        is_own = is_own and "@" not in parts.netloc
        if not is_own and not (is_loopback(own) and parts.scheme == "file"):
            raise ValueError
    except (KeyError, TypeError, ValueError, OverflowError):
        raise UsageError(
            f"{client.endpoint}: lists an item that is not one of its repositories; check the URL"
        ) from None
    return repository


def _build(
    repository: HostRepository, host: Host, variable: str, options: ListingOptions
) -> Iterator[FleetRepository]:
    one = FleetRepository(
        name=f"{urlsplit(repository.url).hostname or ''}/{repository.name}".lstrip("/"),
        location=repository.url,
        size=repository.size,
        token_variable=variable,
        token_user=host.user,
    )
    yield one
    if options.wikis and repository.has_wiki:
        url = f"{repository.url.removesuffix('.git')}{_WIKI}.git"
        yield one._replace(name=one.name + _WIKI, location=url, size=0, is_optional=True)
