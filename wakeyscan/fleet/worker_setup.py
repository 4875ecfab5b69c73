"""Set-up of a worker of a local cluster: Dask imports this module there (`preload`)."""

from __future__ import annotations

import signal


def dask_setup(worker: object) -> None:
    """Ignore Ctrl-C, which a terminal sends to all processes: the client ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
