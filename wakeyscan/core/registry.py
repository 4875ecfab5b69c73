"""Registry of interchangeable members, such as report formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wakeyscan.core.errors import UsageError
from wakeyscan.core.lazy import TYPE_CHECKING, lazy_import, load_module

if TYPE_CHECKING:
    from typing import Any, TypeVar

    from wakeyscan.core import suggestions

    Member = TypeVar("Member")
else:
    suggestions = lazy_import("wakeyscan.core.suggestions")  # only an error message needs it


class Registry(Mapping[str, "Member"]):
    """Members by name, in the order given; each is imported on first use.

    All members implement one Protocol. A registry names their modules instead of importing them,
    because a hook that prints text must not load SARIF.
    """

    def __init__(self, kind: str, members: Mapping[str, str]) -> None:
        """Map names to members, each given as `package.module` or `package.module:attribute`."""
        self.kind = kind
        self._members = dict(members)
        self._loaded: dict[str, Member] = {}

    def __getitem__(self, name: str) -> Member:
        if name not in self._loaded:
            module, _, attribute = self._members[name].partition(":")
            member: Any = load_module(module)
            self._loaded[name] = getattr(member, attribute) if attribute else member
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, name: object) -> bool:
        return name in self._members  # Mapping's method would import the module

    def load(self, name: str) -> Member:
        """Import and return a member; raise `UsageError` if the name is unknown."""
        self.check(name)
        return self[name]

    def check(self, name: str) -> None:
        """Raise `UsageError` if the name is unknown, without importing a member."""
        if name not in self._members:
            raise UsageError(f"unknown {self.kind} {name!r}{suggestions.list_known(name, self)}")
