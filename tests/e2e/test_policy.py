"""What configuration says of rules and paths, and from where it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_config import OURS, PROJECT, RULE, refused
from tests.e2e.test_sarif import VALID
from tests.support.command import Ran, Run
from tests.support.fake_wastack import LIVE, REVOKED, FakeWAStack
from tests.support.files import write
from tests.support.keys import PREFIX, MakeKey, fingerprint, mask
from tests.support.reports import FORMATS
from tests.support.repositories import Repo, fingerprints, places

KEY, HEADER, APP = "wastack-api-key", "authorization-header", "wastack-app-key"
ALLOW = """[[allow]]
path = "tests/"
reason = "made up for tests"
"""
DISABLED = f"[rule.{KEY}]\nenabled = false\n"


def stands(report: Any) -> dict[str, tuple[str, str, str]]:
    """Return severity, standing and reason of the findings in a JSON report, by place."""
    return {
        f"{one['path']}:{one['line']}": (one["severity"], one["standing"], one["reason"])
        for one in report["findings"]
    }


# Rules.


def test_a_severity_applies_to_all_findings_of_a_rule(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    files = {"a.py": make_key(), "b.html": f"<script>k = '{make_key()}'</script>"}
    write(tmp_path, {**files, OURS: f'[rule.{KEY}]\nseverity = "low"\n'})
    ran = run("scan", *files, "--format", "json")
    assert ran.code == 1
    assert stands(ran.json()) == dict.fromkeys(("a.py:1", "b.html:1"), ("low", "reported", ""))
    assert run("scan", *files, "--fail-on", "medium").code == 0
    assert f"\nBy {OURS}: rule {KEY} is low.\n" in run("scan", *files).out
    (driver,) = (one["tool"]["driver"] for one in run("scan", "--format=sarif").json()["runs"])
    levels = {one["id"]: one["defaultConfiguration"]["level"] for one in driver["rules"]}
    assert levels[KEY] == "note"


def test_a_severity_applies_to_a_custom_rule(run: Run, tmp_path: Path) -> None:
    table = 'rules = "own"\n[rule.acme-token]\nseverity = "critical"\n'
    write(tmp_path, {OURS: table, "own/acme-token.toml": RULE, "a": "acme-90210817"})
    assert stands(run("scan", "a", "--format", "json").json())["a:1"][0] == "critical"


@pytest.mark.parametrize("file", [OURS, PROJECT])
def test_a_disabled_rule_hides_its_findings_and_is_reported(
    run: Run, key: str, tmp_path: Path, file: str
) -> None:
    lead = "tool.wakeyscan." if file == PROJECT else ""
    write(tmp_path, {file: f"[{lead}rule.{KEY}]\nenabled = false\n", "a": f"{key}\n{key}\n"})
    ran = run("scan", "a")
    reason = f"{file}: rule {KEY} is disabled"
    assert ran == Ran(
        0,
        f"""No keys found (2 findings ignored: rule {KEY} is disabled).
