"""Scan contexts with one search of the prefilter, whatever a test has scanned before."""

from __future__ import annotations

from copy import copy
from functools import cache

from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.prefilter import strategy


def few() -> ScanContext:
    """Return a context with the substring search, for up to 128 KB."""
    return _copy(_build_few())


def many() -> ScanContext:
    """Return a context with hyperscan."""
    return _copy(_build_many())


def _copy(context: ScanContext) -> ScanContext:
    """Return a context that counts its own bytes; it shares the searches, built once."""
    return context._replace(prefilter=copy(context.prefilter))


@cache
def _build_few() -> ScanContext:
    return build_context(loader.load_rules(), DECODERS)


@cache
def _build_many() -> ScanContext:
    context = _copy(_build_few())
    context.prefilter.expect(strategy.LARGE_SCAN)
    return context
