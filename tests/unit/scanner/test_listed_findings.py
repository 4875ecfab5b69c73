"""A file or a run with very many findings: nothing over a limit is built, and no rest is silent."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.support.archives import zipped
from tests.support.contexts import few
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.secret import Secret
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.listed_findings import FindingLimit, build_run_limit, drop_repeated
from wakeyscan.scanner.scan_result import ResultCollector, ScanResult

ORIGIN = Origin("a.txt")
FILE = "has over 3 findings; the rest is skipped"
LIMITED = few()._replace(max_findings=3)
RUN = "the run has over 6 findings; the rest is skipped"


@pytest.fixture
def key_and_placeholder(make_key: MakeKey) -> tuple[Finding, Finding]:
    text = f"{make_key()}\nwa_live_your_api_key_here_now\n"
    key, placeholder = detect_in_document(Document(ORIGIN, text.encode()), few())
    assert (key.standing, placeholder.standing) == (Standing.REPORTED, Standing.PLACEHOLDER)
    return key, placeholder


COUNTS = {
    "few": (1, 2, 1, 2, []),
    "as many as are listed": (3, 3, 3, 3, []),
    "too many findings": (4, 2, 3, 2, [True]),
    "too many placeholders": (2, 9, 2, 3, [False]),
    "both": (5, 6, 3, 3, [True, False]),
}


@pytest.mark.parametrize("counts", COUNTS.values(), ids=COUNTS)
def test_omitted_findings_are_a_gap_only_if_they_may_be_keys(
    counts: tuple[int, int, int, int, list[bool]], key_and_placeholder: tuple[Finding, Finding]
) -> None:
    keys, placeholders, listed_keys, listed_placeholders, gaps = counts
    key, placeholder = key_and_placeholder
    limit = FindingLimit(3)
    listed = list(limit.list_findings([placeholder] * placeholders + [key] * keys))
    skipped = list(limit.list_skipped(ORIGIN))
    assert (listed.count(key), listed.count(placeholder)) == (listed_keys, listed_placeholders)
    assert [item.gap for item in skipped] == gaps
    assert all(item.origin == ORIGIN and "has over 3 " in item.reason for item in skipped)


def test_no_finding_is_built_after_the_first_one_over_the_limit(
    key_and_placeholder: tuple[Finding, Finding],
) -> None:
    built: list[Finding] = []

    def build() -> Iterator[Finding]:
        for _ in range(10):
            built.append(key_and_placeholder[0])
            yield built[-1]

    limit = FindingLimit(3)
    assert len(list(limit.list_findings(build()))) == 3
    assert (len(built), limit.is_exceeded) == (4, True)


def build_line(make_key: MakeKey) -> bytes:
    return f"{make_key()}\n".encode()


def build_unique(make_key: MakeKey) -> bytes:
    return b"".join(build_line(make_key) for _ in range(7))


REPEATED = {
    "one key": lambda make_key: build_line(make_key) * 7,
    "many keys": build_unique,
    "one header": lambda make_key: f"Authorization: Bearer {make_key()[8:]}x\n".encode() * 7,
    "an application key": lambda make_key: f"X-App-Key: {make_key()[8:]}\n".encode() * 7,
    "base64": lambda make_key: (b64encode(b"key = " + build_line(make_key)) + b"\n") * 7,
    "UTF-16": lambda make_key: build_unique(make_key).decode().encode("utf-16"),
}


@pytest.mark.parametrize("build", REPEATED.values(), ids=REPEATED)
def test_a_file_ends_at_its_limit(build: Callable[[MakeKey], bytes], make_key: MakeKey) -> None:
    document = Document(ORIGIN, build(make_key))
    assert len(scan_documents([document], few()).findings) == 7
    result = scan_documents([document], LIMITED)
    assert len(result.findings) == 3
    assert [(item.origin, item.reason, item.gap) for item in result.skipped] == [
        (ORIGIN, FILE, True)
    ]


def test_members_of_an_archive_share_a_limit(make_key: MakeKey) -> None:
    """The keys in their names count too."""
    keys = [make_key() for _ in range(7)]
    archive = zipped({f"{key}.txt": key.encode() for key in keys})
    result = scan_documents([Document(Origin("a.zip"), archive)], LIMITED)
    assert 3 <= len(result.findings) <= 6
    assert FILE in {item.reason for item in result.skipped}


def test_the_chunks_of_a_file_share_its_limit(make_key: MakeKey) -> None:
    """The next file of the unit has a limit of its own."""
    two = build_line(make_key) * 2
    chunks = [Document(ORIGIN, two, own=(start, len(two))) for start in (0, 1, 1)]
    result = scan_documents([*chunks, Document(Origin("b.txt"), two)], LIMITED)
    assert [finding.origin.path for finding in result.findings] == ["a.txt"] * 3 + ["b.txt"] * 2
    assert [(item.origin, item.reason) for item in result.skipped] == [(ORIGIN, FILE)]


def test_a_unit_of_many_files_ends_at_the_limit_of_a_run(make_key: MakeKey) -> None:
    """A range of commits is one unit."""
    line = build_line(make_key)
    files = (Document(Origin(f"{name}.txt"), line * 3) for name in "abcde")
    result = scan_documents(files, LIMITED)
    assert len(result.findings) == 6
    assert [(item.reason, item.gap) for item in result.skipped] == [(RUN, True)]


@pytest.mark.parametrize("order", [1, -1], ids=["first to last", "last to first"])
def test_a_run_lists_the_same_findings_in_any_order_of_units(
    order: int, key_and_placeholder: tuple[Finding, Finding]
) -> None:
    """Worker processes answer in any order; placeholders take no finding's room."""
    key, placeholder = key_and_placeholder
    collector = ResultCollector(3)
    for name in "abcdefghi"[::order]:
        finding = placeholder if name == "a" else key
        collector.add(ScanResult(tuple(repeat(finding, name, 3))))
    result = collector.build()
    assert [finding.origin.path for finding in result.findings] == list("aaabbbccc")
    assert [(item.reason, item.gap) for item in result.skipped] == [(RUN, True)]


