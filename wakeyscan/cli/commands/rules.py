"""`wakeyscan rules`: lists, shows, tests, starts and exports rules."""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator

from wakeyscan.cli import help_topics, output
from wakeyscan.config import build
from wakeyscan.config.options import Option, Parameters, Values
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.errors import RuleError, UsageError
from wakeyscan.core.finding import Standing
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.core.registry import list_known
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.reports import terminal_text
from wakeyscan.rules import exports, loader, template
from wakeyscan.rules.exports.export import convert_rules
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.detector import detect_in_document

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule, Shape

HELP = """List, show, test, write and export rules.

A rule is a TOML file. --rules DIR also loads your own."""

PARAMETERS = Parameters((Option("rules", "Also load rules from DIR.", "DIR"),), "COMMAND")

_VERBS = ("contains ", "does ", "has ", "repeats ")
"""First words of the reasons that are not nouns."""

_RANDOM = re.compile(r"<random:([0-9]{1,4})>")


def run(values: Values, operands: list[str]) -> int:
    """Run the action that the first operand names; the default is `list`."""
    given = {**build.read_environment(PARAMETERS.options, os.environ), **values}
    operands = operands or ["list"]
    help_topics.refuse_other_options("rules", operands[0], values)
    folder = str(given.get("rules", ""))
    if operands[:1] == ["new"] and len(operands) == 2:
        trees = worktree.find_untrusted_folders(())
        return _print_lines([f"{template.write_rule(operands[1], folder, trees)}: written"])
    rules = loader.load_rules(folder)
    match operands:
        case ["list"]:
            return _list_rules(rules)
        case ["show", name]:
            return _show_rule(rules, name)
        case ["test"]:
            return _test_rules(rules)
        case ["export", name]:
            return _export_rules(rules, name)
    raise help_topics.build_action_error("rules", operands[0])


def fill_example(example: str) -> str:
    """Replace each `<random:N>` with N letters and digits, the same ones at each call.

    Rule files need no text that looks like a key.
    """
    return _RANDOM.sub(lambda match: _derive_text(example, match.start(), int(match[1])), example)


def find_failed_examples(rule: Rule, rules: Iterable[Rule]) -> Iterator[str]:
    """Yield a message for each example of a rule that the scanner reports wrongly.

    The examples of its shapes are not among them: see `find_failed_in_shape`.
    """
    context = build_context(tuple(rules), {})
    yield from _find_failed(rule.id, rule.hits, rule, context)
    yield from _find_failed(rule.id, rule.misses, rule, context, is_hit=False)


def find_failed_in_shape(shape: Shape, rule: Rule, rules: Iterable[Rule]) -> Iterator[str]:
    """Yield a message for each example of a shape that the scanner reports wrongly.

    The shape must find its hits without the others; none of them may find its misses.
    """
    place, rules = _name_shape(rule, shape), tuple(rules)
    alone = rule._replace(shapes=(shape,), compiled=None)
    lone = build_context(tuple(alone if one.id == rule.id else one for one in rules), {})
    yield from _find_failed(place, shape.hits, rule, lone)
    yield from _find_failed(place, shape.misses, rule, build_context(rules, {}), is_hit=False)


def _find_failed(
    place: str, examples: Iterable[str], rule: Rule, context: ScanContext, *, is_hit: bool = True
) -> Iterator[str]:
    for example in examples:
        standings = _detect(example, rule, context)
        if any(standing is Standing.REPORTED for standing, _ in standings) is not is_hit:
            problem = _describe_miss(standings) if is_hit else "found"
            yield f"{place}: {problem}: {example}"


def _derive_text(example: str, position: int, length: int) -> str:
    text = ""
    while len(text) < length:
        seed = hashlib.sha256(f"{example}\0{position}\0{len(text)}".encode()).digest()
        text += re.sub(r"[^A-Za-z0-9]", "", b64encode(seed).decode())
    return text[:length]


def _detect(example: str, rule: Rule, context: ScanContext) -> list[tuple[Standing, str]]:
    """Return the standing, and its reason, of each finding of a rule in an example."""
    document = Document(Origin("example"), fill_example(example).encode())
    findings = detect_in_document(document, context)
    return [(finding.standing, finding.reason) for finding in findings if finding.rule == rule.id]


