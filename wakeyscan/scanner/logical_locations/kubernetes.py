"""Kubernetes objects, in YAML or JSON: Secrets above all, by name and key of their data."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import KeyPath, format_path, text_at


def recognizes(name: str, content: bytes) -> bool:
    """Return whether a document is an object, by its members."""
    has_type = name.endswith((".yml", ".yaml", ".json"))
    return has_type and b"apiVersion" in content and b"kind" in content


def describe(path: KeyPath, position: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the innermost object (a List holds others) as `Secret/name`, and its field."""
    for level in range(len(path.values) - 1, -1, -1):
        value = path.values[level]
        kind = text_at(value, "kind")
        if kind and text_at(value, "apiVersion"):
            name = text_at(value, "metadata", "name") or text_at(value, "metadata", "generateName")
            yield "object", f"{kind}/{name}" if name else kind
            if namespace := text_at(value, "metadata", "namespace"):
                yield "namespace", namespace
            if path.start >= 0:  # a comment is in no field
                yield "field", format_path(path, level)
            return
