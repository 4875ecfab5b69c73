"""`wakeyscan fleet`: audits many repositories at once, with one result for all of them."""

from __future__ import annotations

import os

from wakeyscan.cli import fleet_report, help_topics, output
from wakeyscan.cli.commands import INTERRUPTED
from wakeyscan.cli.fleet_executor import build_executor
from wakeyscan.cli.fleet_options import (
    RESULTS,
    build_task_options,
    find_results_folder,
    list_sources,
)
from wakeyscan.cli.fleet_progress import FleetProgress
from wakeyscan.cli.fleet_verify import verify_records
from wakeyscan.cli.pipeline import check_endpoint
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fleet.ledger import join_ledgers
from wakeyscan.fleet.run import build_tasks, parse_shard, read_outcomes, run_fleet
from wakeyscan.rules.loader import load_rules

if TYPE_CHECKING:
    from wakeyscan.config.config import Config

HELP = """Audit many repositories, and report each key once.

SOURCE is a folder of clones or bare mirrors, a file of clone URLs (one per line), a URL, or
`github:NAME` or `gitlab:NAME` for the repositories of an organization, group or user. The
token for it is read from GITHUB_TOKEN, GH_TOKEN or GITLAB_TOKEN. Each repository is audited as
`wakeyscan audit` does it.

The results go to a folder: a page with an overview (index.html), a summary in Markdown, keys.jsonl,
findings.jsonl, repositories.jsonl and a SARIF report per repository. A repository that cannot be
audited is listed with the reason. After Ctrl-C or a crash, the same command with --resume
continues."""

_SHARED = (
    *("format", "report", "template", "fail-on", "rules", "config", "jobs", "show-suppressed"),
    *("sarif-profile", "ignore-file", "strict", "strict-ignores", "quiet", "verbose", "color"),
    *("verify", "require-verified", "verify-plan", "verify-cache", "app-key", "api-url", "proxy"),
)

PARAMETERS = Parameters(
    (
        Option("output", f"Folder of the results. Default: {RESULTS}.", "DIR", letter="o"),
        *(option for option in SCANNING if option.name in _SHARED),
        Option("resume", "Keep the results of earlier runs for repositories and rules that have "
               "not changed."),
        Option("shard", "Only audit part NUMBER of COUNT, without a page of results: for jobs "
               "that share a list. Join the parts with: wakeyscan fleet merge.", "NUMBER/COUNT"),
        Option("skip", "Exclude forks, archived or private repositories of a host; repeatable.",
               "KIND", many=True),
        Option("wikis", "Also audit the wikis of a host."),
        Option("github-url", "API of GitHub Enterprise: https://HOST/api/v3.", "URL"),
        Option("gitlab-url", "API of a self-managed GitLab: https://HOST/api/v4.", "URL"),
        Option("mirrors", "Folder of the mirrors of URLs. Default: in the cache of this user.",
               "DIR"),
        Option("mirrors-size", "Maximum size of all mirrors: above it, the least recently used are "
               "removed. Default: 50G.", "SIZE"),
        Option("max-clone-size", "Stop a clone above this size. Default: 20G.", "SIZE"),
        Option("no-keep", "Remove each clone after its audit."),
        Option("executor", "How to run the audits: dask or processes. Default: dask if it is "
               "installed (wakeyscan[fleet]) and there is no --shard.", "NAME"),
        Option("scheduler", "Run on this cluster of Dask: tls://HOST:PORT; without TLS only on "
               "this machine. Default: a cluster of --jobs workers on this machine.", "ADDRESS"),
        Option("tls-ca", "CA certificate of the cluster, in PEM.", "FILE"),
        Option("tls-cert", "Certificate for this command, in PEM.", "FILE"),
        Option("tls-key", "Key of --tls-cert, in PEM.", "FILE"),
        Option("memory-limit", "Memory of a worker, for example 2G. A repository that needs more "
               "is listed with the reason. Default: its share of the machine; for a process, half "
               "of it.", "SIZE"),
        Option("dashboard", "Let Dask serve its dashboard, on this machine only, and print its "
               "address. Needs Bokeh."),
        Option("time-limit", "Stop the audit of a repository after this time. Default: no limit.",
               "SECONDS"),
        Option("no-cache", "Ignore the cache and rescan everything."),
    ),
    "SOURCE",
)  # fmt: skip

_MERGE = "merge"


def run(values: Values, operands: list[str]) -> int:
    """Audit the repositories, write the results and return the exit code."""
    given = {**build.read_environment(PARAMETERS.options, os.environ), **values}
    folder = find_results_folder(given, operands)
    settings = _build_config(values)
    output.check_formats(settings, [])
    check_endpoint(settings)
    if operands[:1] == [_MERGE] and not os.path.lexists(_MERGE):
        help_topics.refuse_other_options("fleet", _MERGE, values)
        return _merge(folder, operands[1:], settings)
    if not operands or "" in operands:
        raise UsageError(
            "wakeyscan fleet: expected a source: a folder of clones, a file of clone URLs or a URL"
        )
    return _audit(folder, operands, given, settings)


def _build_config(values: Values) -> Config:
    """Build the configuration without `--output`, because the results are not a report."""
    options = tuple(option for option in PARAMETERS.options if option.name != "output")
    others = {name: value for name, value in values.items() if name != "output"}
    return build.build_config(others, options, os.environ)


def _audit(folder: str, sources: list[str], given: Values, settings: Config) -> int:
    shard = parse_shard(str(given["shard"])) if "shard" in given else None
    options = build_task_options(folder, given, settings)
    executor = build_executor(given, settings)
    listing = list_sources(sources, given, quiet=settings.quiet)
    chosen = [one for one in listing.repositories if shard is None or shard.has(one.name)]
    resume = bool(given.get("resume"))
    tasks = build_tasks(chosen, options, resume=resume, on_damaged=output.print_error)
    with FleetProgress(len(tasks), settings.quiet) as progress:
        run = run_fleet(tasks, executor, progress.add)
    records = read_outcomes(tasks, run, load_rules(settings.rules))
    records, ignores = fleet_report.apply_ignores(records, settings)
    if not run.interrupted:
        records = verify_records(records, tasks, settings)
    fleet = fleet_report.build_result(records, ignores, tuple(sources), settings)
    fleet = fleet_report.add_skipped(fleet, listing.skipped)
    if run.lost:
        output.print_error(run.lost)
    if run.interrupted:
        fleet = fleet._replace(result=fleet.result._replace(interrupted=True))
    if shard is None:
        settings = fleet_report.write_results(folder, fleet, settings)
    output.write_reports(fleet.result, settings)
    if run.interrupted:
        return INTERRUPTED
    return fleet.result.exit_code(settings.fail_on, settings.strict_ignores)


def _merge(folder: str, ledgers: list[str], settings: Config) -> int:
    """Join ledgers in a folder, and write the results of all of them."""
    records = join_ledgers(folder, ledgers or [folder], load_rules(settings.rules))
    records, ignores = fleet_report.apply_ignores(records, settings)
    fleet = fleet_report.build_result(records, ignores, tuple(ledgers), settings)
    settings = fleet_report.write_results(folder, fleet, settings)
    output.write_reports(fleet.result, settings)
    return fleet.result.exit_code(settings.fail_on, settings.strict_ignores)
