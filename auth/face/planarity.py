"""Is what turned before the camera flat? Measured on tracked pixels, never on a landmark model's guess.

A landmark model has a prior of a head and invents depth on a flat print. Corners of the skin, tracked from
the frontal to the turned frame (Lucas-Kanade, checked forward and backward), cannot: on a plane they obey
one homography (Hartley and Zisserman, ch. 13), on a bent sheet a smooth warp; only a nose stands out of its
surroundings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from auth.face.frame import Frame, Image
from auth.face.landmarks import Mesh

Points = NDArray[np.float32]

UNIT = (
    56.0  # crop pixels between the eye centres of the anchor frame: makes every limit independent of distance
)
SIDE = 232  # crop side in crop pixels: the face with room for a turn
MOST_CORNERS, MOST_NOSE = 150, 50
BACKWARD = 0.7  # crop pixels between a point and itself tracked forward and back
OFF_PLANE = 0.03  # in eye distances: RANSAC's limit for a track that obeys the homography
MOST_DRAWS = 200  # of RANSAC: four of 60 % outliers are found with 99 %
FEWEST = 40  # surviving tracks, below which nothing is said
FEWEST_NOSE = 6

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
NOSE = (
    168,
    193,
    245,
    188,
    174,
    217,
    198,
    209,
    49,
    48,
    64,
    98,
    2,
    327,
    294,
    278,
    279,
    429,
    420,
    437,
    399,
    412,
    465,
    417,
)
WINDOW, LEVELS = (15, 15), 2
UNTIL = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.03)


@dataclass(frozen=True, slots=True)
class Parallax:
    """What the tracks say, in distances between the eyes of the anchor.

    tracks, nose_tracks: survivors. residual: 80th percentile off the best homography. off_plane: share of
    tracks off it. nose: how far the nose moved beside where the warp of its surroundings (a quadric: plane
    or bent sheet) puts it. squeeze: the homography's foreshortening at the centre, 1 for none: a plane
    turned by 30 degrees has 0.87.
    """

    tracks: int
    nose_tracks: int
    residual: float
    off_plane: float
    nose: float
    squeeze: float

    @property
    def measured(self) -> bool:
        return self.tracks >= FEWEST and self.nose_tracks >= FEWEST_NOSE


NOTHING = Parallax(0, 0, 0.0, 0.0, 0.0, 1.0)


class PlaneTracker:
    """Follows skin corners from an anchor frame on. follow() each later frame; parallax() compares it to
    the anchor."""

    def __init__(self, frame: Frame, mesh: Mesh, inter_eye: float) -> None:
        self._scale = UNIT / max(inter_eye, 1.0)
        crop, origin = self._crop(frame.image, mesh)
        found, nose = corners(crop, (mesh[:, :2] - origin) * self._scale)
        self._nose = nose
        self._anchor = found / self._scale + origin
        self._last, self._previous, self._origin = self._anchor, crop, origin
        self._alive = np.ones(len(found), bool)

    def _crop(self, image: Image, mesh: Mesh) -> tuple[Image, Points]:
        """A grey square around the face at the anchor's scale, and its corner in frame pixels."""
        side = SIDE / self._scale
        centre = mesh[list(OVAL), :2].mean(axis=0)
        origin = np.round(centre - side / 2).astype(np.float32)
        take = np.array([[1 / self._scale, 0, origin[0]], [0, 1 / self._scale, origin[1]]], np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        crop = cv2.warpAffine(image, take, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
        return cast(Image, cv2.equalizeHist(grey)), origin  # a jump of the camera's exposure loses no track

    def follow(self, frame: Frame, mesh: Mesh) -> float:
        """Track every living corner into ``frame``; the share of them that was lost. About 2 ms CPU."""
        crop, origin = self._crop(frame.image, mesh)
        living = np.flatnonzero(self._alive)
        if len(living):
            start = ((self._last[living] - self._origin) * self._scale).astype(np.float32).reshape(-1, 1, 2)
            there, forward = _flow(self._previous, crop, start)
            back, backward = _flow(crop, self._previous, there)
            error = np.linalg.norm((back - start).reshape(-1, 2), axis=1)
            inside = ((there > 3) & (there < SIDE - 4)).reshape(-1, 2).all(axis=1)
            kept = forward & backward & (error < BACKWARD) & inside
            self._last = self._last.copy()
            self._last[living] = there.reshape(-1, 2) / self._scale + origin
            self._alive[living[~kept]] = False
        self._previous, self._origin = crop, origin
        return 1.0 - float(self._alive.sum()) / len(living) if len(living) else 0.0

    @property
    def worn(self) -> float:
        """Share of the anchor's corners that are lost."""
        return 1.0 - float(self._alive.mean()) if len(self._alive) else 1.0

    def parallax(self) -> Parallax:
        """Compare the newest frame with the anchor. About 1 ms CPU."""
        unit = UNIT / self._scale
        begin, end = self._anchor[self._alive] / unit, self._last[self._alive] / unit
        nose = self._nose[self._alive]
        if len(begin) < FEWEST:
            return Parallax(len(begin), int(nose.sum()), 0.0, 0.0, 0.0, 1.0)
        plane, _inliers = cv2.findHomography(begin, end, cv2.RANSAC, OFF_PLANE, maxIters=MOST_DRAWS)
        if plane is None:
            return NOTHING
        predicted = cv2.perspectiveTransform(begin[:, None].astype(np.float64), plane)[:, 0]
        error = np.linalg.norm(predicted - end, axis=1)
        return Parallax(
            len(begin),
            int(nose.sum()),
            float(np.percentile(error, 80)),
            float((error > OFF_PLANE).mean()),
            nose_parallax(begin, end, nose),
            squeeze(np.asarray(plane, np.float64), begin.mean(axis=0)),
        )


def _flow(before: Image, after: Image, points: Points) -> tuple[Points, NDArray[np.bool_]]:
    """Pyramidal Lucas-Kanade (Bouguet 2000) of points (n, 1, 2), and which of them were found."""
    moved, good, _error = cv2.calcOpticalFlowPyrLK(
        before, after, points, points.copy(), winSize=WINDOW, maxLevel=LEVELS, criteria=UNTIL
    )
    return np.asarray(moved, np.float32), np.asarray(good).ravel().astype(bool)


def corners(crop: Image, mesh: Points) -> tuple[Points, NDArray[np.bool_]]:
    """Shi-Tomasi corners (n, 2) on the face, and which of them lie on the nose."""
    face, nose = np.zeros(crop.shape, np.uint8), np.zeros(crop.shape, np.uint8)
    cv2.fillConvexPoly(face, cv2.convexHull(mesh[list(OVAL), :].astype(np.int32)), 255)
    face = np.asarray(cv2.erode(face, np.ones((9, 9), np.uint8)), np.uint8)
    cv2.fillPoly(nose, [mesh[list(NOSE), :].astype(np.int32)], 255)
    nose &= face
    found = []
    for mask, most in ((face & ~nose, MOST_CORNERS), (nose, MOST_NOSE)):
        some = cv2.goodFeaturesToTrack(crop, most, 0.01, 4, mask=mask)
        found.append(np.zeros((0, 2), np.float32) if some is None else some.reshape(-1, 2).astype(np.float32))
    return np.concatenate(found), np.arange(len(found[0]) + len(found[1])) >= len(found[0])


def nose_parallax(begin: Points, end: Points, nose: NDArray[np.bool_]) -> float:
    """How far the nose's tracks went together off the smooth warp (second order) fitted to all others."""
    around = np.flatnonzero(~nose)
    if nose.sum() < FEWEST_NOSE or len(around) < 18:
        return 0.0
    x, y = (begin - begin[around].mean(axis=0)).T
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    for _round in range(3):
        warp, *_rest = np.linalg.lstsq(terms[around], end[around], rcond=None)
        error = np.linalg.norm(terms @ warp - end, axis=1)
        limit = max(2.5 * float(np.median(error[around])), 0.01)
        kept = np.flatnonzero(~nose & (error < limit))
        if len(kept) < 18:
            break
        around = kept
    return float(np.linalg.norm(np.median((end - terms @ warp)[nose], axis=0)))


def squeeze(plane: NDArray[np.float64], at: Points) -> float:
    """Smaller over larger singular value of the homography's derivative at a point: 1 without
    foreshortening."""
    h = plane / plane[2, 2]
    w = h[2, 0] * at[0] + h[2, 1] * at[1] + 1
    moved = (h[:2, :2] @ at + h[:2, 2]) / w
    derivative = (h[:2, :2] - np.outer(moved, h[2, :2])) / w
    values = np.linalg.svd(derivative, compute_uv=False)
    return float(values[1] / max(values[0], 1e-9))
