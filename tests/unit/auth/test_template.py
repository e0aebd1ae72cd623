import numpy as np
import pytest

from auth.face.template import seal, unseal
from core.errors import SuiteError

KEY = bytes(range(32))
WHOSE = {"staff_number": "A1", "model": "mobilefacenet", "model_version": "1"}


def unit_vectors(count: int = 8, dimensions: int = 192) -> np.ndarray:
    v = np.random.default_rng(1).normal(size=(count, dimensions)).astype(np.float32)
    return v / np.linalg.norm(v, axis=1, keepdims=True)


def refused(sealed: bytes, key: bytes = KEY, **whose: str) -> bool:
    with pytest.raises(SuiteError) as caught:
        unseal(sealed, key, **{**WHOSE, **whose})
    return caught.value.code == "FACE-102"


def test_what_was_sealed_comes_back() -> None:
    vectors = unit_vectors()
    np.testing.assert_array_equal(unseal(seal(vectors, KEY, **WHOSE), KEY, **WHOSE), vectors)


def test_nothing_of_the_vectors_shows() -> None:
    vectors = unit_vectors()
    assert vectors.tobytes()[:16] not in seal(vectors, KEY, **WHOSE)
    assert seal(vectors, KEY, **WHOSE) != seal(vectors, KEY, **WHOSE)


@pytest.mark.parametrize(
    "other", [{"staff_number": "A2"}, {"model": "dlib"}, {"model_version": "2"},
              {"staff_number": "A1m", "model": "obilefacenet"}],
)  # fmt: skip
def test_another_persons_or_models_template_does_not_open(other: dict) -> None:
    assert refused(seal(unit_vectors(), KEY, **WHOSE), **other)


def test_one_flipped_bit_anywhere_is_found() -> None:
    sealed = seal(unit_vectors(1, 4), KEY, **WHOSE)
    for position in range(len(sealed)):
        assert refused(sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :])


def test_cut_empty_and_huge_data_are_refused() -> None:
    sealed = seal(unit_vectors(), KEY, **WHOSE)
    for damaged in (b"", sealed[:11], sealed[:36], sealed[:-1], sealed + b"\0", bytes(10_000_000)):
        assert refused(damaged)


def test_another_key_does_not_open_it() -> None:
    assert refused(seal(unit_vectors(), KEY, **WHOSE), key=bytes(32))


@pytest.mark.parametrize(
    "vectors",
    [np.zeros((8, 192)), np.full((8, 192), np.nan), np.full((8, 192), 9.9), np.ones(192), np.ones((0, 192)),
     np.ones((65, 192)) / np.sqrt(192), np.full((2, 192), np.inf)],
)  # fmt: skip
def test_numbers_that_are_no_face_vectors_are_not_sealed(vectors: np.ndarray) -> None:
    with pytest.raises(SuiteError) as caught:
        seal(vectors, KEY, **WHOSE)
    assert caught.value.code == "FACE-101"
