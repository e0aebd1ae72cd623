"""From a frame to what is in it: the faces, and of the main one its points, pose and quality.

Stateless on purpose: the terminal and the matcher look at the same frame and must see the same thing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from auth.face.detect import Detection, Detector
from auth.face.frame import Frame
from auth.face.landmarks import Landmarker, Mesh, pose_of, region_of_detection
from auth.face.quality import Problem, Quality, assess, missing_face

SECOND_FACE = 0.6
"""Width of another face over the main one's from which it counts as a second person at the camera.

Colleagues in the background of NUAA's live runs reach 0.52 (10 of 170 frames have one); someone who looks
over a shoulder is about as large as the user."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """box: (x, y, w, h) in frame pixels; score 0..1. Only the main face of a frame carries the rest:

    mesh: float32 (468, 3) in frame pixels; yaw, pitch, roll, inter_eye, eye_open: see landmarks.Pose.
    """

    box: tuple[float, float, float, float]
    score: float
    mesh: Mesh | None = None
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    inter_eye: float = 0.0
    eye_open: float = 0.0
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What one frame shows. size: (width, height) of the frame; faces: the main one first; faceless: what
    is wrong when there is no face, as a room may only be too dark to find it."""

    time: float
    size: tuple[int, int]
    faces: tuple[Face, ...]
    faceless: Problem = Problem.NO_FACE

    @property
    def face(self) -> Face | None:
        """The main face, when its points were found."""
        return self.faces[0] if self.faces and self.faces[0].mesh is not None else None

    @property
    def second_face(self) -> bool:
        """True when another face is about as near as the main one."""
        return any(face.box[2] > SECOND_FACE * self.faces[0].box[2] for face in self.faces[1:])

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What stands in the way of matching this frame; empty when it is good."""
        face = self.face
        if face is None or face.quality is None:
            return (self.faceless,)
        return face.quality.problems


Choice = Callable[[Detection, tuple[int, int]], float]
"""The face with the highest value is the main one. Takes a detection and the frame's (width, height)."""


def largest(detection: Detection, size: tuple[int, int]) -> float:
    """At a camera the person who signs in is the nearest."""
    return detection.box[2] * detection.box[3]


def most_central(detection: Detection, size: tuple[int, int]) -> float:
    """In a labelled picture (LFW, staff photographs) the name belongs to the face in the middle."""
    x, y, width, height = detection.box
    return -math.hypot(x + width / 2 - size[0] / 2, y + height / 2 - size[1] / 2)


class FaceAnalyser:
    """Detects, places points and measures quality. Safe to share between threads; calls take turns.

    Raises SuiteError FACE-001..003 when a model is missing, altered or unreadable.
    """

    def __init__(self, choice: Choice = largest) -> None:
        self.choice = choice
        self._detector = Detector()
        self._landmarker = Landmarker()

    def analyse(self, frame: Frame) -> Observation:
        """CPU: about 8 ms for 640x480 on one core."""
        found = self._detector.detect(frame.image)
        found.sort(key=lambda detection: -self.choice(detection, frame.size))
        faces = [Face(detection.box, detection.score) for detection in found]
        if found:
            faces[0] = self._look_closer(frame, found[0], faces[0])
        faceless = missing_face(frame.image)
        observation = Observation(frame.time, frame.size, tuple(faces), faceless)
        return _with_second_face(observation)

    def _look_closer(self, frame: Frame, detection: Detection, face: Face) -> Face:
        mesh = self._landmarker.place(frame.image, region_of_detection(detection))
        if mesh is None:
            return face
        pose = pose_of(mesh)
        return Face(
            face.box,
            face.score,
            mesh,
            pose.yaw,
            pose.pitch,
            pose.roll,
            pose.inter_eye,
            pose.eye_open,
            assess(frame.image, mesh, pose),
        )


def _with_second_face(observation: Observation) -> Observation:
    """Add the one problem that a face cannot know of itself."""
    face = observation.face
    if face is None or face.quality is None or not observation.second_face:
        return observation
    quality = replace(face.quality, score=0.0, problems=(Problem.SEVERAL_FACES, *face.quality.problems))
    return replace(observation, faces=(replace(face, quality=quality), *observation.faces[1:]))
