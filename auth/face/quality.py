"""Is this face good enough to match, and if not, what should the person do about it?

Every measure is taken on the face, not on the frame, so a bright window behind the person does not hide a
dark face. Problems come in the order in which a person can best mend them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from auth.face.frame import Image
from auth.face.landmarks import Mesh, Pose
from core.i18n import _

MIN_INTER_EYE = 40.0
MAX_INTER_EYE = 260.0
MIN_LIGHT, MAX_LIGHT = 45.0, 215.0
MIN_CONTRAST = 18.0
MIN_SHARPNESS = 0.02
MAX_YAW = 0.22
MAX_PITCH = 0.16
MAX_ROLL = 0.35
MIN_EYE_OPEN = 0.15


class Problem(Enum):
    """What is wrong with a face, in the order in which it is told."""

    NO_FACE = "no-face"
    SEVERAL_FACES = "several-faces"
    CUT_OFF = "cut-off"
    TOO_FAR = "too-far"
    TOO_CLOSE = "too-close"
    TOO_DARK = "too-dark"
    TOO_BRIGHT = "too-bright"
    LOW_CONTRAST = "low-contrast"
    TURNED = "turned"
    TILTED = "tilted"
    EYES_COVERED = "eyes-covered"
    MOUTH_COVERED = "mouth-covered"
    EYES_SHUT = "eyes-shut"
    BLURRED = "blurred"

    def sentence(self) -> str:
        """What the person should do, one short polite sentence."""
        return {
            Problem.NO_FACE: _("カメラに顔を向けてください。"),
            Problem.SEVERAL_FACES: _("お一人で写ってください。"),
            Problem.CUT_OFF: _("顔全体が写るように動いてください。"),
            Problem.TOO_FAR: _("もう少し近づいてください。"),
            Problem.TOO_CLOSE: _("もう少し離れてください。"),
            Problem.TOO_DARK: _("もう少し明るい場所でお試しください。"),
            Problem.TOO_BRIGHT: _("光が強すぎます。光を背けるか、少し動いてください。"),
            Problem.LOW_CONTRAST: _("顔がぼんやりしています。逆光を避け、レンズをふいてください。"),
            Problem.TURNED: _("顔を正面に向けてください。"),
            Problem.TILTED: _("顔の傾きをまっすぐにしてください。"),
            Problem.EYES_COVERED: _("目が見えるようにしてください。"),
            Problem.MOUTH_COVERED: _("マスクや手を外し、口元が見えるようにしてください。"),
            Problem.EYES_SHUT: _("目を開けてください。"),
            Problem.BLURRED: _("少しの間、動かないでください。"),
        }[self]


@dataclass(frozen=True, slots=True)
class Quality:
    """size: pixels between the eyes; sharpness, contrast: see the measures; light: mean grey level 0..255;
    yaw, pitch, roll: as in Pose; score: 0..1, the weakest part, for the ring around the preview."""

    size: float
    sharpness: float
    light: float
    contrast: float
    score: float
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        """True when the face may be matched or enrolled."""
        return not self.problems


def assess(image: Image, mesh: Mesh, pose: Pose) -> Quality:
    """Measure one face."""
    grey = _upright_grey(image, mesh, pose)
    light, contrast = float(grey.mean()), float(grey.std())
    sharpness = float(cv2.Laplacian(grey, cv2.CV_32F).var() / max(float(grey.var()), 1.0))
    problems = []
    if pose.inter_eye < MIN_INTER_EYE:
        problems.append(Problem.TOO_FAR)
    if pose.inter_eye > MAX_INTER_EYE:
        problems.append(Problem.TOO_CLOSE)
    if light < MIN_LIGHT:
        problems.append(Problem.TOO_DARK)
    if light > MAX_LIGHT:
        problems.append(Problem.TOO_BRIGHT)
    if contrast < MIN_CONTRAST:
        problems.append(Problem.LOW_CONTRAST)
    if abs(pose.yaw) > MAX_YAW or abs(pose.pitch) > MAX_PITCH:
        problems.append(Problem.TURNED)
    if abs(pose.roll) > MAX_ROLL:
        problems.append(Problem.TILTED)
    if pose.eye_open < MIN_EYE_OPEN:
        problems.append(Problem.EYES_SHUT)
    if sharpness < MIN_SHARPNESS:
        problems.append(Problem.BLURRED)
    score = min(1.0, pose.inter_eye / (2 * MIN_INTER_EYE))
    return Quality(pose.inter_eye, sharpness, light, contrast, 0.0 if problems else score, tuple(problems))


def _upright_grey(image: Image, mesh: Mesh, pose: Pose) -> NDArray[np.uint8]:
    """The inner face as grey (96, 96), upright."""
    centre = mesh[:, :2].mean(axis=0)
    scale = max(pose.inter_eye, 1.0) * 2 / 96
    cosine, sine = np.cos(pose.roll) * scale, np.sin(pose.roll) * scale
    linear = np.array([[cosine, -sine], [sine, cosine]])
    inverse = np.column_stack([linear, centre - linear @ np.array([48, 48])])
    crop = cv2.warpAffine(image, inverse, (96, 96), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), np.uint8)
