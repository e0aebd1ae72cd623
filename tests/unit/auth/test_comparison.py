"""Whose face is nearest: 1:1, a small group, everyone at enrolment, and the cohort from thirty people on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from auth.face.compare import Metric, Thresholds
from auth.matcher.comparison import Comparison
from auth.matcher.engines import Engine, thresholds_of
from auth.matcher.vault import Vault
from auth.model import Person
from auth.register import SqliteRegister
from auth.verdict import MatchEvidence, Reason
from core.settings import FaceSettings

DIMENSIONS = 64
THRESHOLDS = Thresholds(Metric.COSINE, 0.37, 0.41, 0.49, "")


class Named:
    """An encoder's name; nothing here encodes."""

    name, version, dimensions = "m", "1", DIMENSIONS

    def encode(self, frame: Any, face: Any) -> Any:
        raise AssertionError


def face(number: int, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """The vector of person ``number``, disturbed."""
    base = np.random.default_rng(number).normal(size=DIMENSIONS)
    base /= np.linalg.norm(base)
    other = np.random.default_rng([number, seed, 7]).normal(size=DIMENSIONS) / math.sqrt(DIMENSIONS)
    mixed = base + noise * other
    return np.asarray(mixed / np.linalg.norm(mixed), np.float32)


@pytest.fixture
def vault(register: SqliteRegister) -> Vault:
    return Vault(register, bytes(32))


def enrol(register: SqliteRegister, vault: Vault, *numbers: int, version: str = "1") -> list[Person]:
    people = [Person(f"P-{n}", "だれか") for n in numbers]
    for n, person in zip(numbers, people, strict=True):
        register.add_person(person)
        vault.put(person.staff_number, "m", version, [face(n, 0.3, s) for s in range(8)], 2, 1.0, "v1")
    return people


def comparison(register: SqliteRegister, vault: Vault, cohort: int = 30) -> Comparison:
    return Comparison(register, vault, Engine(Named(), Named(), THRESHOLDS), cohort)


def probe(number: int) -> list[np.ndarray]:
    return [face(number, 0.4, 100 + s) for s in range(5)]


def test_the_nearest_of_a_group_and_how_far_the_next_is(register: SqliteRegister, vault: Vault) -> None:
    people = enrol(register, vault, 1, 2, 3)
    found = comparison(register, vault).nearest(probe(2), people)
    assert not isinstance(found, Reason)
    person, match = found
    assert person.staff_number == "P-2"
    assert match.distance == match.raw < 0.2
    assert match.rival > 0.5
    assert (match.probes, match.candidates) == (5, 3)


def test_one_to_one_has_no_rival(register: SqliteRegister, vault: Vault) -> None:
    people = enrol(register, vault, 1)
    found = comparison(register, vault).nearest(probe(9), people)
    assert not isinstance(found, Reason)
    assert found[1] == MatchEvidence(found[1].distance, found[1].raw, 5, math.inf, 1)
    assert found[1].raw > 0.49


def test_templates_of_another_model_are_never_compared(register: SqliteRegister, vault: Vault) -> None:
    people = enrol(register, vault, 1, version="0")
    assert comparison(register, vault).nearest(probe(1), people) is Reason.OTHER_MODEL
    assert comparison(register, vault).nearest(probe(1), []) is Reason.NOT_ENROLLED
    assert comparison(register, vault).nearest([], people) is Reason.POOR_IMAGE
    assert comparison(register, vault).enrolled_as(probe(1), "X") is None


def test_a_face_enrolled_under_another_number_is_found(register: SqliteRegister, vault: Vault) -> None:
    enrol(register, vault, 1, 2)
    compared = comparison(register, vault)
    assert compared.enrolled_as(probe(2), "P-9") == "P-2"
    assert compared.enrolled_as(probe(2), "P-2") is None
    assert compared.enrolled_as(probe(7), "P-9") is None
    register.delete_template("P-2")
    assert compared.enrolled_as(probe(2), "P-9") is None, "the gallery follows the table"


def test_the_cohort_counts_from_thirty_others_on(register: SqliteRegister, vault: Vault) -> None:
    people = enrol(register, vault, *range(30))
    compared = comparison(register, vault)

    def one(number: int) -> MatchEvidence:
        found = compared.nearest(probe(number), people[:1])
        assert not isinstance(found, Reason)
        return found[1]

    assert one(0).distance == one(0).raw, "29 others are too few"
    enrol(register, vault, 30)
    own, stranger = one(0), one(77)
    assert own.distance != own.raw
    assert own.distance < 0.37 < 0.41 < stranger.distance
    never = comparison(register, vault, cohort=0).nearest(probe(0), people[:1])
    assert not isinstance(never, Reason)
    assert never[1].distance == never[1].raw, "switched off"


def test_a_damaged_template_does_not_shut_out_its_group(register: SqliteRegister, vault: Vault) -> None:
    people = enrol(register, vault, 1, 2)
    broken = Vault(register, bytes(range(32)))
    broken.put("P-1", "m", "1", [face(1)], 2, 1.0, "v1")
    found = comparison(register, vault).nearest(probe(2), people)
    assert not isinstance(found, Reason)
    assert found[0].staff_number == "P-2"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (0.37, 0.41, 0.49)),
        ({"threshold_alone": 0.6, "threshold_with_second": 0.7, "threshold_never": 0.9}, (0.49, 0.49, 0.49)),
        ({"threshold_alone": 0.2, "threshold_with_second": 0.3, "threshold_never": 0.4}, (0.2, 0.3, 0.4)),
        ({"engine": "dlib"}, (0.36, 0.40, 0.45)),
        (
            {"engine": "dlib", "dlib_threshold_never": 0.9, "dlib_threshold_with_second": 0.6},
            (0.36, 0.45, 0.45),
        ),
    ],
)
def test_no_setting_loosens_the_limit(settings: dict, expected: tuple[float, float, float]) -> None:
    limits = thresholds_of(FaceSettings(**settings))
    assert (limits.alone, limits.with_second, limits.never) == expected
