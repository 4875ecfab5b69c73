"""Build hook: puts the rules into the wheel as a Python module too, parsed and compiled.

pip compiles modules when it installs them, so an installed wakeyscan starts without reading TOML,
which would cost a hook a third of its time, and without compiling patterns, which would cost it
more than all else together. A checkout, an editable one too, reads `rules/*.toml`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ParsedRules(BuildHookInterface[Any]):
    """Adds `wakeyscan/_parsed.py` to wheels."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the module to a temporary file and have it included."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from wakeyscan import precompiled, rule
        from wakeyscan.catalog import Catalog
        from wakeyscan.inspection import Wrappings

        paths = sorted((Path(self.root) / "rules").glob("*.toml"))
        rules = {path.name: tomllib.loads(path.read_text("utf-8")) for path in paths}
        ours = rule.load()
        compiled = {one.id: precompiled.keep(one.compile()) for one in ours}
        forms = {one.id: tuple(map(tuple, Catalog([one], Wrappings()).all())) for one in ours}
        handle, self.draft = tempfile.mkstemp(suffix=".py")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(
                '"""The built-in rules, parsed and compiled when the wheel was built."""\n\n'
            )
            file.write(f"RULES = {rules!r}\nCOMPILED = {compiled!r}\nFORMS = {forms!r}\n")
        os.chmod(self.draft, 0o644)
        build_data["force_include"][self.draft] = "wakeyscan/_parsed.py"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary file."""
        if version != "editable":
            os.unlink(self.draft)