2 ignored (show with --show-suppressed).
By {file}: rule {KEY} is disabled (2 findings ignored).
Scanned 1 file ({2 * len(key) + 2} bytes).
""",
        "",
    )
    report = run("scan", "a", "--format", "json").json()
    assert stands(report) == dict.fromkeys(("a:1", "a:2"), ("high", "ignored", reason))
    assert report["policy"] == {
        "file": file,
        "revision": "",
        "exclude": [],
        "notes": [{"text": f"rule {KEY} is disabled", "ignored": 2}],
    }


def test_a_disabled_rule_is_reported_even_if_it_hides_nothing(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {OURS: DISABLED, "a": "x"})
    assert f"By {OURS}: rule {KEY} is disabled.\n" in run("scan", "a").out
    assert f"`By {OURS}: rule {KEY} is disabled.`\n" in run("scan", "--format=markdown").out


def test_a_key_of_a_disabled_rule_is_not_reported_as_a_header(
    run: Run, key: str, tmp_path: Path
) -> None:
    write(tmp_path, {OURS: DISABLED, "a": f"Authorization: Bearer {key}\n"})
    found = run("scan", "a", "--format", "json").json()["findings"]
    assert [(one["rule"], one["standing"]) for one in found] == [(KEY, "ignored")]


# Paths.


def test_findings_in_allowed_paths_are_ignored_with_the_reason(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    files = {"tests/a": make_key(), "src/tests/b": make_key(), "src/c": make_key()}
    write(tmp_path, {OURS: ALLOW, **files})
    reason = f"{OURS}: tests/: made up for tests"
    wanted = {
        "src/c:1": ("high", "reported", ""),
        "src/tests/b:1": ("high", "ignored", reason),
        "tests/a:1": ("high", "ignored", reason),
    }
    ran = run("scan", "--format", "json")
    assert (ran.code, stands(ran.json())) == (1, wanted)
    below = run("scan", "tests", "c", "--format", "json", cwd=tmp_path / "src").json()
    assert stands(below) == {
        "c:1": wanted["src/c:1"],
        "tests/b:1": ("high", "ignored", f"../{reason}"),
    }
    log = run("scan", "--format", "sarif").json()
    assert [error.message for error in VALID.iter_errors(log)] == []
    (scan,) = log["runs"]
    accepted = [{"kind": "external", "status": "accepted", "justification": f"ignored: {reason}"}]
    suppressions = [one["suppressions"] for one in scan["results"]]
    assert sorted(suppressions, key=len) == [[], accepted, accepted]
    notes = scan["invocations"][0]["toolExecutionNotifications"]
    said = f"By {OURS}: tests/ is allowed (2 findings ignored)."
    assert notes == [{"message": {"text": said}, "level": "note"}]


def test_an_allowed_path_can_be_limited_to_one_rule(
    run: Run, make_key: MakeKey, tmp_path: Path
) -> None:
    app_key = make_key(24, "")
    write(
        tmp_path,
        {OURS: f'{ALLOW}rule = "{APP}"\n', "tests/a.env": f"X_APP_KEY={app_key}\nK={make_key()}\n"},
    )
    report = run("scan", "--format", "json").json()
    assert [standing for _, standing, _ in stands(report).values()] == ["ignored", "reported"]
    assert report["policy"]["notes"] == [
        {"text": f"tests/ is allowed for rule {APP}", "ignored": 1}
    ]


def test_paths_in_commits_and_the_index_are_relative_to_the_repository(
    key: str, tmp_path: Path
) -> None:
    repo = Repo(tmp_path / "work")
    repo.commit({OURS: ALLOW, "sub/x": ""})
    repo.stage({"tests/a": key})
    for cwd in (".", "sub"):
        assert repo.scan("staged:", cwd=cwd).code == 0
    assert repo.run("hook", "pre-commit").code == 0
    repo.record()
    for cwd in (".", "sub"):
        ran = repo.scan("git:HEAD~1..HEAD", cwd=cwd)
        assert (ran.code, [one[1] for one in stands(ran.json()).values()]) == (0, ["ignored"])
    audited = repo.run("audit", "--format", "json")
    assert (audited.code, [one[1] for one in stands(audited.json()).values()]) == (0, ["ignored"])


def test_a_commit_message_matches_no_allowed_path(key: str, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "work")
    repo.commit({OURS: ALLOW.replace("tests/", "*")})
    repo.commit(message=key)
    assert repo.scan("git:HEAD~1..HEAD").code == 1


def test_in_another_repository_severities_apply_but_paths_do_not(key: str, tmp_path: Path) -> None:
    here, other = Repo(tmp_path / "here"), Repo(tmp_path / "other")
    here.commit({OURS: f'{ALLOW}[rule.{KEY}]\nseverity = "medium"\n'})
    other.commit({"tests/a": key, OURS: DISABLED})
    report = here.run("audit", "../other", "--format", "json").json()
    assert [*stands(report).values()] == [("medium", "reported", "")]
    assert [one["severity"] for one in report["keys"]] == ["medium"]


@pytest.mark.parametrize("said", [ALLOW, DISABLED], ids=["a path", "a rule"])
def test_a_live_key_is_reported_despite_the_policy(
    run: Run, make_key: MakeKey, tmp_path: Path, said: str
) -> None:
    live, revoked = make_key(), make_key()
    write(tmp_path, {OURS: said, "tests/a": f"{live}\n{revoked}\n"})
    with FakeWAStack({live: LIVE, revoked: REVOKED}) as api:
        ran = run("scan", "--verify", "--api-url", api.url, "--format", "json")
    found = {one["secret"]: (one["severity"], one["standing"]) for one in ran.json()["findings"]}
    assert found == {mask(live): ("critical", "reported"), mask(revoked): ("note", "ignored")}
    assert ran.code == 1


# Another revision's.

EXCUSES: Mapping[str, dict[str, str]] = {
    "an entry": {"a": "KEY\n", ".wakeyscanignore": "PRINT # ours\n"},
    "an entry with a form feed": {"a": "KEY\n", ".wakeyscanignore": "PRINT # our\fs\n"},
    "a mark": {"a": "KEY  # wakeyscan:ignore -- ours\n"},
    "a mark before": {"a": "# wakeyscan:ignore -- ours\nKEY\n"},
    "an exclusion": {"a": "KEY\n", OURS: 'exclude = ["a"]\n'},
    "a disabled rule": {"a": "KEY\n", OURS: DISABLED},
    "an allowed path": {"a": "KEY\n", OURS: ALLOW.replace("tests/", "/a")},
    "a level": {"a": "KEY\n", PROJECT: '[tool.wakeyscan]\nfail-on = "never"\n'},
}
excuses = pytest.mark.parametrize("files", EXCUSES.values(), ids=EXCUSES)


def of(key: str, files: Mapping[str, str]) -> dict[str, str]:
    """Put a key into files."""
    return {
        name: text.replace("KEY", key).replace("PRINT", fingerprint(key))
        for name, text in files.items()
    }


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository with a first commit, whose name is `base`."""
    made = Repo(tmp_path / "work")
    made.commit({"x": "x", "sub/x": "x"})
    made.git("tag", "base")
    return made


