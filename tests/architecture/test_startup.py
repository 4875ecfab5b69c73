"""What is loaded to say little: a hook runs at every commit, so each module must be worth it."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest

from tests.support.command import execute
from tests.support.files import write
from tests.support.keys import MakeKey
from tests.support.repositories import Repo

PROBE = """
import sys
before = set(sys.modules)
from wakeyscan.cli import main as cli
code = cli.main(sys.argv[1:])
loaded = set(sys.modules) - before
import json
print(json.dumps([code, sorted(loaded)]), file=sys.stderr)
"""

COMPILED = """
import builtins, enum, json, sys
compiled = []
def compile_and_log(source, *rest, **options):
    compiled.extend([source] if isinstance(source, str) else [])  # bytes: a module
    return compile_builtin(source, *rest, **options)
compile_builtin, builtins.compile = compile, compile_and_log
from wakeyscan.cli import main as cli
cli.main(sys.argv[1:])
enums = [*enum.IntEnum.__subclasses__(), *enum.StrEnum.__subclasses__()]
ours = [t.__name__ for t in enums if t.__module__.startswith("wakeyscan.")]
print(json.dumps([compiled, ours]), file=sys.stderr)
"""

_CONTAINERS = "wakeyscan.extractors"
HEAVY = {
    *("click", "regex", "hyperscan", "git", "gitdb", "sarif_om", "attr", "pathspec", "jsonschema"),
    "wakeyscan_native",
    *("argparse", "asyncio", "concurrent", "ctypes", "dataclasses", "difflib", "email", "hashlib"),
    *("html", "http", "importlib.metadata", "inspect", "json", "logging", "multiprocessing"),
    *("pathlib", "pickle", "random", "selectors", "shutil", "signal", "socket", "ssl"),
    *("subprocess", "tempfile", "threading", "traceback", "unicodedata", "urllib", "zlib"),
}


CLEAN_SCAN = {
    *("wakeyscan", "wakeyscan.cli", "wakeyscan.config", "wakeyscan.core", "wakeyscan.decoders"),
    *("wakeyscan.extractors", "wakeyscan.git", "wakeyscan.reports", "wakeyscan.rules"),
    *("wakeyscan.scanner", "wakeyscan.scanner.prefilter", "wakeyscan.sources"),
    *("wakeyscan.suppression", "wakeyscan.cli.commands"),
    *(f"wakeyscan.cli.{name}" for name in ("arguments", "main", "output", "pipeline", "progress")),
    *(f"wakeyscan.config.{name}" for name in ("build", "config", "config_file", "converters")),
    *(f"wakeyscan.config.{name}" for name in ("options", "settings")),
    *(f"wakeyscan.core.{name}" for name in ("document", "errors", "lazy", "line_index")),
    "wakeyscan.core.typing",
    *(f"wakeyscan.core.{name}" for name in ("redaction", "registry", "secret", "severity")),
    *("wakeyscan.decoders.base64_codec", "wakeyscan.extractors.file_types"),
    *("wakeyscan.git.worktree", "wakeyscan.rules.loader", "wakeyscan.rules.rule"),
    *(f"wakeyscan.scanner.{name}" for name in ("context", "detector", "documents", "result")),
    *(f"wakeyscan.scanner.{name}" for name in ("scan", "scan_result")),
    *(f"wakeyscan.scanner.prefilter.{name}" for name in ("anchors", "base64_words", "candidates")),
    *(f"wakeyscan.scanner.prefilter.{name}" for name in ("escape_candidates", "escape_forms")),
    *(f"wakeyscan.scanner.prefilter.{name}" for name in ("strategy", "substring")),
    *("wakeyscan.sources.files", "wakeyscan.sources.options"),
    # Only a checkout reads and validates the rules; the wheel has them as a module.
    *("wakeyscan.core.small_files", "wakeyscan.rules.validation"),
}
"""Our modules that a scan of a few small, clean files loads, without that of its command.

A module more costs each commit 0.1 ms and more. Add one only if every run needs it; otherwise load
it with `core.lazy` where it is needed.
"""
PRE_COMMIT = CLEAN_SCAN | {
    *("wakeyscan.cli.commands.hook", "wakeyscan.integrations", "wakeyscan.integrations.hooks"),
    "wakeyscan.integrations.hooks.pre_commit",
}
STAGED = PRE_COMMIT - {"wakeyscan.sources.files"} | {
    *("wakeyscan.sources.staged", "wakeyscan.sources.changed_files", "wakeyscan.core.chunks"),
    *(f"wakeyscan.git.{name}" for name in ("cat_file", "command", "diff", "environment")),
    *("wakeyscan.git.objects", "wakeyscan.git.process"),
}


def ours(loaded: set[str]) -> set[str]:
    """Return our own modules."""
    return {name for name in loaded if name.partition(".")[0] == "wakeyscan"}


def loaded_by(folder: Path, *line: str, code: int = 0) -> set[str]:
    """Run a command in a process of its own; give the modules that it loads."""
    ran = execute([sys.executable, "-P", "-c", PROBE, *line], folder)
    returned, loaded = json.loads(ran.err.splitlines()[-1])
    assert returned == code, ran.err
    return set(loaded)


def outside(loaded: set[str]) -> set[str]:
    """Return the top-level modules that are neither ours nor Python's."""
    return {name.partition(".")[0] for name in loaded} - {"wakeyscan", *sys.stdlib_module_names}


