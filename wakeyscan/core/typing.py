"""Some names of `typing`, without the 3 ms that it takes to load.

`typing.NamedTuple` also compiles the text of each annotation: 10 ms for the twenty types of a hook
that finds nothing, a fifth of its time. Nothing reads these annotations when the program runs.
"""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
"""By its name true to type checkers."""

if TYPE_CHECKING:
    from typing import Any
    from typing import NamedTuple as NamedTuple
    from typing import Protocol as Protocol
    from typing import overload as overload
else:

    def overload(function: object) -> None:
        """Declare one signature of a function; only a type checker reads it."""

    class Protocol:
        """Base of classes that describe an interface; only a type checker reads them."""

    class _NamedTupleMeta(type):
        """Builds a named tuple from a class body, as `typing.NamedTuple` does."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)  # `NamedTuple` itself
            fields = body.get("__annotations__", {})
            defaults = [body.pop(field) for field in fields if field in body]
            built = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            for attribute, value in body.items():
                setattr(built, attribute, value)
            return built

    class NamedTuple(metaclass=_NamedTupleMeta):
        """Base of classes whose annotated attributes are the fields of a tuple."""
