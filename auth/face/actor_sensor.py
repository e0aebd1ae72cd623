"""The actor's webcam: noise, exposure and a white balance that is never quite at rest."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from auth.face.actor_mesh import Array, Image

SIZE = (640, 480)


class Sensor:
    """What a webcam adds: noise, a slow exposure drift, a white balance that follows the picture. Seeded."""

    def __init__(self, seed: int, size: tuple[int, int] = SIZE) -> None:
        self._dice = np.random.default_rng([seed, 2])
        self._gain = self._dice.uniform(0.6, 1.12)
        self._drift = self._dice.uniform(0, 6.28), self._dice.uniform(0.05, 0.3)
        sigma = self._dice.uniform(1.0, 3.5)
        width, height = size
        self._size = size
        self._balance = Balance(seed)
        self._noise = self._dice.normal(0, sigma, (height + 64, width + 64, 3)).astype(np.int16)

    def expose(self, image: Image, now: float) -> Image:
        gain = self._gain * (1 + 0.03 * np.sin(self._drift[0] + 6.28 * self._drift[1] * now))
        return self._balance.apply(self.add_noise(image), float(gain), now)

    def add_noise(self, image: cv2.typing.MatLike) -> Image:
        """Another part of one large field of noise each time. image: of the sensor's size."""
        x, y = self._dice.integers(0, 64, 2)
        width, height = self._size
        return cast(Image, cv2.add(image, self._noise[y : y + height, x : x + width], dtype=cv2.CV_8U))


class Balance:
    """Automatic white balance: grey is what the picture is on average, believed by up to 70 % and within 1 to
    3 seconds; and a drift of up to 2 % of its own."""

    def __init__(self, seed: int) -> None:
        dice = np.random.default_rng([seed, 32])
        self._belief, self._slow = dice.uniform(0, 0.7), dice.uniform(1.0, 3.0)
        self._drift = dice.uniform(0, 0.02, 3), dice.uniform(0, 6.28, 3), dice.uniform(0.05, 0.4, 3)
        self._first: Array | None = None
        self._gains, self._time = np.ones(3, np.float32), 0.0

    def apply(self, image: Image, exposure: float, now: float) -> Image:
        """``image`` times ``exposure``, balanced. It has its noise already, which smooths the rounding."""
        mean = image[::16, ::16].reshape(-1, 3).mean(axis=0) + 1
        wanted = ((mean[1] / mean) ** self._belief).astype(np.float32)
        if self._first is None:
            self._first, self._gains, self._time = wanted, wanted, now
        self._gains = self._gains + (wanted - self._gains) * (1 - np.exp((self._time - now) / self._slow))
        self._time = now
        size, phase, speed = self._drift
        gains = exposure * self._gains / self._first * (1 + size * np.sin(phase + 6.28 * speed * now))
        table = np.clip(np.arange(256)[:, None] * gains, 0, 255)
        return cast(Image, cv2.LUT(image, np.round(table[None]).astype(np.uint8)))
