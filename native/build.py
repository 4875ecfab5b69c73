"""Builds the native core for this Python, if cargo and its registry are available."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

_FOLDER = Path(__file__).parent
_LOG = _FOLDER / "target" / "build.log"
_INSTALL = ("install", "--quiet", "--disable-pip-version-check", str(_FOLDER))


def main(outer_python: str) -> int:
    """Install the core; without it audits are slower, so that no failure counts.

    `outer_python` has pip if this Python has none.
    """
    if not shutil.which("cargo"):
        print("native core: not built, cargo is missing; audits are slower without it")
        return 0
    pip = [sys.executable, "-m", "pip"]
    if not find_spec("pip"):
        pip = [outer_python, "-m", "pip", "--python", sys.executable]
    _LOG.parent.mkdir(exist_ok=True)
    with _LOG.open("w") as log:
        failed = subprocess.run([*pip, *_INSTALL], stdout=log, stderr=log, check=False).returncode
    if failed:
        print(f"native core: not built, see {_LOG}; audits are slower without it")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
