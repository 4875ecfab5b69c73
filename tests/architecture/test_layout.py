"""The layout of the package keeps to its rules: see docs/ARCHITECTURE.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "wakeyscan"
MODULES = sorted(PACKAGE.rglob("*.py"))


@cache
def parse_modules() -> dict[str, ast.Module]:
    """Parse the package, which takes a second: not at import, as every process does that."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in MODULES
    }


def list_functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield the functions of the package, each with the path of its module."""
    for name, tree in parse_modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name, node


def test_the_top_level_has_at_most_17_names() -> None:
    names = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert len(names - {"__pycache__"}) <= 17 + 2  # and __init__ and __main__


def test_modules_are_neither_large_nor_mostly_tiny() -> None:
    sizes = [len(path.read_text("utf-8").splitlines()) for path in MODULES]
    assert max(sizes) <= 300
    assert 80 <= median(sizes) <= 180
    modules = [path for path in MODULES if path.name != "__init__.py"]
    tiny = [p.name for p in modules if len(p.read_text("utf-8").splitlines()) < 50]
    assert len(tiny) < 30, tiny


def test_patterns_for_findings_are_compiled_lazily() -> None:
    packages = tuple(f"wakeyscan/{name}/" for name in ("decoders", "rules", "scanner"))
    eager = [
        f"{name}:{node.lineno}"
        for name, tree in parse_modules().items()
        if name.startswith(packages) and "/string_tables/" not in name  # of programs only
        for statement in tree.body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"
    ]
    assert eager == []


def test_no_function_imports_anything() -> None:
    imports = [
        f"{name}:{node.lineno}"
        for name, function in list_functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert imports == []


def test_no_function_has_more_than_5_positional_parameters() -> None:
    long = []
    for name, function in list_functions():
        taken = [*function.args.posonlyargs, *function.args.args]
        if len([one for one in taken if one.arg not in ("self", "cls")]) > 5:
            long.append(f"{name}:{function.lineno} {function.name}")
    assert long == []


def test_no_module_imports_more_than_15_of_our_modules() -> None:
    wide = []
    for name, tree in parse_modules().items():
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        imported = {node.module or "" for node in imports} - {"wakeyscan.core.typing"}
        count = sum(module.startswith("wakeyscan") for module in imported)
        if count > 15:
            wide.append(f"{name}: {count}")
    assert wide == []
