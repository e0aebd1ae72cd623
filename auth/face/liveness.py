"""Is a live person before the camera, doing now what was asked now?

Confirm cues are all required: the turn asked for, parallax of tracked pixels during it, the blink when
asked, the window's colours on the face (or, where the room is too bright to tell, two steps more). Deny cues
are final. Nothing is averaged: many weak cues added up let through attacks that each cue
alone refuses.

The same class guides the person at the terminal and judges the submitted frames at the matcher
(``replay``). Time comes only from the frames, so both see the same thing; the terminal asks for a little
more than the matcher does.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from auth.face.challenge import Action, Challenge, Step
from auth.face.continuity import Continuity, PassiveModel
from auth.face.depth import DepthWatch
from auth.face.encode import Encoder, Vector
from auth.face.engine import Face, Observation
from auth.face.evidence import Confirm, LivenessEvidence, Progress, required, spread
from auth.face.eyelids import Patches, patches
from auth.face.flash import Colour
from auth.face.frame import Frame
from auth.face.guards import FaceGuard, PictureGuard, TimeGuard
from auth.face.guidance import Deny, Guidance, ask, done, look_ahead, stay
from auth.face.reflection import LIKE, LIKE_AT_TERMINAL, Lit, ReflectionWatch
from auth.face.screen import ScreenGuard
from auth.face.steps import BlinkStep, Outcome, TurnStep
from auth.face.turns import Turn
from auth.wire import MOST_FRAMES

INTERVAL_S, BLINK_INTERVAL_S = 0.06, 0.045
"""Least time between used frames: a blink needs them closer; twice as long while the head waits or holds."""
STILL = 0.05  # share of a turn between two used frames
EXTRA = 1.08
"""The terminal asks for this much more turn than the matcher, so that JPEG and rounding do not undo a
success."""
SLACK_S = 0.3
SETTLE_FRAMES = 4
KEY_FRAMES = 5


class LivenessSession:
    """One attempt at one challenge. Not thread-safe. used: numbers of the frames that counted, at most
    MOST_FRAMES; the terminal submits exactly these. The window's colours begin with the first of them, so
    that the terminal has nothing to report. vectors: encodings made on the way, by frame number."""

    def __init__(
        self,
        challenge: Challenge,
        encoder: Encoder | None = None,
        *,
        replay: bool = False,
        passive: PassiveModel | None = None,
        passive_limit: float = 0.5,
    ) -> None:
        self._challenge, self._replay = challenge, replay
        self._watched = (encoder, passive, passive_limit)
        self._confirmed: set[Confirm] = set()
        self._cues: dict[str, float] = {}
        self._restart()

    def _restart(self) -> None:
        """Nothing has begun: the person does not look straight ahead yet."""
        self.used: list[int] = []
        self._same = Continuity(*self._watched)
        self._straight: list[tuple[float, float, float]] = []  # time, yaw, pitch
        self._open: Patches | None = None
        self._step: TurnStep | BlinkStep | None = None
        self._steps: tuple[Step, ...] = self._challenge.steps
        self._at = 0
        self._begun = math.inf
        flash = self._challenge.flash
        self._reflection = ReflectionWatch(flash) if flash is not None else None
        self._staying = False  # every step is done, the colours are not yet
        self._pictures, self._times, self._faces = PictureGuard(), TimeGuard(), FaceGuard()
        self._depth, self._screen = DepthWatch(), ScreenGuard()
        self._frontal: list[int] = []
        self._last_turn, self._moved = Turn(0.0, 0.0), 1.0
        self._last_time = -math.inf
        self._progress = Progress(0, len(self._challenge.steps), look_ahead())

    def push(self, frame: Frame, observation: Observation) -> Progress:
        """Take one frame and what is in it. Frames that follow too quickly are passed over at the
        terminal."""
        if self._progress.finished or self._progress.denied:
            return self._progress
        if not self._replay and self._last_time < frame.time < self._last_time + self._interval():
            return self._progress
        self._last_time = frame.time
        self._begun = min(self._begun, frame.time)
        self.used.append(frame.number)
        if self._reflection is not None:
            self._reflection.push(frame, observation.face)
        denied = self._guards(frame, observation) or self._advance(frame, observation)
        if denied is not None:
            self._cues.update(self._step.cues() if self._step else {})
            self._progress = replace(
                self._progress, denied=denied, guidance=Guidance(denied.sentence(), spoken=True)
            )
        return self._progress

    @property
    def colour(self) -> Colour | None:
        """What the window shows from now on; None: nothing special."""
        flash = self._challenge.flash
        if flash is None or self._progress.finished or self._progress.denied:
            return None
        return flash.at(self._last_time - self._begun) if self.used else flash.at(0.0)

    @property
    def vectors(self) -> dict[int, Vector]:
        return self._same.vectors

    def evidence(self) -> LivenessEvidence:
        return LivenessEvidence(
            self._progress.finished,
            required(self._steps, self._challenge, lit=Confirm.LIGHT in self._confirmed),
            frozenset(self._confirmed),
            self._progress.denied,
            {**self._same.cues, **self._cues},
            spread(self._frontal, KEY_FRAMES),
        )

    def _interval(self) -> float:
        if isinstance(self._step, BlinkStep):
            return BLINK_INTERVAL_S if len(self.used) < MOST_FRAMES - 16 else 2 * BLINK_INTERVAL_S
        still = self._step is not None and self._moved < STILL
        return INTERVAL_S * (2 if still else 1) * (1 if len(self.used) < MOST_FRAMES - 12 else 2)

    def _guards(self, frame: Frame, observation: Observation) -> Deny | None:
        if len(self.used) >= MOST_FRAMES:  # the wire takes no more
            return Deny.TIMEOUT
        denied = self._times.push(frame.time) or self._pictures.push(frame) or self._faces.push(observation)
        if denied is None and observation.face is not None:
            return self._screen.push(frame, observation.face)
        return denied

    def _advance(self, frame: Frame, observation: Observation) -> Deny | None:
        face, step = observation.face, self._step
        if self._staying and face is not None:
            return self._next_step(frame.time, self._turn(face).zone())
        if step is None:
            return self._settle(frame, observation)
        slack = SLACK_S if self._replay else 0.0
        if not self._staying and frame.time - step.shown > step.step.deadline_s + slack:
            return step.late
        if face is None:
            return None
        turn = self._turn(face)
        self._moved = turn.differs(self._last_turn)
        self._last_turn = turn
        seen = self._depth.push(frame, face, turn, turn.towards(step.step.action))
        if self._depth.flat or self._depth.cut:
            return Deny.FLAT if self._depth.flat else Deny.LOST
        if turn.front and face.quality is not None and face.quality.good:
            self._frontal.append(frame.number)
        return self._take(step, step.push(frame, face, turn, seen), frame, face, turn)

    def _turn(self, face: Face) -> Turn:
        _time, yaw, pitch = np.median(np.array(self._straight), axis=0)
        return Turn(face.yaw - float(yaw), face.pitch - float(pitch))

    def _settle(self, frame: Frame, observation: Observation) -> Deny | None:
        """Wait for a good straight look of the asked length; its end is the first step's beginning."""
        face, problems = observation.face, observation.problems
        if face is None or face.mesh is None or (problems and not self._replay):
            if not self._replay:
                self._restart()
                told = Guidance(problems[0].sentence()) if problems else look_ahead()
                self._progress = replace(self._progress, guidance=told)
            return None
        self._straight.append((frame.time, face.yaw, face.pitch))
        self._frontal.append(frame.number)
        self._progress = replace(self._progress, guidance=look_ahead())
        self._depth.push(frame, face, Turn(0.0, 0.0), 0.0)
        if self._depth.cut:
            return Deny.LOST
        if len(self._straight) == 1:
            return self._same.push(frame, face)
        long_enough = frame.time - self._straight[0][0] >= self._challenge.settle_s
        if len(self._straight) < SETTLE_FRAMES or not long_enough:
            return None
        self._open = patches(frame.image, face.mesh)
        return self._next_step(frame.time, None) or self._same.push(frame, face)

    def _next_step(self, time: float, zone: Action | None) -> Deny | None:
        """Show the next step, or finish: once the colours have been on long enough, and were seen or not."""
        if self._at >= len(self._challenge.steps):
            self._staying = self._reflection is not None and not self._reflection.long_enough(time)
            if self._staying:
                self._progress = Progress(self._at, self._at + 1, stay(), 0.9)
                return None
            denied = self._judge_light()
            if denied is not None:
                return denied
        if self._at == len(self._steps):
            self._progress = Progress(self._at, self._at, done(), 1.0, finished=True)
        else:
            self._show(self._steps[self._at], time, zone)
        return None

    def _judge_light(self) -> Deny | None:
        """The window's colours on the face: seen, not there, or not to be told: then more steps."""
        if self._reflection is None:
            return None
        measured = self._reflection.measure()
        light = measured.cues()
        self._cues = light | self._cues | light  # first in the audit row
        judged = measured.judged(LIKE if self._replay else LIKE_AT_TERMINAL)
        if judged is Lit.LIT:
            self._confirmed.add(Confirm.LIGHT)
            self._steps = self._steps[: self._at]
        elif judged is Lit.NOT_LIT:
            return Deny.UNLIT
        elif not self._challenge.spares:
            return Deny.TOO_LIGHT
        else:
            self._steps = (*self._challenge.steps, *self._challenge.spares)
        return None

    def _show(self, step: Step, time: float, zone: Action | None) -> None:
        if self._at:
            self._depth.renew()
        if step.action is Action.BLINK and self._open is not None:
            self._step = BlinkStep(step, time, self._open)
        else:
            self._step = TurnStep(step, time, zone, 1.0 if self._replay else EXTRA)
        count = len(self._steps)
        self._progress = Progress(self._at, count, ask(step.action), self._at / count)

    def _take(
        self, step: TurnStep | BlinkStep, outcome: Outcome, frame: Frame, face: Face, turn: Turn
    ) -> Deny | None:
        if outcome.denied is not None:
            return outcome.denied
        if not outcome.done:
            ratio = (self._at + outcome.ratio) / len(self._steps)
            told = outcome.guidance or self._progress.guidance
            repeated = told.sentence == self._progress.guidance.sentence
            told = replace(told, spoken=told.spoken and not repeated)
            self._progress = replace(self._progress, guidance=told, ratio=max(ratio, self._progress.ratio))
            return None
        self._cues.update(step.cues())
        self._confirm(step)
        self._at += 1
        return self._next_step(frame.time, turn.zone()) or self._same.push(frame, face)

    def _confirm(self, step: TurnStep | BlinkStep) -> None:
        if isinstance(step, BlinkStep):
            self._confirmed.add(Confirm.BLINK)
        elif step.has_depth:
            self._confirmed |= {Confirm.TURN, Confirm.PARALLAX}
        if step.step in self._challenge.spares[-1:]:
            self._confirmed.add(Confirm.SPARE)
