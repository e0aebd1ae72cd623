"""What a person is asked to do: drawn by the verifier from a nonce, so that no recording made before can
know it.

Directions are the person's own left and right. Order, direction, how long to hold and the deadlines are all
random; one sideways turn is always there because only a turn shows depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import TypeVar

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from auth.face.flash import Flash, draw_flash

T = TypeVar("T")


class Action(StrEnum):
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    LOOK_DOWN = "look_down"
    BLINK = "blink"


TURNS = (Action.TURN_LEFT, Action.TURN_RIGHT)


@dataclass(frozen=True, slots=True)
class Step:
    """hold_s: how long the pose is kept (a blink is not held); deadline_s: counted from when the step is
    shown."""

    action: Action
    hold_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class Challenge:
    """settle_s: how long the face looks straight ahead before the first step is shown. flash: the colours
    that the window shows meanwhile, if any; spares: asked besides where their light on the face cannot be
    measured; none: then the attempt ends."""

    nonce: bytes
    settle_s: float
    steps: tuple[Step, ...]
    flash: Flash | None = None
    spares: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class ChallengePolicy:
    """A security level as data: how many steps, whether the window's colours are asked of the face, how many
    spare steps where they cannot be, and the ranges (seconds) the timing is drawn from."""

    name: str
    steps: int = 2
    blink_always: bool = False
    flash: bool = False
    spares: int = 0
    settle_s: tuple[float, float] = (0.35, 0.7)
    hold_s: tuple[float, float] = (0.1, 0.35)
    deadline_s: tuple[float, float] = (3.2, 4.4)


STANDARD = ChallengePolicy("standard", flash=True, spares=2)
FLASH = ChallengePolicy("flash", flash=True)
STEADY = ChallengePolicy("steady", steps=3)
HIGH = ChallengePolicy("high", steps=3, blink_always=True)
LEVELS = {each.name: each for each in (STANDARD, FLASH, STEADY, HIGH)}
"""STANDARD: colours where they can be measured, else two steps more. FLASH: never without. STEADY: none."""

NONCE_BYTES = 16


class _Dice:
    """Deterministic numbers from a nonce: HKDF-SHA256 (RFC 5869) as a stream."""

    def __init__(self, nonce: bytes, label: str) -> None:
        info = b"mahoroba challenge 1 " + label.encode()
        self._stream = HKDF(algorithm=SHA256(), length=128, salt=None, info=info).derive(nonce)
        self._at = 0

    def unit(self) -> float:
        """In [0, 1)."""
        taken = self._stream[self._at : self._at + 4]
        self._at += 4
        return int.from_bytes(taken, "big") / 2**32

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.unit() * len(choices))]

    def between(self, bounds: tuple[float, float]) -> float:
        return round(bounds[0] + (bounds[1] - bounds[0]) * self.unit(), 3)


def sequences(policy: ChallengePolicy) -> list[tuple[Action, ...]]:
    """Every order of different actions that a level may ask for: 14 of two, 54 of three, 30 at the high
    level."""
    return [
        each
        for each in permutations(Action, policy.steps)
        if not set(TURNS).isdisjoint(each) and (Action.BLINK in each or not policy.blink_always)
    ]


def draw(nonce: bytes, policy: ChallengePolicy = STANDARD) -> Challenge:
    """The challenge of a nonce: always the same for the same nonce and policy.

    Raises ValueError for a nonce under NONCE_BYTES; the verifier makes it with os.urandom and uses it once.
    """
    if len(nonce) < NONCE_BYTES:
        raise ValueError(f"a nonce needs {NONCE_BYTES} bytes")
    dice = _Dice(nonce, policy.name)
    actions = dice.pick(sequences(policy))
    settle = dice.between(policy.settle_s)
    rest = [each for each in Action if each not in actions]
    spares = dice.pick(list(permutations(rest, policy.spares)))
    steps = tuple(
        Step(each, dice.between(policy.hold_s), dice.between(policy.deadline_s))
        for each in (*actions, *spares)
    )
    flash = draw_flash(nonce) if policy.flash else None
    return Challenge(nonce, settle, steps[: policy.steps], flash, steps[policy.steps :])
