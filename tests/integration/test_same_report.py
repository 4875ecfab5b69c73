"""The same input gives the same report, however it is scanned.

One tree and one repository hold one of each kind of file. Each test scans them in another way: with
another number of processes, without optional libraries, with processes that are spawned, from a
cold and a warm cache, in another order.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import archives, programs, shapes, string_tables
from tests.support.archives import MAKE
from tests.support.command import WAKEYSCAN, Ran, execute
from tests.support.encodings import SINGLE, USUAL
from tests.support.files import write
from tests.support.keys import ALPHABET, PREFIX
from tests.support.repositories import Repo
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.prefilter.strategy import LARGE_SCAN

Files = Mapping[str, bytes]

_START = Path(__file__).parents[1] / "support" / "python_start"
_FAST = ("hyperscan", "isal", "dulwich._pack", "wakeyscan_native")
"""Libraries, and modules in C and Rust, that only make a scan faster."""
_HASHES = {"jwt": 60, "basic": 32, "token": 24, "app": 20}


class Way(NamedTuple):
    """A way to scan."""

    jobs: int = 1
    without: tuple[str, ...] = ()
    start_method: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Variables that change the start of Python; see `tests/support/python_start`."""
        named = {
            "PYTHON_WITHOUT": " ".join(self.without),
            "PYTHON_START_METHOD": self.start_method,
        }
        changes = {name: text for name, text in named.items() if text}
        return {**changes, "PYTHONPATH": str(_START)} if changes else {}


WAYS = {
    "jobs 2": Way(2),
    "jobs 4": Way(4),
    "spawn": Way(2, start_method="spawn"),
    **{f"without {name}": Way(1, (name,)) for name in _FAST},
    "jobs 2, without all": Way(2, _FAST),
    "spawn, without hyperscan": Way(2, ("hyperscan",), "spawn"),
}


def make_key(name: str, size: int = 40) -> str:
    return PREFIX + make_text(name, size)


def make_text(name: str, size: int) -> str:
    return "".join(random.Random(name).choices(ALPHABET, k=size - 1)) + "7"


def build_files() -> Iterator[tuple[str, bytes]]:
    """Yield a file of each kind, with a key of its own."""
    for name, (pack, _) in MAKE.items():
        key = make_key(name).encode()
        yield f"archives/{name}", pack(b"token = " + key + b"\n")
        yield f"archives/{name}.zip", archives.zipped({"a": pack(b"\n" + key + b" two\n")})
    yield "archives/encrypted.zip", archives.encrypted_zip({"a": make_key("e").encode()})
    for name in USUAL:
        yield f"encodings/{name}", b'k = "' + SINGLE[name].wrap(make_key(name).encode()) + b'"\n'
    for name, refer in programs.REFERENCES.items():
        text = b"abc" + make_key(name).encode() + b"def"
        yield f"programs/{name}", programs.elf(text, 3, len(text) - 6, refer)
    yield "programs/hermes", string_tables.HermesFile().build_from([b"a", make_key("h").encode()])
    for kind, table in shapes.load_header_shapes().items():
        for name, shape in list(table.items())[::8]:
            for hole, size in _HASHES.items():
                shape = shape.replace(f"{{{hole}}}", make_text(f"{name}{hole}", size))
            yield f"{kind}/{name}", shape.replace("{key}", make_key(name)).encode()
    halves = make_key("halves")[:20], make_key("halves")[20:]
    yield "pieces.py", b'K = "%b" + "%b"\n' % tuple(half.encode() for half in halves)
    yield "placeholder", f"{PREFIX}{'x' * 40}\n{PREFIX}your_key_here\n".encode()
    yield "ignored.py", f"K = '{make_key('inline')}'  # wakeyscan:ignore -- test\n".encode()
    yield "crlf", f"a\r\nb {make_key('crlf')}\r\n".encode()
    yield "large", b"no key\n" * (LARGE_SCAN // 6) + make_key("large").encode()
    yield from ((f"clean/{number}", b"nothing\n") for number in range(300))


@pytest.fixture(scope="module")
def files() -> Files:
    """Return the files, with an ignore file for one of their keys."""
    return dict(build_files())


@pytest.fixture(scope="module")
def tree(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    write(folder, files)
    return folder


@pytest.fixture(scope="module")
def repository(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository whose files were committed in parts, half of them deleted again."""
    repo = Repo(tmp_path_factory.mktemp("repository"))
    names = sorted(files)
    repo.commit({name: files[name] for name in names[::2]}, f"message {make_key('message')}")
    repo.git("rm", "-q", *names[::4])
    repo.commit({name: files[name] for name in names[1::2]})
    repo.git("gc", "-q")
    repo.commit({"pieces.py": b"loose " + make_key("loose").encode()})
    return repo.top


def scan(tree: Path, way: Way, *targets: str) -> Ran:
    arguments = ["scan", "--format=json", f"--jobs={way.jobs}", *(targets or ["."])]
    return execute([WAKEYSCAN, *arguments], tree, env=way.environment)


def audit(repository: Path, way: Way, cache: Path) -> Ran:
    arguments = ["audit", "--format=json", f"--jobs={way.jobs}", str(repository)]
    env = {**way.environment, "XDG_CACHE_HOME": str(cache)}
    return execute([WAKEYSCAN, *arguments], repository.parent, env=env)


@pytest.fixture(scope="module")
def scanned(tree: Path) -> Ran:
    ran = scan(tree, Way())
    assert (ran.code, len(ran.json()["findings"]) > 100) == (1, True)
    return ran


@pytest.fixture(scope="module")
def audited(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    ran = audit(repository, Way(), tmp_path_factory.mktemp("cache"))
    assert (ran.code, len(ran.json()["keys"]) > 100) == (1, True)
    return ran


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_scan_gives_the_same_report_in_every_configuration(
    tree: Path, scanned: Ran, way: Way
) -> None:
    assert scan(tree, way) == scanned


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_audit_gives_the_same_report_in_every_configuration(
    repository: Path, audited: Ran, way: Way, tmp_path: Path
) -> None:
    assert audit(repository, way, tmp_path) == audited


def test_an_audit_with_a_warm_cache_gives_the_same_report(
    repository: Path, audited: Ran, tmp_path: Path
) -> None:
    for way in (Way(), Way(2, _FAST)):
        assert audit(repository, way, tmp_path) == audited


def test_the_order_of_targets_does_not_change_the_report(tree: Path, scanned: Ran) -> None:
    names = sorted(os.listdir(tree))
    for targets in (names, names[::-1]):
        found = scan(tree, Way(), *targets).json()
        assert found["findings"] == scanned.json()["findings"]
        assert found["skipped"] == scanned.json()["skipped"]


def build_scan_context() -> ScanContext:
    return build_context(loader.load_rules(), DECODERS)


def find(name: str, content: bytes, context: ScanContext) -> list[Finding]:
    return list(scan_documents([Document(Origin(name), content)], context).findings)


def test_earlier_documents_do_not_change_the_findings(files: Files) -> None:
    """The prefilter changes its search after some bytes, and keeps state over documents."""
    sizes = 0, LARGE_SCAN
    contexts = [build_scan_context() for _ in sizes]
    for context, size in zip(contexts, sizes, strict=True):
        context.prefilter.expect(size)
    kept = {name: content for name, content in files.items() if not name.startswith("clean")}
    forward = {name: find(name, kept[name], contexts[0]) for name in kept}
    for context in contexts[1:]:
        assert {name: find(name, kept[name], context) for name in reversed(kept)} == forward
    for name in list(kept)[::40]:
        assert find(name, kept[name], build_scan_context()) == forward[name], name
