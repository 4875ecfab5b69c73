"""Tests of wakeyscan.scanner."""

from __future__ import annotations
