"""Which frames of an enrolment become the template: good ones, straight ahead and turned a little."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from statistics import median

from auth.face.engine import Face, Observation
from auth.face.quality import Problem

FEWEST_FRAMES = 8
FEWEST_POSES = 2
MOST_STRAIGHT = 8
MOST_TURNED = 4  # of each direction: the template stays mostly frontal, as probes are
TURNED_YAW = (0.10, 0.32)  # change of the yaw proxy: about 10 to 28 degrees
TURNED_PITCH = (0.06, 0.16)


class Pose(Enum):
    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


def enrolment_frames(observations: Sequence[Observation], key_frames: Sequence[int]) -> tuple[list[int], int]:
    """Numbers of the frames to encode and the count of poses; ([], 0) when they are too few. ``key_frames``
    look straight ahead; what straight means differs between people and cameras."""
    ahead = [face for n in key_frames if (face := observations[n].face) is not None]
    if not ahead:
        return [], 0
    yaw, pitch = median(f.yaw for f in ahead), median(f.pitch for f in ahead)
    by_pose: dict[Pose, list[int]] = {}
    for number, observation in enumerate(observations):
        face = observation.face
        if face is None or set(observation.problems) - {Problem.TURNED}:
            continue
        pose = pose_of(face, yaw, pitch)
        if pose is not None:
            by_pose.setdefault(pose, []).append(number)
    chosen = [
        n
        for pose, numbers in by_pose.items()
        for n in _spread(numbers, MOST_STRAIGHT if pose is Pose.STRAIGHT else MOST_TURNED)
    ]
    enough = len(chosen) >= FEWEST_FRAMES and len(by_pose) >= FEWEST_POSES and Pose.STRAIGHT in by_pose
    return (sorted(chosen), len(by_pose)) if enough else ([], 0)


def pose_of(face: Face, yaw: float, pitch: float) -> Pose | None:
    """Where the face looks compared with straight ahead; None when in between, too far, or oblique."""
    sideways, upwards = face.yaw - yaw, face.pitch - pitch
    if abs(sideways) < TURNED_YAW[0] / 2 and abs(upwards) < TURNED_PITCH[0] / 2:
        return Pose.STRAIGHT
    if TURNED_YAW[0] <= abs(sideways) <= TURNED_YAW[1] and abs(upwards) < TURNED_PITCH[0]:
        return Pose.LEFT if sideways > 0 else Pose.RIGHT
    if TURNED_PITCH[0] <= abs(upwards) <= TURNED_PITCH[1] and abs(sideways) < TURNED_YAW[0]:
        return Pose.UP if upwards > 0 else Pose.DOWN
    return None


def _spread(numbers: list[int], most: int) -> list[int]:
    """At most ``most`` of ``numbers``, evenly."""
    if len(numbers) <= most:
        return numbers
    return [numbers[i * (len(numbers) - 1) // (most - 1)] for i in range(most)]
