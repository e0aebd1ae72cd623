"""468 face points: FaceMesh on LiteRT (Kartynnik et al. 2019, arXiv:1907.06724), and the pose they show.

Its depth comes from a learned prior and is invented on a flat print: use the points for pose, alignment and
guidance; planarity is measured on tracked pixels elsewhere.

Sign conventions, on an unmirrored camera image (as every Frame is):
yaw > 0: the person has turned the head to the person's own LEFT, so the nose moves to the image's right.
pitch > 0: the person looks UP.
roll > 0: the head leans towards the person's own LEFT shoulder, which the image shows as a clockwise turn.
Mirroring the image changes the signs of yaw and roll and keeps pitch.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auth.face.detect import Detection
from auth.face.frame import Image
from auth.face.models import read_model
from auth.face.network import Network

Mesh = NDArray[np.float32]

SIDE = 192
POINTS = 468
ROI_SCALE = 1.5
"""Crop side over face side; the value that the network was trained with (MediaPipe face_landmark_front)."""
MIN_PRESENCE = 0.5
"""Sigmoid of the face flag; MediaPipe's own threshold."""

# Landmark numbers. "Right" and "left" are the person's own.
RIGHT_EYE_OUTER, RIGHT_EYE_INNER = 33, 133
LEFT_EYE_INNER, LEFT_EYE_OUTER = 362, 263
NOSE_TIP, MOUTH_RIGHT, MOUTH_LEFT = 1, 61, 291
RIGHT_EYE_LIDS = (33, 133, 160, 144, 158, 153)
LEFT_EYE_LIDS = (263, 362, 387, 373, 385, 380)
"""Two corners, then upper and lower lid twice: the six points of the eye aspect ratio."""


@dataclass(frozen=True, slots=True)
class Region:
    """A square crop: centre (x, y) and side in frame pixels, angle in radians (clockwise in the image)."""

    x: float
    y: float
    side: float
    angle: float


class Landmarker:
    """Places the mesh. Raises SuiteError FACE-001..003 when the model is not usable."""

    def __init__(self) -> None:
        self._network = Network(read_model("facemesh"), "facemesh")

    def place(self, image: Image, region: Region) -> Mesh | None:
        """float32 (468, 3) in frame pixels (z: same scale, smaller is nearer), or None where no face is.

        The mean of two passes, the second cropped by the first's answer: landmark noise of one crop (1.3 % of
        the eye distance, median over 590 faces) halves its effect on matching at 2.2 ms more CPU.
        """
        first = self._pass(image, region)
        if first is None:
            return None
        second = self._pass(image, region_of_mesh(first))
        return None if second is None else ((first + second) / 2).astype(np.float32)

    def _pass(self, image: Image, region: Region) -> Mesh | None:
        inverse = _from_crop(region)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        crop = cv2.warpAffine(image, inverse, (SIDE, SIDE), flags=flags)
        tensor = np.multiply(cv2.cvtColor(crop, cv2.COLOR_BGR2RGB)[np.newaxis], 1 / 255, dtype=np.float32)
        points, flag = self._network.run(tensor)
        if not 1 / (1 + np.exp(-float(flag.ravel()[0]))) >= MIN_PRESENCE:
            return None
        mesh = points.reshape(POINTS, 3).copy()
        mesh[:, :2] = mesh[:, :2] @ inverse[:, :2].T + inverse[:, 2]
        mesh[:, 2] *= region.side / SIDE
        return mesh if bool(np.isfinite(mesh).all()) else None


def region_of_detection(detection: Detection) -> Region:
    """Where the mesh is to be looked for, upright along the eyes."""
    x, y, width, height = detection.box
    across = detection.keypoints[1] - detection.keypoints[0]
    return Region(x + width / 2, y + height / 2, max(width, height) * ROI_SCALE, _angle(across))


def region_of_mesh(mesh: Mesh) -> Region:
    """Where the mesh is to be looked for again: tighter and better centred than a detection."""
    angle = _angle(mesh[LEFT_EYE_OUTER, :2] - mesh[RIGHT_EYE_OUTER, :2])
    low, high = mesh[:, :2].min(axis=0), mesh[:, :2].max(axis=0)
    x, y = (low + high) / 2
    return Region(float(x), float(y), float((high - low).max()) * ROI_SCALE, angle)


def _angle(across: NDArray[np.float32]) -> float:
    return float(np.arctan2(across[1], across[0]))


def _from_crop(region: Region) -> NDArray[np.float64]:
    """(2, 3) affine from crop pixels to frame pixels."""
    scale = region.side / SIDE
    cosine, sine = np.cos(region.angle) * scale, np.sin(region.angle) * scale
    linear = np.array([[cosine, -sine], [sine, cosine]])
    offset = np.array([region.x, region.y]) - linear @ np.array([SIDE / 2, SIDE / 2])
    return np.column_stack([linear, offset])


def eye_centres(mesh: Mesh) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The person's right and left eye as (x, y): the middle of the corners, so a blink does not move it."""
    right = mesh[[RIGHT_EYE_OUTER, RIGHT_EYE_INNER], :2].mean(axis=0)
    left = mesh[[LEFT_EYE_INNER, LEFT_EYE_OUTER], :2].mean(axis=0)
    return right, left


@dataclass(frozen=True, slots=True)
class Pose:
    """yaw, pitch: proxies in inter-eye distances (0.25 is about 20-25 degrees of yaw); roll: radians.

    inter_eye: pixels between the eye centres. eye_open: the smaller eye aspect ratio of the two
    (Soukupová and Čech 2016): about 0.3 open, under 0.15 shut.
    """

    yaw: float
    pitch: float
    roll: float
    inter_eye: float
    eye_open: float


def pose_of(mesh: Mesh) -> Pose:
    """Pose from points in the image plane; a degenerate mesh gives inter_eye 0 and a frontal pose."""
    right, left = eye_centres(mesh)
    across = left - right
    inter_eye = float(np.hypot(*across))
    if inter_eye < 1e-3:
        return Pose(0.0, 0.0, 0.0, 0.0, 0.0)
    along = across / inter_eye
    down = np.array([-along[1], along[0]], np.float32)
    nose = (mesh[NOSE_TIP, :2] - (right + left) / 2) / inter_eye
    mouth = (mesh[[MOUTH_RIGHT, MOUTH_LEFT], :2].mean(axis=0) - (right + left) / 2) / inter_eye
    yaw = float(nose @ along)
    pitch = NEUTRAL_NOSE - float(nose @ down) / max(float(mouth @ down), 0.2)
    eye_open = min(_eye_aspect(mesh, RIGHT_EYE_LIDS), _eye_aspect(mesh, LEFT_EYE_LIDS))
    return Pose(yaw, pitch, _angle(across), inter_eye, eye_open)


NEUTRAL_NOSE = 0.57
"""Nose tip between eye line (0) and mouth (1) on a face that looks straight ahead."""


def _eye_aspect(mesh: Mesh, lids: tuple[int, ...]) -> float:
    corner, other, upper, lower, upper2, lower2 = (mesh[i, :2] for i in lids)
    width = float(np.hypot(*(corner - other)))
    opening = float(np.hypot(*(upper - lower)) + np.hypot(*(upper2 - lower2))) / 2
    return opening / width if width > 1e-3 else 0.0
