"""The process that renders a template: `python -P -m wakeyscan.reports.template_process SECONDS`.

The template may come from the scanned repository. So it runs in a sandbox without access to other
files, in a process that has no credentials, little memory and a limited time.

Standard input has the size of the JSON heading, the heading and the report in JSON, or no report,
to check the syntax only. The text goes to standard output, an error to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wakeyscan.core.process_limits import limit_process
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, NoReturn

MAX_MEMORY = 1 << 30
"""Bytes: a report of 100,000 findings takes half of them."""

_MAX_ADDRESS_SPACE = 2 << 30
_MARKUP = (".html", ".htm", ".xml")
_ENDINGS = (".j2", ".jinja2", ".jinja")
_FIELDS = "wakeyscan config schema report prints the fields"
_ONE_FILE = "a template is one file, and reads no other: write everything into it"
_COMMAND_START = "::"


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which `summary.keys` is the field, not the method of a dict."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def main(seconds: int) -> None:
    """Render the template of the request, or exit with 1 and an error."""
    limit_process(seconds, MAX_MEMORY, _MAX_ADDRESS_SPACE)
    heading = json.loads(sys.stdin.buffer.readline())
    report = sys.stdin.buffer.read()
    file = heading["file"]
    try:
        template = _compile(heading["text"], file)
        for piece in _render(template, report, heading["verdict"]) if report else ():
            sys.stdout.buffer.write(piece.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except jinja2.TemplateSyntaxError as error:
        _fail(file, error.lineno, f"{str(error.message).rstrip('.')}; correct the template")
    except MemoryError:
        _fail(file, 0, f"needs more than {MAX_MEMORY >> 20} MiB of memory; make it simpler")
    except Exception as error:  # a template can call any filter with anything
        _fail(file, _find_line(error, file), _explain(error))


def _compile(text: str, file: str) -> jinja2.Template:
    environment = _Environment(
        autoescape=_is_markup(file),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.DictLoader({}),
    )
    code = environment.compile(text, filename=file)
    return jinja2.Template.from_code(environment, code, environment.make_globals(None))


def _is_markup(file: str) -> bool:
    name = file.lower()
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name.endswith(_MARKUP)


def _render(template: jinja2.Template, report: bytes, verdict: str) -> Iterator[str]:
    fields = json.loads(report, object_hook=_sanitize)
    fields["targets"] = [_sanitize_value(target) for target in fields["targets"]]
    yield from template.generate(fields, verdict=_sanitize_value(verdict))


def _sanitize(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _sanitize_value(value) for name, value in fields.items()}


def _sanitize_value(value: Any) -> Any:
    """Return a value of a field that is safe for a terminal and in the log of a CI runner."""
    if isinstance(value, list):
        return [_sanitize_value(item) for item in value]
    if not isinstance(value, str):
        return value
    text = escape_for_terminal(value)
    is_command = text.lstrip().startswith(_COMMAND_START)
    return text.replace(_COMMAND_START, "\\x3a:", 1) if is_command else text


def _find_line(error: Exception, file: str) -> int:
    """Return the line of the template at which an error arose; 0 if it is unknown."""
    line, frame = 0, error.__traceback__
    while frame:
        if frame.tb_frame.f_code.co_filename == file:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def _explain(error: Exception) -> str:
    text = str(error).rstrip(".")
    match error:
        case jinja2.UndefinedError():
            return f"{text}; {_FIELDS}"
        case jinja2.TemplateNotFound():
            return _ONE_FILE
        case SecurityError():
            return f"{text}; use only the fields of the report: {_FIELDS}"
        case RecursionError():
            return "it is nested too deeply; make it simpler"
    return f"{text or type(error).__name__}; correct the template"


def _fail(file: str, line: int, message: str) -> NoReturn:
    place = f"{file}:{line}" if line else file
    sys.stderr.write(f"{place}: {message}".replace("\n", " ")[:1000] + "\n")
    sys.exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
