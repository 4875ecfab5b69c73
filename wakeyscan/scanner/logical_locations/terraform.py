"""States and plans of Terraform and OpenTofu: the address of the resource, and the attribute."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import (
    KeyPath,
    Step,
    Value,
    format_path,
    text_at,
    value_at,
)

_SIDES = {
    "values": "sensitive_values",
    "before": "before_sensitive",
    "after": "after_sensitive",
}
"""Members with attributes in the JSON of `terraform show`, and those that list sensitive ones."""


def recognizes(name: str, content: bytes) -> bool:
    """Return whether a document is a state, a backup of one, or the JSON of `terraform show`."""
    has_type = name.endswith((".tfstate", ".json", ".backup", ".tfplan"))
    return has_type and b'"terraform_version"' in content


def describe(path: KeyPath, position: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the address and the attribute, and whether Terraform marks it as sensitive."""
    steps = path.steps
    for level, (value, step) in enumerate(zip(path.values, steps, strict=True)):
        if step == "instances" and text_at(value, "type"):
            yield from _describe_in_state(path, level)
            return
        if step in _SIDES and text_at(_find_addressed(path, level), "address"):
            yield from _describe_in_plan(path, level, str(step))
            return
        if step == "outputs" or (step == "variables" and level == 0):
            yield from _describe_variable(path, level, str(step).removesuffix("s"))
            return
        if step == "resources" and isinstance(value, dict) and "path" in value:
            yield from _describe_in_old_state(path, level)
            return


def _describe_in_state(path: KeyPath, level: int) -> Iterator[tuple[str, str]]:
    """Describe a place in a state of version 4: resources with instances with attributes."""
    resource, instance = path.values[level], value_at(path.values, level + 2)
    mode = "data." if text_at(resource, "mode") == "data" else ""
    module = text_at(resource, "module")
    name = f"{mode}{text_at(resource, 'type')}.{text_at(resource, 'name')}"
    yield "resource", (f"{module}." if module else "") + name + _format_index(instance)
    if path.steps[level + 2 : level + 3] == ("attributes",):
        yield "attribute", format_path(path, level + 3)
        paths = instance.get("sensitive_attributes") if isinstance(instance, dict) else None
        yield "sensitive", _format_flag(_is_sensitive_path(paths, path.steps[level + 3 :]))
    elif len(path.steps) > level + 2:
        yield "field", format_path(path, level + 2)


def _format_index(instance: Value) -> str:
    index = text_at(instance, "index_key")
    if not index:
        return ""
    return f"[{index}]" if index.isdigit() else f'["{index}"]'


def _is_sensitive_path(paths: Value, steps: tuple[Step, ...]) -> bool:
    """Return whether the steps start with one of the paths in `sensitive_attributes`."""
    names = [str(step) for step in steps]
    for path in paths if isinstance(paths, list) else ():
        prefix = [_format_step(step) for step in path] if isinstance(path, list) else []
        if prefix and names[: len(prefix)] == prefix:
            return True
    return False


def _format_step(step: Value) -> str:
    """Return the name in `{"type": "get_attr", "value": …}` or `{"type": "index", …}`."""
    return text_at(step, "value") or text_at(step, "value", "value")


def _find_addressed(path: KeyPath, level: int) -> Value:
    """Return the value that has the address: the resource, or the owner of a `change`."""
    is_change = level > 0 and path.steps[level - 1] == "change"
    return path.values[level - 1 if is_change else level]


def _describe_in_plan(path: KeyPath, level: int, side: str) -> Iterator[tuple[str, str]]:
    holder = path.values[level]
    yield "resource", text_at(_find_addressed(path, level), "address")
    yield "attribute", format_path(path, level + 1)
    sensitive = holder.get(_SIDES[side]) if isinstance(holder, dict) else None
    yield "sensitive", _format_flag(_is_sensitive_value(sensitive, path.steps[level + 1 :]))


def _is_sensitive_value(marks: Value, steps: tuple[Step, ...]) -> bool:
    """Return whether the steps lead to a `true`; `marks` has the shape of the attributes."""
    for step in steps:
        if marks == "true":
            return True
        if isinstance(marks, dict):
            marks = marks.get(str(step))
        elif isinstance(marks, list) and isinstance(step, int) and step < len(marks):
            marks = marks[step]
        else:
            return False
    return marks == "true"


def _describe_variable(path: KeyPath, level: int, kind: str) -> Iterator[tuple[str, str]]:
    """Describe a place in an output, or in a variable of a plan."""
    if len(path.steps) < level + 2:
        yield "field", format_path(path)
        return
    yield kind, str(path.steps[level + 1])
    if kind == "output":
        yield (
            "sensitive",
            _format_flag(text_at(value_at(path.values, level + 2), "sensitive") == "true"),
        )


def _describe_in_old_state(path: KeyPath, level: int) -> Iterator[tuple[str, str]]:
    """Describe a place in a state of version 3: modules with resources by address."""
    module = path.values[level]
    names = module.get("path") if isinstance(module, dict) else None
    modules = [name for name in names or () if isinstance(name, str) and name != "root"]
    prefix = "".join(f"module.{name}." for name in modules)
    if len(path.steps) > level + 1:
        yield "resource", f"{prefix}{path.steps[level + 1]}"
        at = path.steps.index("attributes") if "attributes" in path.steps else level + 1
        yield "attribute", format_path(path, at + 1)


def _format_flag(is_sensitive: bool) -> str:
    return "yes" if is_sensitive else "no"
