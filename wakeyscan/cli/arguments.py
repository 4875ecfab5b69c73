"""What the command line may say: each option is one definition, for both ways of reading it.

click takes 25 ms to load, twice what Python itself takes to start. So a command line that is
plainly right is read here; whatever is odd, and `--help`, is click's (see `cli`). Neither
converts a value: that is `config`'s, so that flags, variables and files obey one law.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakeyscan.config.options import Option, Parameters, Values


def parse_arguments(
    arguments: Sequence[str], parameters: Parameters
) -> tuple[Values, list[str]] | None:
    """Read a plainly right command line: values and operands; `None` where click must see it."""
    options = {f"--{option.name}": option for option in parameters.options}
    values: Values = {}
    operands: list[str] = []
    pending = iter(arguments)
    for argument in pending:
        if argument == "--":
            operands.extend(pending)
        elif argument == "-" or not argument.startswith("-"):
            operands.append(argument)
        elif not _take(argument, options, pending, values):
            return None
    return (values, operands) if parameters.operands or not operands else None


def _take(
    argument: str, options: dict[str, Option], pending: Iterator[str], values: Values
) -> bool:
    name, equals, value = argument.partition("=")
    option = options.get(name)
    if option is None or (equals and not option.metavar):
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
    """Put a value where it belongs: of an option that is repeated, all; else the last."""
    if option.many:
        before = values.get(option.key)
        values[option.key] = [*before, given] if isinstance(before, list) else [given]
    else:
        values[option.key] = given
