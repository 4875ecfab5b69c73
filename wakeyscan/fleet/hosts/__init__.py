"""Hosts whose repositories can be listed, one per module."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.fleet.hosts.host import Host

HOSTS: Registry[Host] = Registry(
    "host",
    {
        "github": "wakeyscan.fleet.hosts.github:GITHUB",
        "gitlab": "wakeyscan.fleet.hosts.gitlab:GITLAB",
    },
)
