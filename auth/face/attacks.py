"""The actor's evil twins: presentation attacks that do what the screen asks, as well as they can. All seeded.

For tests, the trial and benchmarks (ISO/IEC 30107-3 calls each a presentation attack instrument species).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from auth.face.actor import NEUTRAL_PITCH, ActorCamera, room
from auth.face.actor_mesh import Head, Image, Pose, place
from auth.face.actor_people import STRANGERS, person, sample
from auth.face.actor_render import FOCAL, Painter, Renderer
from auth.face.actor_sensor import SIZE
from auth.face.attack_card import Card, framed, moire, printed, show, without_eyes
from auth.face.attack_films import Film, FrozenCamera, LoopCamera
from auth.face.camera import unplugged

PORTRAIT = (slice(30, 450), slice(110, 530))  # rows, columns of the photograph that go on the card
PHOTO_POSE = Pose(pitch=NEUTRAL_PITCH, distance=430.0)


def photograph(head: Head, seed: int) -> Image:
    """A good frontal photograph of the victim."""
    return Renderer(head, room(seed % 8)).render(PHOTO_POSE)


class CardCamera(ActorCamera):
    """A hand holds a card and turns it as the screen asks. Subclasses say what is on it."""

    def open(self) -> None:
        super().open()
        self._dice = np.random.default_rng([self._seed, 13])
        self._painter = Painter(SIZE)
        self._turning = float(self._dice.uniform(1.0, 1.6))
        self._away = float(self._dice.uniform(0.85, 1.1))
        self._room = room((self._seed + 3) % 8)
        self._card, self._texture = self.prepare()

    def prepare(self) -> tuple[Card, Image]:
        """A flat print at about life size."""
        picture = photograph(self._head, self._seed)
        if self._dice.random() < 0.5:  # a poster: its edges lie outside the camera's view
            self._away *= 0.36
            return Card(640.0, SIZE[1] / SIZE[0]), printed(picture, self._seed, border=0.0)
        return Card(float(self._dice.uniform(220, 330)), 1.0), printed(picture[PORTRAIT], self._seed)

    def held(self, pose: Pose) -> Pose:
        distance = self._card.width * FOCAL / 330 * self._away
        return replace(
            pose,
            yaw=pose.yaw * self._turning,
            pitch=(pose.pitch - NEUTRAL_PITCH) * self._turning,
            distance=distance,
        )

    def draw(self, pose: Pose, now: float) -> Image:
        return self._shown_card(self._card, self.held(pose), self._room, now)

    def _shown_card(self, card: Card, pose: Pose, behind: Image, now: float) -> Image:
        """Paper takes on the window's light as skin does."""
        light = self._light.on_face(now)
        return show(self._painter, card, self._texture, pose, behind, light=light)


class BentPrintCamera(CardCamera):
    """The print is bent, more while it is turned, about an upright or a level axis."""

    def prepare(self) -> tuple[Card, Image]:
        card, texture = super().prepare()
        bend = float(self._dice.choice([-1.0, 1.0], p=[0.3, 0.7]) / self._dice.uniform(80, 260))
        return replace(card, bend=bend, upright=bool(self._dice.random() < 0.75)), texture

    def draw(self, pose: Pose, now: float) -> Image:
        bend = self._card.bend * (0.5 + 0.5 * min(1.0, abs(pose.yaw) / 25) + 0.1 * np.sin(3 * now))
        return self._shown_card(replace(self._card, bend=bend), self.held(pose), self._room, now)


class CutEyesCamera(CardCamera):
    """A print with the eyes cut out, held before the attacker's own face, who blinks when asked."""

    def prepare(self) -> tuple[Card, Image]:
        picture = photograph(self._head, self._seed)[PORTRAIT]
        texture = printed(picture, self._seed, border=0.0)
        self._attacker = Renderer(sample(1 + self._seed % 4), self._room)
        painter_centre = np.array([SIZE[0] / 2, SIZE[1] * 0.46])
        points = place(self._head, PHOTO_POSE)
        pixels = points[:, :2] * (FOCAL / points[:, 2:3]) + painter_centre
        mesh = (pixels - (PORTRAIT[1].start, PORTRAIT[0].start)).astype(np.float32)
        return Card(290.0, 1.0), without_eyes(texture, mesh)

    def draw(self, pose: Pose, now: float) -> Image:
        eyes = replace(pose, yaw=0.0, pitch=NEUTRAL_PITCH, distance=430.0 * 290 / 330)
        behind = self._lit(self._attacker, eyes, now, self._room)
        return self._shown_card(self._card, replace(self.held(pose), x=0.0, y=0.0), behind, now)


