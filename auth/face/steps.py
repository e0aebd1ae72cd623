"""One step of a challenge: is what was asked for happening, has it happened, or did something else?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auth.face.challenge import TURNS, Action, Step
from auth.face.engine import Face
from auth.face.eyelids import BlinkWatch, Patches, patches
from auth.face.frame import Frame
from auth.face.guidance import Deny, Guidance, again, ask, further, hold
from auth.face.planarity import Parallax
from auth.face.turns import Turn

LEAST_REACTION_S = 0.25
"""A pose reached sooner after it was shown was not an answer to it: seeing and starting alone take 0.2 s."""
ONSET_S, ONSET = 0.16, 0.3
"""No one has begun to turn so soon, by so much of a turn."""
WRONG_FRAMES = 3
NOSE, RESIDUAL = 0.05, 0.035
"""Least parallax, in eye distances. The actor at 24 degrees and more: nose 0.11-0.18, residual 0.10-0.23;
cards turned by up to 48 degrees, flat or bent down to a radius of 8 cm: nose at most 0.021, residual at
most 0.07."""
LEAST_SAMPLES = 2
FLAT_SAMPLES = 3
FLAT_NOSE, FLAT_RESIDUAL = 0.025, 0.1
"""A nose that stays in the plane of the rest, and a rest that stays in one: a bowed head hides its nose, but
is no plane (0.14 to 0.21)."""
SLOW_S = 0.9


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one frame brought: nothing yet, done, or denied; and what to tell the person now (None: as
    before)."""

    done: bool = False
    denied: Deny | None = None
    guidance: Guidance | None = None
    ratio: float = 0.0


class TurnStep:
    """Turn or look, hold, and (for a sideways turn) show depth. before: the zone the head was in when it
    was shown."""

    def __init__(self, step: Step, shown: float, before: Action | None, demand: float) -> None:
        self.step, self.shown, self._demand = step, shown, demand
        self._before = before
        self._reached: float | None = None
        self._first: float | None = None
        self._wrong = 0
        self._samples: list[Parallax] = []
        self.most = 0.0

    @property
    def late(self) -> Deny:
        return Deny.TIMEOUT if self._reached is None else Deny.NO_DEPTH

    @property
    def has_depth(self) -> bool:
        """A sideways turn whose tracks were measured and left the plane."""
        return (
            self.step.action in TURNS
            and len(self._samples) >= LEAST_SAMPLES
            and self._nose >= NOSE
            and self._residual >= RESIDUAL
        )

    def cues(self) -> dict[str, float]:
        name = self.step.action.value
        if not self._samples:
            return {f"{name}.turn": round(self.most, 3)}
        return {
            f"{name}.turn": round(self.most, 3),
            f"{name}.nose": round(self._nose, 4),
            f"{name}.residual": round(self._residual, 4),
            f"{name}.tracks": min(each.tracks for each in self._samples),
        }

    def push(self, frame: Frame, face: Face, turn: Turn, seen: Parallax | None) -> Outcome:
        action = self.step.action
        towards = turn.towards(action)
        self.most = max(self.most, towards)
        if self._started_early(frame.time, towards):
            return Outcome(denied=Deny.TOO_EARLY)
        if self._is_wrong(turn):
            return Outcome(denied=Deny.WRONG_WAY)
        if towards < self._demand:
            return Outcome(guidance=self._encouragement(frame.time, towards), ratio=max(0.0, towards) / 2)
        if frame.time - self.shown < LEAST_REACTION_S:
            return Outcome(denied=Deny.TOO_EARLY)
        self._reached = frame.time if self._reached is None else self._reached
        if seen is not None:
            self._samples.append(seen)
        if frame.time - self._reached < self.step.hold_s:
            return Outcome(guidance=hold(action), ratio=0.6)
        return self._judge()

    def _started_early(self, time: float, towards: float) -> bool:
        """Already on the way there when it was shown: a film runs by its own clock."""
        self._first = towards if self._first is None else self._first
        return time - self.shown < ONSET_S and towards - self._first > ONSET

    def _encouragement(self, time: float, towards: float) -> Guidance | None:
        if self._reached is not None:  # not measured: ask again once the head is back in front
            return ask(self.step.action) if towards < 0.3 else None
        return further(self.step.action) if time - self.shown > SLOW_S and towards > 0.5 else None

    def _is_wrong(self, turn: Turn) -> bool:
        """A turn that was not asked for, taken since this step was shown."""
        zone = turn.zone()
        if self._before is not None and turn.towards(self._before) < 0.6:
            self._before = None
        wrong = zone not in (None, self.step.action, self._before)
        self._wrong = self._wrong + 1 if wrong else 0
        return self._wrong >= WRONG_FRAMES

    @property
    def _nose(self) -> float:
        return float(np.median([each.nose for each in self._samples]))

    @property
    def _residual(self) -> float:
        return float(np.median([each.residual for each in self._samples]))

    def _judge(self) -> Outcome:
        enough = len(self._samples) >= FLAT_SAMPLES
        if enough and self._nose < FLAT_NOSE and self._residual < FLAT_RESIDUAL:
            return Outcome(denied=Deny.FLAT)
        if self.step.action in TURNS and not self.has_depth:
            return Outcome(guidance=again(self.step.action), ratio=0.5)
        return Outcome(done=True)


class BlinkStep:
    """Shut both eyes and open them again, looking about straight ahead."""

    def __init__(self, step: Step, shown: float, opened: Patches) -> None:
        self.step, self.shown = step, shown
        self._watch = BlinkWatch(opened)
        self.late = Deny.TIMEOUT

    def cues(self) -> dict[str, float]:
        return {"blink.likeness": round(self._watch.lowest, 3)}

    def push(self, frame: Frame, face: Face, turn: Turn, seen: Parallax | None) -> Outcome:
        if not turn.front or face.mesh is None:
            return Outcome()
        self._watch.push(patches(frame.image, face.mesh))
        if not self._watch.blinked:
            return Outcome(guidance=ask(Action.BLINK), ratio=0.5 if self._watch.shut_seen else 0.0)
        early = frame.time - self.shown < LEAST_REACTION_S
        return Outcome(denied=Deny.TOO_EARLY) if early else Outcome(done=True)
