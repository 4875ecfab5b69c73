"""Registry of the members of a family, such as report formats; each is imported on first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar, cast

from wakeyscan.core.errors import UsageError

Member = TypeVar("Member")


class Registry(Mapping[str, Member]):
    """Members by name, in the order given.

    A family has a Protocol and one module per member. A registry names these modules instead of
    importing them: a hook that prints text must not pay for SARIF.
    """

    def __init__(self, kind: str, members: Mapping[str, str]) -> None:
        """Name the modules of a family, each as `package.module` or `package.module:attribute`."""
        self.kind = kind
        self._members = dict(members)

    def __getitem__(self, name: str) -> Member:
        module, _, attribute = self._members[name].partition(":")
        member = import_module(module)
        return cast("Member", getattr(member, attribute) if attribute else member)

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, name: object) -> bool:
        return name in self._members  # Mapping's own would import the module

    def load(self, name: str) -> Member:
        """Import a member; raises `UsageError` if there is none of that name."""
        self.check(name)
        return self[name]

    def check(self, name: str) -> None:
        """Raise `UsageError` if there is no member of that name, without importing any."""
        if name not in self._members:
            raise UsageError(f"unknown {self.kind} {name!r} (known: {', '.join(self)})")
