"""Which pictures are compared with which, and the scores that come of it (ISO/IEC 19795-1, test design).

Two protocols. *Stills*: every image against every other of its group, one against one. *Sessions*: a template
of several frames of one session against probes of several frames of the others, as the suite signs in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auth.face.compare import COHORT_NEAREST, MIN_COHORT, Metric, distance, make_template
from auth.face.encode import Vector
from auth.face.report.rates import Rate, Scores, proportion
from auth.face.report.samples import Sample

PROTOCOLS = ((1, 1, False), (8, 5, False), (8, 5, True))
"""Frames of the template, frames of the probe, normalised by a cohort or not."""
TEMPLATES_PER_SESSION = 3
PROBE_STEP = 5
"""Frames between the beginnings of two probes of one session."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One set of scores. template, probe: frames of each; cohort: people that scores are normalised by, 0 for
    raw scores; failed: pictures without a usable face (failure to acquire)."""

    engine: str
    group: str
    template: int
    probe: int
    across_sessions: bool
    cohort: int
    scores: Scores
    pictures: int
    failed: int

    @property
    def protocol(self) -> str:
        """Stable name for files: ``still-1-1``, ``session-8-5``, ``session-8-5-cohort``."""
        kind = "session" if self.across_sessions else "still"
        return f"{kind}-{self.template}-{self.probe}{'-cohort' if self.cohort else ''}"


def still_trials(samples: Sequence[Sample], engine: str, metric: Metric) -> list[Trial]:
    """One trial a group that has both genuine and impostor pairs."""
    trials = []
    for group, members in _by(samples, lambda sample: sample.picture.group).items():
        usable = [sample for sample in members if engine in sample.vectors]
        if len(usable) < 2:
            continue
        vectors = np.stack([sample.vectors[engine] for sample in usable])
        people = _numbers(sample.picture.person for sample in usable)
        first, second = np.triu_indices(len(usable), 1)
        scores = _scores(_distances(vectors, vectors, metric)[first, second], people[first], people[second])
        if scores is not None:
            failed = len(members) - len(usable)
            trials.append(Trial(engine, group, 1, 1, False, 0, scores, len(members), failed))
    return trials


def session_trials(
    samples: Sequence[Sample], stills: Sequence[Sample], engine: str, metric: Metric
) -> list[Trial]:
    """Trials across sessions of a group: single frames, several, and several normalised by a cohort that is
    taken from ``stills``. Only frames that passed the quality check are used, as when someone signs in."""
    trials = []
    cohort = _cohort(stills, engine, metric)
    for group, members in _by(samples, lambda sample: sample.picture.group).items():
        usable = [sample for sample in members if sample.good and engine in sample.vectors]
        failed = len(members) - len(usable)
        for frames, probes, normalised in PROTOCOLS:
            if normalised and len(cohort) < MIN_COHORT:
                continue
            parts = _session_vectors(usable, engine, metric, frames, probes)
            scores = _across(parts, metric, cohort if normalised else None) if parts else None
            if scores is not None:
                size = len(cohort) if normalised else 0
                trials.append(Trial(engine, group, frames, probes, True, size, scores, len(members), failed))
    return trials


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Templates and probes with the person and the session of each."""

    templates: NDArray[np.float32]
    template_of: NDArray[np.int64]
    probes: NDArray[np.float32]
    probe_of: NDArray[np.int64]


def _session_vectors(
    usable: Sequence[Sample], engine: str, metric: Metric, frames: int, probes: int
) -> _Parts | None:
    """(person, session) numbers stand in the columns of template_of and probe_of."""
    runs = _by(usable, lambda sample: f"{sample.picture.person}/{sample.picture.session}")
    people = _numbers(run.split("/")[0] for run in runs)
    templates, template_of, probe_vectors, probe_of = [], [], [], []
    for number, (person, run) in enumerate(zip(people, runs.values(), strict=True)):
        vectors = [sample.vectors[engine] for sample in run]
        if len(vectors) < max(frames, probes):
            continue
        for chosen in _spread(len(vectors), frames):
            templates.append(make_template([vectors[place] for place in chosen], metric))
            template_of.append((person, number))
        for start in range(0, len(vectors) - probes + 1, PROBE_STEP):
            probe_vectors.append(make_template(vectors[start : start + probes], metric))
            probe_of.append((person, number))
    if not templates:
        return None
    return _Parts(np.stack(templates), np.array(template_of), np.stack(probe_vectors), np.array(probe_of))


