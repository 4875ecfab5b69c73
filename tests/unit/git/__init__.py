"""Tests of wakeyscan.core."""

from __future__ import annotations
