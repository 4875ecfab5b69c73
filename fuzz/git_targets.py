"""Parsers of what is inside `.git`, and of git's output."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from fuzz.target import Target, write_files
from tests.support.repositories import Repo
from tests.support.sifts import sift_in_python, sift_natively
from wakeyscan.audit.native_packs import has_native_core
from wakeyscan.core.errors import WakeyscanError
from wakeyscan.decoders import DECODERS
from wakeyscan.git import diff, ref_files, refs
from wakeyscan.git.delta import DELTA_ERRORS, apply_delta, read_delta_size, read_insertions
from wakeyscan.git.objects import parse_tag_target, parse_tree
from wakeyscan.git.pack import read_pack
from wakeyscan.git.pack_index import PackError, read_pack_index
from wakeyscan.git.pack_walk import walk_pack
from wakeyscan.git.repository import Repository, find_repository
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.prefilter.strategy import LARGE_SCAN

_CONTEXT = build_context(loader.load_rules(), DECODERS)
_CONTEXT.prefilter.expect(LARGE_SCAN)
_INDEX = b"\xfftOc"
_LIMIT = 1 << 20
_SPLIT = b"\n--\n"
_REF_FILES = ("HEAD", "packed-refs", "refs/heads/a", "logs/refs/heads/a", "commondir")


def parse_pack(data: bytes) -> None:
    """Build all objects of a pack, which is followed by its index; the native core agrees."""
    pack, mark, rest = data.rpartition(_INDEX)
    with write_files({"a.pack": pack, "a.idx": mark + rest}) as folder:
        try:
            opened = read_pack(read_pack_index(os.path.join(folder, "a.idx"), 20))
        except PackError:
            return
        numbers = range(len(opened.kinds))
        list(map(opened.find_id, numbers))
        refused: list[int] = []
        built = {
            number
            for number, _, _ in walk_pack(
                opened, opened.find_roots(), lambda number, _: refused.append(number)
            )
        }
        assert len(built) + len(refused) + opened.cyclic == len(numbers)
        if has_native_core():
            assert sift_natively(opened, _CONTEXT) == sift_in_python(opened, _CONTEXT)


def parse_delta(data: bytes) -> None:
    """Apply a delta to the text of 100 bytes."""
    with suppress(*DELTA_ERRORS):
        built = apply_delta(bytes(range(100)), data, _LIMIT)
        assert built is None or len(built) == read_delta_size(data, read_delta_size(data, 0)[1])[0]
    with suppress(IndexError):
        read_insertions(data)


def parse_refs(data: bytes) -> None:
    """Read refs and reflogs from files that a line of two dashes separates."""
    files = dict(zip(_REF_FILES, data.split(_SPLIT), strict=False))
    with write_files({"objects/info/none": b"", **files}) as folder:
        try:
            find_repository(folder)
            found = Repository(folder, folder, folder, (), 20)
            ids = set(refs.read_refs(found).values())
            logged = refs.read_reflogs(found, lambda path, reason: None)
        except WakeyscanError:
            return
        for object_id in ids.union(*logged.values()):
            assert ref_files.is_id(object_id.encode())


def parse_objects(data: bytes) -> None:
    """Parse a tree, a tag and the output of a raw diff."""
    for width in (20, 32):
        for name, _ in parse_tree(data, width):
            assert b"\0" not in name
    parse_tag_target(data)
    with suppress(WakeyscanError):
        list(diff.parse_changes(data))


def _make_packs() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder))
        text = "".join(f"line {number}\n" for number in range(40))
        for number in range(4):
            repo.commit({"a.txt": f"{text}{number}\n", "b/c.txt": str(number)})
        repo.git("gc", "-q")
        (pack,) = (repo.top / ".git/objects/pack").glob("*.pack")
        yield pack.read_bytes() + pack.with_suffix(".idx").read_bytes()
    head = b"PACK\0\0\0\2\0\0\0\1\x35"
    yield head + zlib.compress(b"hello") + bytes(20) + _INDEX + b"\0\0\0\2" + bytes(1024)


def _make_refs() -> Iterator[bytes]:
    commit, names = b"1" * 40, (b"ref: refs/heads/a\n", b"2" * 40)
    for head in names:
        line = commit + b" " + b"2" * 40 + b" A <a@example.org> 0 +0000\tc\n"
        packed = b"# pack-refs with: peeled\n" + commit + b" refs/heads/b\n^" + commit + b"\n"
        yield _SPLIT.join((head, packed, commit + b"\n", line, b"."))


_TREE = b"100644 a.txt\0" + bytes(range(20)) + b"40000 b\0" + bytes(range(20, 40))
_CHANGE = b":100644 100644 %b %b M\0a.txt\0" % (b"1" * 40, b"2" * 40)

TARGETS: Mapping[str, Target] = {
    "pack": Target(parse_pack, _make_packs),
    "delta": Target(parse_delta, lambda: (b"\x64\x0a\x90\x05\x05hello", b"\x64\x64\xb0\0\x64")),
    "refs": Target(parse_refs, _make_refs),
    "objects": Target(
        parse_objects, lambda: (_TREE, _CHANGE * 2, b"object " + b"1" * 40 + b"\ntype commit\n")
    ),
}
