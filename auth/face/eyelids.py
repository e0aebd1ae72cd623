"""Did the eyes shut? Seen in the pixels: FaceMesh's lid points hardly follow a real lid (see SHUT below).

Both eyes are cut out along their corners and compared with how they looked open (zero-mean correlation, 1
is the same). A blink takes the likeness of both eyes away and gives it back, while the rest of the face
stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from auth.face.frame import Image
from auth.face.landmarks import (
    LEFT_EYE_INNER,
    LEFT_EYE_OUTER,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    RIGHT_EYE_INNER,
    RIGHT_EYE_OUTER,
    Mesh,
)

Patch = NDArray[np.float32]
CORNERS = ((RIGHT_EYE_OUTER, RIGHT_EYE_INNER), (LEFT_EYE_INNER, LEFT_EYE_OUTER))
WIDTH, HEIGHT = 40, 18
SHUT, OPEN = 0.6, 0.7
"""NUAA live, 483 near-frontal frames: the one natural blink 0.49 (its FaceMesh lid opening: 97 % of open),
the open frontal frames 0.75 at the first percentile; prints 0.88."""
STEADY = 0.5


@dataclass(frozen=True, slots=True)
class Patches:
    """eyes: two upright patches along the eye corners; mouth: the same about the mouth, which a blink
    leaves alone."""

    eyes: tuple[Patch, Patch]
    mouth: Patch


def patches(image: Image, mesh: Mesh) -> Patches:
    first, second = (_patch(image, mesh[a, :2], mesh[b, :2], 1.25) for a, b in CORNERS)
    return Patches((first, second), _patch(image, mesh[MOUTH_RIGHT, :2], mesh[MOUTH_LEFT, :2], 1.5))


def _patch(image: Image, begin: Patch, end: Patch, wider: float) -> Patch:
    """WIDTH x HEIGHT grey, upright along begin-end, mean 0 and length 1 (all 0 where there is no
    structure)."""
    across = end - begin
    scale = float(np.hypot(*across)) * wider / WIDTH
    angle = float(np.arctan2(across[1], across[0]))
    cosine, sine = np.cos(angle) * scale, np.sin(angle) * scale
    linear = np.array([[cosine, -sine], [sine, cosine]])
    offset = (begin + end) / 2 - linear @ np.array([WIDTH / 2, HEIGHT / 2])
    take = np.column_stack([linear, offset])
    crop = cv2.warpAffine(image, take, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    grey = cv2.GaussianBlur(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32), (0, 0), 1.0)
    grey -= grey.mean()
    length = float(np.linalg.norm(grey))
    return cast(Patch, grey / length if length > 1.0 else np.zeros_like(grey))


def likeness(now: Patch, then: Patch) -> float:
    """Best correlation over small shifts: points jitter more than lids move sideways."""
    inner = then[2:-2, 3:-3]
    return float(cv2.matchTemplate(now, inner, cv2.TM_CCOEFF_NORMED).max())


@dataclass(slots=True)
class BlinkWatch:
    """Feed the patches of consecutive frames; ``blinked`` turns true when shut eyes have opened again."""

    base: Patches
    shut_seen: bool = False
    blinked: bool = False
    lowest: float = 1.0

    def push(self, now: Patches) -> float:
        """The likeness of the eyes to the open ones: the more alike eye of the two."""
        alike = max(likeness(a, b) for a, b in zip(now.eyes, self.base.eyes, strict=True))
        steady = likeness(now.mouth, self.base.mouth) > STEADY
        if steady:
            self.lowest = min(self.lowest, alike)
        if alike < SHUT and steady:
            self.shut_seen = True
        elif alike > OPEN and self.shut_seen:
            self.blinked = True
        return alike
