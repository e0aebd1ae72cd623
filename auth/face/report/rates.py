"""Error rates with their uncertainty, in the terms of ISO/IEC 19795-1 and 30107-3.

A comparison is accepted at a distance at or under the threshold. Pairs that share a person are not
independent, so intervals of FNMR come from a bootstrap over people (Bolle et al. 2004); those
of proportions of presentations are Clopper-Pearson's exact ones (1934). All are two-sided, 95 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 400
FMRS = (1e-2, 1e-3, 1e-4)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Distances. genuine (n,) with the person of each; impostor (m,) with the two people of each (m, 2)."""

    genuine: Floats
    genuine_people: NDArray[np.int64]
    impostor: Floats
    impostor_people: NDArray[np.int64]

    @property
    def people(self) -> int:
        everyone = np.concatenate([self.genuine_people, self.impostor_people.ravel()])
        return len(np.unique(everyone))


@dataclass(frozen=True, slots=True)
class Rate:
    """A proportion with its 95 % interval. errors of n; method: how low and high were found."""

    value: float
    low: float
    high: float
    errors: int
    n: int
    method: str


@dataclass(frozen=True, slots=True)
class Operating:
    """FNMR at an asked FMR. shown: False where there are too few impostor pairs to show that FMR at all."""

    fmr: float
    threshold: float
    fnmr: Rate
    impostors: int
    shown: bool


def proportion(errors: int, n: int) -> Rate:
    """Clopper-Pearson interval of errors out of n."""
    if n == 0:
        return Rate(math.nan, 0.0, 1.0, 0, 0, "no data")
    low = 0.0 if errors == 0 else _limit(errors - 1, n, 0.975)
    high = 1.0 if errors == n else _limit(errors, n, 0.025)
    return Rate(errors / n, low, high, errors, n, "Clopper-Pearson")


def at_fmr(scores: Scores, fmr: float, resamples: int = RESAMPLES) -> Operating:
    """FNMR at the largest threshold whose FMR is at most ``fmr``. Needs at least one score of each kind."""
    impostor = np.sort(scores.impostor)
    limit = impostor[min(int(fmr * len(impostor)), len(impostor) - 1)]
    errors = int((scores.genuine >= limit).sum())
    n = len(scores.genuine)
    if errors == 0:
        rate = proportion(0, n)
    else:
        low, high = _bootstrap(scores, fmr, resamples)
        rate = Rate(errors / n, low, high, errors, n, f"bootstrap over {scores.people} people")
    shown = fmr * len(impostor) >= 1
    return Operating(fmr, float(np.nextafter(limit, -np.inf)), rate, len(impostor), shown)


def at_threshold(scores: Scores, threshold: float) -> tuple[Rate, Rate]:
    """(FMR, FNMR) at a fixed threshold. Clopper-Pearson takes pairs as independent: too narrow."""
    false_matches = proportion(int((scores.impostor <= threshold).sum()), len(scores.impostor))
    return false_matches, proportion(int((scores.genuine > threshold).sum()), len(scores.genuine))


def det_curve(scores: Scores, points: int = 400) -> tuple[Floats, Floats]:
    """FMR and FNMR over all thresholds, thinned to about ``points`` (ISO/IEC 19795-1, DET curve)."""
    impostor = np.sort(scores.impostor)
    ranks = np.unique(np.geomspace(1, len(impostor), points).astype(np.int64)) - 1
    misses = np.quantile(scores.genuine, np.linspace(0, 1, points))
    thresholds = np.unique(np.concatenate([impostor[ranks], misses]))
    fmr = np.searchsorted(impostor, thresholds, side="right") / len(impostor)
    fnmr = 1 - np.searchsorted(np.sort(scores.genuine), thresholds, side="right") / len(scores.genuine)
    return fmr, fnmr


def equal_error_rate(scores: Scores) -> float:
    """Where FMR and FNMR cross."""
    fmr, fnmr = det_curve(scores, 4000)
    place = int(np.argmin(np.abs(fmr - fnmr)))
    return float((fmr[place] + fnmr[place]) / 2)


def _bootstrap(scores: Scores, fmr: float, resamples: int) -> tuple[float, float]:
    random = np.random.default_rng(19795)
    people, places = np.unique(
        np.concatenate([scores.genuine_people, scores.impostor_people.ravel()]), return_inverse=True
    )
    genuine_at = places[: len(scores.genuine)]
    order = np.argsort(scores.impostor, kind="stable")
    impostor_at = places[len(scores.genuine) :].reshape(-1, 2)[order]
    impostor = scores.impostor[order]
    rates = []
    for _ in range(resamples):
        weight = np.bincount(random.integers(0, len(people), len(people)), minlength=len(people))
        genuine_weight = weight[genuine_at]
        total = np.cumsum(weight[impostor_at[:, 0]] * weight[impostor_at[:, 1]])
        if genuine_weight.sum() == 0 or total[-1] == 0:
            continue
        place = int(np.searchsorted(total, fmr * total[-1], side="right"))
        missed = scores.genuine >= impostor[min(place, len(impostor) - 1)]
        rates.append(float((genuine_weight * missed).sum() / genuine_weight.sum()))
    low, high = np.quantile(rates, [0.025, 0.975]) if rates else (0.0, 1.0)
    return float(low), float(high)


def _limit(k: int, n: int, tail: float) -> float:
    """The p at which a binomial of n has P(X <= k) = ``tail``; by bisection, summed in logarithms."""
    i = np.arange(k + 1)
    choose = np.array([math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1) for j in i])
    low, high = 0.0, 1.0
    for _ in range(60):
        p = (low + high) / 2
        falling = float(np.exp(choose + i * math.log(p) + (n - i) * math.log1p(-p)).sum())
        low, high = (p, high) if falling > tail else (low, p)
    return (low + high) / 2
