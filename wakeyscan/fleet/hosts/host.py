"""The interface of a host, and what a listing contains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.core.secret import Secret

KINDS = ("forks", "archived", "private")
"""Kinds of repositories that a listing can exclude."""

Fetch = Callable[[str], "Any"]
"""Returns the JSON at a path of the API; `None` if there is nothing."""


class HostRepository(NamedTuple):
    """A repository in the listing of a host."""

    name: str
    """`owner/name`."""
    url: str
    """URL to clone."""
    kinds: frozenset[str] = frozenset()
    """The `KINDS` that it belongs to."""
    size: int = 0
    """Bytes, if the host states them."""
    has_wiki: bool = False


class ListingOptions(NamedTuple):
    """Which repositories are listed, and where."""

    skip: frozenset[str] = frozenset()
    """The `KINDS` to exclude."""
    wikis: bool = False
    """Whether wikis are also listed."""
    urls: Mapping[str, str] = {}
    """URLs of the APIs of self-managed hosts, by the name of the host."""
    tokens: Mapping[str, Secret] = {}
    """By the name of the environment variable."""
    proxy: str = ""


class Host(Protocol):
    """A kind of host."""

    @property
    def url(self) -> str:
        """URL of the public API."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables with a token; the first one that is set counts."""

    @property
    def user(self) -> str:
        """User name for git clone, with the token as the password."""

    def list_paths(self, name: str, fetch: Fetch) -> Iterator[str]:
        """Yield the paths that may list the repositories of a name; the first that exists does."""

    def parse_repository(self, item: Mapping[str, Any]) -> HostRepository:
        """Return an item of a listing.

        Raise `KeyError`, `TypeError`, `ValueError` or `OverflowError`.
        """
