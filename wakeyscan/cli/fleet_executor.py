"""Executors of the tasks of a fleet: local processes, or a cluster of Dask."""

from __future__ import annotations

from importlib.util import find_spec

from wakeyscan.cli.fleet_options import parse_size_option
from wakeyscan.cli.output import write_stderr
from wakeyscan.config import converters
from wakeyscan.core.errors import UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.core.worker_pool import count_processors
from wakeyscan.fleet.cluster_options import ClusterOptions, TlsFiles, parse_scheduler
from wakeyscan.fleet.processes import ProcessExecutor

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.config.options import Values
    from wakeyscan.fleet import cluster
    from wakeyscan.fleet.run import Executor
else:
    cluster = lazy_import("wakeyscan.fleet.cluster")  # Dask takes a second

_DASK, _PROCESSES = "dask", "processes"
_parse_executor = converters.build_choice(_DASK, _PROCESSES)


def build_executor(given: Values, settings: Config) -> Executor:
    """Return the executor of the tasks; raise `UsageError`."""
    jobs = settings.jobs or count_processors()
    name, dashboard = _choose_executor(given), bool(given.get("dashboard"))
    memory = parse_size_option(given, "memory_limit") if "memory_limit" in given else 0
    if name == _PROCESSES:
        return ProcessExecutor(jobs, memory)
    if dashboard and "scheduler" in given:
        raise UsageError("--dashboard: a scheduler that runs already serves its own")
    files = TlsFiles(*(str(given.get(name, "")) for name in ("tls_ca", "tls_cert", "tls_key")))
    address, tls = str(given.get("scheduler", "")), None
    if address:
        address, tls = parse_scheduler(address, files)
    options = ClusterOptions(jobs, address, tls, memory, dashboard)
    if not _has_dask():
        raise UsageError("Dask is not installed; install it: pip install 'wakeyscan[fleet]'")
    if dashboard and not find_spec("bokeh"):
        raise UsageError("--dashboard: needs Bokeh; install it: pip install bokeh")
    return cluster.ClusterExecutor(options, _announce_dashboard)


def _announce_dashboard(address: str) -> None:
    write_stderr(f"wakeyscan: Dask's dashboard: {address}\n")


def _choose_executor(given: Values) -> str:
    if "executor" in given:
        name = converters.convert(_parse_executor, given["executor"], "--executor", UsageError)
    elif "scheduler" in given:
        name = _DASK
    else:
        name = _PROCESSES if "shard" in given or not _has_dask() else _DASK
    for option in ("scheduler", "dashboard"):
        if name == _PROCESSES and given.get(option):
            raise UsageError(f"--{option}: needs --executor dask")
    return str(name)


def _has_dask() -> bool:
    return find_spec("distributed") is not None and find_spec("cryptography") is not None
