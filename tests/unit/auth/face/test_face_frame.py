"""Whatever a camera or a file hands over becomes one form or a clear error."""

from __future__ import annotations

import numpy as np
import pytest

from auth.face.frame import MAX_SIDE, MIN_SIDE, Frame, check_frame
from core.errors import SuiteError


def picture(*shape: int, dtype: type = np.uint8) -> np.ndarray:
    return np.full(shape, 7, dtype)


@pytest.mark.parametrize("shape", [(480, 640), (480, 640, 1), (480, 640, 3), (480, 640, 4), (2160, 3840, 3)])
def test_grey_colour_alpha_and_4k_become_bgr(shape: tuple[int, ...]) -> None:
    image = check_frame(picture(*shape))
    assert image.shape == (*shape[:2], 3)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert (image == 7).all()


def test_16_bit_is_scaled_to_8() -> None:
    image = check_frame(np.full((100, 100), 0xABCD, np.uint16))
    assert (image == 0xAB).all()


def test_alpha_is_dropped_and_colour_order_kept() -> None:
    pixel = np.tile(np.array([1, 2, 3, 200], np.uint8), (64, 64, 1))
    assert check_frame(pixel)[0, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "image",
    [
        None,
        "frame",
        picture(0, 0, 3),
        picture(1, 1, 3),
        picture(MIN_SIDE - 1, 640, 3),
        picture(64, MAX_SIDE + 1, 3),
        picture(480, 640, 2),
        picture(480, 640, 5),
        picture(1, 480, 640, 3),
        picture(480, 640, 3, dtype=np.float32),
        picture(480, 640, 3, dtype=np.int16),
    ],
    ids=str,
)
def test_unusable_images_are_refused_with_a_code(image: object) -> None:
    with pytest.raises(SuiteError) as caught:
        check_frame(image)
    assert caught.value.code == "FACE-010"


@pytest.mark.parametrize("time", [float("nan"), float("inf"), -float("inf")])
def test_a_frame_without_a_finite_time_is_refused(time: float) -> None:
    with pytest.raises(SuiteError) as caught:
        Frame(check_frame(picture(64, 64, 3)), time, 0)
    assert caught.value.code == "FACE-011"


def test_a_frame_cannot_be_made_of_an_unchecked_image() -> None:
    with pytest.raises(SuiteError):
        Frame(picture(480, 640), 0.0, 0)
    with pytest.raises(SuiteError):
        Frame(picture(1, 1, 3), 0.0, 0)
