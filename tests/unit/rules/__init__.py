"""Tests of wakeyscan.rules."""

from __future__ import annotations
