"""One camera frame in the one form that every part of the face code accepts.

Cameras, files and the network hand over grey, 16-bit, four-channel, empty or enormous arrays; they are
hostile until :func:`check_frame` has normalised or refused them, so that nothing behind it has to ask again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import SuiteError
from core.i18n import _

Image = NDArray[np.uint8]

MIN_SIDE = 64
"""Pixels. Below this no face in the frame can reach the size that matching needs."""
MAX_SIDE = 4096
"""Pixels. A 4K camera passes; anything larger only costs memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """image: uint8 (h, w, 3) BGR as from check_frame; time: seconds, monotonic; number: counts from 0.

    Raises SuiteError FACE-010 (image) or FACE-011 (time): a frame that exists can be used.
    """

    image: Image
    time: float
    number: int

    def __post_init__(self) -> None:
        image = self.image
        if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3:
            raise _unusable_image(_("画像の形式が正しくありません。"))
        if image.shape[2] != 3:
            raise _unusable_image(_("画像の形式が正しくありません。"))
        _check_sides(image)
        if not math.isfinite(self.time):
            raise SuiteError(
                _("カメラの画像を使えませんでした。"),
                _("画像の時刻が正しくありません。"),
                _("カメラをつなぎ直して、もう一度お試しください。"),
                "FACE-011",
            )

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.image.shape[1], self.image.shape[0]


def check_frame(image: object) -> Image:
    """Return ``image`` as contiguous uint8 (h, w, 3) BGR.

    Accepts uint8 or uint16 (full range) of shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4); alpha is dropped.
    Raises SuiteError FACE-010 for anything else and for sides outside MIN_SIDE..MAX_SIDE.
    """
    if not isinstance(image, np.ndarray) or image.ndim not in (2, 3) or image.size == 0:
        raise _unusable_image(_("画像が空か、形式が正しくありません。"))
    _check_sides(image)
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.dtype != np.uint8:
        raise _unusable_image(_("画像の階調が8ビットでも16ビットでもありません。"))
    if image.ndim == 2:
        image = image[:, :, np.newaxis]
    channels = image.shape[2]
    if channels == 1:
        image = np.repeat(image, 3, axis=2)
    elif channels == 4:
        image = image[:, :, :3]
    elif channels != 3:
        raise _unusable_image(_("画像の色の数が正しくありません。"))
    return np.ascontiguousarray(image)


def _check_sides(image: NDArray[np.generic]) -> None:
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise _unusable_image(_("画像が小さすぎます（{w}×{h}）。").format(w=width, h=height))
    if max(height, width) > MAX_SIDE:
        raise _unusable_image(_("画像が大きすぎます（{w}×{h}）。").format(w=width, h=height))


def _unusable_image(why: str) -> SuiteError:
    return SuiteError(
        _("カメラの画像を使えませんでした。"),
        why,
        _("カメラの設定を確かめて、もう一度お試しください。"),
        "FACE-010",
    )
