"""Which frames of an enrolment become the template."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from auth.face.engine import Face, Observation
from auth.face.quality import Problem
from auth.matcher.poses import FEWEST_FRAMES, Pose, enrolment_frames, pose_of


def seen(yaw: float = 0.0, pitch: float = 0.0, *problems: Problem) -> Observation:
    quality: Any = SimpleNamespace(problems=problems)
    mesh: Any = object()
    face = Face((0, 0, 100, 100), 0.9, mesh=mesh, yaw=yaw, pitch=pitch, quality=quality)
    return Observation(0.0, (640, 480), (face,))


NOTHING = Observation(0.0, (640, 480), ())
STRAIGHT = [seen(0.02, -0.1)] * 6
KEYS = (0, 1, 2)


def test_straight_and_turned_frames_make_a_template() -> None:
    frames = [*STRAIGHT, seen(0.17, -0.1), seen(0.2, -0.1), seen(0.3, -0.1, Problem.TURNED)]
    assert enrolment_frames(frames, KEYS) == (list(range(9)), 2)


def test_one_pose_or_too_few_frames_do_not() -> None:
    assert enrolment_frames(STRAIGHT * 3, KEYS) == ([], 0)
    assert enrolment_frames([*STRAIGHT[:5], seen(0.2, -0.1), seen(0.2, -0.1)], KEYS) == ([], 0)
    assert enrolment_frames([*STRAIGHT, seen(0.2, -0.1), seen(0.2, -0.1)], ()) == ([], 0)
    assert enrolment_frames([NOTHING] * 20, (0,)) == ([], 0)


@pytest.mark.parametrize("problem", [p for p in Problem if p is not Problem.TURNED])
def test_a_bad_frame_is_never_taken(problem: Problem) -> None:
    bad = [seen(0.02, -0.1, problem)] * 9
    turned = [seen(0.2, -0.1)] * 4
    chosen, _poses = enrolment_frames([*STRAIGHT, *bad, *turned], KEYS)
    assert set(chosen) == {0, 1, 2, 3, 4, 5, 15, 16, 17, 18}
    assert len(chosen) >= FEWEST_FRAMES


def test_a_template_stays_mostly_frontal_and_small() -> None:
    many = [*[seen(0, 0)] * 20, *[seen(0.2, 0)] * 20, *[seen(-0.2, 0)] * 20]
    chosen, poses = enrolment_frames(many, KEYS)
    assert poses == 3
    assert (sum(n < 20 for n in chosen), sum(20 <= n < 40 for n in chosen), sum(n >= 40 for n in chosen)) == (
        8,
        4,
        4,
    )


@pytest.mark.parametrize(
    ("yaw", "pitch", "pose"),
    [(0.0, 0.0, Pose.STRAIGHT), (0.2, 0.0, Pose.LEFT), (-0.2, 0.0, Pose.RIGHT), (0.0, 0.1, Pose.UP),
     (0.0, -0.1, Pose.DOWN), (0.07, 0.0, None), (0.5, 0.0, None), (0.2, 0.1, None)],
)  # fmt: skip
def test_a_pose_is_named_by_the_change_from_straight_ahead(
    yaw: float, pitch: float, pose: Pose | None
) -> None:
    face = seen(yaw + 0.03, pitch - 0.1).faces[0]
    assert pose_of(face, 0.03, -0.1) is pose
