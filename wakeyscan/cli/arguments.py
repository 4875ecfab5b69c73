"""Parser for correct command lines, so that only help and errors load click.

click takes 25 ms to import, twice as long as Python takes to start. Both parsers read the same
options and do not convert values: `config` converts those of flags, variables and files alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.config.options import Option, Parameters, Values


def parse_arguments(
    arguments: Sequence[str], parameters: Parameters
) -> tuple[Values, list[str]] | None:
    """Return the values and operands of a command line; `None` if click has to parse it."""
    options = {f"--{option.name}": option for option in parameters.options}
    options |= {f"-{option.letter}": option for option in parameters.options if option.letter}
    values: Values = {}
    operands: list[str] = []
    pending = iter(arguments)
    for argument in pending:
        if argument == "--":
            operands.extend(pending)
        elif argument == "-" or not argument.startswith("-"):
            operands.append(argument)
        elif not _parse_option(argument, options, pending, values):
            return None
    return (values, operands) if parameters.operands or not operands else None


def _parse_option(
    argument: str, options: dict[str, Option], pending: Iterator[str], values: Values
) -> bool:
    """Store the value of an option, and return whether that was possible."""
    name, equals, value = argument.partition("=")
    option = options.get(name)
    if option is None or (equals and not (option.metavar and name.startswith("--"))):
        return False
    if not option.metavar:
        values[option.key] = True
        return True
    given = value if equals else next(pending, None)
    if given is None or (not equals and given.startswith("-") and given != "-"):
        return False
    store_value(values, option, given)
    return True


def store_value(values: Values, option: Option, given: str) -> None:
    """Store a value: a repeatable option keeps all of its values, other options the last one."""
    if option.many:
        before = values.get(option.key)
        values[option.key] = [*before, given] if isinstance(before, list) else [given]
    else:
        values[option.key] = given