@excuses
def test_a_change_cannot_suppress_its_own_findings(
    repo: Repo, key: str, files: dict[str, str]
) -> None:
    repo.stage(of(key, files))
    lines = [["scan", "."], ["scan", "a"], ["scan", "staged:"], ["hook", "pre-commit"]]
    for line in lines:
        assert repo.run(*line).code == 0, line
        assert repo.run(*line, "--policy-from", "base").code == 1, line
    assert repo.run("scan", "../a", "--policy-from", "HEAD", cwd="sub").code == 1
    repo.record()
    for line in ["scan", "git:base..HEAD"], ["audit"]:
        # An audit is of all objects: it knows no exclusion.
        assert repo.run(*line).code == (line == ["audit"] and "exclude" in str(files)), line
        assert repo.run(*line, "--policy-from", "base").code == 1, line
    assert repo.run("scan", "--policy-from", "HEAD").code == 0


@excuses
def test_suppressions_of_the_base_apply_even_if_the_change_removes_them(
    repo: Repo, key: str, files: dict[str, str]
) -> None:
    repo.commit(of(key, files))
    repo.git("tag", "-f", "base")
    repo.git("rm", "-q", "--ignore-unmatch", OURS, PROJECT, ".wakeyscanignore")
    repo.commit({"sub/y": "y"})
    for line in ["scan", "."], ["audit"]:
        code = line == ["audit"] and "exclude" in str(files)
        assert repo.run(*line, "--policy-from", "base").code == code, line
    assert repo.run("scan", "..", "--policy-from", "base", cwd="sub").code == 0


HIDING = {
    "an exclusion": 'exclude = ["old/", "*.min.js"]\n',
    "an allowed path": ALLOW.replace("tests/", "old/") + ALLOW.replace("tests/", "*.min.js"),
}
hiding = pytest.mark.parametrize("config", HIDING.values(), ids=HIDING)
MOVES = {
    "moved": [("old/key", "new")],
    "moved and edited": [("old/key", "new"), ("", "new")],
    "a folder": [("old", "src")],
    "copied": [("old/key", "new"), ("", "old/key")],
    "over a file": [("old/key", "x")],
    "another ending": [("old/key.min.js", "key.js")],
}
moves = pytest.mark.parametrize("steps", MOVES.values(), ids=MOVES)


def move(repo: Repo, steps: list[tuple[str, str]]) -> None:
    """Move files in the index and on disk; without a source, rewrite the target."""
    for source, target in steps:
        if source:
            repo.git("mv", "-f", source, target)
        else:
            repo.stage(
                {target: (repo.top / target).read_text() + "z\n" if target == "new" else "z"}
            )


