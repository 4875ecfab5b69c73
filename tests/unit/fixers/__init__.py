"""Tests of wakeyscan.fixers."""

from __future__ import annotations
