"""Tests of wakeyscan.audit."""

from __future__ import annotations
