"""JUnit XML, which most CI systems show: a finding is a failed test, a gap is an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TextIO
from xml.etree import ElementTree

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.redaction import escape_for_terminal, make_encodable, redact
from wakeyscan.reports.description import advise, describe_finding, name_kind
from wakeyscan.reports.summary import format_verdict

if TYPE_CHECKING:
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
    titles = {rule.id: rule.title for rule in result.rules}
    suite = ElementTree.Element("testsuite", name="wakeyscan")
    for finding in result.reported():
        _add_finding(suite, finding, titles[finding.rule])
    for item in result.skipped:
        _add_skipped(suite, item)
    if not any(result.reported()) and result.complete:
        _add_case(suite, format_verdict(result), "wakeyscan")
    counts = {"tests": len(suite), "failures": len(suite.findall("testcase/failure"))}
    counts |= {"errors": len(suite.findall("testcase/error"))}
    counts |= {"skipped": len(suite.findall("testcase/skipped"))}
    for name, count in counts.items():
        suite.set(name, str(count))
    suites = ElementTree.Element("testsuites", suite.attrib)
    suites.append(suite)
    ElementTree.indent(suites)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(ElementTree.tostring(suites, encoding="unicode") + "\n")


def _add_finding(suite: ElementTree.Element, finding: Finding, title: str) -> None:
    path = finding.origin.path
    case = _add_case(suite, f"{title} {finding.secret}", path)
    case.set("file", _clean(path.partition(MEMBER_SEPARATOR)[0]))
    case.set("line", str(finding.position.line))
    message = _clean(describe_finding(finding, title))
    failure = ElementTree.SubElement(case, "failure", message=message, type=finding.rule)
    place = f"{path}:{finding.position.line}:{finding.position.column}"
    lines = (f"{place} {finding.severity}", f"| {finding.excerpt}", advise(finding))
    failure.text = "\n".join(map(_clean, lines))


def _add_skipped(suite: ElementTree.Element, item: Skipped) -> None:
    path = redact(item.origin.path)
    case = _add_case(suite, f"{name_kind(item)}: {path}", path)
    element = "error" if item.gap else "skipped"
    ElementTree.SubElement(case, element, message=_clean(item.reason))


def _add_case(suite: ElementTree.Element, name: str, path: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", name=_clean(name), classname=_clean(path))


def _clean(text: str) -> str:
    """Return one line that XML can hold."""
    line = escape_for_terminal(make_encodable(text))
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", line)
