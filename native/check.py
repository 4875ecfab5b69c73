"""Checks of the native core, where cargo and its registry are at hand: style, tests, licenses."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_FOLDER = Path(__file__).parent
_ALLOWED = {
    *("MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-3-Clause", "Unlicense"),
    *("Unicode-3.0", "Zlib"),
}
_COMMANDS = (
    ("fmt", "--check"),
    ("clippy", "--quiet", "--locked", "--all-targets", "--", "-D", "warnings"),
    ("test", "--quiet", "--locked", "--no-default-features"),
)


def find_license_problems(metadata: str) -> Iterator[str]:
    """Yield each package of `cargo metadata` that no license allows us to ship."""
    for package in json.loads(metadata)["packages"]:
        expression = package["license"] or ""
        parts = re.split(r"\s+AND\s+", expression.replace("/", " OR "))
        choices = [re.split(r"\s+OR\s+", part.strip("() ")) for part in parts]
        if not all(_ALLOWED.intersection(map(_strip, names)) for names in choices):
            yield f"{package['name']} {package['version']}: license {expression or 'unknown'}"


def _strip(name: str) -> str:
    return name.strip("() ")


def main() -> int:
    """Run the checks; return 0 if all pass, or if they cannot run."""
    cargo = shutil.which("cargo")
    if not cargo or _run(cargo, "fetch", "--quiet", "--locked").returncode:
        print("native core: not checked, cargo or its registry is not at hand", flush=True)
        return 0
    for command in _COMMANDS:
        result = _run(cargo, *command)
        if result.returncode:
            print(result.stdout + result.stderr, file=sys.stderr)
            return 1
    problems = [*find_license_problems(_run(cargo, "metadata", "--format-version=1").stdout)]
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