@hiding
@moves
@pytest.mark.parametrize("adds_key", [True, False], ids=["of the change", "of the base"])
def test_a_key_that_leaves_a_hidden_path_is_new(
    repo: Repo, make_key: MakeKey, config: str, steps: list[tuple[str, str]], adds_key: bool
) -> None:
    repo.commit({OURS: config})
    lines = "".join(f"line {n}\n" for n in range(30))
    files = {"old/key": f"{lines}{make_key()}\n", "old/key.min.js": f"k='{make_key()}'\n"}
    if not adds_key:
        repo.commit(files)
    repo.git("tag", "-f", "base")
    if adds_key:
        repo.commit(files)
        assert repo.run("scan", "git:base..HEAD", "--policy-from", "base").code == 0
    move(repo, steps)
    assert repo.run("hook", "pre-commit").code == 1
    names = repo.git("diff", "--cached", "--name-only", "--diff-filter=d").splitlines()
    assert repo.run("hook", "pre-commit", *names).code == 1
    repo.record()
    found = repo.scan("git:base..HEAD", "--policy-from", "base")
    reported = [one for one in found.json()["findings"] if one["standing"] == "reported"]
    assert found.code == 1
    assert not any(one["path"].startswith("old/") for one in reported)


@hiding
def test_a_key_that_moves_between_visible_or_hidden_paths_is_not_new(
    repo: Repo, make_key: MakeKey, config: str
) -> None:
    repo.commit({OURS: config, "seen": make_key(), "old/key": make_key()})
    repo.git("tag", "-f", "base")
    repo.git("mv", "seen", "moved")
    repo.git("mv", "old/key", "old/moved")
    assert repo.run("hook", "pre-commit").code == 0
    repo.record()
    assert repo.run("scan", "git:base..HEAD", "--policy-from", "base").code == 0


