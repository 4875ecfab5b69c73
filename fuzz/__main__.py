"""Run a target with atheris: `python -m fuzz TARGET [options of libFuzzer]`; see README.md."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wakeyscan.core.lazy import lazy_import

atheris: Any = lazy_import("atheris")  # it has no wheels for the newest Pythons


def main(arguments: list[str]) -> None:
    """Write the seeds of a target into its corpus, then fuzz it."""
    with atheris.instrument_imports(include=["wakeyscan"]):
        from fuzz.targets import TARGETS

        if len(arguments) < 2 or arguments[1] not in TARGETS:
            sys.exit(f"usage: python -m fuzz TARGET [options]; targets: {' '.join(TARGETS)}")
        name, *options = arguments[1:]
        seeds = list(TARGETS[name].seeds())
        for seed in seeds:  # it loads the modules that are imported on first use
            TARGETS[name].run(seed)
    is_one_input = any(not option.startswith("-") for option in options)
    corpus = [] if is_one_input else [str(_write_seeds(name, seeds))]
    atheris.Setup([arguments[0], *corpus, *options], TARGETS[name].run)
    atheris.Fuzz()


def _write_seeds(name: str, seeds: Iterable[bytes]) -> Path:
    corpus = Path(__file__).with_name("corpus") / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    return corpus


if __name__ == "__main__":
    main(sys.argv)
