"""The few nearest of an office normalise a score exactly as the whole office does."""

from __future__ import annotations

import numpy as np
import pytest

from auth.face.compare import Metric, cohort_normalised
from auth.matcher.vault import Gallery


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("people", [31, 32, 500])
def test_the_nearest_others_give_the_same_score_as_all_others(metric: Metric, people: int) -> None:
    rng = np.random.default_rng(7)
    means = rng.standard_normal((people, 16)).astype(np.float32)
    if metric is Metric.COSINE:
        means /= np.linalg.norm(means, axis=1, keepdims=True)
    gallery = Gallery(tuple(f"S-{n}" for n in range(people)), means)
    for own in (0, people - 1):
        template, probe = means[own], means[own] * np.float32(0.9)
        others = np.delete(means, own, axis=0)
        near = gallery.others_near(f"S-{own}", (template, probe), metric)
        assert not any(np.array_equal(row, means[own]) for row in near)
        whole = cohort_normalised(0.3, template, probe, others, metric)
        assert cohort_normalised(0.3, template, probe, near, metric) == pytest.approx(whole, abs=1e-6)
