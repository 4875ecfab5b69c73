"""Changes to the start of every Python of a test run, made by `PYTHONPATH` and two variables.

- `PYTHON_WITHOUT=hyperscan isal`: these packages or modules are not installed, as far as imports
  can tell.
- `PYTHON_START_METHOD=spawn`: multiprocessing starts processes as on macOS and Windows.

Both also hold for the processes that the tests start.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

_WITHOUT = frozenset(os.environ.get("PYTHON_WITHOUT", "").split())
_START_METHOD = os.environ.get("PYTHON_START_METHOD")


class _Finder(PathFinder):
    """Finds no package of `PYTHON_WITHOUT`."""

    @classmethod
    def find_spec(cls, fullname: str, *arguments: Any, **named: Any) -> ModuleSpec | None:
        if not _WITHOUT.isdisjoint((fullname, fullname.partition(".")[0])):
            return None
        return super().find_spec(fullname, *arguments, **named)


if _WITHOUT:
    sys.meta_path[:] = [_Finder if one is PathFinder else one for one in sys.meta_path]
if _START_METHOD:
    import multiprocessing

    multiprocessing.set_start_method(_START_METHOD)
