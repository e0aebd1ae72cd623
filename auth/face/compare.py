"""How far apart two faces are, and the thresholds with the figures they were measured at.

Vectors of several frames become one template or probe by their mean; the cohort takes away what a face has
in common with everyone (Auckenthaler et al. 2000: symmetric score normalisation by the nearest members).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from auth.face.encode import Vector, unit

COHORT_NEAREST = 15
"""Cohort faces that a score is normalised by: the nearest, as they are the likeliest impostors."""
MIN_COHORT = 30
"""People. A smaller cohort normalises by chance."""


class Metric(Enum):
    """How an encoder's vectors are compared."""

    COSINE = "cosine"
    EUCLIDEAN = "euclidean"


def distance(one: Vector, other: Vector, metric: Metric = Metric.COSINE) -> float:
    """0 for the same vector; cosine distance 0..2 of unit vectors, or Euclidean distance (dlib).

    ValueError when the vectors cannot be compared: other lengths, or not finite.
    """
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError("vectors of different encoders")
    value = float(np.linalg.norm(one - other)) if metric is Metric.EUCLIDEAN else 1.0 - float(one @ other)
    if not np.isfinite(value):
        raise ValueError("a vector is not finite")
    return value


def make_template(vectors: Sequence[Vector], metric: Metric = Metric.COSINE) -> Vector:
    """One vector for several frames of one person, template or probe. ValueError: none given."""
    if not vectors:
        raise ValueError("no vector to make a template of")
    mean: Vector = np.asarray(np.stack(vectors).mean(axis=0, dtype=np.float64), np.float32)
    return mean if metric is Metric.EUCLIDEAN else unit(mean)


def cohort_mean(vector: Vector, cohort: NDArray[np.float32], metric: Metric = Metric.COSINE) -> float:
    """Mean distance to the COHORT_NEAREST nearest of cohort (n, d). ValueError under MIN_COHORT people."""
    if len(cohort) < MIN_COHORT:
        raise ValueError("the cohort is too small to normalise by")
    if metric is Metric.EUCLIDEAN:
        distances = np.linalg.norm(cohort - vector, axis=1)
    else:
        distances = 1.0 - cohort @ vector
    return float(np.sort(distances)[:COHORT_NEAREST].mean())


def cohort_normalised(
    raw: float, template: Vector, probe: Vector, cohort: NDArray[np.float32], metric: Metric = Metric.COSINE
) -> float:
    """``raw`` less what template and probe are from other people on average; about 0 for a stranger, below
    for the same person. The cohort (n, d) must not contain the template's or the probe's person.
    """
    others = cohort_mean(template, cohort, metric) + cohort_mean(probe, cohort, metric)
    return raw - others / 2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A face is accepted at or under: ``alone`` as the only factor, ``with_second`` beside another factor;
    ``never`` is the limit that no configuration may exceed. figures: what was measured, in words."""

    metric: Metric
    alone: float
    with_second: float
    never: float
    figures: str

    def __post_init__(self) -> None:
        if not 0 < self.alone <= self.with_second <= self.never:
            raise ValueError("thresholds must rise: alone, with_second, never")
