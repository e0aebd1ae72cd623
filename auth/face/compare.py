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
from core.i18n import _

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

    def __str__(self) -> str:
        """For the page that shows them: one line each, then what was measured."""
        lines = (
            _("顔だけで本人とする距離: {limit} 以下").format(limit=f"{self.alone:g}"),
            _("もう一つの確認があるとき: {limit} 以下").format(limit=f"{self.with_second:g}"),
            _("設定で越えられない上限: {limit}").format(limit=f"{self.never:g}"),
        )
        return "\n".join((*lines, self.figures or _("このモデルの精度は測られていません。")))


@dataclass(frozen=True, slots=True)
class _Measured:
    """At a distance: false matches of 7,728 impostor pairs, misses of 528 genuine pairs."""

    distance: float
    false_matches: int
    misses: int


PAIRS, GENUINE = 7_728, 528
MEASURED = {
    "mobilefacenet": (_Measured(0.37, 4, 35), _Measured(0.41, 18, 15), _Measured(0.49, 98, 2)),
    "dlib": (_Measured(0.36, 2, 303), _Measured(0.40, 25, 189), _Measured(0.45, 121, 84)),
}
"""East-Asian part of LFW, 22 people, one image against one, 2026-11-23; measured again by ``bench face``. A
template of 8 frames and a probe of 5 do better: on NUAA across sessions MobileFaceNet at 0.37 misses 0 of 486
and has 0 false matches of 4,266."""


def figures_of(engine: str) -> str:
    """What was measured for an engine, a line a distance; empty for a model that was not."""
    lines = [
        _("距離 {distance}: 他人を本人とする率 {fmr} %、本人を拒む率 {fnmr} %").format(
            distance=f"{each.distance:g}",
            fmr=f"{100 * each.false_matches / PAIRS:.2g}",
            fnmr=f"{100 * each.misses / GENUINE:.2g}",
        )
        for each in MEASURED.get(engine, ())
    ]
    if not lines:
        return ""
    told = _("東アジアの22人、画像1枚どうし、本人 {genuine:,} 組・他人 {impostor:,} 組で測定:")
    return "\n".join((told.format(genuine=GENUINE, impostor=PAIRS), *lines))
