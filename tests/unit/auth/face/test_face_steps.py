"""One step of a challenge, told turn by turn: in time, the right way, held, and with depth."""

from __future__ import annotations

import numpy as np
import pytest

from auth.face.challenge import Action, Step
from auth.face.engine import Face
from auth.face.frame import Frame
from auth.face.guidance import Deny
from auth.face.planarity import Parallax
from auth.face.steps import Outcome, TurnStep
from auth.face.turns import PITCH, YAW, Turn

FACE = Face((0.0, 0.0, 100.0, 100.0), 0.9)
PICTURE = np.zeros((64, 64, 3), np.uint8)
HEAD = Parallax(120, 25, 0.12, 0.6, 0.13, 0.85)
PLANE = Parallax(120, 25, 0.008, 0.0, 0.006, 0.85)
LEFT, RIGHT, UP = Turn(1.2 * YAW, 0.0), Turn(-1.2 * YAW, 0.0), Turn(0.0, 1.2 * PITCH)
AHEAD = Turn(0.0, 0.0)
Told = tuple[float, Turn, Parallax | None]


def told(step: TurnStep, *looks: Told) -> list[Outcome]:
    return [
        step.push(Frame(PICTURE, time, number), FACE, turn, seen)
        for number, (time, turn, seen) in enumerate(looks)
    ]


def turn_left(before: Action | None = None, hold: float = 0.2) -> TurnStep:
    return TurnStep(Step(Action.TURN_LEFT, hold, 3.0), 10.0, before, 1.0)


def test_a_turn_with_depth_that_is_held_is_done() -> None:
    step = turn_left()
    looks = [(10.1, AHEAD, None), (10.6, LEFT, HEAD), (10.7, LEFT, HEAD), (10.85, LEFT, HEAD)]
    assert [each.done for each in told(step, *looks)] == [False, False, False, True]
    assert step.has_depth
    assert step.cues()["turn_left.nose"] == pytest.approx(0.13)


def test_a_turn_without_depth_is_flat_and_never_done() -> None:
    looks = [(10.1, AHEAD, None), *((10.6 + n / 10, LEFT, PLANE) for n in range(5))]
    outcomes = told(turn_left(), *looks)
    assert not any(each.done for each in outcomes)
    assert outcomes[-1].denied is Deny.FLAT


def test_a_turn_that_could_not_be_measured_is_asked_again_and_late_says_why() -> None:
    step = turn_left()
    outcomes = told(step, (10.1, AHEAD, None), *((10.6 + n / 10, LEFT, None) for n in range(5)))
    assert not any(each.done or each.denied for each in outcomes)
    assert outcomes[-1].guidance is not None
    assert outcomes[-1].guidance.spoken
    assert step.late is Deny.NO_DEPTH
    back = told(step, (11.2, AHEAD, None))[0]
    assert back.guidance is not None
    assert back.guidance.action is Action.TURN_LEFT


def test_depth_between_flat_and_head_confirms_nothing() -> None:
    doubtful = Parallax(120, 25, 0.03, 0.2, 0.04, 0.9)
    outcomes = told(turn_left(), *((10.6 + n / 10, LEFT, doubtful) for n in range(8)))
    assert not any(each.done or each.denied for each in outcomes)


@pytest.mark.parametrize("wrong", [RIGHT, UP])
def test_the_wrong_way_for_three_frames_ends_it(wrong: Turn) -> None:
    outcomes = told(turn_left(), *((10.5 + n / 10, wrong, None) for n in range(3)))
    assert [each.denied for each in outcomes] == [None, None, Deny.WRONG_WAY]


def test_coming_from_the_step_before_is_not_the_wrong_way_but_going_back_there_is() -> None:
    step = turn_left(before=Action.TURN_RIGHT)
    coming = told(step, *((10.0 + n / 10, RIGHT, None) for n in range(5)))
    assert not any(each.denied for each in coming)
    again = told(step, (10.6, AHEAD, None), *((10.7 + n / 10, RIGHT, None) for n in range(3)))
    assert again[-1].denied is Deny.WRONG_WAY


def test_being_there_before_anyone_could_react_is_no_answer() -> None:
    assert told(turn_left(), (10.02, AHEAD, None), (10.2, LEFT, HEAD))[-1].denied is Deny.TOO_EARLY


def test_moving_on_its_own_clock_is_no_answer() -> None:
    under_way = Turn(0.5 * YAW, 0.0)
    assert told(turn_left(), (10.02, AHEAD, None), (10.12, under_way, None))[-1].denied is Deny.TOO_EARLY
    later = told(turn_left(), (10.02, AHEAD, None), (10.3, under_way, None))
    assert later[-1].denied is None


def test_zones_are_the_persons_own_sides() -> None:
    assert LEFT.zone() is Action.TURN_LEFT
    assert RIGHT.zone() is Action.TURN_RIGHT
    assert UP.zone() is Action.LOOK_UP
    assert Turn(0.0, -1.1 * PITCH).zone() is Action.LOOK_DOWN
    assert Turn(0.9 * YAW, 0.9 * PITCH).zone() is None
    assert AHEAD.front
