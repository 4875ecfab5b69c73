"""Keys that a text cuts, and whole ones, asked about at a real API on loopback.

A live key that is cut must never count as revoked; a whole key that the API rejects must.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import pytest

from tests.support import contexts
from tests.support.binary_formats import COINCIDENCES, OPEN_COINCIDENCES, OTHER, PLAIN
from tests.support.encodings import SINGLE
from tests.support.ends import CUT, GLUED, WHOLE, place_cut, place_whole
from tests.support.fake_wastack import LIVE, REVOKED, FakeWAStack, says
from tests.support.gaps import GAPS
from tests.support.keys import ALPHABET, PREFIX, MakeKey
from tests.support.layers import LAYERS
from tests.support.programs import REFERENCES, elf, mach_o, portable_executable
from tests.support.registry_files import HEADER, VALUES
from tests.support.statements import assemble_keys, list_whole
from tests.support.string_tables import HermesFile
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds, Finding, Liveness
from wakeyscan.core.secret import API_KEY, Secret
from wakeyscan.core.severity import Severity
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage
from wakeyscan.scanner.strings.other_ends import MAX_OTHER_ENDS
from wakeyscan.scanner.whole_keys import MAX_CANDIDATES
from wakeyscan.verification import VerifyOptions
from wakeyscan.verification.rate_limit import RateLimiter
from wakeyscan.verification.verify import verify_result

SIZE = 30
"""Characters before the cut."""
MIN_FIRST = 24
"""Characters of the shortest first part that is a key by itself."""
LAYERED = PREFIX + "".join(Random("layered").choices(ALPHABET, k=40))
INSERTED = {"entity": "A"}
"""Characters that the text has between the parts, by the name of the way."""


@pytest.fixture
def api() -> Iterator[FakeWAStack]:
    with FakeWAStack({}) as fake:
        yield fake


def detect(path: str, content: bytes) -> list[Finding]:
    found = detect_in_document(Document(Origin(path), content), contexts.few())
    return [finding for finding in found if finding.rule == API_KEY]


def verify(api: FakeWAStack, findings: list[Finding]) -> list[Finding]:
    """Return the findings with the answers of the API, without the pauses of the rate limit."""
    result = RunResult("scan", ("a",), (), tuple(findings), (), Coverage(1, 1))
    options = VerifyOptions(api_url=api.url)
    limiter = RateLimiter(clock=iter(range(0, 10**9, 60)).__next__)
    return list(verify_result(result, options, lambda *_: None, limiter).findings)


def secret(key: str) -> Secret:
    return Secret(key.encode(), API_KEY)


def test_a_live_key_that_is_cut_is_never_revoked(api: FakeWAStack, make_key: MakeKey) -> None:
    findings: dict[str, list[Finding]] = {}
    keys = {name: make_key(40) for name in CUT}
    for name, (path, text) in CUT.items():
        api.keys[f"{keys[name][:SIZE]}{INSERTED.get(name, '')}{keys[name][SIZE:]}"] = LIVE
        findings[name] = detect(f"{name}/{path}", place_cut(text, keys[name], SIZE)[0])
    verified = verify(api, [finding for found in findings.values() for finding in found])
    assert [f.origin.path for f in verified if f.liveness is Liveness.REVOKED] == []
    assert len(findings) >= 60
    assert all(findings.values())
    live = {
        f.origin.path.partition("/")[0]: f.secret for f in verified if f.liveness is Liveness.LIVE
    }
    assert set(live) == {name for name, (_, text) in CUT.items() if "BBB" in text}
    assert all(live[name] == secret(keys[name]) for name in set(live) - set(INSERTED))


@pytest.mark.parametrize("layer", LAYERS)
def test_a_live_key_that_is_cut_in_a_layer_is_never_revoked(api: FakeWAStack, layer: str) -> None:
    """An open end never makes a key revoked, so only the certain ones are asked about."""
    findings: list[Finding] = []
    for name, (_, text) in CUT.items():
        api.keys[f"{LAYERED[:SIZE]}{INSERTED.get(name, '')}{LAYERED[SIZE:]}"] = LIVE
        nested = LAYERS[layer](text.replace("AAA", LAYERED[:SIZE]).replace("BBB", LAYERED[SIZE:]))
        found = detect(f"{name}/a.txt", nested.encode())
        findings += found if "BBB" in text else ()
    assert len(findings) >= 170
    certain = [finding for finding in findings if finding.bounds is Bounds.CERTAIN]
    revoked = [f.origin.path for f in verify(api, certain) if f.liveness is Liveness.REVOKED]
    assert revoked == []


@pytest.mark.parametrize("sizes", [(8, 20), (20, 12), (24, 12), (24, 20), (28, 14)])
@pytest.mark.parametrize("sign", ["", "-", "_"])
@pytest.mark.parametrize("in_json", [False, True])
def test_a_live_key_that_statements_assemble_is_never_revoked(
    api: FakeWAStack, make_key: MakeKey, sizes: tuple[int, int], sign: str, in_json: bool
) -> None:
    findings: list[Finding] = []
    for path, text, key in assemble_keys(make_key, *sizes, sign):
        api.keys[key] = LIVE
        path, text = ("a.json", json.dumps({"code": text})) if in_json else (path, text)
        found = detect(path, text.encode())
        assert found or sizes[0] < MIN_FIRST
        findings += found
    assert len(findings) >= 40
    verified = verify(api, findings)
    assert [f.origin.path for f in verified if f.liveness is Liveness.REVOKED] == []
    assert len({f.secret for f in verified if f.liveness is Liveness.LIVE}) >= 30


def test_a_key_whose_name_is_used_in_other_ways_is_whole(make_key: MakeKey) -> None:
    for path, text in list_whole(make_key()):
        assert [(path, f.bounds) for f in detect(path, text.encode())] == [(path, Bounds.CERTAIN)]


def test_a_whole_key_that_is_rejected_is_revoked(api: FakeWAStack, make_key: MakeKey) -> None:
    findings: list[Finding] = []
    for name, (path, text) in WHOLE.items():
        findings += detect(f"{name}/{path}", place_whole(text, make_key(40))[0])
    verified = verify(api, findings)
    assert len(verified) >= len(WHOLE) >= 60
    assert [f.origin.path for f in verified if f.liveness is not Liveness.REVOKED] == []


def test_a_complete_key_replaces_a_cut_one(api: FakeWAStack, make_key: MakeKey) -> None:
    key = make_key(40)
    api.keys[key] = LIVE
    (cut,) = detect("a.md", f"| a | {key[:SIZE]} |\n|   | {key[SIZE:]} |\n".encode())
    (finding,) = verify(api, [cut])
    assert (cut.bounds, cut.liveness) == (Bounds.OPEN, Liveness.UNCHECKED)
    assert (finding.secret, finding.bounds) == (secret(key), Bounds.CERTAIN)
    assert (finding.liveness, finding.severity) == (Liveness.LIVE, Severity.CRITICAL)
    assert "cut or too long, and this is the whole key" in finding.reason
    assert str(secret(key)) in finding.excerpt
    assert str(cut.secret) not in finding.excerpt


def test_a_complete_key_may_be_revoked_by_name(api: FakeWAStack, make_key: MakeKey) -> None:
    key = make_key(40)
    api.keys[key] = REVOKED
    (finding,) = verify(api, detect("a.log", f"K={key[:SIZE]}\n{key[SIZE:]}\n".encode()))
    assert (finding.secret, finding.liveness) == (secret(key), Liveness.REVOKED)


def test_rejected_candidates_prove_nothing(api: FakeWAStack, make_key: MakeKey) -> None:
    key = make_key(40)
    (cut,) = detect("a.log", f"K={key[:SIZE]}\n{key[SIZE:]}\n".encode())
    (finding,) = verify(api, [cut])
    assert (finding.secret, finding.liveness) == (cut.secret, Liveness.UNKNOWN)
    assert len(api.asked) == 1 + len(cut.candidates)


def test_an_accepted_text_needs_no_candidates(api: FakeWAStack, make_key: MakeKey) -> None:
    key = make_key(22)
    api.keys[key] = LIVE
    (finding,) = verify(api, detect("a.log", f"K={key}\nabc\n".encode()))
    assert (finding.secret, finding.liveness) == (secret(key), Liveness.LIVE)
    assert len(api.asked) == 1


def test_a_live_candidate_counts_where_the_text_is_whole_elsewhere(
    api: FakeWAStack, make_key: MakeKey
) -> None:
    key = make_key(40)
    api.keys[key] = LIVE
    cut = detect("a.log", f"K={key[:SIZE]}\n{key[SIZE:]}\n".encode())
    quoted = detect("b.txt", f"invalid key '{key[:SIZE]}'".encode())
    found = {f.origin.path: (f.secret, f.liveness) for f in verify(api, cut + quoted)}
    assert found["a.log"] == (secret(key), Liveness.LIVE)
    assert found["b.txt"] == (secret(key[:SIZE]), Liveness.REVOKED)


@pytest.mark.parametrize("text", GLUED.values(), ids=GLUED)
def test_a_live_key_that_is_joined_with_a_word_is_found(
    api: FakeWAStack, make_key: MakeKey, text: str
) -> None:
    key = make_key(40)
    api.keys[key] = LIVE
    verified = verify(api, detect("a.txt", text.replace("KEY", key).encode()))
    assert verified
    assert {(f.secret, f.liveness) for f in verified} == {(secret(key), Liveness.LIVE)}


def test_a_key_with_a_hyphen_is_revoked_if_no_part_of_it_works(
    api: FakeWAStack, make_key: MakeKey
) -> None:
    key = f"{make_key(20)}-{make_key(8)[8:]}_{make_key(8)[8:]}"
    (finding,) = verify(api, detect("a.txt", f'key = "{key}"\n'.encode()))
    assert (finding.secret, finding.liveness) == (secret(key), Liveness.REVOKED)
    assert len(api.asked) == 3


def test_a_key_with_a_hyphen_is_unknown_if_a_part_has_no_answer(
    api: FakeWAStack, make_key: MakeKey
) -> None:
    part = make_key(20)
    api.keys[part] = says(503, {})
    (finding,) = verify(api, detect("a.txt", f'key = "{part}-old"\n'.encode()))
    assert (finding.secret, finding.liveness) == (secret(f"{part}-old"), Liveness.UNKNOWN)


def test_a_key_with_many_hyphens_has_an_open_end(make_key: MakeKey) -> None:
    (finding,) = detect(
        "a.txt", f'"{make_key(20)}-this-is-the-key-of-the-old-test-server"'.encode()
    )
    assert (finding.bounds, len(finding.candidates)) == (Bounds.OPEN, MAX_CANDIDATES)


@pytest.mark.parametrize("between", ["", "_", "-", "--"])
def test_keys_end_to_end_are_found_and_never_revoked(
    api: FakeWAStack, make_key: MakeKey, between: str
) -> None:
    keys = [make_key(40) for _ in range(5)]
    api.keys[keys[2]] = LIVE
    found = verify(api, detect("all.key", between.join(keys).encode()))
    assert [f.secret for f in found] == [*map(secret, keys)]
    assert found[2].liveness is Liveness.LIVE


def list_wrapped(make_key: MakeKey) -> Iterator[tuple[str, str, bytes]]:
    """Yield the name, a key and a text for every way in which a format wraps or ends a key."""
    for name, gap in GAPS.items():
        for cut in (3, 8, 17, 31):
            key = make_key(40)
            yield f"{name}-{cut}", key, gap.build(key, cut).encode()
    for name, wrapping in SINGLE.items():
        for size in (16, 40, 128):
            key = make_key(size)
            yield f"{name}-{size}", key, wrapping.wrap(b"K=" + key.encode() + b"\nnext = 1\n")
    for name, write in VALUES.items():
        for codec in ("utf-8", "utf-8-sig", "utf-16"):
            key = make_key(40)
            yield f"{name}, {codec}", key, f"{HEADER}{write(key)}".encode(codec)
    for name, build in (*PLAIN.items(), *OTHER.items()):
        for size in (16, 40, 128):
            key = make_key(size)
            yield f"{name}-{size}", key, build(key.encode())


def list_end_to_end(make_key: MakeKey) -> Iterator[tuple[str, str, bytes]]:
    """Yield the same for the files of compilers, whose strings are end to end."""
    for name, refer in REFERENCES.items():
        for build in (elf, mach_o, portable_executable):
            key = make_key(40)
            strings = f"hello{key}world".encode()
            yield f"{name}-{build.__name__}", key, build(strings, 5, len(key), refer)
    for version in (84, 96, 97):
        key = make_key(40)
        bytecode = HermesFile(version).build_from([b"hello", key.encode(), b"world"])
        yield f"Hermes {version}", key, bytecode


def test_a_live_key_is_never_called_revoked_in_any_wrapping(
    api: FakeWAStack, make_key: MakeKey
) -> None:
    findings: list[Finding] = []
    names: set[str] = set()
    for name, key, content in (*list_wrapped(make_key), *list_end_to_end(make_key)):
        api.keys[key] = LIVE
        names.add(name)
        findings += detect(name, content)
    verified = verify(api, findings)
    assert [f.origin.path for f in verified if f.liveness is Liveness.REVOKED] == []
    live = {f.origin.path for f in verified if f.liveness is Liveness.LIVE}
    assert len(live) > 0.8 * len(names)


@pytest.mark.parametrize("name", COINCIDENCES)
def test_a_coincidence_never_revokes_a_live_key(
    api: FakeWAStack, make_key: MakeKey, name: str
) -> None:
    size, before, behind = COINCIDENCES[name]
    key = make_key(size)
    api.keys[key] = LIVE
    (found,) = detect("a.bin", before + key.encode() + behind)
    assert found.secret != secret(key)
    assert found.bounds is Bounds.CERTAIN
    (finding,) = verify(api, [found])
    assert (finding.secret, finding.liveness) == (secret(key), Liveness.LIVE)


@pytest.mark.parametrize("name", COINCIDENCES)
def test_an_end_that_a_length_proves_is_revoked_if_all_others_are_rejected(
    api: FakeWAStack, make_key: MakeKey, name: str
) -> None:
    size, before, behind = COINCIDENCES[name]
    (found,) = detect("a.bin", before + make_key(size).encode() + behind)
    (finding,) = verify(api, [found])
    assert finding.liveness is Liveness.REVOKED
    assert len(api.asked) == 1 + len(found.candidates) <= 1 + MAX_OTHER_ENDS


@pytest.mark.parametrize("name", OPEN_COINCIDENCES)
def test_an_end_that_no_length_proves_is_open(
    api: FakeWAStack, make_key: MakeKey, name: str
) -> None:
    """The letters before a NUL may be the next value: the key is found, and never revoked."""
    size, before, behind = OPEN_COINCIDENCES[name]
    key = make_key(size)
    (found,) = detect("a.bin", before + key.encode() + behind)
    assert found.secret != secret(key)
    assert found.bounds is Bounds.OPEN
    assert len(found.candidates) <= MAX_CANDIDATES
    (rejected,) = verify(api, [found])
    assert rejected.liveness is Liveness.UNKNOWN
    api.keys[key] = LIVE
    (finding,) = verify(api, [found])
    assert (finding.secret, finding.liveness) == (secret(key), Liveness.LIVE)
