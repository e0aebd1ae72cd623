"""Does the face take on the colours that the window shows?

Light that falls on a face multiplies what is there; light that a pane of glass mirrors is added to it. So
what is measured is the colour of the face's *contrast* (brows, lips, lashes against skin), in which a veil
has no part, over the colour of the picture's rest, on which white balance and exposure act alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from auth.face.align import align
from auth.face.engine import Face
from auth.face.flash import LEAST_SLOTS, SLOT_S, Flash
from auth.face.frame import Frame, Image

Values = NDArray[np.float64]
_LEVELS = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)
FINE, COARSE = 2.0, 12.0
"""Pixels of the aligned crop between which contrast is measured."""
DARK, BRIGHT = 10, 246
"""Levels outside which a pixel of the rest says nothing of colour."""
FEWEST_REST = 200
LAGS = np.arange(0.0, 0.41, 0.033)
"""Seconds from a colour's first frame until it is seen: window 50 ms, display and camera up to 0.25 s."""
LEAST_FRAMES = 24
LIKE, LIKE_AT_TERMINAL = 0.66, 0.7
"""Simulated, 76 live runs: 87 % from 0.66 on. 576 pairs of a film and a sequence it was not made for: 1 %.
The terminal sees a little more than JPEG leaves the matcher (standard deviation 0.05)."""
EXPECTED = 0.012
"""The least share (with two standard errors) in a room that is not too bright to tell."""
MOST_ERROR, HALF = 0.013, 0.4
"""Something else than the window colours a face that errs by more where not even so much is alike."""
FAINTEST = 0.003


class Lit(Enum):
    """LIT: it follows the window. NOT_LIT: it does not, though that could have been seen. UNCLEAR: the room
    is too bright, or too little was seen."""

    LIT = "lit"
    NOT_LIT = "not-lit"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reflection:
    """share: of the window's light in what falls on the face; sure: its standard error; like: correlation of
    the face's colour with the window's, -1..1; lag: seconds."""

    share: float
    sure: float
    like: float
    lag: float
    frames: int

    def cues(self) -> dict[str, float]:
        return {"light.share": round(self.share, 4), "light.like": round(self.like, 2)}

    def judged(self, like: float) -> Lit:
        if self.frames < LEAST_FRAMES:
            return Lit.UNCLEAR
        if self.like >= like and self.share >= FAINTEST:
            return Lit.LIT
        other = self.sure > MOST_ERROR and self.like < HALF
        return Lit.NOT_LIT if other or self.share + 2 * self.sure < EXPECTED else Lit.UNCLEAR


NOTHING = Reflection(0.0, 1.0, 0.0, 0.0, 0)


class ReflectionWatch:
    """Feed every used frame; the first one is where the colours begin."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash
        self._begin: float | None = None
        self._rows: list[tuple[float, float, float, float, float]] = []  # time, yaw, pitch, red, blue

    def push(self, frame: Frame, face: Face | None) -> None:
        self._begin = frame.time if self._begin is None else self._begin
        if face is not None and (seen := colour_of(frame.image, face)) is not None:
            self._rows.append((frame.time - self._begin, face.yaw, face.pitch, *seen))

    def long_enough(self, time: float) -> bool:
        """LEAST_SLOTS colours have been seen, the last one for a while."""
        return self._begin is not None and time - self._begin >= (LEAST_SLOTS - 0.3) * SLOT_S + 0.1

    def measure(self) -> Reflection:
        """The lag at which the face follows best. CPU: about 3 ms."""
        if len(self._rows) < LEAST_FRAMES:
            return NOTHING
        rows = np.array(self._rows)
        time, yaw, pitch = rows[:, 0], rows[:, 1], rows[:, 2]
        aside, nod = (np.abs(each - np.median(each)) for each in (yaw, pitch))
        apart = np.stack([np.ones_like(time), time - time.mean(), yaw, pitch, aside, nod], axis=1)
        basis, _upper = np.linalg.qr(apart)
        seen = rows[:, 3:] - basis @ (basis.T @ rows[:, 3:])
        tried = [self._follows(seen, basis, time, float(lag)) for lag in LAGS]
        return max(tried, key=lambda each: each.like)

    def _follows(self, seen: Values, basis: Values, time: Values, lag: float) -> Reflection:
        light = self._flash.light(time - lag)
        light = light - basis @ (basis.T @ light)
        power, both = float((light**2).sum()), float((light * seen).sum())
        share = both / max(power, 1e-9)
        rest = float(((seen - share * light) ** 2).sum())
        freedom = max(2 * len(time) // 4 - 5, 3)  # neighbouring frames err alike
        like = both / max((power * float((seen**2).sum())) ** 0.5, 1e-12)
        return Reflection(share, (rest / freedom / max(power / 4, 1e-9)) ** 0.5 / 2, like, lag, len(time))


def colour_of(image: Image, face: Face) -> tuple[float, float] | None:
    """The face's (red, blue) over green as natural logarithms, over those of the rest; None: not to be told.
    CPU: under 1 ms."""
    if face.mesh is None:
        return None
    around = _rest(image, face)
    mine = _contrast(align(image, face.mesh))
    if around is None or mine is None or min(*around, *mine) <= 0:
        return None
    (blue, green, red), (rest_blue, rest_green, rest_red) = mine, around
    return (
        float(np.log(red / green) - np.log(rest_red / rest_green)),
        float(np.log(blue / green) - np.log(rest_blue / rest_green)),
    )


def _contrast(crop: Image) -> Values | None:
    """Blue, green, red of the local contrast inside the face, as projections on its grey."""
    light = cv2.LUT(crop, _LEVELS)
    quarter = cv2.resize(light, (28, 28), interpolation=cv2.INTER_AREA)
    around = cv2.resize(cv2.GaussianBlur(quarter, (0, 0), COARSE / 4), light.shape[:2])
    detail = cv2.GaussianBlur(light, (0, 0), FINE) - around
    grey = detail.mean(axis=2) * _INSIDE
    return np.tensordot(grey, detail, axes=2).astype(np.float64)


def _rest(image: Image, face: Face) -> Values | None:
    """Mean light beside and above the person: blue, green, red."""
    small = image[4::8, 4::8]
    x, y, w, h = (each / 8 for each in face.box)
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]]
    away = np.abs(columns - (x + w / 2)) / max(w, 1e-6)
    beside = (away > 1.0) & ((rows < y + h) | (away > 1.7)) | (rows < y - 0.6 * h)
    told = small[beside & ((small > DARK) & (small < BRIGHT)).all(axis=2)]
    if len(told) < FEWEST_REST:
        return None
    mean: Values = _LEVELS[told].mean(axis=0, dtype=np.float64)
    return mean


def _oval() -> NDArray[np.float32]:
    mask = np.zeros((112, 112), np.float32)
    cv2.ellipse(mask, (56, 62), (32, 40), 0, 0, 360, 1.0, -1)
    return cv2.GaussianBlur(mask, (0, 0), 2).astype(np.float32)


_INSIDE = _oval()