class ScreenCamera(CardCamera):
    """A photograph on a telephone or tablet, turned as asked."""

    near = False

    def prepare(self) -> tuple[Card, Image]:
        self._moire = moire(self._seed)
        self._bezel = int(self._dice.integers(8, 40))
        self._glass = int(self._dice.integers(4, 60))
        texture = framed(photograph(self._head, self._seed)[PORTRAIT], self._bezel, self._glass)
        return Card(float(self._dice.uniform(200, 300)), texture.shape[0] / texture.shape[1]), texture

    def draw(self, pose: Pose, now: float) -> Image:
        return self._pane(self._texture, pose, now)

    def _pane(self, texture: Image, pose: Pose, now: float) -> Image:
        """The screen shines by its own light; its glass mirrors some of the window's."""
        picture = show(self._painter, self._card, texture, self.held(pose), self._room, self._moire)
        return self._light.veil(picture, now)


class ReplayCamera(ScreenCamera):
    """A film of the victim answering another challenge, on a screen held still by a hand."""

    near = False

    def prepare(self) -> tuple[Card, Image]:
        card, texture = super().prepare()
        self._film = Film(self._seed, self._head)
        self._film.open()
        self._turning = 0.25
        self._across = float(self._dice.uniform(680, 780) if self.near else self._dice.uniform(480, 600))
        return replace(card, shape=SIZE[1] / SIZE[0], width=card.width * 1.3), texture

    def held(self, pose: Pose) -> Pose:
        """So far away that the screen takes ``_across`` of the picture's 640 pixels."""
        return replace(
            super().held(pose),
            x=0.2 * pose.x,
            y=0.2 * pose.y,
            distance=self._card.width * FOCAL / self._across,
        )

    def draw(self, pose: Pose, now: float) -> Image:
        return self._pane(framed(self._film.read().image, self._bezel, self._glass), pose, now)


class NearReplayCamera(ReplayCamera):
    """The same film, so near that the screen's edges lie outside the picture."""

    near = True


class TwoPeopleCamera(ActorCamera):
    """Another person comes in and sits beside the one who answers, almost as near."""

    def open(self) -> None:
        super().open()
        dice = np.random.default_rng([self._seed, 17])
        self._from = int(dice.integers(0, 30))
        self._drawn = 0
        self._side = float(dice.choice([-1.0, 1.0]) * dice.uniform(150, 190))
        self._other = Renderer(sample(1 + self._seed % 4), room(self._seed % 8))

    def draw(self, pose: Pose, now: float) -> Image:
        if self._renderer is None:
            raise unplugged(self.name)
        self._drawn += 1
        if self._drawn < self._from:
            return self._lit(self._renderer, replace(pose, x=-0.5 * self._side, distance=560.0), now)
        beside = Pose(pitch=NEUTRAL_PITCH, x=self._side, distance=600.0)
        mine = replace(pose, x=-0.5 * self._side, distance=560.0)
        return self._lit(self._renderer, mine, now, self._lit(self._other, beside, now))


class SwapCamera(ActorCamera):
    """The face becomes another person's half-way, in the same place: an accomplice, or a picture switched
    under way."""

    def open(self) -> None:
        super().open()
        dice = np.random.default_rng([self._seed, 18])
        self._until = int(dice.integers(10, 30))
        self._second = Renderer(person(STRANGERS[self._seed % len(STRANGERS)]), room(self._seed % 8))
        self._drawn = 0

    def draw(self, pose: Pose, now: float) -> Image:
        self._drawn += 1
        return super().draw(pose, now) if self._drawn <= self._until else self._lit(self._second, pose, now)


ATTACKS: Mapping[str, type[ActorCamera]] = {
    "print-turned": CardCamera,
    "print-bent": BentPrintCamera,
    "print-cut-eyes": CutEyesCamera,
    "screen-photo": ScreenCamera,
    "screen-replay": ReplayCamera,
    "screen-replay-near": NearReplayCamera,
    "frozen": FrozenCamera,
    "loop": LoopCamera,
    "two-people": TwoPeopleCamera,
    "identity-change": SwapCamera,
}
"""Species by name."""
