"""GitLab, also self-managed (docs.gitlab.com/api/projects)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fleet.hosts.host import HostRepository

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.fleet.hosts.host import Fetch

_ORDER = "order_by=id&sort=asc"
"""An order that new projects do not change while pages are read."""


class _GitLab(NamedTuple):
    """GitLab, also self-managed."""

    url: str = "https://gitlab.com/api/v4"
    variables: tuple[str, ...] = ("GITLAB_TOKEN",)
    user: str = "oauth2"

    def list_paths(self, name: str, fetch: Fetch) -> Iterator[str]:
        """Yield the paths of a group with its subgroups, and of a user."""
        owner = quote(name, safe="")
        yield f"/groups/{owner}/projects?include_subgroups=true&with_shared=false&{_ORDER}"
        yield f"/users/{owner}/projects?{_ORDER}"

    def parse_repository(self, item: Mapping[str, Any]) -> HostRepository:
        """Return an item of a listing."""
        flags = {
            "forks": item.get("forked_from_project"),
            "archived": item.get("archived"),
            "private": item.get("visibility", "public") != "public",
        }
        return HostRepository(
            name=str(item["path_with_namespace"]),
            url=str(item["http_url_to_repo"]),
            kinds=frozenset(kind for kind, is_one in flags.items() if is_one),
            has_wiki=bool(item.get("wiki_enabled")),
        )


GITLAB = _GitLab()
