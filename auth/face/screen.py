"""Is the face on a thing? Looks for the thing's straight edges around it, and for the beats of a screen's
pixels on it.

Both are deny cues: an office is full of rectangles, so only a closed frame counts that also passes *below*
the face, where a live person's neck and shoulders would break it.
"""

from __future__ import annotations

from itertools import product
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from auth.face.engine import Face
from auth.face.frame import Frame, Image
from auth.face.guidance import Deny

EVERY = 3  # frames between two looks
LEAST_LOOKS = 3
WIDTH = 320  # pixels of the reduced picture in which edges are sought
COVERED = 0.8  # of each side of the frame must lie on an edge
TILT = 0.5  # tangent of the steepest side
PATCH = 128
PEAK, COLOUR_PEAK = 1.9, 1.6
"""Natural logarithm by which a spectral peak must stand above its surroundings, in brightness and in red
minus green. Highest single frames of 17 NUAA live runs and 96 CASIA stills: 1.55 and 1.34. Simulated
screens: two in three are above."""
COLOUR_FLOOR = 60.0  # JPEG leaves nearly nothing of fine colour: what stands on nothing is no peak

Points = NDArray[np.float64]


class ScreenGuard:
    """Feed frames with a face; denies when most looks agree."""

    def __init__(self) -> None:
        self._frames = 0
        self._framed: list[bool] = []
        self._beats: list[bool] = []

    def push(self, frame: Frame, face: Face) -> Deny | None:
        self._frames += 1
        if face.mesh is None or self._frames % EVERY != 1:
            return None
        self._framed.append(frame_around(frame.image, face.box))
        self._beats.append(beats(frame.image, face.mesh))
        if mostly(self._framed):
            return Deny.BEZEL
        return Deny.SCREEN if mostly(self._beats) else None


def mostly(looks: list[bool]) -> bool:
    return sum(looks) >= LEAST_LOOKS and 2 * sum(looks) > len(looks)


def beats(image: Image, mesh: NDArray[np.float32]) -> bool:
    """True when the face carries the beats of a screen's pixels, grey or (stripes side by side) coloured."""
    return beat_peak(image, mesh) > PEAK or beat_peak(image, mesh, colour=True) > COLOUR_PEAK


def beat_peak(image: Image, mesh: NDArray[np.float32], colour: bool = False) -> float:
    """The highest narrow peak in the spectrum of the face: ln(peak / median around it). Skin and hair have
    none."""
    x, y = mesh[:, :2].mean(axis=0)
    left = int(min(max(x - PATCH / 2, 0), max(image.shape[1] - PATCH, 0)))
    top = int(min(max(y - PATCH / 2, 0), max(image.shape[0] - PATCH, 0)))
    taken = image[top : top + PATCH, left : left + PATCH].astype(np.float32)
    if taken.shape[:2] != (PATCH, PATCH):
        return 0.0
    patch = taken[..., 2] - taken[..., 1] if colour else cv2.cvtColor(taken, cv2.COLOR_BGR2GRAY)
    patch = patch - cv2.GaussianBlur(patch, (0, 0), 3)
    strength = np.abs(np.fft.rfft2(patch * _WINDOW)).astype(np.float32)
    strength = np.fft.fftshift(strength, axes=0)
    level = np.log(strength + (COLOUR_FLOOR if colour else 1.0))
    around = cv2.blur(level, (11, 11))
    return float((level - around)[_WANTED_COLOUR if colour else _WANTED].max())


def _wanted(lowest: float) -> NDArray[np.bool_]:
    """Frequencies looked at: above ``lowest`` cycles a pixel, off both axes, where JPEG's blocks of 8
    show."""
    down = np.fft.fftshift(np.fft.fftfreq(PATCH))[:, None]
    across = np.fft.rfftfreq(PATCH)[None, :]
    fine = np.hypot(down, across) > lowest
    axes = (np.abs(down) < 0.02) | (across < 0.02) | (across > 0.48) | (np.abs(down) > 0.48)
    return cast(NDArray[np.bool_], fine & ~axes)


_WINDOW = np.outer(np.hanning(PATCH), np.hanning(PATCH)).astype(np.float32)
_WANTED, _WANTED_COLOUR = _wanted(0.1), _wanted(0.045)


