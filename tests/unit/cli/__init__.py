"""Tests of wakeyscan.cli."""

from __future__ import annotations
