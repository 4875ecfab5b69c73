"""Kubernetes objects, in YAML or JSON: Secrets above all, by name and key of their data."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import KeyPath, dotted, text_at


def recognizes(name: str, content: bytes) -> bool:
    """Say whether a document is one, by its members."""
    known = name.endswith((".yml", ".yaml", ".json"))
    return known and b"apiVersion" in content and b"kind" in content


def describe(trail: KeyPath, place: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the innermost object (a List holds others) as `Secret/name`, and the field of it."""
    for level in range(len(trail.values) - 1, -1, -1):
        value = trail.values[level]
        kind = text_at(value, "kind")
        if kind and text_at(value, "apiVersion"):
            name = text_at(value, "metadata", "name") or text_at(value, "metadata", "generateName")
            yield "object", f"{kind}/{name}" if name else kind
            if namespace := text_at(value, "metadata", "namespace"):
                yield "namespace", namespace
            if trail.start >= 0:  # a comment is in no field
                yield "field", dotted(trail, level)
            return
