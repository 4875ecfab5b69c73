"""Build hook: puts the rules into the wheel as a Python module too, parsed and compiled.

pip compiles modules when it installs them, so an installed wakeyscan starts without reading TOML,
which would cost a hook a third of its time, and without compiling patterns, which would cost it
more than all else together. What hyperscan looks for is compiled too, where the machine that builds
has hyperscan; another machine compiles for itself. A checkout, an editable one too, reads
`rules/*.toml`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ParsedRules(BuildHookInterface[Any]):
    """Adds the compiled rules and hyperscan databases to wheels."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write them to a temporary folder and have them included."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        self.drafts = tempfile.mkdtemp()
        for path, content in _made(Path(self.root) / "rules"):
            draft = Path(self.drafts, path)
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
            draft.chmod(0o644)
            build_data["force_include"][str(draft)] = f"wakeyscan/{path}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if version != "editable":
            shutil.rmtree(self.drafts)


def _made(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files to add, each with its path in the package."""
    from wakeyscan.decoders import DECODERS
    from wakeyscan.rules import loader, pattern
    from wakeyscan.scanner.prefilter import hyperscan, strategy
    from wakeyscan.scanner.prefilter.keywords import AnchorIndex

    rules = {
        path.name: tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))
    }
    ours = loader.load_rules()
    compiled = {one.id: pattern.serialize_pattern(pattern.compile_rule(one)) for one in ours}
    anchors: dict[str, Any] = {
        one.id: tuple(map(tuple, AnchorIndex([one], DECODERS).all())) for one in ours
    }
    module = (
        '"""The built-in rules, parsed and compiled when the wheel was built."""\n\n'
        f"RULES = {rules!r}\nCOMPILED = {compiled!r}\nENCODED_ANCHORS = {anchors!r}\n"
    )
    yield "rules/_compiled.py", module.encode()
    built = [one._replace(encoded_anchors=anchors[one.id]) for one in ours]
    index = AnchorIndex(built, DECODERS)
    try:
        yield from map(hyperscan.serialize_database, strategy.list_searches(index))
    except ImportError:  # no hyperscan for the machine that builds
        return