def _describe_miss(standings: list[tuple[Standing, str]]) -> str:
    """Return why no finding in an example is reported."""
    for standing, reason in standings:
        if standing is Standing.PLACEHOLDER:
            verb = "" if reason.startswith(_VERBS) else "is "
            return f"matched, but judged a placeholder because it {verb}{reason}"
        return f"matched, but ignored ({reason})"
    return "not found"


def _list_rules(rules: tuple[Rule, ...]) -> int:
    width = max(len(rule.id) for rule in rules)
    return _print_lines(f"{rule.id:{width}}  {rule.severity!s:8}  {rule.title}" for rule in rules)


def _show_rule(rules: tuple[Rule, ...], name: str) -> int:
    by_id = {rule.id: rule for rule in rules}
    if name not in by_id:
        raise UsageError(f"unknown rule {name!r}{list_known(name, by_id)}")
    rule = by_id[name]
    heading = f"{rule.title} ({rule.id}), {rule.severity}"
    lines = [*map(escape_for_terminal, (heading, "", *rule.help.strip().splitlines()))]
    if output.wants_color("auto", os.environ):
        text = "\n".join([f"# {lines[0]}", *lines[1:]])
        lines = terminal_text.render_markdown(text).splitlines()
    output.write_lines(lines)
    return _print_lines(_format_shapes(rule))


def _format_shapes(rule: Rule) -> Iterator[str]:
    """Yield the lines that show the shapes of a rule, and the definitions that they call."""
    for shape in rule.shapes:
        yield from ("", f"shape {shape.name}", *_indent(shape.pattern))
        yield from (f"  hit   {hit}" for hit in shape.hits)
        yield from (f"  miss  {miss}" for miss in shape.misses)
    for name, pattern in rule.definitions:
        yield from ("", f"define {name}", *_indent(pattern))


def _indent(text: str) -> list[str]:
    return [f"    {line}".rstrip() for line in text.strip("\n").splitlines()]


def _export_rules(rules: tuple[Rule, ...], name: str) -> int:
    """Print the rules in the format of another scanner; report rules that cannot be exported."""
    export = exports.EXPORTS.load(name)
    portable, refused = convert_rules(rules)
    heading = f"{name}: rules of wakeyscan; encoded and split keys need wakeyscan itself"
    notes = [
        f"rule {rule}: not exported, because its pattern needs look-around; "
        "add a table [portable] to the rule"
        for rule in refused
    ]
    if export.comment:
        output.write_lines(f"{export.comment} {line}" for line in (heading, *notes))
    output.write_stdout(export.format_rules(portable).encode())
    for note in notes:
        output.print_error(note)
    return 0


def _test_rules(rules: tuple[Rule, ...]) -> int:
    count = failed = 0
    for rule in rules:
        faults = list(find_failed_examples(rule, rules))
        _print_lines(faults)
        failed, count = failed + len(faults), count + len(rule.hits) + len(rule.misses)
        for shape in rule.shapes:
            failed += _test_shape(shape, rule, rules)
            count += len(shape.hits) + len(shape.misses)
    if failed:
        raise RuleError(f"{failed} example{'s' * (failed != 1)} failed")
    return _print_lines([f"{len(rules)} rules, {count} examples: all passed"])


def _test_shape(shape: Shape, rule: Rule, rules: tuple[Rule, ...]) -> int:
    """Print what a shape does with its examples; return the number of failed ones."""
    faults = list(find_failed_in_shape(shape, rule, rules))
    outcome = f"{len(faults)} failed" if faults else "passed"
    counts = f"{_count(shape.hits, 'hit')}, {_count(shape.misses, 'miss')}"
    _print_lines([*faults, f"{_name_shape(rule, shape)}: {counts}: {outcome}"])
    return len(faults)


def _name_shape(rule: Rule, shape: Shape) -> str:
    return f"{rule.id}, shape {shape.name}"


def _count(examples: tuple[str, ...], name: str) -> str:
    plural = "es" if name.endswith("s") else "s"
    return f"{len(examples)} {name}{plural * (len(examples) != 1)}"


def _print_lines(lines: Iterable[str]) -> int:
    output.write_lines(map(escape_for_terminal, lines))
    return 0
