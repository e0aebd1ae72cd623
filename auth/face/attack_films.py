"""Attacks with a film, fed past the camera: of another sign-in, frozen, or run again and again."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

import numpy as np

from auth.face.actor import ActorCamera
from auth.face.actor_light import lit
from auth.face.actor_mesh import Head, Image, load_head
from auth.face.challenge import NONCE_BYTES, Action, draw
from auth.face.flash import Colour
from auth.face.frame import Frame


class Film(ActorCamera):
    """The victim answers another challenge, four steps long. Of two films one was made at a sign-in, where a
    window showed other colours; one elsewhere. A film does not listen."""

    def __init__(self, seed: int, head: Head) -> None:
        super().__init__(seed + 1, head, fps=15)
        dice = np.random.default_rng([seed, 14])
        self._other = draw(dice.bytes(NONCE_BYTES))
        steps = (*self._other.steps, *self._other.spares)
        reactions = dice.uniform(1.0, 1.6, len(steps))
        self._times = list(np.cumsum([self._other.settle_s, *reactions]))
        self._steps = steps
        self._lit_up = bool(seed % 2)
        self._begin: float | None = None

    def read(self) -> Frame:
        now = self._pace.peek()
        self._begin = now if self._begin is None else self._begin
        since = now - self._begin
        place = bisect_right(self._times, since) - 1
        self._asked = self._steps[place].action if 0 <= place < len(self._steps) else None
        self._shown = self._other.flash.at(since) if self._lit_up and self._other.flash else None
        return super().read()

    def ask(self, action: Action | None) -> None:
        """Not heard."""

    def shine(self, colour: Colour | None) -> None:
        """Not seen."""


class InjectedReplayCamera(Film):
    """The film itself in place of the camera's picture: no screen to be seen. Of three films one has noise in
    its colours, to drown what is looked for. A virtual camera is refused before."""

    def __init__(self, seed: int = 0, head: Head | None = None) -> None:
        super().__init__(seed, head or load_head())
        self._tinted = np.random.default_rng([seed, 19]) if seed % 3 == 0 else None

    def read(self) -> Frame:
        frame = super().read()
        if self._tinted is None:
            return frame
        blue, red = 1 + self._tinted.normal(0, 0.06, 2)
        return replace(frame, image=lit(frame.image, (blue, 1.0, red)))


class FrozenCamera(ActorCamera):
    """A live picture that stops at some moment."""

    def read(self) -> Frame:
        frame = super().read()
        stop = int(np.random.default_rng([self._seed, 15]).integers(1, 25))
        if frame.number <= stop:
            self._kept = frame.image
        return replace(frame, image=self._kept)


class LoopCamera(ActorCamera):
    """A short film of the person moving, recorded before and fed again and again."""

    def open(self) -> None:
        super().open()
        self._length = int(np.random.default_rng([self._seed, 16]).integers(8, 40))
        self._kept: list[Image] = []
        self._asked = (None, Action.BLINK, Action.TURN_LEFT)[self._seed % 3]

    def ask(self, action: Action | None) -> None:
        """A film does not listen."""

    def read(self) -> Frame:
        if self._renderer is None or len(self._kept) < self._length:
            frame = super().read()
            self._kept.append(frame.image)
            return frame
        now, number = self._pace.next()
        return Frame(self._kept[number % self._length], now, number)
