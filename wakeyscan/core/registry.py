"""Registry of interchangeable members, such as report formats; suggestions for mistyped names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from wakeyscan.core.errors import UsageError
from wakeyscan.core.lazy import lazy_import, load_module
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import difflib
    from typing import Any, TypeVar

    Member = TypeVar("Member")
else:
    difflib = lazy_import("difflib")  # only a mistyped name needs it

_MIN_RATIO = 0.65
"""Least similarity of a suggestion: at the default of 0.6, `nope` suggests `ignore`."""


class Registry(Mapping[str, "Member"]):
    """Members by name, in the order given; each is imported on first use.

    All members implement one Protocol. A registry names their modules instead of importing them,
    so that a hook that prints text does not load SARIF.
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
            raise UsageError(f"unknown {self.kind} {name!r}{list_known(name, self)}")


def suggest(name: str, known: Collection[str]) -> str:
    """Return the end of a message about an unknown name: the closest known one, or all of them."""
    return suggest_closest(name, known) or f" (known: {', '.join(known)})"


def list_known(name: str, known: Collection[str]) -> str:
    """Return the end of a message about an unknown name: all known names, and the closest one."""
    return f" (known: {', '.join(known)}){suggest_closest(name, known)}"


def suggest_closest(name: str, known: Collection[str]) -> str:
    """Return the end of a message that names the closest known name; empty if none is close."""
    plain = name.lower().replace("_", "-")
    close = difflib.get_close_matches(plain, tuple(known), 1, _MIN_RATIO)
    return f"; did you mean {close[0]!r}?" if close else ""
