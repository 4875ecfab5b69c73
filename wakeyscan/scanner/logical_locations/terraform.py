"""Terraform's and OpenTofu's state and plans: the resource's address, and the attribute."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import (
    KeyPath,
    Step,
    Value,
    dotted,
    text_at,
    value_at,
)

_SIDES = {
    "values": "sensitive_values",
    "before": "before_sensitive",
    "after": "after_sensitive",
}
"""In JSON of `terraform show`: what holds the attributes, and what says which are sensitive."""


def recognizes(name: str, content: bytes) -> bool:
    """Say whether a document is a state, a backup of one, or JSON of `terraform show`."""
    known = name.endswith((".tfstate", ".json", ".backup", ".tfplan"))
    return known and b'"terraform_version"' in content


def describe(trail: KeyPath, place: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the address and the attribute, and whether Terraform takes it for sensitive."""
    steps = trail.steps
    for level, (value, step) in enumerate(zip(trail.values, steps, strict=True)):
        if step == "instances" and text_at(value, "type"):
            yield from _in_state(trail, level)
            return
        if step in _SIDES and text_at(_owner(trail, level), "address"):
            yield from _in_plan(trail, level, str(step))
            return
        if step == "outputs" or (step == "variables" and level == 0):
            yield from _named(trail, level, str(step).removesuffix("s"))
            return
        if step == "resources" and isinstance(value, dict) and "path" in value:
            yield from _in_old_state(trail, level)
            return


def _in_state(trail: KeyPath, level: int) -> Iterator[tuple[str, str]]:
    """State version 4: resources, with instances, with attributes."""
    resource, instance = trail.values[level], value_at(trail.values, level + 2)
    mode = "data." if text_at(resource, "mode") == "data" else ""
    module = text_at(resource, "module")
    name = f"{mode}{text_at(resource, 'type')}.{text_at(resource, 'name')}"
    yield "resource", (f"{module}." if module else "") + name + _index(instance)
    if trail.steps[level + 2 : level + 3] == ("attributes",):
        yield "attribute", dotted(trail, level + 3)
        paths = instance.get("sensitive_attributes") if isinstance(instance, dict) else None
        yield "sensitive", _said(_is_listed(paths, trail.steps[level + 3 :]))
    elif len(trail.steps) > level + 2:
        yield "field", dotted(trail, level + 2)


def _index(instance: Value) -> str:
    index = text_at(instance, "index_key")
    if not index:
        return ""
    return f"[{index}]" if index.isdigit() else f'["{index}"]'


def _is_listed(paths: Value, steps: tuple[Step, ...]) -> bool:
    """Say whether one of `sensitive_attributes` is on the way that the steps go."""
    wanted = [str(step) for step in steps]
    for path in paths if isinstance(paths, list) else ():
        taken = [_taken(step) for step in path] if isinstance(path, list) else []
        if taken and wanted[: len(taken)] == taken:
            return True
    return False


def _taken(step: Value) -> str:
    """Give a step as `{"type": "get_attr", "value": …}` or `{"type": "index", "value": {…}}`."""
    return text_at(step, "value") or text_at(step, "value", "value")


def _owner(trail: KeyPath, level: int) -> Value:
    """Give what has the address: the resource itself, or what a `change` is one of."""
    change = level > 0 and trail.steps[level - 1] == "change"
    return trail.values[level - 1 if change else level]


def _in_plan(trail: KeyPath, level: int, side: str) -> Iterator[tuple[str, str]]:
    holder = trail.values[level]
    yield "resource", text_at(_owner(trail, level), "address")
    yield "attribute", dotted(trail, level + 1)
    marked = holder.get(_SIDES[side]) if isinstance(holder, dict) else None
    yield "sensitive", _said(_is_marked(marked, trail.steps[level + 1 :]))


def _is_marked(marked: Value, steps: tuple[Step, ...]) -> bool:
    """Say whether there is a `true` on the way, in what has the shape of the attributes."""
    for step in steps:
        if marked == "true":
            return True
        if isinstance(marked, dict):
            marked = marked.get(str(step))
        elif isinstance(marked, list) and isinstance(step, int) and step < len(marked):
            marked = marked[step]
        else:
            return False
    return marked == "true"


def _named(trail: KeyPath, level: int, what: str) -> Iterator[tuple[str, str]]:
    """An output, or a variable of a plan."""
    if len(trail.steps) < level + 2:
        yield "field", dotted(trail)
        return
    yield what, str(trail.steps[level + 1])
    if what == "output":
        yield "sensitive", _said(text_at(value_at(trail.values, level + 2), "sensitive") == "true")


def _in_old_state(trail: KeyPath, level: int) -> Iterator[tuple[str, str]]:
    """State version 3: modules, with resources by their address."""
    path = trail.values[level]
    listed = path.get("path") if isinstance(path, dict) else None
    modules = [name for name in listed or () if isinstance(name, str) and name != "root"]
    module = "".join(f"module.{name}." for name in modules)
    if len(trail.steps) > level + 1:
        yield "resource", f"{module}{trail.steps[level + 1]}"
        at = trail.steps.index("attributes") if "attributes" in trail.steps else level + 1
        yield "attribute", dotted(trail, at + 1)


def _said(sensitive: bool) -> str:
    return "yes" if sensitive else "no"
