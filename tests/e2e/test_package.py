"""What users install: the wheel, with its rules, in an environment that knows no checkout."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from ast import literal_eval
from base64 import b64encode
from collections.abc import Callable
from email.parser import Parser
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.command import Ran, execute
from tests.support.files import write
from tests.support.keys import MakeKey, mask
from tests.support.repositories import Repo
from wakeyscan import __version__
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.prefilter.anchors import AnchorIndex

ROOT = Path(__file__).parents[2]
RULES = {file.name: file for file in (ROOT / "rules").glob("*.toml")}

Python = Path
"""The interpreter of an environment."""


def pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def environment_with(folder: Path, *what: str) -> Python:
    """Make an environment with `what`, and with what we depend on as it is installed here."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    pip("--python", str(python), "install", "--no-deps", *what)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    # Python reads no .pth files in a folder that a .pth file names: our editable self stays out.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build as pip does for a user, with the compilers of patterns that are installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    constraints = tmp_path_factory.mktemp("constraints") / "constraints.txt"
    constraints.write_text(
        "".join(f"{name}=={version(name)}\n" for name in ("regex", "hyperscan") if find_spec(name))
    )
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"):  # before pip 25.3, and since
            patch.setenv(variable, str(constraints))
        pip("wheel", str(ROOT), "--no-deps", "--wheel-dir", str(folder))
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Python:
    return environment_with(tmp_path_factory.mktemp("installed"), str(wheel))


@pytest.fixture(scope="session")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Python:
    return environment_with(tmp_path_factory.mktemp("editable"), "--editable", str(ROOT))


Start = Callable[..., Ran]


@pytest.fixture
def start(installed: Python, tmp_path: Path) -> Start:
    """Run the installed console script in tmp_path."""

    def call(*line: str) -> Ran:
        return execute([str(installed.with_name("wakeyscan")), *line], tmp_path)

    return call


def test_the_wheel_holds_the_package_the_rules_and_nothing_else(wheel: Path) -> None:
    assert wheel.name == f"wakeyscan-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    modules = {str(path.relative_to(ROOT)) for path in ROOT.glob("wakeyscan/**/*.py")}
    rules = {f"wakeyscan/rules/builtin/{name}" for name in RULES}
    databases = {
        name for name in names if name.startswith("wakeyscan/scanner/prefilter/_databases/")
    }
    made = {*databases, "wakeyscan/rules/_compiled.py", "wakeyscan/core/_patterns.py"}
    templates = {str(path.relative_to(ROOT)) for path in ROOT.glob("wakeyscan/reports/templates/*")}
    data = {*templates, "wakeyscan/reports/report.schema.json", "wakeyscan/py.typed"}
    manual = f"wakeyscan-{__version__}.data/data/share/man/man1/"
    pages = {f"{manual}{file.name}" for file in (ROOT / "docs/man").iterdir()}
    assert names == {*modules, *rules, *made, *data, *pages}
    assert len(databases) == (9 if find_spec("hyperscan") else 0)


