"""Other people made from the one portrait: the face's shape is moved about, skin, hair and suit are
coloured anew.

Each is a different person to a face encoder as well; the distances are measured by benchmarks/face_liveness.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from auth.face.actor_mesh import Array, Head, Image, load_head
from auth.face.planarity import OVAL

SAMPLES = (0, 81, 210, 139, 250)
"""Seeds of five people whom MobileFaceNet tells apart: no two nearer than 0.51 (300 drawn; it never matches
above 0.49)."""
PLACES = {  # a centre (mean of FaceMesh points) and a reach in portrait pixels
    "right eye": ((33, 133, 159, 145), 13.0),
    "left eye": ((362, 263, 386, 374), 13.0),
    "right brow": ((70, 107, 105), 13.0),
    "left brow": ((336, 300, 334), 13.0),
    "nose": ((1, 4, 2), 14.0),
    "bridge": ((6, 197), 10.0),
    "mouth": ((61, 291, 13, 14), 17.0),
    "jaw right": ((172, 136), 24.0),
    "jaw left": ((397, 365), 24.0),
    "chin": ((152, 148, 377), 22.0),
    "cheek right": ((50, 205), 18.0),
    "cheek left": ((280, 425), 18.0),
}
MIRRORED = {
    "right eye": "left eye",
    "right brow": "left brow",
    "jaw right": "jaw left",
    "cheek right": "cheek left",
}


@dataclass(frozen=True, slots=True)
class Look:
    """shift: place -> (outwards, down, nearer) in portrait pixels; grow: place -> size factor; length,
    width of the whole face; skin, hair, suit: BGR factors."""

    shift: dict[str, tuple[float, float, float]]
    grow: dict[str, float]
    length: float
    width: float
    skin: tuple[float, float, float]
    hair: tuple[float, float, float]
    suit: tuple[float, float, float]


def random_look(seed: int) -> Look:
    dice = np.random.default_rng([seed, 9])
    shift, grow = {}, {}
    sizes = {
        "right eye": 2.6,
        "right brow": 2.6,
        "nose": 3.2,
        "bridge": 2.0,
        "mouth": 3.0,
        "jaw right": 4.5,
        "chin": 4.0,
        "cheek right": 3.5,
    }
    for place, size in sizes.items():
        x, y, z = dice.uniform(-size, size, 3)
        factor = float(dice.uniform(0.8, 1.22))
        shift[place], grow[place] = (float(x), float(y), float(z)), factor
    light = dice.uniform(0.8, 1.05)
    skin = tuple(float(light * each) for each in (dice.uniform(0.86, 1.0), dice.uniform(0.94, 1.0), 1.0))
    shade = dice.uniform(0.18, 0.6)
    hair = tuple(float(shade * each) for each in (dice.uniform(0.9, 1.3), dice.uniform(0.9, 1.05), 1.0))
    suit = tuple(float(each) for each in dice.uniform(0.35, 1.1, 3))
    return Look(shift, grow, float(dice.uniform(0.92, 1.1)), float(dice.uniform(0.9, 1.1)), skin, hair, suit)  # type: ignore[arg-type]


STRANGERS = (81, 304, 369, 372)
"""Seeds as far from the portrait (0.71-0.80) as two real people are (median of 4,373 CASIA pairs: 0.75)."""


def sample(number: int) -> Head:
    """One of the sample people, 0..len(SAMPLES) - 1."""
    return person(SAMPLES[number])


@lru_cache(maxsize=8)
def person(seed: int) -> Head:
    """Person 0 is the portrait itself."""
    return load_head() if seed == 0 else dressed(load_head(), random_look(seed))


def dressed(head: Head, look: Look) -> Head:
    return replace(head, points=reshaped(head.points, look), texture=coloured(head, look))


def reshaped(points: Array, look: Look) -> Array:
    moved = points.astype(np.float64)
    middle = moved[[33, 133, 362, 263]].mean(axis=0)
    for place, (x, y, z) in look.shift.items():
        sides = [(place, -1.0 if place in MIRRORED else 0.0)]
        if place in MIRRORED:
            sides.append((MIRRORED[place], 1.0))
        for name, outwards in sides:
            numbers, reach = PLACES[name]
            centre = points[list(numbers)].mean(axis=0)
            away = points - centre
            near = np.exp(-(away[:, :2] ** 2).sum(axis=1) / (2 * reach**2))[:, None]
            step = np.array([x * outwards, y, -z])
            moved += near * (step + (look.grow[place] - 1) * away * (1, 1, 0.5))
    whole = np.array([look.width, look.length, 1.0])
    inside = np.exp(-(((points - middle)[:, :2] / (95, 110)) ** 4).sum(axis=1))[:, None]
    moved += inside * (moved - middle) * (whole - 1)
    return moved.astype(np.float32)


def coloured(head: Head, look: Look) -> Image:
    """Skin inside the face oval and neck, hair above and around it, the suit below."""
    height, width = head.texture.shape[:2]
    hue = cv2.cvtColor(head.texture[..., :3], cv2.COLOR_BGR2HSV)
    oval = head.places[list(OVAL)]
    face = np.zeros((height, width), np.uint8)
    cv2.fillPoly(face, [oval.astype(np.int32)], 255)
    face[: int(head.places[[105, 334], 1].min()) - 16] = 0  # the fringe is hair
    orange = (hue[..., 0] < 14) & (hue[..., 1] > 150) & (hue[..., 2] > 90)
    rows = np.arange(height)[:, None]
    suit = (orange & (rows > oval[:, 1].max() + 20)).astype(np.float32)
    head_rows = rows < oval[:, 1].max() - 40
    low, mid = oval[:, 1].max(), oval[:, 1].mean()
    bare = (hue[..., 0] < 20) & (hue[..., 1] > 35) & (hue[..., 2] > 110) & (rows > mid) & (rows < low + 50)
    skin = cv2.GaussianBlur(np.where(bare, np.uint8(255), face), (0, 0), 4).astype(np.float32) / 255
    hair = np.where(head_rows, 1 - skin, 0).astype(np.float32)
    factor = np.ones((height, width, 3), np.float32)
    for mask, tint in ((skin, look.skin), (hair, look.hair), (suit, look.suit)):
        soft = cv2.GaussianBlur(mask, (0, 0), 3)[..., None]
        factor *= 1 + soft * (np.array(tint, np.float32) - 1)
    shown = head.texture.copy()
    shown[..., :3] = np.clip(shown[..., :3] * factor, 0, 255)
    return np.asarray(
        np.minimum(shown, np.maximum(shown[..., 3:], 0) + np.array([0, 0, 0, 255], np.uint8)), np.uint8
    )