@hiding
def test_a_merge_that_moves_a_key_from_a_hidden_path_adds_it(
    repo: Repo, key: str, config: str
) -> None:
    base = repo.commit({OURS: config, "old/key": f"{key}\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"y": "y"})
    repo.git("checkout", "-q", "main")
    repo.commit({"z": "z"})
    repo.git("merge", "-q", "--no-commit", "--no-ff", "side")
    repo.git("mv", "old/key", "new")
    assert repo.run("hook", "pre-merge-commit").code == 1
    repo.record()
    assert places(repo.scan(f"git:{base}..HEAD").json()) == ["new:1"]


@pytest.mark.parametrize("edit", ["", "z"], ids=["moved", "moved and edited"])
def test_a_key_that_a_move_lets_be_read_is_new(repo: Repo, make_key: MakeKey, edit: str) -> None:
    """Of two literals side by side, JSON makes no string, but Python does."""
    first, key = make_key(), make_key()
    text = f"k = {first}\nx = (\n  'wa_li' 've_{key.removeprefix(PREFIX)}'\n)\n"
    repo.commit({"a.json": text})
    assert places(repo.scan("git:base..HEAD").json()) == ["a.json:1"]
    repo.git("tag", "-f", "base")
    repo.git("mv", "a.json", "a.py")
    repo.stage({"a.py": text + edit})
    assert repo.run("hook", "pre-commit").code == 1
    assert repo.run("hook", "pre-commit", "a.py").code == 1
    repo.record()
    assert fingerprints(repo.scan("git:base..HEAD").json()) == {fingerprint(key)}


@pytest.mark.parametrize("name", ["module", "new"])
def test_a_submodule_is_no_earlier_version_of_a_file(repo: Repo, key: str, name: str) -> None:
    """Its id may be that of a commit here, whose message has the key."""
    tree = repo.id("HEAD^{tree}")
    unreachable = repo.git("commit-tree", tree, "-m", key)
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{unreachable},{name}")
    repo.record()
    repo.git("update-index", "--force-remove", name)
    repo.commit({"new": f"{key}\n"})
    assert places(repo.scan("git:base..HEAD").json()) == ["new:1"]


def test_an_inline_ignore_of_the_base_applies_only_to_its_key(
    repo: Repo, make_key: MakeKey
) -> None:
    old, new = make_key(), make_key()
    repo.commit({"a": f"# wakeyscan:ignore -- ours\n{old}\n"})
    repo.git("tag", "-f", "base")
    repo.commit(
        {"a": f"# wakeyscan:ignore -- ours\n{new}\n", "moved": f"{old} # wakeyscan:ignore\n"}
    )
    ran = repo.scan("--policy-from", "base")
    assert places(ran.json()) == ["a:2", "moved:1"]
    assert [(one["standing"], one["reason"]) for one in ran.json()["findings"]] == [
        ("reported", "the same change adds its inline ignore comment, which does not count"),
        ("ignored", "wakeyscan:ignore: no reason given"),
    ]


def test_an_inline_ignore_in_a_message_does_not_count(repo: Repo, key: str) -> None:
    repo.commit(message=f"{key} wakeyscan:ignore -- ours")
    assert repo.scan("git:base..HEAD").code == 0
    assert repo.scan("git:base..HEAD", "--policy-from", "base").code == 1


def test_a_report_names_the_revision_of_the_policy(repo: Repo) -> None:
    ran = repo.run("scan", "--policy-from", "base")
    commit = repo.id("base")
    assert (
        ran.out
        == f"""No keys found.
Configuration (none), ignore file and inline ignores are those of {commit[:12]}.
Scanned 2 files (2 bytes).
"""
    )
    assert repo.scan("--policy-from", "base").json()["policy"]["revision"] == commit
    commit = repo.commit({OURS: ALLOW})
    said = f"Configuration ({OURS}), ignore file and inline ignores are those of {commit[:12]}."
    out = repo.run("scan", "--policy-from", "HEAD").out
    assert f"\nBy {OURS} at {commit[:12]}: tests/ is allowed.\n{said}\n" in out


def test_a_named_file_may_be_new_but_must_exist(repo: Repo) -> None:
    repo.write({"new.toml": DISABLED, "accepted": ""})
    for name, file in (("--config", "new.toml"), ("--ignore-file", "accepted")):
        assert repo.run("scan", "--policy-from", "base", name, file).code == 0
    ran = repo.run("scan", "--policy-from", "base", "--config", "no.toml")
    refused(
        ran, f"no.toml: no such file or directory, neither on disk nor at {repo.id('base')[:12]}"
    )
    ran = repo.run("scan", "--policy-from", "base", "--ignore-file", "no")
    refused(ran, "no: no such file or directory")


def test_a_change_cannot_redirect_named_files_through_links(
    repo: Repo, key: str, tmp_path: Path
) -> None:
    write(tmp_path, {"out/w.toml": DISABLED, "out/accepted": f"{fingerprint(key)} # ours\n"})
    repo.commit({"conf/w.toml": "", "conf/accepted": ""})
    repo.git("rm", "-q", "-r", "conf")
    (repo.top / "conf").symlink_to(tmp_path / "out")
    repo.commit({"a": key})
    for name, file in (("--config", "conf/w.toml"), ("--ignore-file", "conf/accepted")):
        assert repo.run("scan", name, file).code == 0
        assert repo.run("scan", name, file, "--policy-from", "HEAD~1").code == 1


def test_excluded_files_are_reported_in_every_format(repo: Repo, key: str) -> None:
    repo.commit({OURS: 'exclude = ["a"]\n', "a": key})
    assert repo.run("scan", "--format=markdown").out.endswith("\n`Excluded: 1 file.`\n")
    (scan,) = repo.run("scan", "--format=sarif").json()["runs"]
    notes = scan["invocations"][0]["toolExecutionNotifications"]
    assert notes == [{"message": {"text": "Excluded: 1 file."}, "level": "note"}]
    assert repo.run("scan").out.endswith(", 1 excluded.\n")
    assert repo.scan().json()["coverage"]["excluded"] == 1


def test_rules_are_read_from_the_revision(repo: Repo) -> None:
    table = 'rules = "own"\n'
    repo.commit({OURS: table, "own/acme-token.toml": RULE, "a": "acme-90210817"})
    repo.git("tag", "-f", "base")
    repo.git("rm", "-q", "-r", "own", OURS)
    repo.record()
    assert repo.run("scan").code == 0
    for cwd, target in ((".", "."), ("sub", "..")):
        ran = repo.scan(target, "--policy-from", "base", cwd=cwd)
        assert [one["rule"] for one in ran.json()["findings"]] == ["acme-token"]
    assert repo.run("scan", "--policy-from", "base", "--rules", "own").code == 1
    assert repo.run("scan", "--policy-from", "HEAD", "--rules", "own").code == 0


def test_a_named_file_outside_the_repository_is_read_from_disk(
    repo: Repo, key: str, tmp_path: Path
) -> None:
    write(tmp_path, {"own.toml": DISABLED, "accepted": f"{fingerprint(key)} # ours\n"})
    repo.commit({"a": key})
    for name, file in (("--config", "own.toml"), ("--ignore-file", "accepted")):
        ran = repo.run("scan", "--policy-from", "base", name, str(tmp_path / file))
        assert ran.code == 0, ran


def test_a_server_hook_reads_the_policy_from_its_branch(
    repo: Repo, key: str, tmp_path: Path
) -> None:
    server = Repo(tmp_path / "server.git", "--bare")
    repo.git("remote", "add", "origin", str(server.top))
    repo.git("push", "-q", "origin", "main")
    hook = server.top / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexec wakeyscan hook pre-receive --policy-from main\n")
    hook.chmod(0o755)
    repo.commit(of(key, EXCUSES["a disabled rule"]))
    pushed = repo.attempt("push", "-q", "origin", "main")
    assert pushed.code == 1 and "Push rejected" in pushed.err
    hook.chmod(0o644)
    repo.git("push", "-q", "origin", "main")
    hook.chmod(0o755)
    repo.commit({"b": f"\n{key}\n"})
    assert repo.attempt("push", "-q", "origin", "main").code == 0


@pytest.mark.parametrize("name", ["nowhere", "1" * 40, "base:x", "--all", "^base"])
def test_an_unknown_revision_is_reported(repo: Repo, name: str) -> None:
    ran = repo.run("scan", f"--policy-from={name}")
    said = f"--policy-from: unknown revision {name!r}; in a shallow clone, fetch it first "
    refused(ran, said + "(git fetch --unshallow, or fetch-depth: 0 for actions/checkout)")


def test_a_revision_outside_a_repository_is_rejected(run: Run, tmp_path: Path) -> None:
    refused(run("scan", "--policy-from", "main"), f"{tmp_path} is not in a git repository")


def test_a_revision_for_an_audit_of_another_repository_is_rejected(
    repo: Repo, tmp_path: Path
) -> None:
    Repo(tmp_path / "other").commit({"a": "x"})
    ran = repo.run("audit", "../other", "--policy-from", "base")
    refused(ran, "--policy-from: only works for the current repository")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a = ", "invalid TOML: Invalid value (at end of document)"),
        ("zzz = 1", "unknown key 'zzz'"),
    ],
    ids=["broken", "unknown"],
)
def test_an_invalid_file_of_the_revision_is_named(repo: Repo, content: str, said: str) -> None:
    commit = repo.commit({OURS: content})
    repo.commit({OURS: ""})
    ran = repo.run("scan", "--policy-from", "HEAD~1")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"wakeyscan: {OURS} at {commit[:12]}: {said}")


