"""Distances, templates of several frames, the cohort, and thresholds that must rise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.face.compare import (
    MIN_COHORT,
    Metric,
    Thresholds,
    cohort_mean,
    cohort_normalised,
    distance,
    figures_of,
    make_template,
)
from auth.face.encode import unit


def vectors(count: int, seed: int = 0, dimensions: int = 192) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32))


def test_distance_is_nothing_to_oneself_and_two_to_the_opposite() -> None:
    [vector] = vectors(1)
    assert distance(vector, vector) == pytest.approx(0, abs=1e-6)
    assert distance(vector, -vector) == pytest.approx(2, abs=1e-6)


def test_euclidean_distance_is_dlibs() -> None:
    one, other = np.array([0.3, 0.4], np.float32), np.zeros(2, np.float32)
    assert distance(one, other, Metric.EUCLIDEAN) == pytest.approx(0.5)


@given(st.integers(0, 1000))
def test_distance_does_not_depend_on_the_order(seed: int) -> None:
    one, other = vectors(2, seed)
    for metric in Metric:
        assert distance(one, other, metric) == pytest.approx(distance(other, one, metric))


def test_vectors_of_different_encoders_are_never_compared() -> None:
    with pytest.raises(ValueError, match="encoders"):
        distance(vectors(1)[0], vectors(1, dimensions=128)[0])


@pytest.mark.parametrize("metric", Metric)
def test_a_vector_that_is_not_finite_never_matches(metric: Metric) -> None:
    broken = vectors(1)[0].copy()
    broken[3] = np.nan
    with pytest.raises(ValueError, match="finite"):
        distance(broken, vectors(1)[0], metric)


def test_a_template_of_many_frames_is_nearer_to_the_person_than_one_frame() -> None:
    person = vectors(1, 5)[0]
    noisy = unit(person + np.random.default_rng(6).normal(0, 0.07, (8, 192)).astype(np.float32))
    template = make_template(list(noisy))
    assert np.linalg.norm(template) == pytest.approx(1, abs=1e-5)
    assert distance(template, person) < min(distance(one, person) for one in noisy)


def test_a_euclidean_template_is_the_plain_mean() -> None:
    two = [np.array([1, 0], np.float32), np.array([0, 1], np.float32)]
    assert make_template(two, Metric.EUCLIDEAN).tolist() == [0.5, 0.5]


def test_no_vector_makes_no_template() -> None:
    with pytest.raises(ValueError, match="no vector"):
        make_template([])


def test_the_cohort_takes_away_what_a_face_has_in_common_with_everyone() -> None:
    """Faces with a strong common part look alike; normalised, strangers are near 0 and oneself far below."""
    common = 0.15 * np.ones(192, np.float32)
    crowd = unit(common + 0.05 * vectors(60, 1) * 192**0.5)
    cohort, person, stranger = crowd[:50], crowd[50], crowd[51]
    again = unit(person + 0.02 * vectors(1, 2)[0] * 192**0.5)
    strangers = cohort_normalised(distance(person, stranger), person, stranger, cohort)
    oneself = cohort_normalised(distance(person, again), person, again, cohort)
    assert distance(person, stranger) < 0.2
    assert abs(strangers) < 0.05
    assert oneself < strangers - 0.05


def test_a_small_cohort_is_refused() -> None:
    cohort = vectors(MIN_COHORT - 1)
    with pytest.raises(ValueError, match="cohort"):
        cohort_mean(vectors(1)[0], cohort)


@pytest.mark.parametrize(
    "limits", [(0.4, 0.3, 0.5), (0.3, 0.5, 0.4), (0.0, 0.1, 0.2), (float("nan"), 0.1, 0.2)]
)
def test_thresholds_that_do_not_rise_are_refused(limits: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="rise"):
        Thresholds(Metric.COSINE, *limits, figures="")


def test_measured_figures_stand_beside_the_thresholds() -> None:
    text = str(Thresholds(Metric.COSINE, 0.37, 0.41, 0.49, figures_of("mobilefacenet")))
    assert "0.37" in text
    assert "0.052 %" in text
    assert "6.6 %" in text
    assert "7,728" in text


def test_a_model_that_was_not_measured_says_so() -> None:
    assert figures_of("prefecture") == ""
    assert "測られていません" in str(Thresholds(Metric.COSINE, 0.3, 0.4, 0.5, ""))
