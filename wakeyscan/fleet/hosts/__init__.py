"""Hosts whose repositories can be listed, one per module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.fleet.hosts.host import Host

HOSTS: Registry[Host] = Registry(
    "host",
    {
        "github": "wakeyscan.fleet.hosts.github:GITHUB",
        "gitlab": "wakeyscan.fleet.hosts.gitlab:GITLAB",
    },
)
