"""Straight edges around a face and the beats of a screen; never on an ordinary office picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from auth.face.actor import ActorCamera
from auth.face.attacks import CardCamera, NearReplayCamera, ScreenCamera
from auth.face.engine import Face, FaceAnalyser
from auth.face.frame import Frame, check_frame
from auth.face.guidance import Deny
from auth.face.screen import PEAK, ScreenGuard, beat_peak, beats, frame_around, mostly


def looks(camera: ActorCamera, analyser: FaceAnalyser, count: int = 6) -> list[tuple[Frame, Face]]:
    camera.open()
    frames = [camera.read() for _each in range(count)]
    pairs = [(frame, analyser.analyse(frame).face) for frame in frames]
    return [(frame, face) for frame, face in pairs if face is not None]


@pytest.mark.parametrize("seed", range(4))
def test_the_live_actor_has_no_frame_and_no_beats(analyser: FaceAnalyser, seed: int) -> None:
    for frame, face in looks(ActorCamera(seed), analyser):
        assert face.mesh is not None
        assert not frame_around(frame.image, face.box)
        assert not beats(frame.image, face.mesh)


def test_a_telephones_bezel_is_seen(analyser: FaceAnalyser) -> None:
    seen = [frame_around(frame.image, face.box) for frame, face in looks(ScreenCamera(2), analyser)]
    assert len(seen) == 6
    assert mostly(seen)


def test_a_prints_edges_are_seen_when_they_are_in_the_picture(analyser: FaceAnalyser) -> None:
    camera = CardCamera(8)
    camera.open()
    assert camera._card.width < 400  # this seed's is no poster
    assert mostly([frame_around(frame.image, face.box) for frame, face in looks(camera, analyser)])


def test_a_screen_too_near_for_its_edges_is_betrayed_by_its_beats(analyser: FaceAnalyser) -> None:
    strongest = []
    for seed in range(4):
        found = looks(NearReplayCamera(seed), analyser, 3)
        strongest.append(max(beat_peak(frame.image, f.mesh) for frame, f in found if f.mesh is not None))
    assert max(strongest) > PEAK + 0.3


def test_the_guard_waits_for_most_of_several_looks(analyser: FaceAnalyser) -> None:
    guard = ScreenGuard()
    answers = [guard.push(frame, face) for frame, face in looks(ScreenCamera(2), analyser, 12)]
    assert answers[:6] == [None] * 6
    assert Deny.BEZEL in answers


def test_windows_and_doors_behind_a_person_are_no_frame() -> None:
    """The sides and the top are there, but shoulders stand where a frame would close below."""
    picture = np.full((480, 640, 3), 150, np.uint8)
    cv2.rectangle(picture, (180, 40), (470, 470), (40, 40, 40), 6)
    cv2.ellipse(picture, (325, 500), (260, 150), 0, 0, 360, (90, 60, 50), -1)
    cv2.ellipse(picture, (325, 230), (85, 110), 0, 0, 360, (140, 160, 200), -1)
    assert not frame_around(picture, (240, 120, 170, 220))


@pytest.mark.shared_data
def test_no_live_person_of_nuaa_is_framed_or_beats(analyser: FaceAnalyser, shared_data: Path) -> None:
    count = 0
    for folder in sorted(shared_data.glob("faces/nuaa/live/*/*")):
        for file in sorted(folder.glob("*.jpg"))[::10]:
            frame = Frame(check_frame(cv2.imread(str(file))), 1.0, 1)
            face = analyser.analyse(frame).face
            if face is None or face.mesh is None:
                continue
            count += 1
            assert not frame_around(frame.image, face.box)
            assert not beats(frame.image, face.mesh)
    assert count > 30
