"""What a report found, as data: the page, the CSV and the JSON all show exactly this."""

from __future__ import annotations

from dataclasses import dataclass

from auth.face.compare import Metric
from auth.face.encode import Encoder
from auth.face.report.presentations import Presentations
from auth.face.report.rates import (
    FMRS,
    Floats,
    Operating,
    Rate,
    at_fmr,
    at_threshold,
    det_curve,
    equal_error_rate,
)
from auth.face.report.verification import Trial


@dataclass(frozen=True, slots=True)
class EngineUnderTest:
    """fixed: thresholds in use, by a label that says whose."""

    encoder: Encoder
    metric: Metric
    fixed: dict[str, float]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Error rates at a threshold that someone uses."""

    label: str
    threshold: float
    fmr: Rate
    fnmr: Rate


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One trial in figures. det: FMR and FNMR of the DET curve."""

    engine: str
    group: str
    protocol: str
    pictures: int
    failed: int
    people: int
    genuine: int
    impostor: int
    cohort: int
    eer: float
    operating: tuple[Operating, ...]
    fixed: tuple[Fixed, ...]
    det: tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Latency:
    """CPU milliseconds of one step over ``n`` pictures of ``size`` (the median picture), one thread."""

    step: str
    median: float
    p95: float
    n: int
    size: str


@dataclass(frozen=True, slots=True)
class Summary:
    """matches: attack probes that the matcher alone accepts, by (engine, species). notes: what is missing."""

    folder: str
    date: str
    machine: str
    pictures: int
    ignored: int
    results: tuple[Result, ...]
    presentations: tuple[Presentations, ...]
    matches: tuple[tuple[str, str, float, Rate], ...]
    latency: tuple[Latency, ...]
    notes: tuple[str, ...]


def result_of(trial: Trial, engine: EngineUnderTest) -> Result:
    """The figures of one trial. Thresholds in use are for raw scores, so normalised trials have none."""
    scores = trial.scores
    fixed = () if trial.cohort else tuple(engine.fixed.items())
    return Result(
        trial.engine,
        trial.group,
        trial.protocol,
        trial.pictures,
        trial.failed,
        scores.people,
        len(scores.genuine),
        len(scores.impostor),
        trial.cohort,
        equal_error_rate(scores),
        tuple(at_fmr(scores, fmr) for fmr in FMRS),
        tuple(Fixed(label, value, *at_threshold(scores, value)) for label, value in fixed),
        det_curve(scores),
    )