def test_the_wheel_metadata_matches_pyproject(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        (at,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(at).decode())
        (licence,) = (name for name in archive.namelist() if name.endswith("licenses/LICENSE"))
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
    required = [one for one in metadata.get_all("Requires-Dist", []) if "extra ==" not in one]
    plain = {one.replace(" ", "").replace('"', "'").replace(",<4,", ",<4") for one in required}
    assert len(plain) == len(project["dependencies"])
    assert (metadata["Name"], metadata["Version"]) == ("wakeyscan", __version__)
    assert metadata["Requires-Python"] == project["requires-python"]
    assert metadata["License-Expression"] == "MIT"


def test_manual_pages_are_installed_where_man_looks_for_them(installed: Python) -> None:
    folder = installed.parents[1] / "share" / "man" / "man1"
    expected = {file.name: file.read_bytes() for file in (ROOT / "docs/man").iterdir()}
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == expected


def test_the_packaged_rules_equal_the_rule_files(installed: Python, tmp_path: Path) -> None:
    code = "import json, wakeyscan.rules._compiled as p; print(json.dumps([p.__file__, p.RULES]))"
    file, rules = execute([str(installed), "-c", code], tmp_path).json()
    assert Path(file).is_relative_to(installed.parents[1])
    assert list(rules) == sorted(RULES)
    assert rules == {name: tomllib.loads(file.read_text("utf-8")) for name, file in RULES.items()}


def test_an_installed_wakeyscan_lists_the_rules(start: Start) -> None:
    ran = start("rules", "list")
    assert (ran.code, ran.err) == (0, "")
    assert sorted(line.split()[0] for line in ran.out.splitlines()) == sorted(
        name.removesuffix(".toml") for name in RULES
    )


def test_an_installed_wakeyscan_finds_a_key(
    start: Start, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, {"a": key})
    ran = start("scan", "--format", "json")
    assert (ran.code, ran.err) == (1, "")
    assert [finding["secret"] for finding in ran.json()["findings"]] == [mask(key)]


def test_an_installed_wakeyscan_starts_without_reading_toml(
    installed: Python, tmp_path: Path
) -> None:
    write(tmp_path, {"a": "x", "b": "y", "c": "z"})
    code = (
        "import sys; before = set(sys.modules); from wakeyscan.cli import main as cli\n"
        "assert cli.main(['scan', 'a', 'b', 'c']) == 0\n"
        "new = set(sys.modules) - before; import json; print(json.dumps(sorted(new)))"
    )
    loaded = json.loads(execute([str(installed), "-P", "-c", code], tmp_path).out.splitlines()[-1])
    top = {name.partition(".")[0] for name in loaded}
    assert top - sys.stdlib_module_names == {"wakeyscan"}
    assert not top & {"tomllib", "subprocess", "json", "hashlib", "multiprocessing", "tempfile"}


def test_an_installed_wakeyscan_has_the_hyperscan_anchors(
    installed: Python, tmp_path: Path
) -> None:
    pytest.importorskip("hyperscan", reason="there is no wheel of hyperscan for this machine")
    write(tmp_path, {"a": "x" * 200_000})
    code = (
        "import sys; from wakeyscan.cli import main as cli; assert cli.main(['scan', 'a']) == 0\n"
        "import json; print(json.dumps(sorted(sys.modules)))"
    )
    loaded = json.loads(execute([str(installed), "-P", "-c", code], tmp_path).out.splitlines()[-1])
    assert "wakeyscan.scanner.prefilter.hyperscan" in loaded
    decoders = {name for name in loaded if name.startswith("wakeyscan.decoders.")}
    assert decoders <= {
        "wakeyscan.decoders.base64_codec",
        "wakeyscan.decoders.concatenation",
        "wakeyscan.decoders.concatenation.prefix",
    }


def test_an_installed_wakeyscan_has_the_anchors_that_a_checkout_builds(
    installed: Python, tmp_path: Path
) -> None:
    code = "import wakeyscan.rules._compiled as p; print(repr(p.ENCODED_ANCHORS))"
    made = literal_eval(execute([str(installed), "-c", code], tmp_path).out)
    assert made == {
        one.id: tuple(map(tuple, AnchorIndex([one], DECODERS).all())) for one in loader.load_rules()
    }


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "another hyperscan made it": lambda held: held.replace(b"(('", b"(('9", 1),
    "damaged": lambda held: held[:-5000] + b"x" * 100 + held[-4900:],
    "cut": lambda held: held[:-5000],
    "empty": lambda held: b"",
}


