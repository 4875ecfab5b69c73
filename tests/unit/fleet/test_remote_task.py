"""A worker without the folder of the ledger sends its record, and the client writes it."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tests.support.audits import build_options
from tests.support.fleets import make_clones
from tests.support.keys import MakeKey, fingerprint
from wakeyscan.fleet import ledger, remote_task
from wakeyscan.fleet.ledger import State
from wakeyscan.fleet.options import CloneOptions, FleetTask, TaskOptions, digest_options
from wakeyscan.fleet.repository_list import FleetRepository


@pytest.fixture
def task(tmp_path: Path, key: str) -> FleetTask:
    make_clones(tmp_path, {"repo": {"a.py": f"k = '{key}'"}})
    audit = build_options()
    options = TaskOptions(
        audit, str(tmp_path / "out"), "run", digest_options(audit), CloneOptions("")
    )
    ledger.create(options.folder)
    return FleetTask(FleetRepository("repo", str(tmp_path / "repo")), options)


def test_a_record_is_sent_masked_and_written_by_the_client(task: FleetTask, key: str) -> None:
    answer = remote_task.run_on_worker(task, "/nowhere/.run")
    assert ledger.list_files(task.options.folder) == []
    assert key.encode() not in pickle.dumps(answer)
    outcome = remote_task.store_answer(answer, task)
    record = ledger.read_record(outcome.file, ())
    assert [str(f.secret.fingerprint) for f in record.result.findings] == [fingerprint(key)]
    assert ledger.list_files(task.options.folder) == [outcome.file]


def test_a_worker_with_the_ledger_writes_it(task: FleetTask) -> None:
    marker = remote_task.write_marker(task.options)
    answer = remote_task.run_on_worker(task, marker)
    assert (answer.record, len(pickle.dumps(answer)) < 1000) == (b"", True)
    assert ledger.list_files(task.options.folder) == [answer.outcome.file]


def test_the_marker_of_another_run_is_ignored(task: FleetTask) -> None:
    marker = remote_task.write_marker(task.options._replace(run="other"))
    assert remote_task.run_on_worker(task, marker).record


def test_a_known_repository_is_not_audited_or_sent(task: FleetTask) -> None:
    first = remote_task.store_answer(remote_task.run_on_worker(task, "/nowhere/.run"), task)
    known = Path(first.file).name.split(".")[1]
    again = remote_task.run_on_worker(task._replace(known=(known,)), "/nowhere/.run")
    assert (again.record, again.outcome.is_new) == (b"", False)
    assert remote_task.store_answer(again, task).file == first.file


def test_a_task_and_its_options_have_no_secret(
    task: FleetTask, make_key: MakeKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_key(prefix="ghp_")
    monkeypatch.setenv("GITHUB_TOKEN", token)
    repository = task.repository._replace(token_variable="GITHUB_TOKEN", token_user="u")
    assert token.encode() not in pickle.dumps(task._replace(repository=repository))
    credentials = repository._replace(location="https://github.com/o/r").remote.credentials
    assert credentials is not None
    assert credentials.password.reveal() == token.encode()


def test_a_failure_of_this_run_is_not_tried_again(task: FleetTask) -> None:
    gone = task._replace(repository=FleetRepository("gone", "/nowhere"))
    marker = remote_task.write_marker(task.options)
    assert remote_task.run_on_worker(gone, marker).outcome.state is State.FAILED
    before = Path(ledger.list_files(task.options.folder)[0]).stat().st_ino
    assert remote_task.run_on_worker(gone, marker).outcome.state is State.FAILED
    assert Path(ledger.list_files(task.options.folder)[0]).stat().st_ino == before
