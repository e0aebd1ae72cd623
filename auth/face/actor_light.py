"""The light on the actor: a room's, and the window's share of it, which takes on the colours shown there.

Assumed, and drawn by the seed: 120 to 1200 lux on the face from the room; 12 to 60 lux from the tinted part
of the window (from a 14-inch notebook at 200 cd/m², half tinted, to a 24-inch screen at 250); a wall behind
that gets 2 to 25 % of what the face gets. A colour is seen 30 to 200 ms after it was shown (display and
camera). Daylight from one side makes the face up to 4 % bluer or redder as it turns. The screen's light
falls evenly on the whole face: the simulation has no nose that shades a cheek.

Skin, cloth and paper take the light on alike (they reflect diffusely). A pane of glass reflects 4 % of it
as a mirror does (1 % where it is matt), as a veil over what it shows; the mirror image may end anywhere.
"""

from __future__ import annotations

from collections import deque
from typing import cast

import cv2
import numpy as np

from auth.face.actor_mesh import Array, Image
from auth.face.flash import Colour, linear

NEUTRAL: Colour = (214, 214, 214)
"""The window before and after the colours: as light as they are."""
GLOSSY, MATT = 0.04, 0.01
_LEVELS = (np.arange(256) / 255.0) ** 2.2

Gain = tuple[float, float, float]
"""Blue, green, red: light over the light there would be if the window stayed neutral."""
EVEN: Gain = (1.0, 1.0, 1.0)


class Light:
    """What one camera's room does with the colours that the window shows. Times on the camera's clock."""

    def __init__(self, seed: int) -> None:
        dice = np.random.default_rng([seed, 31])
        room, window = np.exp(dice.uniform(np.log((120, 12)), np.log((1200, 60))))
        self.share = float(window / (room + window))
        self._wall = self.share * float(dice.uniform(0.02, 0.25))
        self._lag = float(dice.uniform(0.03, 0.2))
        self._side = float(dice.uniform(-0.04, 0.04))
        self.glass = float(dice.choice([GLOSSY, MATT]))
        self._brighter = float(np.exp(dice.uniform(np.log(0.4), np.log(1.5))))  # window over replaying screen
        self._edge = dice.uniform(-0.3, 0.6), dice.uniform(0, 2 * np.pi)
        self._shown: deque[tuple[float, Colour]] = deque([(-np.inf, NEUTRAL)], maxlen=64)

    def show(self, colour: Colour | None, now: float) -> None:
        """The window turns to ``colour`` (None: neutral)."""
        wanted = colour or NEUTRAL
        if wanted != self._shown[-1][1]:
            self._shown.append((now, wanted))

    def _seen(self, now: float) -> Colour:
        return next(colour for time, colour in reversed(self._shown) if time <= now - self._lag)

    def on_face(self, now: float, yaw: float = 0.0) -> Gain:
        """yaw in degrees."""
        blue, green, red = _mixed(self.share, self._seen(now))
        side = 1 + self._side * float(np.sin(np.radians(yaw))) / 0.5
        return _rounded((blue * side, green, red / side))

    def on_wall(self, now: float) -> Gain:
        return _rounded(_mixed(self._wall, self._seen(now)))

    def veil(self, picture: Image, now: float) -> Image:
        """The picture of a pane with what it mirrors of the window."""
        blue, green, red = _light_of(self._seen(now))
        added = np.array([blue, green, red]) * self.glass * self._brighter
        table = 255 * np.clip(_LEVELS[:, None] + added, 0, 1) ** (1 / 2.2)
        veiled = cv2.LUT(picture, np.round(table[None]).astype(np.uint8))
        return cast(Image, cv2.blendLinear(picture, veiled, *self._mirrored(picture.shape[:2])))

    def _mirrored(self, size: tuple[int, int]) -> tuple[Array, Array]:
        """How much of a pixel lies (outside, inside) the mirror image of the window: one soft edge."""
        y, x = np.mgrid[-0.5 : 0.5 : size[0] * 1j, -0.5 : 0.5 : size[1] * 1j]
        reach, angle = self._edge
        inside = np.clip((reach + x * np.cos(angle) + y * np.sin(angle)) * 12, 0, 1).astype(np.float32)
        return 1 - inside, inside


def _light_of(colour: Colour) -> Gain:
    red, green, blue = linear(colour)
    return blue, green, red


def _mixed(share: float, colour: Colour) -> Gain:
    """The room's light stays, the window's changes from neutral to the colour."""
    neutral = linear(NEUTRAL)[0]
    blue, green, red = (1 + share * (each / neutral - 1) for each in _light_of(colour))
    return blue, green, red


def _rounded(gain: Gain) -> Gain:
    blue, green, red = (round(each, 3) for each in gain)
    return blue, green, red


def lit(image: Image, gain: Gain) -> Image:
    """``image`` (BGR, or BGRA with its colours premultiplied) under another light."""
    if gain == EVEN:
        return image
    table = 255 * np.clip(_LEVELS[:, None] * np.array(gain), 0, 1) ** (1 / 2.2)
    levels = np.round(table)
    if image.shape[2] == 4:
        levels = np.column_stack([levels, np.arange(256)])
    return cast(Image, cv2.LUT(image, levels[None].astype(np.uint8)))
