"""The tool of a SARIF run: its rules, their levels, and the weakness that they find."""

from __future__ import annotations

import sarif_om as sarif

from wakeyscan import __version__
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.rules.rule import Rule

HOME = "https://github.com/wakeyscan/wakeyscan"

_CWE, _WEAKNESS = "CWE", "CWE-798"
_TAGS = ["security", "secret", "external/cwe/cwe-798", "cwe-798"]
"""GitHub reads `external/cwe/…`; GitLab needs the plain tag to see secrets, not weak code."""


class Level(NamedTuple):
    """A severity, in the three ways in which SARIF readers take it."""

    name: str
    security_severity: str
    """For GitHub: above 9.0 is critical, from 7.0 high, from 4.0 medium."""
    rank: float
    """For GitLab, which prefers it: from 90 is critical, from 70 high."""


LEVELS = {
    Severity.CRITICAL: Level("error", "9.5", 95.0),
    Severity.HIGH: Level("error", "8.0", 80.0),
    Severity.MEDIUM: Level("warning", "5.5", 55.0),
    Severity.LOW: Level("note", "3.0", 25.0),
    Severity.NOTE: Level("note", "0.5", 5.0),
}


def build_tool(rules: tuple[Rule, ...]) -> Any:
    """Return wakeyscan with its rules."""
    driver = sarif.ToolComponent(
        name="wakeyscan",
        organization="wakeyscan",
        full_name=f"wakeyscan {__version__}",
        semantic_version=__version__,
        version=__version__,
        information_uri=HOME,
        rules=[_build_descriptor(rule) for rule in rules],
        supported_taxonomies=[sarif.ToolComponentReference(name=_CWE, index=0)],
    )
    return sarif.Tool(driver=driver)


def build_taxonomies() -> list[Any]:
    """Return the part of the Common Weakness Enumeration that the rules refer to."""
    weakness = sarif.ReportingDescriptor(
        id=_WEAKNESS,
        name="UseOfHardCodedCredentials",
        short_description=sarif.MultiformatMessageString(text="Use of hard-coded credentials."),
        help_uri="https://cwe.mitre.org/data/definitions/798.html",
    )
    taxonomy = sarif.ToolComponent(
        name=_CWE,
        organization="MITRE",
        short_description=sarif.MultiformatMessageString(
            text="The MITRE Common Weakness Enumeration."
        ),
        information_uri="https://cwe.mitre.org/",
        taxa=[weakness],
    )
    return [taxonomy]


def _build_descriptor(rule: Rule) -> Any:
    level = LEVELS[rule.severity]
    first = rule.help.strip().partition("\n\n")[0].replace("\n", " ")
    return sarif.ReportingDescriptor(
        id=rule.id,
        name="".join(part.capitalize() for part in rule.id.split("-")),
        short_description=sarif.MultiformatMessageString(text=f"{rule.title}."),
        full_description=sarif.MultiformatMessageString(text=first),
        help_uri=f"{HOME}#rules",
        help=sarif.MultiformatMessageString(text=rule.help.strip(), markdown=rule.help.strip()),
        message_strings={
            "default": sarif.MultiformatMessageString(text=f"{rule.title} in {{0}}: '{{1}}'."),
            "asked": sarif.MultiformatMessageString(
                text=f"{rule.title} in {{0}}: '{{1}}'. Verified: {{2}}."
            ),
        },
        default_configuration=sarif.ReportingConfiguration(level=level.name),
        relationships=[_build_relationship()],
        properties={
            "tags": _TAGS,
            "precision": "high",
            "security-severity": level.security_severity,
        },
    )


def _build_relationship() -> Any:
    cwe = sarif.ToolComponentReference(name=_CWE, index=0)
    target = sarif.ReportingDescriptorReference(id=_WEAKNESS, index=0, tool_component=cwe)
    return sarif.ReportingDescriptorRelationship(target=target, kinds=["superset"])
