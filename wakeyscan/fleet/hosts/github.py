"""GitHub and GitHub Enterprise (docs.github.com/rest/repos/repos)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fleet.hosts.host import HostRepository

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.fleet.hosts.host import Fetch

_KIBIBYTE = 1024


class _GitHub(NamedTuple):
    """GitHub and GitHub Enterprise."""

    url: str = "https://api.github.com"
    variables: tuple[str, ...] = ("GITHUB_TOKEN", "GH_TOKEN")
    user: str = "x-access-token"

    def list_paths(self, name: str, fetch: Fetch) -> Iterator[str]:
        """Yield the paths of an organization, of the user whose token it is, and of any user."""
        owner = quote(name, safe="")
        yield f"/orgs/{owner}/repos?type=all"
        if _is_own(name, fetch("/user")):
            yield "/user/repos?affiliation=owner"
        yield f"/users/{owner}/repos?type=owner"

    def parse_repository(self, item: Mapping[str, Any]) -> HostRepository:
        """Return an item of a listing."""
        flags = {"forks": item["fork"], "archived": item["archived"], "private": item["private"]}
        return HostRepository(
            name=str(item["full_name"]),
            url=str(item["clone_url"]),
            kinds=frozenset(kind for kind, is_one in flags.items() if is_one),
            size=int(item.get("size") or 0) * _KIBIBYTE,
            has_wiki=bool(item.get("has_wiki")),
        )


def _is_own(name: str, user: Any) -> bool:
    login = user.get("login") if isinstance(user, dict) else None
    return isinstance(login, str) and login.lower() == name.lower()


GITHUB = _GitHub()
