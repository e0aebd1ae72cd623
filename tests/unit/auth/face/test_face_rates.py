"""Error rates and intervals against figures that can be looked up or computed another way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from auth.face.report.rates import (
    Scores,
    at_fmr,
    at_threshold,
    det_curve,
    equal_error_rate,
    proportion,
)


@pytest.mark.parametrize(
    ("errors", "n", "low", "high"),
    [
        (0, 10, 0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1),
    ],
)
def test_clopper_pearson_as_in_the_tables(errors: int, n: int, low: float, high: float) -> None:
    rate = proportion(errors, n)
    assert rate.value == errors / n
    assert (rate.low, rate.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_ends_where_the_tails_are_a_fortieth(counts: tuple[int, int]) -> None:
    errors, n = counts
    rate = proportion(errors, n)
    assert 0 <= rate.low <= rate.value <= rate.high <= 1
    if errors > 0:
        assert binom.sf(errors - 1, n, rate.low) == pytest.approx(0.025, rel=1e-4)
    if errors < n:
        assert binom.cdf(errors, n, rate.high) == pytest.approx(0.025, rel=1e-4)


def test_no_presentations_give_no_rate() -> None:
    rate = proportion(0, 0)
    assert np.isnan(rate.value)
    assert (rate.low, rate.high) == (0, 1)


def scores(genuine: list[float], impostor: list[float]) -> Scores:
    people = np.arange(len(genuine)) % 3
    pairs = np.stack([np.arange(len(impostor)) % 3, (np.arange(len(impostor)) + 1) % 3], axis=1)
    return Scores(np.array(genuine), people, np.array(impostor), pairs)


def test_fnmr_counts_the_genuine_pairs_beyond_the_threshold() -> None:
    point = at_fmr(scores([0.1, 0.2, 0.3, 0.6], [0.4, 0.5, *[0.9] * 98]), 0.01)
    assert 0.4 <= point.threshold < 0.5
    assert point.fnmr.value == 0.25
    assert (point.fnmr.errors, point.fnmr.n) == (1, 4)
    assert point.shown


@settings(deadline=None)
@given(
    st.lists(st.floats(0, 2), min_size=3, max_size=60),
    st.lists(st.floats(0, 2), min_size=3, max_size=60),
    st.sampled_from([1e-1, 1e-2, 1e-3]),
)
def test_the_asked_fmr_is_never_exceeded(genuine: list[float], impostor: list[float], fmr: float) -> None:
    """Ties included: equal scores are accepted or refused together."""
    given_scores = scores(genuine, impostor)
    point = at_fmr(given_scores, fmr, resamples=5)
    false_matches, misses = at_threshold(given_scores, point.threshold)
    assert false_matches.value <= fmr
    assert misses.value == point.fnmr.value


def test_an_fmr_that_too_few_pairs_cannot_show_is_marked() -> None:
    point = at_fmr(scores([0.1, 0.2, 0.3], [0.5] * 99), 1e-2)
    assert not point.shown


def test_the_bootstrap_over_people_is_wider_than_one_that_forgets_them() -> None:
    """One person in six is hard: resampling people must show it."""
    random = np.random.default_rng(1)
    people = np.repeat(np.arange(6), 50)
    genuine = np.where(people == 0, 0.9, random.normal(0.2, 0.02, 300))
    pairs = random.integers(0, 6, (4000, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    point = at_fmr(Scores(genuine, people, random.normal(0.7, 0.05, len(pairs)), pairs), 1e-2)
    exact = proportion(50, 300)
    assert point.fnmr.value == pytest.approx(1 / 6)
    assert point.fnmr.low <= point.fnmr.value <= point.fnmr.high
    assert point.fnmr.high - point.fnmr.low > 3 * (exact.high - exact.low)
    assert "6 people" in point.fnmr.method


def test_equal_error_rate_of_two_normal_distributions() -> None:
    random = np.random.default_rng(4)
    found = equal_error_rate(scores(list(random.normal(0, 1, 20000)), list(random.normal(2, 1, 20000))))
    assert found == pytest.approx(0.1587, abs=0.006)


def test_the_det_curve_falls_and_spans_the_scores() -> None:
    random = np.random.default_rng(4)
    fmr, fnmr = det_curve(scores(list(random.normal(0, 1, 500)), list(random.normal(2, 1, 5000))))
    assert (np.diff(fmr) >= 0).all()
    assert (np.diff(fnmr) <= 0).all()
    assert fmr[0] <= 1 / 5000
    assert fmr[-1] == 1
