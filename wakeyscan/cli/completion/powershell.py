"""Completion script for PowerShell, including Windows PowerShell 5."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.cli.completion.bash import list_flags
from wakeyscan.cli.completion.shell import FORMATS, Topic, get_sentence, list_values
from wakeyscan.config.options import Option

_SCRIPT = """\
# Completion of wakeyscan for PowerShell. To load it:
#   wakeyscan completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName wakeyscan -ScriptBlock {{
  param($wordToComplete, $commandAst, $cursorPosition)
  $topics = @{{
{topics}
  }}
  $values = @{{
{values}
  }}
  $topic = ''
  $previous = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {{
    if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete) {{ break }}
    $previous = "$element"
    $next = "$topic $element".Trim()
    if ($topics.ContainsKey($next)) {{ $topic = $next }}
  }}
  $specific = "$($topic.Split(' ')[0]) $previous"
  if ($values.ContainsKey($specific)) {{ $offered = $values[$specific] }}
  elseif ($values.ContainsKey($previous)) {{ $offered = $values[$previous] }}
  else {{ $offered = $topics[$topic] }}
  foreach ($item in $offered) {{
    $text, $help = $item -split '\\|', 2
    if ($text.StartsWith($wordToComplete)) {{
      [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $help)
    }}
  }}
}}
"""


def build_script(topics: tuple[Topic, ...]) -> str:
    """Return the script for all topics."""
    options = {option.name: option for topic in topics for option in topic.options}
    return _SCRIPT.format(
        topics="\n".join(f"    {_quote(topic.name)} = {_format_topic(topic)}" for topic in topics),
        values="\n".join(
            f"    {_quote(flag)} = {_format_pairs([(value, value) for value in values])}"
            for flag, values in _list_values(options)
        ),
    )


def _list_values(options: dict[str, Option]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield flags with their values; a command before the flag may have other values."""
    for command in ("", *FORMATS):
        for name in ("format", "report") if command else options:
            if values := list_values(options[name], command):
                for flag in list_flags(options[name]):
                    yield f"{command} {flag}".strip(), values


def _format_topic(topic: Topic) -> str:
    words = [(word.text, word.help or word.text) for word in topic.words]
    return _format_pairs([*words, *(pair for one in topic.options for pair in _list_pairs(one))])


def _list_pairs(option: Option) -> list[tuple[str, str]]:
    return [(flag, get_sentence(option.help)) for flag in list_flags(option)]


def _format_pairs(pairs: list[tuple[str, str]]) -> str:
    """Return a list of texts, each with its help after a bar."""
    return "@(" + ", ".join(_quote(f"{text}|{shown}") for text, shown in pairs) + ")"


def _quote(text: str) -> str:
    """Return a text in single quotes."""
    return "'" + text.replace("'", "''") + "'"