@pytest.fixture
def clean(tmp_path: Path) -> list[str]:
    write(tmp_path, {"a.py": "import os\n", "b.js": "let x\n", "c/d.md": "# Words\n"})
    return ["a.py", "b.js", "c/d.md"]


ENTRY = """
import json, sys
before = set(sys.modules)
import wakeyscan.__main__
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_no_module_of_ours_is_loaded_before_the_interrupt_handler_is_set(tmp_path: Path) -> None:
    loaded = set(execute([sys.executable, "-P", "-c", ENTRY], tmp_path).json())
    assert loaded - {"_signal", "errno", "gc", "__future__"} == {
        "wakeyscan",
        "wakeyscan.__main__",
    }


def test_printing_the_version_loads_almost_nothing(tmp_path: Path) -> None:
    loaded = loaded_by(tmp_path, "--version")
    assert outside(loaded) == set()
    assert loaded & HEAVY == set()
    assert not {name for name in loaded if name.startswith("wakeyscan.cli.commands.")}


@pytest.mark.skipif(sys.platform != "linux", reason="workers are not forked")
def test_workers_that_are_forked_need_no_multiprocessing(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}.py": "import os\n" for number in range(300)})
    loaded = loaded_by(tmp_path, "scan", "--jobs", "2")
    assert "wakeyscan.core.forked_worker" in loaded
    assert not loaded & {"multiprocessing", "pickle", "socket", "subprocess", "tempfile"}


def test_a_scan_of_small_clean_files_loads_no_more_than_it_needs(
    tmp_path: Path, clean: list[str]
) -> None:
    loaded = loaded_by(tmp_path, "scan", *clean)
    assert outside(loaded) == set()
    assert loaded & HEAVY == set()
    extra = ours(loaded) - CLEAN_SCAN - {"wakeyscan.cli.commands.scan"}
    reports = {f"wakeyscan.reports.{name}" for name in ("report", "summary", "text")}
    assert extra == reports | {"wakeyscan.core.finding", "wakeyscan.scanner.repository_paths"}


def test_a_scan_outside_a_work_tree_does_not_run_git(tmp_path: Path, clean: list[str]) -> None:
    loaded = loaded_by(tmp_path, "scan", ".")
    assert {name for name in loaded if name.startswith("wakeyscan.git.")} == {
        "wakeyscan.git.worktree"
    }
    assert "wakeyscan.sources.omitted_files" not in loaded


def test_a_hook_with_clean_files_loads_only_what_it_needs_and_does_not_run_git(
    tmp_path: Path, clean: list[str]
) -> None:
    Repo(tmp_path).git("add", *clean)
    loaded = loaded_by(tmp_path, "hook", "pre-commit", *clean)
    assert (outside(loaded), loaded & HEAVY) == (set(), set())
    assert ours(loaded) == PRE_COMMIT | {"wakeyscan.integrations.hooks.manual_run"}


def test_a_hook_with_staged_files_also_loads_the_modules_that_run_git(
    tmp_path: Path, clean: list[str]
) -> None:
    repo = Repo(tmp_path)
    repo.git("add", *clean)
    loaded = loaded_by(tmp_path, "hook", "pre-commit")
    assert (outside(loaded), loaded & HEAVY) == (set(), set())
    assert ours(loaded) == STAGED


def test_a_clean_hook_evaluates_no_annotation_and_defines_one_enum(
    tmp_path: Path, clean: list[str]
) -> None:
    Repo(tmp_path).git("add", *clean)
    for files in (clean, []):
        command = [sys.executable, "-P", "-c", COMPILED, "hook", "pre-commit", *files]
        compiled, enums = json.loads(execute(command, tmp_path).err.splitlines()[-1])
        assert set(compiled) <= {"NestedDict", "Flags"}  # of tomllib, which only a checkout loads
        assert enums == ["Severity"]


def test_a_container_loads_only_its_own_extractor(tmp_path: Path) -> None:
    write(tmp_path, {"a.gz": gzip.compress(b"x")})
    loaded = loaded_by(tmp_path, "scan", "a.gz")
    assert outside(loaded) <= {"isal"}
    opened = {name for name in loaded if name.startswith(f"{_CONTAINERS}.")}
    shared = {"budget", "extract", "extractor", "file_types"}
    streams = {"_remainder", "_stream", "compressed"}
    assert opened == {f"{_CONTAINERS}.{name}" for name in {*shared, *streams}}
    assert not loaded & {"bz2", "lzma"}


def test_an_audit_of_a_folder_loads_no_gitpython(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a": "a"})
    assert not {"git", "gitdb"} & outside(loaded_by(repo.top, "audit", "."))


def test_options_are_read_without_click(tmp_path: Path, clean: list[str]) -> None:
    options = ["--fail-on", "high", "--max-file-size=1M", "--quiet", "--color", "never"]
    assert outside(loaded_by(tmp_path, "scan", *options, "--", *clean)) == set()


def test_only_path_patterns_in_a_configuration_load_libraries(
    tmp_path: Path, clean: list[str]
) -> None:
    write(tmp_path, {".wakeyscan.toml": "fail-on = 'high'\n"})
    assert outside(loaded_by(tmp_path, "scan", *clean)) == set()
    write(tmp_path, {".wakeyscan.toml": "exclude = ['x']\n"})
    # pathspec looks for hyperscan by itself; the searches of `regex` have a limit of time.
    loaded = outside(loaded_by(tmp_path, "scan", *clean))
    assert loaded - {"hyperscan", "typing_extensions"} == {"pathspec", "regex"}


def test_a_finding_loads_only_the_regex_library(tmp_path: Path, make_key: MakeKey) -> None:
    write(tmp_path, {"a": make_key()})
    assert outside(loaded_by(tmp_path, "scan", "a", code=1)) == {"regex"}


@pytest.mark.parametrize(
    ("name", "text", "own", "libraries"),
    [
        ("a.py", "{}", False, {"regex"}),
        ("a.json", "[1]", False, set[str]()),
        ("a.yml", "a: {{b}}", False, set[str]()),
        ("a.ipynb", '["{}"]', True, {"regex"}),
        ("a.yml", "env:\n  k: {}", True, {"regex"}),
        ("a.yml", "apiVersion: v1\nkind: Secret\nk: {}", True, {"regex", "yaml"}),
    ],
)
def test_a_structured_document_is_parsed_only_if_it_has_a_finding(
    tmp_path: Path, make_key: MakeKey, name: str, text: str, own: bool, libraries: set[str]
) -> None:
    write(tmp_path, {name: text.replace("{}", make_key())})
    loaded = loaded_by(tmp_path, "scan", name, code=1 if libraries else 0)
    # PyYAML's compiled half brings modules of Cython's, which have a version in their names.
    known = {one for one in outside(loaded) if "cython" not in one}
    assert (known, "wakeyscan.scanner.logical_locations" in loaded) == (libraries, own)


@pytest.mark.parametrize(
    ("name", "libraries"),
    [("json", set[str]()), ("github", set[str]()), ("sarif", {"sarif_om", "attr"})],
)
def test_a_report_loads_its_own_library_only(
    tmp_path: Path, clean: list[str], name: str, libraries: set[str]
) -> None:
    assert outside(loaded_by(tmp_path, "scan", "--format", name, *clean)) == libraries


@pytest.mark.parametrize(
    ("files", "size", "looks"),
    [
        pytest.param(1, 100_000, "wakeyscan.scanner.prefilter.substring", id="a few bytes"),
        pytest.param(1, 200_000, "wakeyscan.scanner.prefilter.hyperscan", id="more"),
        pytest.param(100, 2_000, "wakeyscan.scanner.prefilter.hyperscan", id="more, in many files"),
        pytest.param(1, 20 << 20, "wakeyscan.scanner.prefilter.hyperscan", id="many"),
    ],
)
def test_the_anchor_search_that_is_loaded_depends_on_the_amount_of_input(
    tmp_path: Path, files: int, size: int, looks: str
) -> None:
    pytest.importorskip("hyperscan", reason="there is no wheel of hyperscan for this machine")
    names = [f"f{number}" for number in range(files)]
    write(tmp_path, dict.fromkeys(names, "x" * size))
    loaded = loaded_by(tmp_path, "scan", ".")
    assert loaded & {
        "wakeyscan.scanner.prefilter.substring",
        "wakeyscan.scanner.prefilter.hyperscan",
    } == {looks}
    assert outside(loaded) == (
        {"hyperscan"} if looks == "wakeyscan.scanner.prefilter.hyperscan" else set()
    )


@pytest.mark.parametrize(
    ("text", "joins"),
    [
        pytest.param("mode = 'live'  # and not 'test'\n", False, id="a word of many a program"),
        pytest.param("'wa' + '_' + mode + 'live' + rest\n", True, id="after what may be the rest"),
    ],
)
def test_concatenation_patterns_are_loaded_if_a_prefix_may_be_split(
    tmp_path: Path, text: str, joins: bool
) -> None:
    write(tmp_path, {"a": text})
    assert (
        "wakeyscan.decoders.concatenation.assemble" in loaded_by(tmp_path, "scan", "a")
    ) == joins


def test_concatenation_patterns_are_not_loaded_for_a_whole_key(tmp_path: Path, key: str) -> None:
    write(tmp_path, {"a.py": f'KEY = "{key}"\nOTHER = 1\n'})
    loaded = loaded_by(tmp_path, "scan", "a.py", code=1)
    assert "wakeyscan.decoders.concatenation.assemble" not in loaded
    assert "wakeyscan.scanner.ends.next_line" not in loaded


def test_help_loads_click_and_only_the_requested_command(tmp_path: Path) -> None:
    assert outside(loaded_by(tmp_path, "scan", "--help")) == {"click"}
