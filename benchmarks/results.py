"""Results of a run, and their file format."""

from __future__ import annotations

import json
from statistics import median
from typing import NamedTuple

from benchmarks.measure import Lane, Sample


class Job(NamedTuple):
    """A job that several scanners do with the same input."""

    name: str
    about: str
    """The size of the input."""
    lanes: tuple[Lane, ...]


class Measured(NamedTuple):
    """The costs of one scanner in one job."""

    job: str
    about: str
    scanner: str
    planted: int
    """Number of planted keys."""
    missing: int
    """Number of planted keys that it did not report."""
    is_limit: bool
    """Whether it does only a part of the job."""
    samples: list[Sample]

    @property
    def wall(self) -> float:
        """The median, in seconds."""
        return median(sample.wall for sample in self.samples)

    @property
    def cpu(self) -> float:
        """The median, in seconds."""
        return median(sample.cpu for sample in self.samples)

    @property
    def peak(self) -> float:
        """The maximum, in MiB."""
        return max(sample.peak for sample in self.samples)


class Results(NamedTuple):
    """Results of a run, and its machine."""

    machine: str
    versions: dict[str, str]
    rounds: int
    own_peak: float
    """MiB of the measuring process, below which no peak can be read."""
    measured: list[Measured]

    def to_json(self) -> str:
        """Return all samples as JSON, one scanner a line."""
        head = json.dumps({**self._asdict(), "measured": []}, indent=2)
        lines = ",\n".join(f"    {json.dumps(self._round(one))}" for one in self.measured)
        return head.replace('"measured": []', f'"measured": [\n{lines}\n  ]') + "\n"

    @staticmethod
    def _round(one: Measured) -> dict[str, object]:
        samples = [[round(part, 4) for part in sample] for sample in one.samples]
        return {**one._asdict(), "samples": samples}

    @classmethod
    def from_json(cls, text: str) -> Results:
        """Return the results that `to_json` wrote."""
        fields = json.loads(text)
        measured = [
            Measured(**one)._replace(samples=[Sample(*sample) for sample in one["samples"]])
            for one in fields.pop("measured")
        ]
        return cls(**fields, measured=measured)
