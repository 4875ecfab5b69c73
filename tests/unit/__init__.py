"""Fast tests in one process, without git and without subprocesses."""

from __future__ import annotations
