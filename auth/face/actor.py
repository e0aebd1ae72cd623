"""The actor: a camera before which a person sits, breathes, blinks, and does what the screen asks at human
pace.

For trial, tests and benchmarks. The motion is a function of time and a seed; a sensor (noise, exposure
drift) and a room are added. Without ``paced`` the clock is counted and a run takes no longer than its
drawing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import cv2
import numpy as np

from auth.face.actor_light import Light, lit
from auth.face.actor_mesh import Head, Image, Pose, load_head
from auth.face.actor_render import Renderer
from auth.face.actor_sensor import SIZE, Sensor
from auth.face.camera import Pace, unplugged
from auth.face.challenge import Action
from auth.face.flash import Colour
from auth.face.frame import Frame

NEUTRAL_PITCH = 8.0  # the portrait was taken with the head slightly bowed
SHUTTER_S, BLURS = 1 / 40, 0.35  # exposure of a frame indoors; degrees in it from which motion blurs
BLINK_S = (0.0, 0.1, 0.22, 0.38)  # open, shut, still shut, open again
PATIENCE_S, FURTHER = 0.6, 6.0
"""Seconds in a pose that was not enough until the person goes on, and by how many degrees."""
SPONTANEOUS_S = (0.0, 0.06, 0.11, 0.2)


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of the head's angles (yaw, pitch; degrees), smooth (minimum jerk) from begin for duration
    seconds."""

    begin: float
    duration: float
    start: tuple[float, float]
    target: tuple[float, float]

    def at(self, time: float) -> tuple[float, float]:
        t = min(max((time - self.begin) / self.duration, 0.0), 1.0)
        share = t * t * t * (10 - 15 * t + 6 * t * t)
        return (
            self.start[0] + share * (self.target[0] - self.start[0]),
            self.start[1] + share * (self.target[1] - self.start[1]),
        )


class Performer:
    """Where the head is at a time, and how it answers what is asked. Times in seconds, on the caller's
    clock."""

    def __init__(self, seed: int, begin: float) -> None:
        self._dice = np.random.default_rng([seed, 1])
        dice = self._dice
        self._home = Pose(
            yaw=dice.normal(0, 1.5),
            pitch=dice.normal(NEUTRAL_PITCH, 1.5),
            roll=dice.normal(0, 2),
            x=dice.normal(0, 15),
            y=dice.normal(0, 8),
            distance=dice.uniform(430, 600),
        )
        self._sway = dice.uniform(0, 2 * np.pi, (6, 2)), dice.uniform(0.1, 0.45, (6, 2))
        self._movement = Movement(begin, 1.0, (0.0, 0.0), (0.0, 0.0))
        self._blink_at = -10.0
        self._next_blink = begin + dice.uniform(1, 5)
        self._asked: Action | None = None

    def ask(self, action: Action | None, now: float) -> None:
        """The screen shows ``action`` (None: look straight ahead). While it goes on showing the same, the
        person goes a little further, as the guidance says by then."""
        if action == self._asked:
            self._go_on(action, now)
            return
        self._asked = action
        begin = now + self._dice.uniform(0.2, 0.5)
        if action is Action.BLINK:
            self._blink_at = begin + 0.6 * (max(map(abs, self._movement.at(now))) > 8)
        self._move(begin, self._target(action))

    def _target(self, action: Action | None) -> tuple[float, float]:
        sideways, up, down = self._dice.uniform((28, 21, 21), (35, 27, 27))
        targets = {
            Action.TURN_LEFT: (sideways, 0.0),
            Action.TURN_RIGHT: (-sideways, 0.0),
            Action.LOOK_UP: (0.0, up),
            Action.LOOK_DOWN: (0.0, -down),
        }
        return targets.get(action, (0.0, 0.0)) if action else (0.0, 0.0)

    def _go_on(self, action: Action | None, now: float) -> None:
        last = self._movement
        if action in (None, Action.BLINK) or now < last.begin + last.duration + PATIENCE_S:
            return
        yaw, pitch = last.target
        length = max((yaw**2 + pitch**2) ** 0.5, 1.0)
        self._move(now, (yaw * (1 + FURTHER / length), pitch * (1 + FURTHER / length)))

    def _move(self, begin: float, target: tuple[float, float]) -> None:
        start = self._movement.at(begin)
        far = max(abs(target[0] - start[0]), abs(target[1] - start[1])) / 30
        duration = self._dice.uniform(0.6, 1.2) * max(0.5, far**0.5)
        self._movement = Movement(begin, duration, start, target)

    def pose(self, now: float) -> Pose:
        if now > self._next_blink + 1:
            self._next_blink = now + self._dice.uniform(2, 6)
        phase, speed = self._sway
        sway = np.sin(phase + 2 * np.pi * speed * now).mean(axis=1)
        yaw, pitch = self._movement.at(now)
        lids = max(lid(now - self._blink_at, BLINK_S), lid(now - self._next_blink, SPONTANEOUS_S))
        home = self._home
        return Pose(
            yaw=home.yaw + yaw + 1.2 * sway[0],
            pitch=home.pitch + pitch + 1.0 * sway[1],
            roll=home.roll + 0.12 * yaw * 0.3 + 1.2 * sway[2],
            blink=lids,
            x=home.x + 0.5 * yaw + 5 * sway[3],
            y=home.y + 3 * sway[4],
            distance=home.distance + 6 * sway[5],
        )


