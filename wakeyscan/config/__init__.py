"""Configuration: options, environment variables and files, combined into one `Config`."""

from __future__ import annotations
