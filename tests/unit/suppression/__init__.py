"""Tests of wakeyscan.suppression."""

from __future__ import annotations
