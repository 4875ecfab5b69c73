"""Tests of wakeyscan.verification."""

from __future__ import annotations
