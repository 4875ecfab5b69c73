"""Where a cluster is, and how its connections are secured."""

from __future__ import annotations

import os
import re

from wakeyscan.core.errors import UsageError
from wakeyscan.core.typing import NamedTuple
from wakeyscan.verification.endpoint import is_loopback

_ADDRESS = re.compile(r"(?:(tcp|tls)://)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")


class TlsFiles(NamedTuple):
    """Files in PEM of an authority, and of a certificate that it has issued to us."""

    authority: str
    certificate: str
    key: str


class ClusterOptions(NamedTuple):
    """A cluster of Dask."""

    jobs: int
    """Number of workers of a cluster on this machine."""
    scheduler: str = ""
    """Address of another cluster; empty: one on this machine."""
    tls: TlsFiles | None = None
    memory: int = 0
    """Bytes at which a worker of this machine is started again; 0: its share of the memory."""
    dashboard: bool = False
    """Whether Dask serves its dashboard, on loopback."""


def parse_scheduler(address: str, files: TlsFiles) -> tuple[str, TlsFiles | None]:
    """Return the address of a scheduler with its scheme, and the files for TLS.

    Raise `UsageError` for an invalid address, a missing file, and a scheduler on another machine
    without TLS.
    """
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise UsageError("--scheduler: expected tls://HOST:PORT, or tcp://127.0.0.1:PORT")
    scheme, host, port = found[1] or "tcp", found[2], found[3]
    if scheme == "tcp":
        if not is_loopback(host.strip("[]")):
            raise UsageError(
                f"--scheduler {address}: is on another machine and does not use TLS; "
                "anyone who reaches it could run programs here. "
                "Use tls:// with --tls-ca, --tls-cert and --tls-key"
            )
        return f"tcp://{host}:{port}", None
    if not all(files):
        raise UsageError("--scheduler tls://…: needs --tls-ca, --tls-cert and --tls-key")
    for file in files:
        if not os.path.isfile(file):
            raise UsageError(f"{file}: no such file; name a certificate or key in PEM")
    return f"tls://{host}:{port}", TlsFiles(*map(os.path.abspath, files))
