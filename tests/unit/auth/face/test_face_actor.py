"""The actor is a believable live person: found, turned as asked, the same person throughout, seldom the
same as another."""

from __future__ import annotations

import numpy as np
import pytest

from auth.face.actor import NEUTRAL_PITCH, ActorCamera, Performer, room
from auth.face.actor_mesh import Pose, load_head
from auth.face.actor_people import SAMPLES, sample
from auth.face.actor_render import Renderer
from auth.face.challenge import Action
from auth.face.compare import distance
from auth.face.encode import AlignedEncoder
from auth.face.engine import Face, FaceAnalyser
from auth.face.eyelids import SHUT, likeness, patches
from auth.face.frame import Frame


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(load_head(), room(0))


def seen(analyser: FaceAnalyser, renderer: Renderer, pose: Pose) -> tuple[Frame, Face]:
    frame = Frame(renderer.render(pose), 1.0, 1)
    face = analyser.analyse(frame).face
    assert face is not None
    return frame, face


@pytest.mark.parametrize("yaw", [-35, -25, -12, 12, 25, 35])
def test_the_pose_is_seen_as_it_was_drawn_to_the_persons_own_side(
    analyser: FaceAnalyser, renderer: Renderer, yaw: float
) -> None:
    straight = seen(analyser, renderer, Pose(pitch=NEUTRAL_PITCH))[1].yaw
    turned = seen(analyser, renderer, Pose(yaw=yaw, pitch=NEUTRAL_PITCH))[1].yaw
    assert 0.006 * abs(yaw) < (turned - straight) * np.sign(yaw) < 0.016 * abs(yaw)


def test_looking_up_raises_the_pitch_and_looking_down_lowers_it(
    analyser: FaceAnalyser, renderer: Renderer
) -> None:
    down, ahead, up = (
        seen(analyser, renderer, Pose(pitch=NEUTRAL_PITCH + angle))[1].pitch for angle in (-22, 0, 22)
    )
    assert down < ahead - 0.12
    assert up > ahead + 0.12


def test_a_blink_shuts_the_eyes_in_the_picture_and_nothing_else(
    analyser: FaceAnalyser, renderer: Renderer
) -> None:
    opened, shut = (
        patches(frame.image, face.mesh)
        for frame, face in (seen(analyser, renderer, Pose(blink=b, pitch=NEUTRAL_PITCH)) for b in (0, 1))
        if face.mesh is not None
    )
    assert all(likeness(a, b) < SHUT for a, b in zip(opened.eyes, shut.eyes, strict=True))
    assert likeness(opened.mouth, shut.mouth) > 0.95


def test_a_turned_head_is_still_the_same_person(
    analyser: FaceAnalyser, encoder: AlignedEncoder, renderer: Renderer
) -> None:
    ahead = encoder.encode(*seen(analyser, renderer, Pose(pitch=NEUTRAL_PITCH)))
    for pose in (Pose(yaw=28, pitch=8), Pose(yaw=-28, pitch=8), Pose(pitch=28), Pose(pitch=-12)):
        assert distance(ahead, encoder.encode(*seen(analyser, renderer, pose))) < 0.37


def test_the_sample_people_are_different_people(analyser: FaceAnalyser, encoder: AlignedEncoder) -> None:
    vectors = []
    for number in range(len(SAMPLES)):
        drawn = Renderer(sample(number), room(number))
        vectors.append(encoder.encode(*seen(analyser, drawn, Pose(pitch=NEUTRAL_PITCH, distance=480))))
    pairs = [(a, b) for a in range(len(vectors)) for b in range(a)]
    assert min(distance(vectors[a], vectors[b]) for a, b in pairs) > 0.49


def test_frames_look_good_to_the_quality_gate(analyser: FaceAnalyser) -> None:
    good = 0
    for seed in range(6):
        camera = ActorCamera(seed)
        camera.open()
        seen_frames = [analyser.analyse(camera.read()) for _each in range(5)]
        good += sum(not each.problems for each in seen_frames)
    assert good >= 24  # of 30: a blink may fall in between


def test_no_two_frames_are_equal() -> None:
    camera = ActorCamera(1)
    camera.open()
    frames = {camera.read().image.tobytes() for _each in range(12)}
    assert len(frames) == 12


def test_the_same_seed_moves_the_same() -> None:
    one, other = Performer(5, 0.0), Performer(5, 0.0)
    for performer in (one, other):
        performer.ask(Action.TURN_LEFT, 1.0)
    assert [one.pose(t / 10) for t in range(30)] == [other.pose(t / 10) for t in range(30)]


@pytest.mark.parametrize("seed", range(8))
def test_it_answers_at_human_pace(seed: int) -> None:
    """Nothing for 0.2 s, then there within 0.5 + 1.3 s, never quicker than 0.6 s on the way."""
    performer = Performer(seed, 0.0)
    before = performer.pose(0.0).yaw
    performer.ask(Action.TURN_LEFT, 0.0)
    times = np.arange(0, 2.5, 0.02)
    yaw = np.array([performer.pose(float(time)).yaw for time in times]) - before
    assert np.abs(yaw[times <= 0.2]).max() < 4  # swaying only
    assert yaw[times >= 1.8].min() > 24
    begun, there = times[np.argmax(yaw > 4)], times[np.argmax(yaw > 24)]
    assert there - begun > 0.2


def test_asking_the_same_again_does_not_start_anew() -> None:
    performer = Performer(2, 0.0)
    for time in np.arange(0, 2.0, 0.05):
        performer.ask(Action.LOOK_UP, float(time))
    assert performer.pose(2.0).pitch > NEUTRAL_PITCH + 14
