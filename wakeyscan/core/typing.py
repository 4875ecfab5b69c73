"""Some names of `typing`, without the 3 ms that it takes to load.

`typing.NamedTuple` also compiles the text of each annotation, which nothing reads, and a function
for each type: that is 75 to 100 us, and an audit needs 137 types. Types of ours with as many fields
share the code of the function, and take 10 us.
"""

from __future__ import annotations

import collections
from types import FunctionType

TYPE_CHECKING = False
"""By its name true to type checkers."""

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any
    from typing import NamedTuple as NamedTuple
    from typing import Protocol as Protocol
    from typing import overload as overload
else:

    def overload(function: object) -> None:
        """Declare one signature of a function; only a type checker reads it."""

    class Protocol:
        """Base of classes that describe an interface; only a type checker reads them."""

    _constructors: dict[int, FunctionType] = {}
    """A constructor for each number of fields."""

    class _Record(tuple):
        """The methods of all named tuples, as `collections.namedtuple` writes them for each."""

        __slots__ = ()

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Any:
            record = tuple.__new__(cls, values)
            if len(record) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(record)}")
            return record

        def _replace(self, /, **changes: Any) -> Any:
            record = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise TypeError(f"Got unexpected field names: {list(changes)!r}")
            return record

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            values = map("%s=%r".__mod__, self._asdict().items())
            return f"{type(self).__name__}({', '.join(values)})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    def _build_constructor(fields: tuple[str, ...], defaults: tuple[Any, ...]) -> FunctionType:
        """Return `__new__` of a type: that of an earlier one, with other names of arguments."""
        if not (earlier := _constructors.get(len(fields))):
            earlier = collections.namedtuple("Earlier", fields).__new__
            _constructors[len(fields)] = earlier
        code = earlier.__code__.replace(co_varnames=("_cls", *fields))
        return FunctionType(code, earlier.__globals__, "__new__", defaults)

    class _NamedTupleMeta(type):
        """Builds a named tuple from a class body, as `typing.NamedTuple` does."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)  # `NamedTuple` itself
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body.pop(field) for field in fields if field in body}
            body |= {field: collections._tuplegetter(at, "") for at, field in enumerate(fields)}
            body |= {"__slots__": (), "__match_args__": fields, "_fields": fields}
            body["_field_defaults"] = defaults
            constructor = _build_constructor(fields, tuple(defaults.values()))
            constructor.__qualname__ = f"{name}.__new__"
            body["__new__"] = constructor
            return type(name, (_Record,), body)

    class NamedTuple(metaclass=_NamedTupleMeta):
        """Base of classes whose annotated attributes are the fields of a tuple."""
