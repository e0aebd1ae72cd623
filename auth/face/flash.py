"""The light that the window throws on a face while the challenge runs: soft colours, drawn from the nonce.

A living face takes on each colour; a film of one has the light of another hour. Four pastels of one
luminance, so that nothing but the tint changes: at most 1 / SLOT_S changes a second, luminance within 1 %,
none a saturated red. WCAG 2.2, 2.3.1 allows three pairs of opposing changes of 10 % and more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

Colour = tuple[int, int, int]
"""sRGB, 0..255."""

SLOT_S = 0.45
LEAST_SLOTS = 6
PALETTE: tuple[Colour, ...] = ((255, 203, 214), (176, 229, 190), (191, 219, 255), (241, 214, 150))
"""Rose, mint, sky, straw: relative luminance 0.69 each (WCAG 2.2's definition)."""


@dataclass(frozen=True, slots=True)
class Flash:
    """Which colour is shown how long after the first one: slots of SLOT_S seconds; the last one stays."""

    colours: tuple[Colour, ...]

    def at(self, since: float) -> Colour:
        """since: seconds since the first colour came up; before that, the first."""
        return self.colours[min(max(int(since / SLOT_S), 0), len(self.colours) - 1)]

    def light(self, since: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2): how much more red and blue than green the window's light holds at each moment, as shares of
        its mean."""
        place = np.clip((since / SLOT_S).astype(int), 0, len(self.colours) - 1)
        tints: NDArray[np.float64] = np.array([tint(each) for each in self.colours])[place]
        return tints


def draw_flash(nonce: bytes, slots: int = 40) -> Flash:
    """The sequence of a nonce: always the same. Two neighbours may be equal, three are not."""
    stream = HKDF(algorithm=SHA256(), length=slots, salt=None, info=b"mahoroba flash 1").derive(nonce)
    drawn: list[int] = []
    for each in stream:
        third = len(drawn) > 1 and drawn[-1] == drawn[-2]
        drawn.append((drawn[-1] + 1 + each % 3) % 4 if third else each % 4)
    return Flash(tuple(PALETTE[each] for each in drawn))


def linear(colour: Colour) -> tuple[float, float, float]:
    """Red, green and blue as light, 0..1 (IEC 61966-2-1)."""
    red, green, blue = (
        each / 255 / 12.92 if each / 255 <= 0.04045 else ((each / 255 + 0.055) / 1.055) ** 2.4
        for each in colour
    )
    return red, green, blue


def tint(colour: Colour) -> tuple[float, float]:
    red, green, blue = linear(colour)
    mean = (red + green + blue) / 3
    return (red - green) / mean, (blue - green) / mean
