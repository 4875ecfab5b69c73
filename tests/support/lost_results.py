"""A program that runs tasks on a cluster, and kills its workers once all results are there."""

from __future__ import annotations

import multiprocessing
import sys
import time

from tests.support.audits import build_options
from tests.support.dask_cluster import wait_until
from wakeyscan.fleet import ledger
from wakeyscan.fleet.cluster import ClusterExecutor
from wakeyscan.fleet.cluster_options import ClusterOptions
from wakeyscan.fleet.options import CloneOptions, FleetTask, TaskOptions, digest_options
from wakeyscan.fleet.repository_list import FleetRepository


def main(folder: str, *repositories: str) -> None:
    """Print the state of each repository; only the first result is read before the workers die."""
    audit = build_options()
    options = TaskOptions(audit, folder, "run", digest_options(audit), CloneOptions(""))
    ledger.create(folder)
    tasks = [FleetTask(FleetRepository(name, name), options) for name in repositories]
    outcomes = ClusterExecutor(ClusterOptions(jobs=1), lambda _: None).run(tasks)
    print(next(outcomes).state.value)
    wait_until(lambda: len(ledger.list_files(folder)) == len(tasks))
    for worker in multiprocessing.active_children():
        worker.kill()
    time.sleep(0.1)  # the scheduler notices at once; the results are made again a little later
    for outcome in outcomes:
        print(outcome.state.value)


if __name__ == "__main__":
    main(*sys.argv[1:])
