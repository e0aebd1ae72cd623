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

from auth.face.align import align
from auth.face.frame import Image
from auth.face.landmarks import Mesh, Pose
from core.i18n import _

# Each limit stands where the genuine distance begins to pass the threshold of 0.37: 85 live webcam frames of
# 8 people (NUAA) against templates of another session, degraded step by step. In brackets: the measure's 1st
# percentile on the frames as they are, then the share that the matcher refuses near the limit.
MIN_INTER_EYE = 36.0
"""Pixels [65; 1 % at 32, 26 % at 26]: about 95 cm from a 60 degree camera at 640 pixels."""
MAX_INTER_EYE = 260.0
"""Pixels. Nearer than about 13 cm the face fills a frame of 640 pixels; not measured."""
MIN_LIGHT, MAX_LIGHT = 25.0, 235.0
"""Mean grey level [47; 1 % at 23, 25 % at 15]; [99th percentile 217; 17 % at 226, 44 % of it white]."""
MIN_CONTRAST = 11.0
"""Standard deviation of grey [19; 3.5 % at 13, 26 % at 10]: haze, back light, a dirty lens."""
MIN_SHARPNESS = 0.17
"""See _sharpness [0.28; 1 % at 0.18, 25 % at 0.125, 54 % in motion blur at 0.16]."""
MAX_YAW, MAX_PITCH, MAX_ROLL = 0.35, 0.25, 0.5
"""Pose proxies and radians. LFW pairs with a yaw to 0.4 miss no more often than frontal ones (1,196 pairs);
pitch beyond 0.2 misses more (80 pairs). Roll is taken out by the alignment and only bounds its trust."""
MIN_EYE_OPEN = 0.15
"""Eye aspect ratio [0.25; East-Asian LFW 0.20]."""
MIN_EYE_DETAIL, MIN_EYE_LIGHT = 0.068, -0.13
MIN_MOUTH_LINE, MIN_MOUTH_DETAIL = 0.022, 0.38
CLEAR_MOUTH_LINE, WANTED_MOUTH_DETAIL = 0.044, 0.42
"""See _covered. A smile has less detail than its eyes, but a line (sample person 1: detail 0.42, line 0.048).
Coverings drawn on 299 real faces are found: white, blue, pink masks 95-100 %, black 54-98 %,
a hand 73-95 %, dark glasses 100 %, a hand over the eyes 65-100 %, tinted glasses 13-22 % (they may stay).
Bare faces refused: live 1.2 % (mouth), 0 % (eyes)."""
COMFORTABLE = {"size": 60.0, "light": 60.0, "contrast": 22.0, "sharpness": 0.27}
"""From here a measure no longer lowers the score."""


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
            Problem.TOO_BRIGHT: _("顔に光が当たりすぎています。向きか場所を少し変えてください。"),
            Problem.LOW_CONTRAST: _("顔がはっきり写っていません。逆光を避けるか、レンズをふいてください。"),
            Problem.TURNED: _("顔を正面に向けてください。"),
            Problem.TILTED: _("顔をまっすぐに起こしてください。"),
            Problem.EYES_COVERED: _("目が見えるようにしてください。"),
            Problem.MOUTH_COVERED: _("マスクや手を外し、口元が見えるようにしてください。"),
            Problem.EYES_SHUT: _("目を開けてください。"),
            Problem.BLURRED: _("少しの間、動かないでください。"),
        }[self]


@dataclass(frozen=True, slots=True)
class Quality:
    """size: pixels between the eyes; sharpness: see _sharpness; light: mean grey level 0..255; contrast: its
    standard deviation; pose: the largest of yaw, pitch and roll over its limit (1: at the limit);
    score: 0..1, the weakest of them, 0.5 at a limit, for the ring around the preview."""

    size: float
    sharpness: float
    light: float
    contrast: float
    pose: float
    score: float
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        """True when the face may be matched or enrolled."""
        return not self.problems


