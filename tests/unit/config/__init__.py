"""Tests of wakeyscan.config."""

from __future__ import annotations
