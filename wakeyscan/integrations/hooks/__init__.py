"""What git asks of a hook, one file a stage: its name is what the user types, with `-` for `_`."""

from __future__ import annotations