def assess(image: Image, mesh: Mesh, pose: Pose) -> Quality:
    """Measure one face of a checked frame. CPU: under 1 ms."""
    crop = cv2.cvtColor(align(image, mesh), cv2.COLOR_BGR2GRAY).astype(np.float32)
    inner = crop[INNER_FACE]
    light, contrast, sharpness = float(inner.mean()), float(inner.std()), _sharpness(inner)
    turned = max(abs(pose.yaw) / MAX_YAW, abs(pose.pitch) / MAX_PITCH)
    eyes_covered, mouth_covered = _covered(crop)
    found = {
        Problem.CUT_OFF: _outside(image, mesh) > MAX_OUTSIDE,
        Problem.TOO_FAR: pose.inter_eye < MIN_INTER_EYE,
        Problem.TOO_CLOSE: pose.inter_eye > MAX_INTER_EYE,
        Problem.TOO_DARK: light < MIN_LIGHT,
        Problem.TOO_BRIGHT: light > MAX_LIGHT,
        Problem.LOW_CONTRAST: contrast < MIN_CONTRAST,
        Problem.TURNED: turned > 1,
        Problem.TILTED: abs(pose.roll) > MAX_ROLL,
        Problem.EYES_COVERED: eyes_covered,
        Problem.MOUTH_COVERED: mouth_covered,
        Problem.EYES_SHUT: pose.eye_open < MIN_EYE_OPEN,
        Problem.BLURRED: sharpness < MIN_SHARPNESS,
    }
    problems = tuple(problem for problem in Problem if found.get(problem))
    worst_pose = max(turned, abs(pose.roll) / MAX_ROLL)
    parts = (
        _part(pose.inter_eye, MIN_INTER_EYE, COMFORTABLE["size"]),
        _part(light, MIN_LIGHT, COMFORTABLE["light"]),
        _part(255 - light, 255 - MAX_LIGHT, 255 - MAX_LIGHT + 20),
        _part(contrast, MIN_CONTRAST, COMFORTABLE["contrast"]),
        _part(sharpness, MIN_SHARPNESS, COMFORTABLE["sharpness"]),
        float(np.clip(1.5 - worst_pose, 0, 1)),
    )
    score = min(*parts, 0.4 if problems else 1.0)
    return Quality(pose.inter_eye, sharpness, light, contrast, worst_pose, score, problems)


def missing_face(image: Image) -> Problem:
    """Why no face may have been found in a whole frame: darkness, glare, or nobody there."""
    light = float(image[::8, ::8].mean())
    if light < MIN_LIGHT:
        return Problem.TOO_DARK
    return Problem.TOO_BRIGHT if light > MAX_LIGHT else Problem.NO_FACE


INNER_FACE = np.s_[26:106, 20:92]
RIGHT_EYE, LEFT_EYE, MOUTH = np.s_[42:62, 24:54], np.s_[42:62, 60:88], np.s_[82:104, 34:78]
"""Boxes of the aligned crop."""
MAX_OUTSIDE = 0.03
"""Share of face points that may lie outside the frame."""


def _part(value: float, limit: float, comfortable: float) -> float:
    """0 at 0, 0.5 at the limit, 1 from comfortable on."""
    below = 0.5 * value / limit
    return float(below if value < limit else min(1.0, 0.5 + 0.5 * (value - limit) / (comfortable - limit)))


def _outside(image: Image, mesh: Mesh) -> float:
    height, width = image.shape[:2]
    inside = (mesh[:, :2] >= 0).all(axis=1) & (mesh[:, 0] < width) & (mesh[:, 1] < height)
    return float(1 - inside.mean())


def _sharpness(grey: NDArray[np.float32]) -> float:
    """Second over first derivative energy along the blurrier axis, so motion in one direction shows too.

    A ratio: neither light nor contrast changes it; smoothing first keeps sensor noise from looking sharp.
    """
    smooth = cv2.GaussianBlur(grey, (0, 0), 1)
    ratios = []
    for x, y in ((1, 0), (0, 1)):
        slope = cv2.Sobel(smooth, cv2.CV_32F, x, y) / 8
        bend = cv2.Sobel(smooth, cv2.CV_32F, 2 * x, 2 * y) / 4
        ratios.append(float(bend.var()) / max(float(slope.var()), 0.5))
    return min(ratios)


def _covered(crop: NDArray[np.float32]) -> tuple[bool, bool]:
    """(eyes, mouth): True where cloth, a hand or dark glass has taken the place of the features.

    Local contrast (difference of Gaussians over the local mean) has detail at an eye and a dark line at a
    mouth; a covering is plainer than both, and dark glass is darker than its surroundings.
    """
    detail = cv2.GaussianBlur(crop, (0, 0), 1) - cv2.GaussianBlur(crop, (0, 0), 5)
    local = detail / np.maximum(cv2.blur(crop, (41, 41)), 8)
    right, left, mouth = local[RIGHT_EYE], local[LEFT_EYE], local[MOUTH]
    eye_detail = min(float(right.std()), float(left.std()))
    eyes = eye_detail < MIN_EYE_DETAIL or min(float(right.mean()), float(left.mean())) < MIN_EYE_LIGHT
    line = float(mouth.mean(axis=1).std())
    wanted = MIN_MOUTH_DETAIL if line > CLEAR_MOUTH_LINE else WANTED_MOUTH_DETAIL
    return eyes, line < MIN_MOUTH_LINE or float(mouth.std()) < wanted * eye_detail
