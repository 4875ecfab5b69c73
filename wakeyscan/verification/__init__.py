"""Verification of keys against the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.verification.verifier import Verifier


VERIFIERS: Registry[Verifier] = Registry("verifier", {"wastack": "wakeyscan.verification.wastack"})
