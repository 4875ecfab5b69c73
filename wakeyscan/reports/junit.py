"""JUnit XML, which most CI systems show: a finding is a failed test, a gap is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.redaction import escape_for_terminal, make_encodable, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.description import advise, describe_finding, name_kind
from wakeyscan.reports.summary import format_verdict

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.core.document import Skipped
    from wakeyscan.core.finding import Finding
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, even escaped."""


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write one suite; without findings and gaps it has one passed test.

    GitLab and Azure reject a suite without tests.
    """
    counts = " ".join(f'{name}="{count}"' for name, count in _count_cases(result).items())
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f'<testsuites name="wakeyscan" {counts}>\n')
    out.write(f'  <testsuite name="wakeyscan" {counts}>\n')
    for case in _iterate_cases(result):
        ElementTree.indent(case, level=2)
        out.write(f"    {ElementTree.tostring(case, encoding='unicode')}\n")
    out.write("  </testsuite>\n</testsuites>\n")


def _count_cases(result: RunResult) -> dict[str, int]:
    failures = len(result.reported())
    errors = sum(item.gap for item in result.skipped)
    return {
        "tests": failures + len(result.skipped) + _has_passed(result),
        "failures": failures,
        "errors": errors,
        "skipped": len(result.skipped) - errors,
    }


def _has_passed(result: RunResult) -> bool:
    return result.complete and not result.reported()


def _iterate_cases(result: RunResult) -> Iterator[ElementTree.Element]:
    titles = {rule.id: rule.title for rule in result.rules}
    for finding in result.reported():
        yield _build_failure(finding, titles[finding.rule])
    yield from map(_build_skipped, result.skipped)
    if _has_passed(result):
        yield _build_case(format_verdict(result), "wakeyscan")


def _build_failure(finding: Finding, title: str) -> ElementTree.Element:
    path = finding.origin.path
    case = _build_case(f"{title} {finding.secret}", path)
    case.set("file", _clean(path.partition(MEMBER_SEPARATOR)[0]))
    case.set("line", str(finding.position.line))
    message = _clean(describe_finding(finding, title))
    failure = ElementTree.SubElement(case, "failure", message=message, type=finding.rule)
    place = f"{path}:{finding.position.line}:{finding.position.column}"
    lines = (f"{place} {finding.severity}", f"| {finding.excerpt}", advise(finding))
    failure.text = "\n".join(map(_clean, lines))
    return case


def _build_skipped(item: Skipped) -> ElementTree.Element:
    path = redact(item.origin.path)
    case = _build_case(f"{name_kind(item)}: {path}", path)
    element = "error" if item.gap else "skipped"
    ElementTree.SubElement(case, element, message=_clean(item.reason))
    return case


def _build_case(name: str, path: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", name=_clean(name), classname=_clean(path))


def _clean(text: str) -> str:
    """Return one line that XML can hold."""
    line = escape_for_terminal(make_encodable(text))
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", line)
