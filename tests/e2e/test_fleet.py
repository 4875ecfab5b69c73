"""`wakeyscan fleet`: many repositories, one result."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tests.support.command import (
    INTERRUPTIBLE_WAKEYSCAN,
    TIMEOUT,
    Run,
    environment,
)
from tests.support.files import write
from tests.support.fleets import (
    RESULTS,
    add_many_refs,
    find_text,
    make_clones,
    make_plain_clones,
    read_lines,
    read_rows,
    replace_git,
    run_with_processes,
    summarize,
    summarize_alone,
)
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import Repo

pytestmark = pytest.mark.usefixtures("no_litter")


@pytest.fixture
def run(run: Run) -> Run:
    return run_with_processes(run)


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    return tmp_path / "clones"


def test_a_key_in_several_repositories_is_one_entry(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    shared, own = make_key(), make_key()
    files = {
        "api": {"src/a.py": f"k = '{shared}'\n"},
        "org/web": {"b.js": f"\nconst k = '{shared}'; const l = '{own}'\n"},
        "org/clean": {"c.md": "# Words\n"},
    }
    make_clones(clones, files)
    ran = run("fleet", "clones", "-f", "json")
    assert (ran.code, ran.err) == (1, "")
    results = tmp_path / RESULTS
    assert summarize(results) == summarize_alone(run, clones, files)
    by_secret = {key["fingerprint"]: key for key in read_lines(results, "keys.jsonl")}
    assert {print_: key["repositories"] for print_, key in by_secret.items()} == {
        fingerprint(shared): ["api", "org/web"],
        fingerprint(own): ["org/web"],
    }
    places = [(p["repository"], p["path"]) for p in by_secret[fingerprint(shared)]["places"]]
    assert places == [("api", "src/a.py"), ("org/web", "b.js")]
    report = ran.json()
    assert (report["command"], report["summary"]["keys"]) == ("fleet", 2)
    assert {one["path"] for one in report["findings"]} == {"api/src/a.py", "org/web/b.js"}
    rows = read_rows(results)
    assert {name: row["severity"] for name, row in rows.items()} == {
        "api": "high",
        "org/web": "high",
        "org/clean": None,
    }
    for row in rows.values():
        assert json.loads((results / row["sarif"]).read_bytes())["version"] == "2.1.0"
    page = (results / "index.html").read_text("utf-8")
    regions = re.findall(r'role="region" aria-label="([^"]+)"', page)
    assert not {*regions} & {*re.findall(r"<h2[^>]*>([^<]+)", page)}  # landmarks of one name
    for text in (shared, own):
        assert find_text(results, text) == []
        for page in ("index.html", "summary.md"):
            assert mask(text) in (results / page).read_text("utf-8")


def test_the_results_are_a_report_to_convert(
    tmp_path: Path, clones: Path, run: Run, key: str
) -> None:
    make_clones(clones, {"api": {"a.py": key}})
    text = run("fleet", "clones").out
    assert run("report", RESULTS).out.splitlines()[0] == text.splitlines()[0]
    assert "api/a.py" in run("report", RESULTS, "-f", "csv").out
    assert run("report", str(tmp_path)).code == 2


def test_the_findings_are_a_table_of_parquet(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    make_clones(clones, {name: {"a.py": f"k = '{make_key()}'"} for name in "ab"})
    run("fleet", "clones")
    rows = parquet.read_table(tmp_path / RESULTS / "findings.parquet").to_pylist()
    lines = read_lines(tmp_path / RESULTS, "findings.jsonl")
    assert rows == [
        {name: line[name] for name in row} for row, line in zip(rows, lines, strict=True)
    ]


def test_a_clean_fleet_exits_with_0(clones: Path, run: Run) -> None:
    make_clones(clones, {"a": {"a": "a"}, "b": {"b": "b"}})
    assert run("fleet", "clones").code == 0


def test_accepted_keys_of_the_named_file_do_not_count(
    tmp_path: Path, clones: Path, run: Run, key: str
) -> None:
    make_clones(clones, {"a": {"a": key}, "b": {"b": key}})
    (tmp_path / "accepted").write_text(f"{fingerprint(key)} # revoked\n")
    ran = run("fleet", "clones", "--ignore-file", "accepted", "-f", "json")
    assert (ran.code, ran.json()["summary"]["ignored"]) == (0, 2)
    assert {row["severity"] for row in read_rows(tmp_path / RESULTS).values()} == {None}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((), "expected a source", id="none"),
        pytest.param(("",), "expected a source", id="empty"),
        pytest.param(("none",), "none: no such file or folder", id="missing"),
        pytest.param(("binary",), "binary: cannot be read: not UTF-8, or not a text", id="NUL"),
        pytest.param(("empty",), "empty: contains no repositories", id="no repositories"),
        pytest.param(("clones", "--shard", "3/2"), "expected NUMBER/COUNT", id="shard"),
        pytest.param(("clones", "--shard", "0/2"), "expected NUMBER/COUNT", id="shard 0"),
        pytest.param(("clones", "--time-limit", "x"), "--time-limit: expected", id="time"),
        pytest.param(("merge", "clones"), "has no ledger", id="merge"),
        pytest.param(
            ("clones", "--dashboard", "--executor=processes"),
            "--dashboard: needs --executor dask",
            id="dashboard of processes",
        ),
        pytest.param(
            ("clones", "--dashboard", "--executor=dask", "--scheduler=tcp://127.0.0.1:9"),
            "a scheduler that runs already serves its own",
            id="dashboard of a scheduler",
        ),
    ],
)
def test_usage_errors_exit_with_2(
    tmp_path: Path, clones: Path, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    make_clones(clones, {"a": {"a": "a"}})
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary").write_bytes(b"a\0b\n")
    ran = run("fleet", *arguments)
    assert ran.code == 2
    assert message in ran.err


def test_the_address_of_the_dashboard_is_printed(
    tmp_path: Path, clones: Path, run: Run, key: str
) -> None:
    make_clones(clones, {"a": {"a": key}})
    if find_spec("bokeh") is None:
        ran = run("fleet", "clones", "--dashboard", "--executor=dask")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == "wakeyscan: --dashboard: needs Bokeh; install it: pip install bokeh\n"
        write(tmp_path, {"lib/bokeh/__init__.py": "__version__ = '0'"})  # Dask says what it lacks
    arguments = ("fleet", "clones", "--dashboard", "--executor=dask")
    ran = run(*arguments, env={"PYTHONPATH": str(tmp_path / "lib")})
    assert ran.code == 1
    address = r"wakeyscan: Dask's dashboard: http://127\.0\.0\.1:\d+/status\n"
    assert re.fullmatch(address, ran.err)


# Resuming


def list_ledger(tmp_path: Path) -> dict[str, int]:
    folder = tmp_path / RESULTS / "ledger"
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


def test_a_resumed_run_audits_only_what_is_new(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    repos = make_clones(clones, {name: {"a": make_key()} for name in "abc"})
    run("fleet", "clones")
    first, before = list_ledger(tmp_path), summarize(tmp_path / RESULTS)
    assert run("fleet", "clones", "--resume").code == 1
    assert list_ledger(tmp_path) == first
    assert summarize(tmp_path / RESULTS) == before
    repos["b"].commit({"new": make_key()})
    assert run("fleet", "clones", "--resume").code == 1
    changed = {name.split("-")[0] for name, _ in list_ledger(tmp_path).items() ^ first.items()}
    assert changed == {"b"}
    assert summarize(tmp_path / RESULTS) == summarize_alone(run, clones, repos)


def set_field(record: bytes, name: str, value: str) -> bytes:
    """Replace the value of a field, wherever it is."""
    changed, count = re.subn(rf'"{name}": ("[^"]*"|\d+)', f'"{name}": {value}', record.decode())
    assert count
    return changed.encode()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda record: record[: len(record) // 2],
    "empty": lambda record: b"",
    "binary": lambda record: bytes(range(256)),
    "other JSON": lambda record: b"[]",
    "deep": lambda record: b"[" * 100_000,
    "long number": lambda record: set_field(record, "bytes", "9" * 5000),
    "no date": lambda record: set_field(record, "finished", '"2026-13-45"'),
    "no time in UTC": lambda record: set_field(record, "finished", '"0001-01-01T00:00:00+14:00"'),
    "another repository": lambda record: set_field(record, "repository", '"b"'),
    "another state": lambda record: set_field(record, "state", '"pending"'),
    "another version": lambda record: set_field(record, "key", f'"{"0" * 32}"'),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_record_is_said_and_audited_again(
    tmp_path: Path, clones: Path, run: Run, key: str, damage: Callable[[bytes], bytes]
) -> None:
    make_clones(clones, {"a": {"k": key}, "\udcff\u20ac": {"b": "b"}})
    run("fleet", "clones")
    before = summarize(tmp_path / RESULTS)
    (file,) = (tmp_path / RESULTS / "ledger").glob("a-*.json")
    file.write_bytes(damage(file.read_bytes()))
    ran = run("fleet", "clones", "--resume")
    said = f"wakeyscan: {file}: the record is damaged, so a is audited again"
    assert (ran.code, ran.err) == (1, f"{said}\n")
    assert summarize(tmp_path / RESULTS) == before
    ran = run("fleet", "clones", "--resume")
    assert (ran.code, ran.err) == (1, "")


def test_another_fingerprint_key_is_not_resumed(
    tmp_path: Path, clones: Path, run: Run, key: str
) -> None:
    make_clones(clones, {"a": {"a": key}})
    run("fleet", "clones")
    first = list_ledger(tmp_path)
    run("fleet", "clones", "--resume", env={"WAKEYSCAN_FINGERPRINT_KEY": "x"})
    assert list_ledger(tmp_path).keys() != first.keys()
    (finding,) = read_lines(tmp_path / RESULTS, "findings.jsonl")
    assert finding["fingerprint"] != fingerprint(key)


def test_an_object_that_no_ref_reaches_is_new(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    repos = make_clones(clones, {"a": {"a": make_key()}})
    run("fleet", "clones")
    repos["a"].blob(make_key())
    run("fleet", "clones", "--resume")
    assert len(read_lines(tmp_path / RESULTS, "keys.jsonl")) == 2


def test_lfs_content_that_arrives_is_new(clones: Path, run: Run, key: str) -> None:
    content = f"K={key}\n".encode()
    oid = sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n"
    make_clones(clones, {"a": {"model.bin": pointer}})
    assert run("fleet", "clones").code == 0
    place = clones / "a" / ".git" / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    assert run("fleet", "clones", "--resume").code == 1


def test_ctrl_c_keeps_the_ledger(tmp_path: Path, clones: Path, run: Run, make_key: MakeKey) -> None:
    names = make_plain_clones(clones, 16, make_key)
    command = [*INTERRUPTIBLE_WAKEYSCAN, "fleet", "clones", "--jobs=1", "--executor=processes"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    ledger = tmp_path / RESULTS / "ledger"
    wait_until(lambda: ledger.is_dir() and any(is_audited(path) for path in ledger.iterdir()))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130
    rows = read_rows(tmp_path / RESULTS)
    states = {row["state"] for row in rows.values()}
    assert (set(rows), states) == (set(names), {"audited", "pending"})
    done = {path.name: path.stat().st_ino for path in ledger.iterdir() if is_audited(path)}
    assert run("fleet", "clones", "--resume").code == 1
    assert done.items() <= list_ledger(tmp_path).items()
    assert {row["state"] for row in read_rows(tmp_path / RESULTS).values()} == {"audited"}


def test_a_termination_prints_no_traceback(tmp_path: Path, clones: Path, make_key: MakeKey) -> None:
    make_plain_clones(clones, 40, make_key)
    command = [*INTERRUPTIBLE_WAKEYSCAN, "fleet", "clones", "--jobs=2", "--executor=processes"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    ledger = tmp_path / RESULTS / "ledger"
    wait_until(lambda: ledger.is_dir() and any(is_audited(path) for path in ledger.iterdir()))
    process.terminate()
    _, err = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, b"Traceback" in err) == (128 + signal.SIGTERM, False)


def is_audited(path: Path) -> bool:
    return path.name.count(".") == 2 and len(path.name.split(".")[1]) == 32


def wait_until(is_done: object) -> None:
    assert callable(is_done)
    until = time.monotonic() + TIMEOUT
    while not is_done():
        assert time.monotonic() < until
        time.sleep(0.005)


# Shards


def test_shards_together_are_the_whole(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    names = make_plain_clones(clones, 5, make_key)
    assert run("fleet", "clones", "-o", "whole").code == 1
    for number in (1, 2):
        ran = run("fleet", "clones", "--shard", f"{number}/2", "-o", f"part{number}", "-f", "json")
        assert ran.code in (0, 1)
        assert not (tmp_path / f"part{number}" / "index.html").exists()
        run("fleet", "clones", "--shard", f"{number}/2", "-o", "together")
    assert run("fleet", "merge", "part1", "part2", "-o", "joined").code == 1
    assert run("fleet", "merge", "-o", "together").code == 1
    whole = summarize(tmp_path / "whole")
    assert {one[0] for one in whole} == set(names)
    for folder in ("joined", "together"):
        assert summarize(tmp_path / folder) == whole
        keys = [read_lines(tmp_path / name, "keys.jsonl") for name in ("whole", folder)]
        assert keys[0] == keys[1]


def test_a_repository_that_no_shard_audited_is_listed(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    make_plain_clones(clones, 4, make_key)
    run("fleet", "clones", "--jobs", "1")
    ledger = tmp_path / RESULTS / "ledger"
    file = next(iter(ledger.iterdir()))
    report = json.loads(file.read_bytes())
    report["fleet"] |= {"state": "pending", "key": "", "reason": "not audited yet"}
    file.unlink()
    file.with_name(file.name.split(".")[0] + ".pending.json").write_text(json.dumps(report))
    ran = run("fleet", "merge", "-f", "json")
    assert {row["state"] for row in read_rows(tmp_path / RESULTS).values()} == {
        "audited",
        "pending",
    }
    assert ran.code == 1


# Hostile repositories


def test_a_repository_that_needs_too_much_memory_is_a_row(
    tmp_path: Path, clones: Path, run: Run, key: str
) -> None:
    repos = make_clones(clones, {name: {"a": key} for name in ("a", "b", "large")})
    add_many_refs(repos["large"])
    ran = run("fleet", "clones", "--memory-limit", "200M", "--jobs", "1")
    assert (ran.code, ran.err) == (1, "")
    rows = read_rows(tmp_path / RESULTS)
    states = {name: row["state"] for name, row in rows.items()}
    assert states == {"a": "audited", "b": "audited", "large": "failed"}
    assert rows["large"]["reason"].startswith("out of memory; raise --memory-limit")


def test_a_process_serves_repositories_until_one_fails(
    tmp_path: Path, clones: Path, run: Run, key: str
) -> None:
    repos = make_clones(clones, {name: {"a": key} for name in "abcde"})
    os.mkfifo(repos["c"].top / ".git" / "pipe")
    note = f'echo "$GIT_ALTERNATE_OBJECT_DIRECTORIES $PPID" >> {tmp_path / "processes"}'
    paths = replace_git(tmp_path / "bin", "", note)
    run("fleet", "clones", "--jobs", "1", "--no-cache", env=paths)
    lines = [line.split() for line in (tmp_path / "processes").read_text().splitlines()]
    by_name = {Path(line[0]).parts[-3]: line[1] for line in lines if len(line) == 2}
    assert len(set(by_name.values())) == 2, by_name


def test_hostile_repositories_are_rows_with_reasons(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    key = make_key()
    names = ("fifo", "killer", "no-objects", "good", "damaged", "bomb", "refs", "alternates")
    repos = make_clones(clones, {name: {"a": key} for name in names})
    repos["bomb"].commit({"bomb.zip": zip_zeros(1 << 29)})
    for one, other in (("x", "y"), ("y", "x")):
        ref = repos["refs"].top / ".git" / "refs" / "heads" / one
        ref.write_text(f"ref: refs/heads/{other}\n")
    objects = repos["alternates"].top / ".git" / "objects"
    (objects / "info" / "alternates").write_text(f"{objects}\n{objects}/../objects\n")
    os.mkfifo(repos["fifo"].top / ".git" / "refs" / "heads" / "pipe")
    (clones / "cycle").mkdir()
    (clones / "cycle" / "up").symlink_to("..", target_is_directory=True)
    (repos["no-objects"].top / ".git" / "objects").rename(tmp_path / "elsewhere")
    for path in (repos["damaged"].top / ".git" / "objects").glob("??/*"):
        path.chmod(0o600)
        path.write_bytes(b"damaged")
    # Only a process that dies without a word: git that ends its parent, in one repository.
    paths = replace_git(tmp_path / "bin", "killer", "kill -9 $PPID")
    ran = run("fleet", "clones", env=paths)
    assert ran.code == 1
    rows = read_rows(tmp_path / RESULTS)
    assert set(rows) == set(names)
    assert {name: row["state"] for name, row in rows.items()} == {
        "fifo": "failed",
        "killer": "failed",
        "no-objects": "failed",
        **dict.fromkeys(("good", "damaged", "bomb", "refs", "alternates"), "audited"),
    }
    assert {rows[name]["keys"] for name in ("good", "bomb", "refs", "alternates")} == {1}
    assert not rows["bomb"]["complete"]
    assert "is neither a file nor a folder" in rows["fifo"]["reason"]
    assert "its process died 3 times, last with signal 9" in rows["killer"]["reason"]
    assert not rows["damaged"]["complete"]


def zip_zeros(size: int) -> bytes:
    """Return a zip archive of a file with so many zeros."""
    out = io.BytesIO()
    with (
        ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("zeros", "w") as member,
    ):
        for _ in range(size >> 24):
            member.write(bytes(1 << 24))
    return out.getvalue()


def test_failed_repositories_alone_exit_with_3(clones: Path, run: Run) -> None:
    repos = make_clones(clones, {"a": {"a": "a"}, "b": {"b": "b"}})
    os.mkfifo(repos["a"].top / ".git" / "pipe")
    assert run("fleet", "clones").code == 3


def test_a_repository_over_the_time_limit_is_abandoned(
    tmp_path: Path, clones: Path, run: Run, key: str
) -> None:
    make_clones(clones, {"slow": {"a": key}, "good": {"a": key}})
    paths = replace_git(tmp_path / "bin", "slow", "exec sleep 60")
    run("fleet", "clones", "--time-limit", "3", env=paths)
    rows = read_rows(tmp_path / RESULTS)
    assert "took over 3 s" in rows["slow"]["reason"]
    assert rows["good"]["state"] == "audited"


# URLs


def test_urls_are_cloned_into_mirrors_that_stay(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    repos = make_clones(clones, {"a": {"a": make_key()}, "b": {"b": make_key()}})
    repos["a"].git("update-ref", "refs/pull/1/head", "HEAD")
    urls = [repo.top.as_uri() for repo in repos.values()]
    missing = (clones / "none").as_uri()
    lines = ["# all", *urls, "", missing, "git@example.org:o/r.git"]
    (tmp_path / "list").write_text("\n".join(lines))
    assert run("fleet", "list").code == 1
    rows = read_rows(tmp_path / RESULTS)
    states = {name.rpartition("/")[2]: row["state"] for name, row in rows.items()}
    assert states == {"a": "audited", "b": "audited", "none": "failed", "r": "failed"}
    mirrors = tmp_path / "cache" / "wakeyscan" / "mirrors"
    heads = {path.name: (path / "HEAD").read_text() for path in mirrors.glob("*.git")}
    assert set(heads.values()) == {"ref: refs/heads/main\n"}
    first = list_ledger(tmp_path)
    repos["b"].commit({"c": make_key()})
    run("fleet", "list", "--resume")
    changed = {name for name, _ in list_ledger(tmp_path).items() ^ first.items()}
    assert {"_a-" in name for name in changed if ".failed." not in name} == {False}
    assert len(read_lines(tmp_path / RESULTS, "keys.jsonl")) == 3


def test_a_single_url_is_a_fleet(tmp_path: Path, run: Run, key: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": key})
    ran = run("fleet", repo.top.as_uri(), "-f", "json")
    assert (ran.code, ran.json()["summary"]["keys"]) == (1, 1)


def test_clones_that_are_not_kept_leave_nothing(tmp_path: Path, run: Run, key: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": key})
    options = ("--no-keep", "--mirrors", "mirrors")
    assert run("fleet", repo.top.as_uri(), *options).code == 1
    assert not (tmp_path / "mirrors").exists()


@pytest.mark.parametrize("part", ["", "HEAD", "objects"])
def test_a_mirror_behind_a_link_of_the_work_tree_is_not_written(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, run: Run, key: str, part: str
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": key})
    Repo(tmp_path)
    call = ("fleet", repo.top.as_uri(), "--mirrors", "mirrors")
    assert run(*call).code == 1
    (mirror,) = (tmp_path / "mirrors").glob("*.git")
    outside = tmp_path_factory.mktemp("other") / "outside"
    path = mirror / part
    path.rename(outside)
    path.symlink_to(outside, target_is_directory=part != "HEAD")
    before = read_tree(outside)
    repo.commit({"b": key})
    assert run(*call).code == 3
    assert "link" in str(read_rows(tmp_path / RESULTS))
    assert read_tree(outside) == before


def read_tree(folder: Path) -> dict[str, bytes]:
    files = folder.rglob("*") if folder.is_dir() else [folder]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def test_mirrors_above_the_size_are_removed(
    tmp_path: Path, clones: Path, run: Run, make_key: MakeKey
) -> None:
    repos = make_clones(clones, {name: {"a": make_key()} for name in "abc"})
    (tmp_path / "list").write_text("\n".join(repo.top.as_uri() for repo in repos.values()))
    options = ("--jobs=1", "--mirrors=mirrors", "--mirrors-size=1")
    assert run("fleet", "list", *options).code == 1
    assert [*(tmp_path / "mirrors").glob("*.git")] == []
    assert len(read_lines(tmp_path / RESULTS, "keys.jsonl")) == 3


def test_a_clone_above_the_size_is_a_row(tmp_path: Path, run: Run) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": "a"})
    # A server that sends a little, and then nothing for longer than the check takes.
    paths = {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "git"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *" fetch "*) sleep 4;; esac\nexec {shutil.which("git")} "$@"\n'
    )
    program.chmod(0o755)
    ran = run("fleet", repo.top.as_uri(), "--max-clone-size", "10", env=paths)
    (row,) = read_rows(tmp_path / RESULTS).values()
    assert (ran.code, "is larger than 10 bytes" in row["reason"]) == (3, True)