@pytest.mark.parametrize("name", [OURS, ".wakeyscanignore"])
def test_a_link_of_the_revision_is_not_followed(repo: Repo, name: str) -> None:
    (repo.top / name).symlink_to("x")
    repo.git("add", name)
    commit = repo.record()
    ran = repo.run("scan", "--policy-from", "HEAD")
    refused(ran, f"{name} at {commit[:12]}: is a link, which is not followed")


# Names that may mean several commits

SELF = "refs/remotes/origin/main"


@pytest.fixture
def remote(repo: Repo, key: str) -> Repo:
    """Make a change that adds a key and excuses it, on a branch of a remote."""
    repo.git("update-ref", SELF, "base")
    repo.commit({"a": key, ".wakeyscanignore": f"{fingerprint(key)} # ours\n"})
    repo.commit({"x": "y"})
    return repo


OTHERS = ("refs/origin/main", "refs/tags/origin/main", "refs/heads/origin/main")
RANGES = (
    ("git:origin/main..HEAD", "origin/main"),
    ("git:origin/main...HEAD", "origin/main"),
    ("git:HEAD..origin/main", "origin/main"),
    ("git:origin/main~0..HEAD", "origin/main~0"),
    ("git:origin/main^{commit}..HEAD", "origin/main^{commit}"),
    ("git:origin/main@{0}..HEAD", "origin/main@{0}"),
    ("git:origin/main", "origin/main"),
)


@pytest.mark.parametrize("other", OTHERS)
def test_a_ref_named_as_the_base_does_not_replace_it(remote: Repo, other: str) -> None:
    line = ("scan", "git:origin/main..HEAD", "--policy-from", "origin/main")
    assert remote.run(*line).code == 1
    remote.git("update-ref", other, "HEAD")
    ran = remote.run(*line)
    assert (ran.code, ran.out) == (2, "")
    for meaning in other, SELF:
        assert f"{meaning} (commit {remote.id(meaning)[:12]})" in ran.err
    assert f"write the full name, such as {SELF}\n" in ran.err
    assert remote.run("scan", f"git:{SELF}..HEAD", "--policy-from", SELF).code == 1
    assert remote.run("scan", "--policy-from", "origin/main").code == 2