def repeat(finding: Finding, path: str, count: int) -> Iterator[Finding]:
    """Yield a copy of a finding for each of `count` lines of a file."""
    for line in range(count):
        position = finding.position._replace(line=line)
        yield finding._replace(origin=Origin(path), position=position)


def test_a_run_reports_that_placeholders_are_not_listed(
    key_and_placeholder: tuple[Finding, Finding],
) -> None:
    limit = build_run_limit(3)
    assert len(list(limit.list_findings([key_and_placeholder[1]] * 7))) == 6
    (skipped,) = limit.list_skipped(ORIGIN)
    assert skipped.reason == "the run has over 6 placeholders; the rest is not listed"
    assert not skipped.gap


class CountedSecret(Secret):
    """A secret that counts its comparisons with others."""

    __slots__ = ()
    comparisons = 0

    def begins_with(self, other: Secret) -> bool:
        """Count, then compare."""
        CountedSecret.comparisons += 1
        return super().begins_with(other)


def test_raw_bytes_are_compared_with_few_members(
    key_and_placeholder: tuple[Finding, Finding],
) -> None:
    """An archive may have a hundred thousand keys in its members, and as many in its raw bytes."""

    def build(texts: Iterable[str]) -> list[Finding]:
        finding = key_and_placeholder[0]
        return [finding._replace(secret=CountedSecret(t.encode(), "rule")) for t in texts]

    members = build([*(f"m{n:05}" for n in range(5000)), "cut-and-more", "cut", "b"])
    raw = build(
        [*(f"r{n:05}" for n in range(5000)), "cut-and", "bc", "m0", "m00001", "c", "a", "z"]
    )
    CountedSecret.comparisons = 0
    new = [finding.secret.reveal() for finding in drop_repeated(raw, members)]
    assert new[5000:] == [b"a", b"z"]
    assert CountedSecret.comparisons < 20_000
