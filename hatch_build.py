"""Build hook that adds parsed and compiled rules, and other compiled patterns, to the wheel.

pip compiles modules on installation, so an installed wakeyscan starts without parsing TOML and
without compiling patterns. Parsing takes a third of the time of a hook, compiling more than all
other work. Hyperscan databases are included if the building machine has hyperscan; other machines
compile their own. A checkout, also an editable installation, reads `rules/*.toml`.

Run as a program, it writes the databases into the checkout, for tests that start it often. A
database is loaded only if the literals that it names are those of the rules.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import marshal
import pkgutil
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule


class ParsedRules(BuildHookInterface[Any]):
    """Adds the compiled rules, patterns and hyperscan databases to wheels."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the files to a temporary folder and include them."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        self.folder = tempfile.mkdtemp()
        for path, content in _build_files(Path(self.root) / "rules"):
            file = Path(self.folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(0o644)
            build_data["force_include"][str(file)] = f"wakeyscan/{path}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if version != "editable":
            shutil.rmtree(self.folder)


def _build_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the paths and contents of the files to add."""
    # The package can be imported only after `initialize` has extended sys.path.
    from wakeyscan.rules import loader

    tables = build_rule_tables(folder)
    text = "".join(f"{name} = {table!r}\n" for name, table in tables.items())
    module = f'"""The built-in rules, parsed and compiled when the wheel was built."""\n\n{text}'
    yield "rules/_compiled.py", module.encode()
    yield "core/_patterns.py", _build_patterns().encode()
    anchors = tables["ENCODED_ANCHORS"]
    yield from _build_databases(
        tuple(rule._replace(encoded_anchors=anchors[rule.id]) for rule in loader.load_rules())
    )


def build_rule_tables(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the tables of `wakeyscan.rules._compiled` by name: parsed and compiled rules."""
    from wakeyscan.decoders import DECODERS
    from wakeyscan.rules import loader, pattern, prefix
    from wakeyscan.scanner.prefilter.anchors import AnchorIndex

    files = sorted(folder.glob("*.toml"))
    rules = loader.load_rules()
    return {
        "RULES": {path.name: tomllib.loads(path.read_text("utf-8")) for path in files},
        "COMPILED": {
            rule.id: pattern.serialize_pattern(pattern.compile_rule(rule)) for rule in rules
        },
        "PREFIXES": {rule.id: prefix.list_prefixes(rule) for rule in rules},
        "ENCODED_ANCHORS": {
            rule.id: tuple(map(tuple, AnchorIndex([rule], DECODERS).all())) for rule in rules
        },
    }


def _build_patterns() -> str:
    """Return a module with all lazy patterns of ours, compiled."""
    import wakeyscan
    from wakeyscan.core import lazy

    for module in pkgutil.walk_packages(wakeyscan.__path__, "wakeyscan.", lambda name: None):
        with contextlib.suppress(ImportError):  # it needs an optional library
            importlib.import_module(module.name)
    found = {one.arguments for one in gc.get_objects() if isinstance(one, lazy.LazyPattern)}
    patterns = {arguments: _compile_pattern(*arguments) for arguments in sorted(found, key=repr)}
    return (
        '"""The patterns of `core.lazy`, compiled when the wheel was built."""\n\n'
        f"VERSION = {lazy.PATTERN_VERSION!r}\nPATTERNS = {patterns!r}\n"
    )


def _compile_pattern(pattern: str | bytes, flags: int) -> bytes:
    """Return what `re` passes to its engine for a pattern, without the pattern itself."""
    with mock.patch("_sre.compile") as compile_code:
        importlib.import_module("re._compiler").compile(pattern, flags)
    _, all_flags, code, *groups = compile_code.call_args.args
    return marshal.dumps((int(all_flags), [int(word) for word in code], *groups))


def _build_databases(rules: tuple[Rule, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield the paths and contents of the databases for rules as a run loads them."""
    from wakeyscan.decoders import DECODERS
    from wakeyscan.scanner.prefilter import databases, strategy
    from wakeyscan.scanner.prefilter.anchors import AnchorIndex

    index = AnchorIndex(rules, DECODERS)
    try:
        yield from map(databases.serialize_database, strategy.list_databases(rules, index))
    except ImportError:  # the building machine has no hyperscan
        return


def _write_databases(package: Path) -> None:
    """Write the databases into the package of a checkout, where git ignores them."""
    from wakeyscan.rules import loader

    shutil.rmtree(package / "scanner/prefilter/_databases", ignore_errors=True)
    for path, content in _build_databases(loader.load_rules()):
        file = package / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    _write_databases(Path(__file__).parent / "wakeyscan")
