"""Where the head points compared with straight ahead: one of five zones, by how far it has turned."""

from __future__ import annotations

from dataclasses import dataclass

from auth.face.challenge import Action

YAW, PITCH = 0.25, 0.16
"""Changes of the yaw and pitch proxies that count as a turn: about 24 and 16 degrees. 0.25 because no flat
print of 5,824 NUAA pairs reached it (0.27 % reached 0.20)."""
FRONT = 0.45
"""Share of a turn below which the head counts as straight ahead."""


@dataclass(frozen=True, slots=True)
class Turn:
    """yaw, pitch: change of the proxies from straight ahead."""

    yaw: float
    pitch: float

    def towards(self, action: Action) -> float:
        """1 where the turn asked for is reached, negative on the other side. A blink asks for the front:
        0."""
        return {
            Action.TURN_LEFT: self.yaw / YAW,
            Action.TURN_RIGHT: -self.yaw / YAW,
            Action.LOOK_UP: self.pitch / PITCH,
            Action.LOOK_DOWN: -self.pitch / PITCH,
            Action.BLINK: 0.0,
        }[action]

    @property
    def amount(self) -> float:
        return max(abs(self.yaw) / YAW, abs(self.pitch) / PITCH)

    def differs(self, other: Turn) -> float:
        """How much of a turn lies between two looks."""
        return Turn(self.yaw - other.yaw, self.pitch - other.pitch).amount

    @property
    def front(self) -> bool:
        return self.amount < FRONT

    def zone(self) -> Action | None:
        """The turn that is reached, None in between and straight ahead."""
        best = max(Action, key=self.towards)
        return best if self.towards(best) >= 1 else None