def frame_around(image: Image, box: tuple[float, float, float, float]) -> bool:
    """True when four straight edges close around the face; at most one of them may lie outside the
    picture."""
    scale = WIDTH / image.shape[1]
    height = round(image.shape[0] * scale)
    small = cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA)
    edges = cv2.Canny(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), 40, 110)
    x, y, w, h = (each * scale for each in box)
    found = cv2.HoughLinesP(edges, 1, np.pi / 180, 30, minLineLength=int(max(0.5 * w, 15)), maxLineGap=5)
    if found is None:
        return False
    segments = found.reshape(-1, 4).astype(np.float64)
    sides = [_candidates(segments, side, (x, y, w, h)) for side in range(4)]
    size = (WIDTH, height)
    for place, border in enumerate(_borders(size)):
        if place != BOTTOM:
            sides[place] = np.vstack([sides[place], border])
    near = cv2.dilate(edges, np.ones((3, 3), np.uint8)) > 0
    for choice in product(*sides):
        if sum(_is_border(side, size) for side in choice) <= 1 and _closes(choice, near, (x, y, w, h)):
            return True
    return False


LEFT, TOP, RIGHT, BOTTOM = range(4)
MOST_CANDIDATES = 4


def _candidates(segments: Points, side: int, box: tuple[float, float, float, float]) -> Points:
    """The longest segments that may be one side of a frame around the box; (n, 4) x1 y1 x2 y2."""
    x, y, w, h = box
    dx, dy = segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1]
    middle = (segments[:, :2] + segments[:, 2:]) / 2
    upright = np.abs(dx) < TILT * np.abs(dy)
    level = np.abs(dy) < TILT * np.abs(dx)
    fits = {
        LEFT: upright & (middle[:, 0] < x + 0.1 * w),
        RIGHT: upright & (middle[:, 0] > x + 0.9 * w),
        TOP: level & (middle[:, 1] < y),
        BOTTOM: level & (middle[:, 1] > y + 1.05 * h),
    }[side]
    kept, lengths = segments[fits], np.hypot(dx, dy)[fits]
    return kept[np.argsort(-lengths)[:MOST_CANDIDATES]]


def _borders(size: tuple[int, int]) -> Points:
    """The picture's own edges, for a thing that is partly outside; order as LEFT..BOTTOM."""
    w, h = size[0] - 1.0, size[1] - 1.0
    return np.array([[[0, 0, 0, h]], [[0, 0, w, 0]], [[w, 0, w, h]], [[0, h, w, h]]], np.float64)


def _is_border(side: Points, size: tuple[int, int]) -> bool:
    w, h = size[0] - 1.0, size[1] - 1.0
    x1, y1, x2, y2 = side
    return bool((x1 == x2 and x1 in (0.0, w)) or (y1 == y2 and y1 in (0.0, h)))


def _closes(
    choice: tuple[Points, ...], near: NDArray[np.bool_], box: tuple[float, float, float, float]
) -> bool:
    """Do the four lines meet in corners around the box, with an edge under nearly all of each visible
    side?"""
    left, top, right, bottom = choice
    corners = [_meet(left, top), _meet(top, right), _meet(right, bottom), _meet(bottom, left)]
    if any(corner is None for corner in corners):
        return False
    quad = np.array(corners, np.float64)
    x, y, w, h = box
    outline = quad.astype(np.float32)
    inside = [(x + 0.1 * w, y + 0.1 * h), (x + 0.9 * w, y + 0.1 * h), (x + w / 2, y + h)]
    if any(cv2.pointPolygonTest(outline, point, False) < 0 for point in inside):
        return False
    size = (near.shape[1], near.shape[0])
    order = ((top, 0, 1), (right, 1, 2), (bottom, 2, 3), (left, 3, 0))
    return all(_is_border(side, size) or _covered(quad[a], quad[b], near) for side, a, b in order)


def _meet(one: Points, other: Points) -> tuple[float, float] | None:
    (x1, y1, x2, y2), (x3, y3, x4, y4) = one, other
    across = (x1 - x2) * (y3 - y4) - (y1 - y2) * (x3 - x4)
    if abs(across) < 1e-6:
        return None
    a, b = x1 * y2 - y1 * x2, x3 * y4 - y3 * x4
    return (a * (x3 - x4) - (x1 - x2) * b) / across, (a * (y3 - y4) - (y1 - y2) * b) / across


def _covered(begin: Points, end: Points, near: NDArray[np.bool_]) -> bool:
    """Is there an edge under the line between two corners, wherever it runs inside the picture?"""
    steps = np.linspace(0, 1, 60)[:, None]
    points = np.round(begin + steps * (end - begin)).astype(int)
    inside = ((points >= 1) & (points < (near.shape[1] - 1, near.shape[0] - 1))).all(axis=1)
    if inside.mean() < 0.4:
        return False
    x, y = points[inside].T
    return bool(near[y, x].mean() >= COVERED)
