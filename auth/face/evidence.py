"""What liveness hands on: progress for the person, evidence for the verdict. Numbers only, no picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from auth.face.challenge import Action, Challenge, Step
from auth.face.guidance import Deny, Guidance


class Confirm(Enum):
    """Cues that must be seen."""

    TURN = "turn"
    PARALLAX = "parallax"
    BLINK = "blink"
    LIGHT = "light"
    SPARE = "spare"


@dataclass(frozen=True, slots=True)
class Progress:
    """step counts from 0 to steps; ratio: progress of the whole, 0..1; denied ends the attempt."""

    step: int
    steps: int
    guidance: Guidance
    ratio: float = 0.0
    finished: bool = False
    denied: Deny | None = None


@dataclass(frozen=True, slots=True)
class LivenessEvidence:
    """cues: figures for the audit; key_frames: numbers of frames fit as probes, spread over the attempt."""

    finished: bool
    required: frozenset[Confirm]
    confirmed: frozenset[Confirm]
    denied: Deny | None
    cues: Mapping[str, float]
    key_frames: tuple[int, ...]

    @property
    def live(self) -> bool:
        """The whole decision: everything required was confirmed, nothing was denied."""
        return self.finished and self.denied is None and self.required <= self.confirmed


def required(steps: Sequence[Step], challenge: Challenge, *, lit: bool = False) -> frozenset[Confirm]:
    """What these steps of the challenge must have shown: once the spare ones are among them, they stand
    in for the window's light, unless it was seen after all."""
    needed = {Confirm.TURN, Confirm.PARALLAX}
    if any(step.action is Action.BLINK for step in steps):
        needed.add(Confirm.BLINK)
    if challenge.flash is not None:
        needed.add(Confirm.SPARE if len(steps) > len(challenge.steps) and not lit else Confirm.LIGHT)
    return frozenset(needed)


def spread(numbers: Sequence[int], most: int) -> tuple[int, ...]:
    """Up to ``most`` of the numbers, evenly over the list, first and last included."""
    if len(numbers) <= most:
        return tuple(numbers)
    return tuple(numbers[round(place * (len(numbers) - 1) / (most - 1))] for place in range(most))
