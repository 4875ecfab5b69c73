"""Deferred imports and patterns, for modules and patterns that most runs never need.

Python 3.15 has the imports built in (`lazy import`, PEP 810). Until that is our oldest version, a
module lists them once, at its top, instead of repeating imports inside functions:

    if TYPE_CHECKING:
        from wakeyscan.extractors import extract
    else:
        extract = lazy_import("wakeyscan.extractors.extract")
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]  # the engine of `re`
import marshal
import re
import sys
from functools import cache, cached_property

from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import Any, AnyStr

    CompiledPatterns = Mapping[tuple[str | bytes, int], bytes]

PATTERN_VERSION = f"{sys.implementation.cache_tag} {_sre.MAGIC}"
"""A compiled pattern can be loaded only by the version of Python that compiled it."""

_COMPILED = "wakeyscan.core._patterns"
"""Module that the build of a wheel generates from all lazy patterns."""


def load_module(name: str) -> ModuleType:
    """Import and return a module, without `importlib`, which takes 0.6 ms to load."""
    __import__(name)
    return sys.modules[name]


class _LazyModule:
    """A placeholder for a module that is imported on first use."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(load_module(self._name), attribute)
        setattr(self, attribute, value)  # later uses skip this method
        return value


def lazy_import(name: str) -> Any:
    """Return a placeholder for the module `name`, which is imported on first use."""
    return _LazyModule(name)


class LazyPattern:
    """A placeholder for a pattern that is compiled, or loaded, on first use."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.arguments = pattern, int(flags)

    @cached_property
    def _compiled(self) -> re.Pattern[Any]:
        compiled = _find_compiled_patterns().get(self.arguments)
        if compiled is None:
            return re.compile(*self.arguments)
        code = marshal.loads(compiled)  # noqa: S302 - from our own wheel
        pattern: re.Pattern[Any] = _sre.compile(self.arguments[0], *code)
        return pattern

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._compiled, attribute)
        setattr(self, attribute, value)  # later uses skip this method
        return value


@cache
def _find_compiled_patterns() -> CompiledPatterns:
    """Return the patterns that were compiled with the wheel; none in a checkout."""
    try:
        module = load_module(_COMPILED)
    except ModuleNotFoundError:
        return {}
    patterns: CompiledPatterns = module.PATTERNS
    return patterns if module.VERSION == PATTERN_VERSION else {}


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a placeholder for a compiled pattern.

    A pattern takes 0.1 to 5 ms to compile, and a hook that finds a key needs a third of ours. A
    wheel has them compiled. Only the methods of a placeholder work: `re.sub(placeholder, …)` does
    not.
    """
    placeholder: Any = LazyPattern(pattern, flags)
    compiled: re.Pattern[AnyStr] = placeholder
    return compiled