@pytest.mark.parametrize("way", ["as built", "gone", *SPOILT])
def test_an_installed_wakeyscan_loads_or_compiles_its_hyperscan_database(
    way: str, wheel: Path, make_key: MakeKey, tmp_path: Path
) -> None:
    pytest.importorskip("hyperscan", reason="there is no wheel of hyperscan for this machine")
    package = tmp_path / "package"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(package)
    for file in (package / "wakeyscan" / "scanner" / "prefilter" / "_databases").iterdir():
        if way == "gone":
            file.unlink()
        elif way != "as built":
            file.write_bytes(SPOILT[way](file.read_bytes()))
    keys = make_key(), make_key(), make_key()
    filler = "x = 1\n" * 50_000
    texts = keys[0].encode(), b64encode(keys[1].encode()), keys[2].encode("utf-16-le")
    content = b"\n".join((filler.encode(), texts[0], texts[1], filler.encode()))
    (tmp_path / "tree").mkdir()
    write(tmp_path / "tree", {"a": content, "b": b"\0" + texts[2]})
    script = (
        f"import sys; sys.path.insert(0, {str(package)!r})\n"
        "import hyperscan, json; made = []; Original = hyperscan.Database\n"
        "class Counted(Original):\n"
        "    def compile(self, *a, **k): made.append(1); return super().compile(*a, **k)\n"
        "hyperscan.Database = Counted\n"
        "from wakeyscan.cli import main as cli\n"
        "assert cli.main(['scan', 'tree', '--format', 'json', '--jobs', '1']) == 1\n"
        "print(json.dumps(len(made)), file=sys.stderr)"
    )
    ran = execute([sys.executable, "-P", "-c", script], tmp_path)
    found = {(one["secret"], one["encoding"]) for one in ran.json()["findings"]}
    assert found == {
        (mask(keys[0]), "plain"),
        (mask(keys[1]), "base64"),
        (mask(keys[2]), "utf-16"),
    }
    assert int(ran.err) == (0 if way == "as built" else 2)


@pytest.mark.parametrize(
    ("before", "code"),
    [
        pytest.param("regex.compile = None", 1, id="compiled in the wheel"),
        pytest.param("regex.__version__ = 'older'", 1, id="by another regex: compiled anew"),
        pytest.param("regex.compile = None; regex.__version__ = 'older'", 4, id="the two differ"),
    ],
)
def test_an_installed_wakeyscan_loads_its_patterns_compiled(
    before: str, code: int, installed: Python, tmp_path: Path
) -> None:
    write(tmp_path, {"a": f"Authorization: Bearer {secrets.token_hex(20)}\n"})
    start = "from wakeyscan.cli import main as cli; exit(cli.main(['scan', 'a']))"
    script = f"import regex; {before}\n{start}"
    assert execute([str(installed), "-P", "-c", script], tmp_path).code == code


_PATTERNS = """
import re
from wakeyscan.core import _patterns, lazy
assert _patterns.VERSION == lazy.PATTERN_VERSION
for pattern, flags in _patterns.PATTERNS:
    compiled, loaded = re.compile(pattern, flags), lazy.LazyPattern(pattern, flags)
    for name in ("pattern", "flags", "groups", "groupindex"):
        assert getattr(loaded, name) == getattr(compiled, name), pattern
    text = pattern if isinstance(pattern, bytes) else pattern.encode()
    for at in range(0, len(text), 8):
        part = text[at:] if isinstance(pattern, bytes) else text[at:].decode()
        found, expected = loaded.search(part), compiled.search(part)
        assert (found and (found.regs, found.lastgroup)) == (
            expected and (expected.regs, expected.lastgroup)
        ), pattern
print(len(_patterns.PATTERNS))
"""


def test_an_installed_wakeyscan_has_its_lazy_patterns_compiled(
    installed: Python, tmp_path: Path
) -> None:
    """They equal those that `re` compiles: in their fields, and in what they match."""
    count = int(execute([str(installed), "-P", "-c", _PATTERNS], tmp_path).out)
    texts = [path.read_text("utf-8") for path in ROOT.glob("wakeyscan/scanner/**/*.py")]
    assert count > sum(text.count(" = lazy_pattern(") for text in texts) > 100


@pytest.mark.parametrize(
    ("before", "code"),
    [
        pytest.param("", 1, id="as built"),
        pytest.param("_patterns.VERSION = 'another Python'", 4, id="by another Python"),
        pytest.param("_patterns.PATTERNS = {}", 4, id="none"),
    ],
)
def test_an_installed_wakeyscan_compiles_no_lazy_pattern(
    before: str, code: int, installed: Python, make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, {"a": f"KEY = '{make_key()}'\n"})
    script = (
        f"from wakeyscan.core import _patterns, lazy\n{before}\n"
        "class Refusing:\n"
        "    def compile(self, *_): raise AssertionError\n"
        "lazy.re = Refusing()\n"
        "from wakeyscan.cli import main as cli; exit(cli.main(['scan', 'a']))"
    )
    assert execute([str(installed), "-P", "-c", script], tmp_path).code == code