@pytest.mark.parametrize(("range_", "revision"), RANGES)
def test_each_part_of_a_range_is_checked(remote: Repo, range_: str, revision: str) -> None:
    remote.git("tag", "-am", "", "origin/main", "HEAD")
    ran = remote.run("scan", range_)
    assert (ran.code, ran.out) == (2, "")
    assert f"revision {revision!r} is ambiguous" in ran.err
    assert f"such as refs/remotes/{revision}\n" in ran.err


def test_refs_of_one_commit_are_not_ambiguous(remote: Repo) -> None:
    remote.git("tag", "-am", "", "origin/main", "base")
    assert remote.run("scan", "git:origin/main..HEAD", "--policy-from", "origin/main").code == 1


def test_a_remote_name_can_be_ambiguous(remote: Repo) -> None:
    remote.git("symbolic-ref", "refs/remotes/origin/HEAD", SELF)
    assert remote.run("scan", "git:origin..HEAD", "--policy-from", "origin").code == 1
    remote.git("tag", "origin", "HEAD")
    ran = remote.run("scan", "git:origin..HEAD", "--policy-from", "origin")
    assert ran.code == 2
    assert "such as refs/remotes/origin/HEAD\n" in ran.err


@pytest.mark.parametrize("prefix", ["", "v1-0-g"], ids=["id", "description"])
def test_a_ref_named_as_an_id_does_not_replace_it(remote: Repo, prefix: str) -> None:
    base = remote.id("base")
    name = f"{prefix}{base[:10]}"
    line = ("scan", f"git:{name}..HEAD", "--policy-from", name)
    assert remote.run(*line).code == 1
    remote.git("update-ref", f"refs/tags/{name}", "HEAD")
    ran = remote.run(*line)
    assert ran.code == 2
    assert f"refs/tags/{name} (commit {remote.id('HEAD')[:12]}) or commit {base[:12]}" in ran.err
    assert f"such as {base}\n" in ran.err
    remote.git("update-ref", f"refs/tags/{base}", "HEAD")  # git takes a whole id as an id
    assert remote.run("scan", f"git:{base}..HEAD", "--policy-from", base).code == 1


def test_a_file_in_the_git_folder_is_not_ambiguous(remote: Repo) -> None:
    remote.git("fetch", "-q", ".", SELF)
    for ref in ("refs/tags/FETCH_HEAD", "refs/heads/FETCH_HEAD", "refs/tags/HEAD"):
        remote.git("update-ref", ref, "HEAD" if "tags" in ref else "HEAD~1")
    assert remote.run("scan", "git:FETCH_HEAD..HEAD", "--policy-from", "FETCH_HEAD").code == 1


def test_an_audit_of_a_branch_asks_for_its_full_name(remote: Repo, key: str) -> None:
    remote.git("update-ref", "refs/heads/origin/main", "HEAD")
    ran = remote.run("audit", "--branch=origin/main")
    assert (ran.code, ran.out) == (2, "")
    assert f"write the full name: refs/heads/origin/main or {SELF}\n" in ran.err
    assert fingerprint(key) not in remote.run("audit", f"--branch={SELF}").out


@pytest.mark.parametrize("setting", ["path", "reason", "exclude"])
def test_a_key_in_a_configuration_file_is_not_printed(
    run: Run, make_key: MakeKey, tmp_path: Path, setting: str
) -> None:
    key = make_key()
    values = {"path": "a.py", "reason": "x", "exclude": "b.py", setting: f"x{key}"}
    allow = f'[[allow]]\npath = "{values["path"]}"\nreason = "{values["reason"]}"\n'
    write(tmp_path, {".wakeyscan.toml": f'exclude = ["{values["exclude"]}"]\n{allow}'})
    write(tmp_path, {"a.py": make_key(), f"x{key}": make_key(), "b.py": "x"})
    for name in FORMATS:
        ran = run("scan", f"--format={name}", "--show-suppressed")
        assert ran.code in (0, 1)
        assert key.partition("live_")[2] not in ran.out + ran.err
