"""The face turned upright and scaled to the 112-pixel crop that networks and quality measures look at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from auth.face.frame import Image
from auth.face.landmarks import MOUTH_LEFT, MOUTH_RIGHT, NOSE_TIP, Mesh, eye_centres

SIDE = 112
FIVE_POINTS = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""Eyes, nose tip, mouth corners (image left first) of the crop that face networks are trained on
(Deng et al. 2019, ArcFace, arXiv:1801.07698)."""
FINEST = 8


def align(image: Image, mesh: Mesh) -> Image:
    """(112, 112, 3) BGR: the least-squares similarity of five points; black where the frame ends.

    A face larger than the crop is warped finer and averaged, so its detail does not alias.
    """
    right, left = eye_centres(mesh)
    points = np.stack([right, left, mesh[NOSE_TIP, :2], mesh[MOUTH_RIGHT, :2], mesh[MOUTH_LEFT, :2]])
    to_crop = _similarity(points.astype(np.float64))
    scale = float(np.hypot(to_crop[0, 0], to_crop[1, 0]))
    finer = int(np.clip(round(1 / max(scale, 1e-3)), 1, FINEST))
    if finer == 1:
        return np.asarray(cv2.warpAffine(image, to_crop, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8)
    larger = to_crop * finer
    larger[:, 2] += (finer - 1) / 2
    crop = cv2.warpAffine(image, larger, (SIDE * finer, SIDE * finer), flags=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _similarity(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) affine that takes points (5, 2) closest to FIVE_POINTS by rotation, scale and shift."""
    source, target = points @ (1, 1j), FIVE_POINTS @ (1, 1j)
    centred = source - source.mean()
    turn = np.vdot(centred, target - target.mean()) / max(np.vdot(centred, centred).real, 1e-9)
    shift = target.mean() - turn * source.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
