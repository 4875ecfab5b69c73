"""Tests of wakeyscan.sources."""

from __future__ import annotations