def lid(since: float, profile: tuple[float, float, float, float]) -> float:
    """How far the lids are down (0..1), ``since`` seconds after a blink began."""
    return float(np.interp(since, profile, (0.0, 1.0, 1.0, 0.0), left=0.0, right=0.0))


@lru_cache(maxsize=4)
def room(seed: int, size: tuple[int, int] = SIZE) -> Image:
    """An office wall out of focus: a gradient, a cupboard, a window. BGR."""
    dice = np.random.default_rng([seed, 3])
    width, height = size
    wall = dice.uniform(120, 200) * np.array([dice.uniform(0.9, 1.05), 1.0, dice.uniform(0.95, 1.08)])
    slope = np.linspace(1.0, dice.uniform(0.75, 0.95), height)[:, None, None]
    image = np.broadcast_to(wall, (height, width, 3)) * slope
    plate = np.ascontiguousarray(image, np.float32)
    for _each in range(int(dice.integers(2, 5))):
        x, y = dice.uniform(-0.1, 0.95) * width, dice.uniform(-0.1, 0.6) * height
        w, h = dice.uniform(0.08, 0.4) * width, dice.uniform(0.2, 0.7) * height
        colour = tuple(float(each) for each in wall * dice.uniform(0.45, 1.3))
        cv2.rectangle(plate, (int(x), int(y)), (int(x + w), int(y + h)), colour, -1)
    plate = np.asarray(cv2.GaussianBlur(plate, (0, 0), 6), np.float32)
    return np.clip(plate, 0, 255).astype(np.uint8)


class ActorCamera:
    """A camera before which the actor sits. ``ask`` tells it what the screen shows at the moment.

    paced: read() waits for the clock like a device (trial); otherwise time is counted and read() returns at
    once.
    """

    def __init__(
        self, seed: int = 0, head: Head | None = None, *, fps: float = 15, paced: bool = False
    ) -> None:
        self.name = "actor"
        self._seed, self._head = seed, head or load_head()
        self._pace = Pace(fps, paced)
        self._asked: Action | None = None
        self._shown: Colour | None = None
        self._renderer: Renderer | None = None
        self._performer: Performer | None = None

    def open(self) -> None:
        self._light = Light(self._seed)
        self._pace.restart()
        self._renderer = Renderer(self._head, room(self._seed % 8))
        self._sensor = Sensor(self._seed)
        self._performer = None

    def ask(self, action: Action | None) -> None:
        """Thread-safe: only remembered here; the actor sees it with the next frame."""
        self._asked = action

    def shine(self, colour: Colour | None) -> None:
        """The window shows this colour; thread-safe, as ``ask``."""
        self._shown = colour

    def read(self) -> Frame:
        if self._renderer is None:
            raise unplugged(self.name)
        now, number = self._pace.next()
        self._light.show(self._shown, now)
        if self._performer is None:
            self._performer = Performer(self._seed, now)
        self._performer.ask(self._asked, now)
        return Frame(self._sensor.expose(self.draw(self._performer.pose(now), now), now), now, number)

    def draw(self, pose: Pose, now: float) -> Image:
        """The picture before the sensor; an attack draws something else here."""
        if self._renderer is None:
            raise unplugged(self.name)
        picture = self._lit(self._renderer, pose, now)
        before = self._performer.pose(now - SHUTTER_S) if self._performer else pose
        if max(abs(before.yaw - pose.yaw), abs(before.pitch - pose.pitch)) < BLURS:
            return picture
        return cast(Image, cv2.addWeighted(picture, 0.5, self._lit(self._renderer, before, now), 0.5, 0))

    def _lit(self, renderer: Renderer, pose: Pose, now: float, behind: Image | None = None) -> Image:
        """A head in the light of the room and of the window, before the room or what is ``behind``."""
        if behind is None:
            behind = lit(room(self._seed % 8), self._light.on_wall(now))
        return renderer.render(pose, behind, self._light.on_face(now, pose.yaw))

    def close(self) -> None:
        self._renderer = None


def still(head: Head, seed: int = 0, pose: Pose | None = None) -> Image:
    """A photograph of the actor: what an attacker prints or shows."""
    return Renderer(head, room(seed % 8)).render(replace(pose or Pose(), distance=480.0))
