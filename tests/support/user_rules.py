"""Rules of a user, for tests that load them as a run does."""

from __future__ import annotations

TOKEN_RULE = b"""
title = "A token, before its anchor"
severity = "high"
anchors = ["=token"]
help = "h"
pattern = "(?P<secret>[a-z]{8})=token"
hits = ["abcdefgh=token", " abcdefgh=token", "x abcdefgh=token "]
misses = ["abcdefg=token", "=token", "abcdefgh=toke"]
"""
"""Its secret precedes its anchor, so it is not matched at the anchor."""
