"""Named tuples that are defined quickly.

`typing.NamedTuple` compiles the text of each annotation: 10 ms for the twenty types of a hook that
finds nothing, a fifth of its time. Nothing reads these annotations when the program runs.
"""

from __future__ import annotations

from collections import namedtuple

from wakeyscan.core.lazy import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any
    from typing import NamedTuple as NamedTuple
else:

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
