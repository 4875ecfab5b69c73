"""Options of a fleet: what its tasks need, and what runs them."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from wakeyscan.audit.cache import find_cache_file
from wakeyscan.audit.options import AuditOptions
from wakeyscan.audit.scope import AuditScope
from wakeyscan.config import converters
from wakeyscan.core.errors import UsageError
from wakeyscan.core.files import find_cache_folder
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.worker_pool import count_processors
from wakeyscan.fleet.cluster_options import ClusterOptions, TlsFiles, parse_scheduler
from wakeyscan.fleet.options import CloneOptions, TaskOptions, digest_options
from wakeyscan.fleet.processes import ProcessExecutor

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.config.options import Values
    from wakeyscan.fleet import cluster
    from wakeyscan.fleet.executor import Executor
else:
    cluster = lazy_import("wakeyscan.fleet.cluster")  # Dask takes a second

_DASK, _PROCESSES = "dask", "processes"
_parse_executor = converters.build_choice(_DASK, _PROCESSES)

RESULTS = "wakeyscan-fleet"
"""The default folder of the results."""


def build_task_options(folder: str, given: Values, settings: Config) -> TaskOptions:
    """Return what all tasks have in common; raise `UsageError`, `RuleError` or `ConfigError`."""
    options = _build_audit_options(given, settings)
    return TaskOptions(
        audit=options,
        folder=folder,
        run=secrets.token_hex(8),
        digest=digest_options(options),
        clone=_build_clone_options(),
        seconds=_parse_count(given, "time_limit"),
    )


def _build_audit_options(given: Values, settings: Config) -> AuditOptions:
    """Return the options of each audit: the repositories are not trusted, one process each."""
    rules = settings.rules
    return AuditOptions(
        rules_folder=os.path.abspath(rules) if rules and isinstance(rules, str) else rules,
        jobs=1,
        honor_inline=False,
        scope=AuditScope(None, "", False),
        now=datetime.now(UTC),
        cache_file="" if given.get("no_cache") else find_cache_file(),
        include_suppressed=settings.show_suppressed or settings.verification is not None,
        # An allowed path of this repository means nothing in another one.
        policy=settings.policy._replace(allowed_paths=()),
    )


def _build_clone_options() -> CloneOptions:
    return CloneOptions(os.path.join(find_cache_folder(), "mirrors"))


def build_executor(given: Values, settings: Config) -> Executor:
    """Return what runs the tasks; raise `UsageError`."""
    jobs = settings.jobs or count_processors()
    name = _choose_executor(given)
    if name == _PROCESSES:
        return ProcessExecutor(jobs)
    files = TlsFiles(*(str(given.get(name, "")) for name in ("tls_ca", "tls_cert", "tls_key")))
    address, tls = str(given.get("scheduler", "")), None
    if address:
        address, tls = parse_scheduler(address, files)
    memory = converters.convert(
        converters.parse_size, given.get("memory_limit", "0"), "--memory-limit", UsageError
    )
    options = ClusterOptions(jobs, address, tls, memory, bool(given.get("dashboard")))
    if not _has_dask():
        raise UsageError("Dask is not installed; install it: pip install 'wakeyscan[fleet]'")
    return cluster.ClusterExecutor(options)


def _choose_executor(given: Values) -> str:
    if "executor" in given:
        name = converters.convert(_parse_executor, given["executor"], "--executor", UsageError)
    elif "scheduler" in given:
        name = _DASK
    else:
        name = _PROCESSES if "shard" in given or not _has_dask() else _DASK
    if name == _PROCESSES and "scheduler" in given:
        raise UsageError("--scheduler: needs --executor dask")
    return str(name)


def _has_dask() -> bool:
    return find_spec("distributed") is not None and find_spec("cryptography") is not None


def _parse_count(given: Values, name: str) -> int:
    option = f"--{name.replace('_', '-')}"
    if name not in given:
        return 0
    return int(converters.convert(converters.parse_count, given[name], option, UsageError))
