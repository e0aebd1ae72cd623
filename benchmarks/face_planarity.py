"""The depth cue on the same pictures as its peer (landmark homography), and the deny cues on real live faces.

Peer: a homography fitted to eye and mouth corners, brows and chin of FaceMesh; the residual at nose points
over the distance between the eyes must exceed 0.06. Its learned prior gives a flat print a nose; tracked
pixels do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from auth.face.actor import ActorCamera
from auth.face.attacks import BentPrintCamera, CardCamera, ScreenCamera
from auth.face.challenge import NONCE_BYTES, Action, draw
from auth.face.engine import Face, FaceAnalyser
from auth.face.frame import Frame, check_frame
from auth.face.guidance import Deny
from auth.face.landmarks import Mesh
from auth.face.liveness import LivenessSession
from auth.face.planarity import PlaneTracker
from auth.face.screen import beats, frame_around
from auth.face.steps import NOSE, RESIDUAL
from auth.face.turns import YAW
from benchmarks.record import Record

PLANE = [33, 133, 362, 263, 61, 291, 70, 107, 336, 300, 152]
RIDGE = [168, 6, 197, 195, 5, 4, 1, 98, 327]
PEER = "FaceMesh homography"
LANDMARK_RESIDUAL = 0.06
SEEDS = 12
TURN_FRAMES = 26
LIVE_FPS = 8.0  # NUAA's frames are not quite consecutive


@dataclass(frozen=True, slots=True)
class Look:
    """One frame against the first of its run: what each cue measured, and whether the head (proxy) had
    turned."""

    turned: bool
    measured: bool
    pixels: bool
    landmarks: bool


@cache
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


def landmark_residual(anchor: Mesh, mesh: Mesh, inter_eye: float) -> float:
    """Median distance of the nose points from where the plane of the others puts them, in eye distances."""
    plane, _inliers = cv2.findHomography(anchor[PLANE, :2], mesh[PLANE, :2])
    if plane is None:
        return 0.0
    predicted = cv2.perspectiveTransform(anchor[RIDGE, :2][None].astype(np.float64), plane)[0]
    return float(np.median(np.linalg.norm(predicted - mesh[RIDGE, :2], axis=1))) / inter_eye


def looks(frames: Iterable[Frame]) -> Iterator[Look]:
    tracker: PlaneTracker | None = None
    first: Face | None = None
    for frame in frames:
        face = analyser().analyse(frame).face
        if face is None or face.mesh is None:
            continue
        if tracker is None or first is None or first.mesh is None:
            tracker, first = PlaneTracker(frame, face.mesh, face.inter_eye), face
            continue
        tracker.follow(frame, face.mesh)
        seen = tracker.parallax()
        yield Look(
            abs(face.yaw - first.yaw) >= YAW,
            seen.measured,
            seen.measured and seen.nose >= NOSE and seen.residual >= RESIDUAL,
            landmark_residual(first.mesh, face.mesh, first.inter_eye) > LANDMARK_RESIDUAL,
        )


def turning(camera: ActorCamera, seed: int) -> Iterator[Frame]:
    """The camera's frames while a turn to one side is asked for."""
    camera.open()
    for _number in range(TURN_FRAMES):
        camera.ask(Action.TURN_LEFT if seed % 2 else Action.TURN_RIGHT)
        yield camera.read()


def pictures(folder: Path, fps: float) -> Iterator[Frame]:
    for number, file in enumerate(sorted(folder.glob("*.jpg"))):
        yield Frame(check_frame(cv2.imread(str(file))), 1 + number / fps, number)


def share(found: list[Look], cue: str, need_turn: bool) -> float:
    """Percent of the frames in which a cue sees a head (and the head has turned, when that is needed)."""
    return 100 * float(np.mean([getattr(each, cue) and (each.turned or not need_turn) for each in found]))


def flat_records(name: str, found: list[Look], runs: int) -> Iterator[Record]:
    measured = 100 * float(np.mean([each.measured for each in found]))
    n = f"{len(found)} frames of {runs} runs, {measured:.0f} % with enough tracks"
    for need_turn, text in ((False, "cue alone"), (True, "and turned ≥ 0.25")):
        value, peer = share(found, "pixels", need_turn), share(found, "landmarks", need_turn)
        ratio = value / peer if peer else None
        bar, held = ("≤ peer", value <= peer) if need_turn else ("", None)
        title = f"{name} taken for a head, {text}"
        yield Record(title, value, "% of frames", bar, held, PEER, peer, ratio, n)


def planarity_records(nuaa: Path) -> Iterator[Record]:
    """Flat and live looks of the simulation, then of NUAA where it is."""
    for name, kind in (("flat print", CardCamera), ("bent print", BentPrintCamera), ("screen", ScreenCamera)):
        found = [look for seed in range(SEEDS) for look in looks(turning(kind(seed), seed))]
        yield from flat_records(f"simulated {name}", found, SEEDS)
    live = [look for seed in range(SEEDS) for look in looks(turning(ActorCamera(seed), seed)) if look.turned]
    value, peer = share(live, "pixels", True), share(live, "landmarks", True)
    n = f"{len(live)} turned frames of {SEEDS} runs"
    yield Record(
        "turned actor taken for a head", value, "% of frames", "", None, PEER, peer, value / peer, n=n
    )
    prints = sorted(nuaa.glob("print/*/*"))
    if prints:
        found = [look for folder in prints for look in looks(pictures(folder, 5.0))]
        yield from flat_records("NUAA print", found, len(prints))
        yield from live_deny_records(sorted(nuaa.glob("live/*/*")))


def live_deny_records(folders: list[Path]) -> Iterator[Record]:
    """NUAA's live people do not turn: only the deny cues can be judged on them."""
    framed = beating = second = frames = 0
    ends: Counter[str] = Counter()
    for folder in folders:
        taken = list(pictures(folder, LIVE_FPS))
        for frame in taken:
            seen = analyser().analyse(frame)
            if seen.face is None or seen.face.mesh is None:
                continue
            frames += 1
            framed += frame_around(frame.image, seen.face.box)
            beating += beats(frame.image, seen.face.mesh)
            second += seen.second_face
        for seed in range(3):
            session = LivenessSession(draw(np.random.default_rng([seed, 22]).bytes(NONCE_BYTES)), replay=True)
            for frame in taken:
                progress = session.push(frame, analyser().analyse(frame))
            ends[progress.denied.value if progress.denied else "still waiting"] += 1
    for name, count in (("bezel", framed), ("screen beats", beating), ("second face", second)):
        yield Record(
            f"live frames that look like a deny cue: {name}",
            100 * count / frames,
            "%",
            n=f"{frames} NUAA frames",
        )
    wrong = sum(
        count for each, count in ends.items() if each in {deny.value for deny in Deny if deny.suspicious}
    )
    n = f"{sum(ends.values())} attempts over {len(folders)} live runs; " + ", ".join(
        f"{k} {v}" for k, v in ends.items()
    )
    yield Record("live people denied as an attack", 100 * wrong / sum(ends.values()), "%", n=n)
