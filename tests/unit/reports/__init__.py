"""Tests of wakeyscan.reports."""

from __future__ import annotations
