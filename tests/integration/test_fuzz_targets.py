"""Every fuzz target, on its seeds and on mutations of them."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.targets import TARGETS
from wakeyscan.baselines import IMPORTERS
from wakeyscan.extractors import EXTRACTORS
from wakeyscan.scanner.string_tables import STRING_TABLES

_MANY = 20
"""Seeds of a target that are tried and mutated; `text` has a thousand."""


@cache
def seeds(name: str) -> list[bytes]:
    made = list(TARGETS[name].seeds()) or [b""]
    return made[:: 1 + len(made) // _MANY]


@st.composite
def mutations(draw: st.DrawFn, name: str) -> bytes:
    """Draw a seed with a piece that is cut out, replaced or doubled."""
    seed = draw(st.sampled_from(seeds(name)))
    start = draw(st.integers(0, len(seed)))
    end = min(len(seed), start + draw(st.integers(0, 40)))
    piece = draw(st.one_of(st.binary(max_size=12), st.just(seed[start:end] * 2)))
    return seed[:start] + piece + seed[end:]


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_accepts_its_seeds(name: str) -> None:
    for seed in seeds(name):
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_accepts_mutations_of_its_seeds(name: str) -> None:
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutations(name))
    def run(data: bytes) -> None:
        TARGETS[name].run(data)

    run()


def test_each_registered_parser_has_a_target() -> None:
    assert {f"extract-{name}" for name in EXTRACTORS} < TARGETS.keys()
    assert {f"strings-{name}" for name in STRING_TABLES} < TARGETS.keys()
    assert set(IMPORTERS) == {
        "betterleaks", "detect-secrets", "gitleaks", "kingfisher",
    }, "give `baseline` a seed of a new format"  # fmt: skip
