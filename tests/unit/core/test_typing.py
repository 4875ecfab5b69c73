"""Our named tuples behave as those of `typing` do."""

from __future__ import annotations

import pickle
import typing
from collections.abc import Callable

import pytest

from wakeyscan.core import typing as own_typing


class Theirs(typing.NamedTuple):
    """A point."""

    x: int
    y: int = 2
    """Its default is 2."""
    label: Undefined = None  # type: ignore[name-defined]  # noqa: F821  # never evaluated

    @property
    def total(self) -> int:
        """The sum."""
        return self.x + self.y

    def __str__(self) -> str:
        return f"{self.x}/{self.y}"


class Ours(own_typing.NamedTuple):
    """A point."""

    x: int
    y: int = 2
    """Its default is 2."""
    label: Undefined = None  # type: ignore[name-defined]  # noqa: F821  # never evaluated

    @property
    def total(self) -> int:
        """The sum."""
        return self.x + self.y

    def __str__(self) -> str:
        return f"{self.x}/{self.y}"


class Empty(own_typing.NamedTuple):
    pass


ASKED: dict[str, Callable[[typing.Any], object]] = {
    "fields": lambda made: made._fields,
    "defaults": lambda made: made._field_defaults,
    "values": tuple,
    "keyword": lambda made: type(made)(x=3, label="a") == (3, 2, "a"),
    "text": str,
    "repr": lambda made: repr(made).replace("Theirs", "Ours"),
    "property": lambda made: made.total,
    "replaced": lambda made: tuple(made._replace(y=5)),
    "dict": lambda made: made._asdict(),
    "equal": lambda made: (made == (1, 2, None), hash(made) == hash((1, 2, None))),
    "pickled": lambda made: pickle.loads(pickle.dumps(made)) == made,
    "module": lambda made: type(made).__module__,
    "documentation": lambda made: (type(made).__doc__, type(made).total.__doc__),
    "attributes": lambda made: sorted(set(dir(made)) - {"__orig_bases__", "__annotations__"}),
    "size": lambda made: (isinstance(made, tuple), hasattr(made, "__dict__")),
    "made": lambda made: tuple(made._make((1, 2, 3))),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_named_tuple_behaves_like_that_of_typing(ask: Callable[[typing.Any], object]) -> None:
    assert ask(Ours(1)) == ask(Theirs(1))


def test_a_named_tuple_is_frozen_and_checks_its_arguments() -> None:
    with pytest.raises(AttributeError):
        Ours(1).x = 2  # type: ignore[misc]
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Ours()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Ours(1, z=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Expected 3 arguments, got 2"):
        Ours._make((1, 2))
    with pytest.raises(TypeError, match="unexpected field names: \\['z'\\]"):
        Ours(1)._replace(z=2)  # type: ignore[call-arg]
    assert (Empty(), Ours.__qualname__) == ((), "Ours")
