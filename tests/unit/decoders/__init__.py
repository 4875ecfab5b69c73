"""Tests of wakeyscan.decoders."""

from __future__ import annotations