def _spread(count: int, frames: int) -> list[list[int]]:
    """TEMPLATES_PER_SESSION choices of ``frames`` places spread over ``count``."""
    choices = []
    for turn in range(TEMPLATES_PER_SESSION):
        step = count / frames
        shift = step * turn / TEMPLATES_PER_SESSION
        choices.append([min(int(place * step + shift), count - 1) for place in range(frames)])
    return choices


def _across(parts: _Parts, metric: Metric, cohort: NDArray[np.float32] | None) -> Scores | None:
    distances = _distances(parts.templates, parts.probes, metric)
    if cohort is not None:
        distances = (
            distances
            - (
                _nearest(parts.templates, cohort, metric)[:, None]
                + _nearest(parts.probes, cohort, metric)[None]
            )
            / 2
        )
    other = parts.template_of[:, 1][:, None] != parts.probe_of[:, 1][None]
    template, probe = np.nonzero(other)
    return _scores(distances[template, probe], parts.template_of[template, 0], parts.probe_of[probe, 0])


def _nearest(
    vectors: NDArray[np.float32], cohort: NDArray[np.float32], metric: Metric
) -> NDArray[np.float64]:
    """As compare.cohort_mean, for many vectors at once."""
    nearest = np.sort(_distances(vectors, cohort, metric), axis=1)[:, :COHORT_NEAREST]
    return np.asarray(nearest.mean(axis=1), np.float64)


def _cohort(samples: Sequence[Sample], engine: str, metric: Metric) -> NDArray[np.float32]:
    """One vector for each person of the stills, who are not among those of the sessions."""
    people = _by(samples, lambda sample: f"{sample.picture.group}/{sample.picture.person}")
    vectors: list[Vector] = []
    for members in people.values():
        known = [sample.vectors[engine] for sample in members if engine in sample.vectors]
        if known:
            vectors.append(make_template(known, metric))
    return np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)


def _distances(one: NDArray[np.float32], other: NDArray[np.float32], metric: Metric) -> NDArray[np.float64]:
    """As compare.distance, all against all."""
    product = one.astype(np.float64) @ other.T.astype(np.float64)
    if metric is Metric.COSINE:
        return 1.0 - product
    squares = (one.astype(np.float64) ** 2).sum(axis=1)[:, None] + (other.astype(np.float64) ** 2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(squares - 2 * product, 0)), np.float64)


def _scores(
    distances: NDArray[np.float64], one: NDArray[np.int64], other: NDArray[np.int64]
) -> Scores | None:
    same = one == other
    if not same.any() or same.all():
        return None
    return Scores(distances[same], one[same], distances[~same], np.stack([one[~same], other[~same]], axis=1))


def _by(samples: Iterable[Sample], key: Callable[[Sample], str]) -> dict[str, list[Sample]]:
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[key(sample)].append(sample)
    return dict(groups)


def _numbers(names: Iterable[str]) -> NDArray[np.int64]:
    listed = list(names)
    return np.unique(np.array(listed), return_inverse=True)[1].astype(np.int64)


def attack_matches(
    attacks: Sequence[Sample], live: Sequence[Sample], engine: str, metric: Metric, threshold: float
) -> dict[str, Rate]:
    """By species: how many probes of an attack match the person they show, were there no liveness detection
    (impostor attack presentation accept rate of the matcher alone, ISO/IEC 30107-3)."""
    frames, probes, _normalised = PROTOCOLS[-1]
    templates = {}
    for person, members in _by(live, _owner).items():
        vectors = [sample.vectors[engine] for sample in members if sample.good and engine in sample.vectors]
        if len(vectors) >= frames:
            chosen = _spread(len(vectors), frames)[0]
            templates[person] = make_template([vectors[place] for place in chosen], metric)
    found: dict[str, list[bool]] = defaultdict(list)
    for run in _by(
        attacks, lambda each: f"{_owner(each)}/{each.picture.species}/{each.picture.session}"
    ).values():
        template = templates.get(_owner(run[0]))
        if template is None:
            continue
        vectors = [sample.vectors[engine] for sample in run if sample.good and engine in sample.vectors]
        for start in range(0, len(vectors) - probes + 1, PROBE_STEP):
            probe = make_template(vectors[start : start + probes], metric)
            found[run[0].picture.species].append(distance(template, probe, metric) <= threshold)
    return {species: proportion(sum(matched), len(matched)) for species, matched in found.items()}


def _owner(sample: Sample) -> str:
    return f"{sample.picture.group}/{sample.picture.person}"
