"""Tasks on a cluster of Dask: one on this machine by default, or any other.

Peers of a cluster unpickle what the others send, which runs code of theirs. So all connections are
encrypted and authenticated (TLS with certificates of one authority), even between the processes of
this machine, which other users could reach; only a scheduler on loopback may be without.
"""

from __future__ import annotations

import logging
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import dask
from distributed import Client, LocalCluster, Security, as_completed
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from wakeyscan.core.errors import ReportError, UsageError, WakeyscanError
from wakeyscan.core.termination import make_temporary_folder
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fleet import remote_task
from wakeyscan.fleet.run import RETRIES, ExecutorLost
from wakeyscan.fleet.task import Outcome, fail_task

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.fleet.cluster_options import ClusterOptions, TlsFiles
    from wakeyscan.fleet.options import FleetTask

_CONNECT_SECONDS = 30
_LOOPBACK = "127.0.0.1"
_LOST = "the scheduler has ended; start it, then run the same command with --resume"
_SETTINGS = {
    "distributed.scheduler.allowed-failures": RETRIES,
    # The result is in the ledger before the task ends; what Dask adds are a few bytes.
    "distributed.scheduler.work-stealing": True,
    # On a busy machine, a peer that is alive may be silent for longer than the 30 s of Dask.
    "distributed.comm.timeouts.connect": "120s",
    "distributed.comm.timeouts.tcp": "120s",
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.diagnostics.nvml": False,
}


class ClusterExecutor:
    """Runs tasks on the workers of a cluster, each with one thread."""

    def __init__(self, options: ClusterOptions, announce: Callable[[str], None]) -> None:
        """`announce` is called with the address of the dashboard, if there is one."""
        self._options, self._announce = options, announce

    def run(self, tasks: Sequence[FleetTask]) -> Iterator[Outcome]:
        """Yield the outcome of each task.

        Raise `UsageError` if the scheduler cannot be reached, `ExecutorLost` if it ends.
        """
        if not tasks:
            return
        try:
            with _silence(), dask.config.set(_SETTINGS), self._connect() as client:
                yield from _run_tasks(client, tasks)
        except (CommClosedError, CancelledError):
            raise ExecutorLost(_LOST) from None

    @contextmanager
    def _connect(self) -> Iterator[Client]:
        options = self._options
        with ExitStack() as stack:
            if options.scheduler:
                security = _build_security(options.tls) if options.tls else None
                address: Any = options.scheduler
            else:
                address = stack.enter_context(_open_local_cluster(options, stack))
                security = address.security
                if options.dashboard:
                    port = address.scheduler_info["services"]["dashboard"]
                    self._announce(f"http://{_LOOPBACK}:{port}/status")
            try:
                client = Client(
                    address, security=security, timeout=_CONNECT_SECONDS, set_as_default=False
                )
                stack.callback(client.close, timeout=2)
                client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
            except (OSError, ValueError) as error:
                raise UsageError(_describe_failure(options.scheduler, error)) from None
            yield client


@contextmanager
def _silence() -> Iterator[None]:
    """Silence the messages of Dask: each failure is a row of the result."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _describe_failure(scheduler: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"--scheduler {scheduler}: has no worker after {_CONNECT_SECONDS} s; start one"
    return f"--scheduler {scheduler}: cannot be reached: {error}; start it first"


def _build_security(files: TlsFiles) -> Security:
    return Security(
        tls_ca_file=files.authority,
        tls_client_cert=files.certificate,
        tls_client_key=files.key,
        require_encryption=True,
    )


def _open_local_cluster(options: ClusterOptions, stack: ExitStack) -> LocalCluster:
    scratch = stack.enter_context(make_temporary_folder())
    try:
        return LocalCluster(
            n_workers=options.jobs,
            threads_per_worker=1,
            processes=True,
            memory_limit=options.memory or "auto",
            host=_LOOPBACK,
            # Dask serves HTTP even without a dashboard, on a port that another cluster may have.
            scheduler_kwargs={
                "dashboard": options.dashboard,
                "dashboard_address": f"{_LOOPBACK}:0",
            },
            worker_dashboard_address=None,
            local_directory=scratch,
            silence_logs=logging.CRITICAL,
            security=Security.temporary(),
            preload=[remote_task.__name__],
            env={"TMPDIR": scratch},
        )
    except (OSError, RuntimeError) as error:
        reason = error.__cause__ or error
        raise UsageError(
            f"Dask cannot start workers: {reason}; free disk space and memory, or use --executor "
            "processes"
        ) from None


def _run_tasks(client: Client, tasks: Sequence[FleetTask]) -> Iterator[Outcome]:
    marker = remote_task.write_marker(tasks[0].options)
    pending = {}
    for number, task in enumerate(tasks):
        future = client.submit(
            remote_task.run_on_worker,
            task,
            marker,
            key=f"wakeyscan-{task.options.run}-{number}",
            pure=False,
            retries=RETRIES,
            priority=-number,  # the largest repository first
        )
        pending[future] = task
    for future in as_completed(list(pending), loop=client.loop):
        yield _read_future(future, pending.pop(future))
        future.release()


def _read_future(future: Any, task: FleetTask) -> Outcome:
    """Return the outcome of a task; wait for it again if its result was lost with its worker."""
    error = future.exception()
    if future.cancelled():
        raise ExecutorLost(_LOST)
    if error is None:
        return remote_task.store_answer(future.result(), task)
    if isinstance(error, KilledWorker):
        reason = f"its worker died {RETRIES + 1} times (out of memory?)"
        return fail_task(task, reason)
    if isinstance(error, ReportError):
        raise error
    is_known = isinstance(error, WakeyscanError)
    return fail_task(task, str(error) if is_known else f"the worker failed: {type(error).__name__}")
