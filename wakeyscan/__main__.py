"""Runs the command line as `python -m wakeyscan`."""

from __future__ import annotations

import sys

from wakeyscan.cli import main

if __name__ == "__main__":
    sys.exit(main())
