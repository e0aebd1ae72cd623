"""The window's colours on a face: calm to look at, taken on by the living, not by what is shown or filmed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from auth.face.actor import ActorCamera
from auth.face.actor_light import lit
from auth.face.attack_films import InjectedReplayCamera
from auth.face.attacks import ScreenCamera
from auth.face.challenge import FLASH, STANDARD, STEADY, Action, Challenge, Step, draw
from auth.face.engine import FaceAnalyser
from auth.face.evidence import Confirm
from auth.face.flash import LEAST_SLOTS, PALETTE, SLOT_S, Colour, draw_flash, linear
from auth.face.frame import Frame
from auth.face.guidance import Deny
from auth.face.reflection import LIKE, Lit, Reflection, ReflectionWatch
from tests.fakes.performance import attempt, judged

SECONDS = 3.0


def nonce(seed: int) -> bytes:
    return np.random.default_rng([seed, 41]).bytes(16)


def followed(camera: ActorCamera, seed: int, analyser: FaceAnalyser, *, shown: bool = True) -> Reflection:
    """What is measured when the window shows a nonce's colours (or does not, though they were asked for)."""
    flash = draw_flash(nonce(seed))
    watch = ReflectionWatch(flash)
    camera.open()
    first = camera.read()
    frame = first
    while frame.time - first.time < SECONDS:
        watch.push(frame, analyser.analyse(frame).face)
        camera.shine(flash.at(frame.time - first.time) if shown else None)
        frame = camera.read()
    return watch.measure()


def test_the_colours_are_calm() -> None:
    """WCAG 2.2, 2.3.1: no more than three flashes a second, none a saturated red; here none at all."""
    lights = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(linear, PALETTE)]
    assert max(lights) - min(lights) < 0.01, "less than a tenth of a general flash"
    for each in PALETTE:
        red, green, blue = linear(each)
        assert red / (red + green + blue) < 0.8
    assert 1 / SLOT_S < 2.5
    assert LEAST_SLOTS >= 6


def test_a_nonce_draws_one_sequence_that_never_stands_still() -> None:
    drawn = [draw_flash(nonce(seed)).colours for seed in range(300)]
    assert drawn[0] == draw_flash(nonce(0)).colours
    assert len({each[:LEAST_SLOTS] for each in drawn}) > 280
    for each in drawn:
        assert all(len(set(each[place : place + 3])) > 1 for place in range(len(each) - 2))


@pytest.mark.parametrize("seed", [1, 3, 5, 7])
def test_a_living_face_takes_the_colours_on(analyser: FaceAnalyser, seed: int) -> None:
    camera = ActorCamera(seed)
    seen = followed(camera, seed, analyser)
    assert seen.judged(LIKE) is Lit.LIT
    assert seen.share == pytest.approx(camera._light.share, rel=0.4)


@pytest.mark.parametrize("seed", range(4))
def test_a_face_in_another_light_does_not(analyser: FaceAnalyser, seed: int) -> None:
    assert followed(ActorCamera(seed), seed, analyser, shown=False).judged(LIKE) is not Lit.LIT
    assert followed(InjectedReplayCamera(seed), seed, analyser).judged(LIKE) is not Lit.LIT


@pytest.mark.parametrize("seed", range(6))
def test_a_pane_of_glass_that_mirrors_the_window_does_not(analyser: FaceAnalyser, seed: int) -> None:
    assert followed(ScreenCamera(seed), seed, analyser).judged(LIKE) is not Lit.LIT


def asking(challenge: Challenge) -> Challenge:
    """Steps that are sure to be performed; everything else as drawn."""
    steps = tuple(Step(each, 0.2, 3.5) for each in (Action.TURN_LEFT, Action.BLINK))
    spares = tuple(Step(each, 0.2, 3.5) for each in (Action.TURN_RIGHT, Action.LOOK_UP))
    return replace(challenge, steps=steps, spares=spares if challenge.spares else ())


class InTheSun(ActorCamera):
    """So bright that little of the window's light is left, and the camera's colours waver by as much."""

    def open(self) -> None:
        super().open()
        self._light.share = 0.015
        self._waver = np.random.default_rng([self._seed, 42])

    def read(self) -> Frame:
        frame = super().read()
        blue, red = 1 + self._waver.normal(0, 0.02, 2)
        return replace(frame, image=lit(frame.image, (blue, 1.0, red)))


def test_where_it_cannot_be_told_two_steps_more_are_asked(analyser: FaceAnalyser) -> None:
    challenge = asking(draw(nonce(2), STANDARD))
    done = attempt(InTheSun(4), challenge, analyser)
    assert done.evidence.live
    assert Confirm.SPARE in done.evidence.confirmed
    assert judged(challenge, done.frames, analyser).live
    before = [each for each in done.frames if each.time - done.frames[0].time < LEAST_SLOTS * SLOT_S]
    assert not judged(challenge, before, analyser).live, "two steps are not enough there"


def test_where_colours_are_required_a_bright_room_is_told(analyser: FaceAnalyser) -> None:
    done = attempt(InTheSun(4), asking(draw(nonce(2), FLASH)), analyser)
    assert done.evidence.denied is Deny.TOO_LIGHT
    assert not Deny.TOO_LIGHT.suspicious


def test_who_does_all_steps_in_another_light_is_not_let_in(analyser: FaceAnalyser) -> None:
    challenge = asking(draw(nonce(2), FLASH))
    done = attempt(Elsewhere(4), challenge, analyser)
    assert done.evidence.denied in (Deny.UNLIT, Deny.TOO_LIGHT)
    assert not judged(challenge, done.frames, analyser).live


class Elsewhere(ActorCamera):
    """Does what the screen asks, but the screen's light does not fall on it."""

    def shine(self, colour: Colour | None) -> None:
        """Nothing of it arrives."""


def test_without_colours_three_steps_are_asked_and_the_window_stays_as_it_is(analyser: FaceAnalyser) -> None:
    challenge = draw(nonce(3), STEADY)
    assert (challenge.flash, challenge.spares, len(challenge.steps)) == (None, (), 3)
    done = attempt(Elsewhere(1), challenge, analyser)
    assert done.evidence.live
    assert Confirm.LIGHT not in done.evidence.required
