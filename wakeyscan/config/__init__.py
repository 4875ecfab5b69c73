"""Configuration: flags, environment variables and files become one frozen value."""

from __future__ import annotations