_LOADED = """
import sys
from wakeyscan.cli import process
code = process.run()
print(code, *sorted(sys.modules), file=sys.stderr)
"""


def test_an_installed_hook_loads_neither_typing_nor_openssl(
    installed: Python, make_key: MakeKey, tmp_path: Path
) -> None:
    # A checkout reads the rules at each start, with tomllib, which loads `typing`.
    repo = Repo(tmp_path)
    for content, code in (("clean = 1\n", "0"), (f"key = '{make_key()}'\n", "1")):
        write(tmp_path, {"a.py": content})
        repo.git("add", "a.py")
        line = [str(installed), "-P", "-c", _LOADED, "hook", "pre-commit"]
        ended, *loaded = execute(line, tmp_path).err.splitlines()[-1].split()
        assert ended == code
        heavy = {
            "_hashlib",
            "pickle",
            "regex",
            "typing",
            "urllib.parse",
            "wakeyscan.rules.validation",
        }
        if code == "0":
            heavy |= {"contextlib", "importlib", "warnings", "wakeyscan.core.finding"}
        assert {*loaded} & heavy == set()


def test_an_editable_install_finds_a_key(
    editable: Python, make_key: MakeKey, tmp_path: Path
) -> None:
    key = make_key()
    write(tmp_path, {"a": key})
    ran = execute([str(editable.with_name("wakeyscan")), "scan", "--format", "json"], tmp_path)
    assert (ran.code, ran.err) == (1, "")
    assert [finding["secret"] for finding in ran.json()["findings"]] == [mask(key)]
    assert not (ROOT / "wakeyscan" / "rules" / "_compiled.py").exists()


@pytest.mark.parametrize("kind", ["installed", "editable"])
def test_wakeyscan_runs_as_a_module(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    python = request.getfixturevalue(kind)
    ran = execute([str(python), "-P", "-m", "wakeyscan", "--version"], tmp_path)
    assert ran == Ran(0, f"wakeyscan {__version__}\n", "")


def test_an_installed_package_has_the_template_of_the_page(
    installed: Python, make_key: MakeKey, tmp_path: Path
) -> None:
    write(tmp_path, {"a": make_key()})
    ran = execute([str(installed), "-P", "-m", "wakeyscan", "scan", "-f", "html"], tmp_path)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("<!doctype html>\n")
    assert "default-src 'none'" in ran.out


HOSTILE = (
    *("click", "regex", "hyperscan", "sarif_om", "attr", "pathspec", "git", "wakeyscan"),
    *("tomllib", "json", "hashlib", "subprocess", "tempfile", "sitecustomize", "usercustomize"),
)


@pytest.mark.parametrize(
    "line",
    [
        ["--help"],
        ["scan"],
        ["scan", "--nope"],
        ["scan", "--format", "sarif", "--report", "json=../out"],
        ["scan", "--jobs", "2", "."],
    ],
    ids=" ".join,
)
def test_no_module_in_the_scanned_folder_is_imported(
    start: Start, make_key: MakeKey, tmp_path: Path, line: list[str]
) -> None:
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w').close()\n"
    write(tmp_path, {"leak": make_key(), ".wakeyscan.toml": "exclude = ['x']\n"})
    write(tmp_path, {f"{name}.py": trap for name in HOSTILE})
    write(tmp_path, {f"more/{number}": "x" for number in range(300)})
    ran = start(*line)
    assert ran.code == {"--help": 0, "--nope": 2}.get(line[-1], 1), ran.err
    assert not (tmp_path / "sprung").exists()


def test_the_trap_of_the_previous_test_works(installed: Python, tmp_path: Path) -> None:
    # What the console script does not do and `python -m` without -P does: look here for modules.
    write(tmp_path, {"click.py": f"open({str(tmp_path / 'sprung')!r}, 'w').close()\n"})
    execute([str(installed), "-m", "wakeyscan", "--help"], tmp_path)
    assert (tmp_path / "sprung").exists()
