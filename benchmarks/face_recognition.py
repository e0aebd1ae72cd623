"""Matching: East-Asian faces one against one, webcam sessions weeks apart, CPU time; dlib on the same images.

The peer is dlib as face_recognition wraps it (HOG upsampled once, five points), run in the same process.
Error rates are in percent. The pipeline's choices (two mesh passes, for one) were made on these same images.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from auth.face.compare import Metric
from auth.face.dlib_engine import DlibEncoder
from auth.face.encode import Encoder, mobilefacenet
from auth.face.engine import Face, FaceAnalyser, most_central
from auth.face.frame import Frame
from auth.face.report.folder import read_folder
from auth.face.report.rates import at_fmr, at_threshold
from auth.face.report.samples import Sample, collect, read_frame
from auth.face.report.verification import Trial, session_trials, still_trials
from benchmarks.record import Record
from core.paths import Paths
from core.settings import FaceSettings

FACES = Path(__file__).resolve().parents[2] / "shared" / "data" / "faces"
PEER = "dlib/face_recognition"
TIMED = 60


def records() -> list[Record]:
    """FileNotFoundError where the evaluation faces are not there: nothing is measured then."""
    if not FACES.is_dir():
        raise FileNotFoundError(f"no evaluation faces at {FACES}")
    folder = read_folder(FACES)
    ours, peer = mobilefacenet(), DlibEncoder()
    central, near = FaceAnalyser(most_central), FaceAnalyser()
    cache = Paths.from_environment().cache / "face-report"
    stills = collect(folder.stills, [ours, peer], central, cache, lambda _done: None)
    live = collect(folder.live, [ours, peer], near, cache, lambda _done: None)
    frames = [
        each
        for each in map(
            read_frame, [picture.path for picture in folder.live[:: max(1, len(folder.live) // TIMED)]]
        )
        if each
    ]
    return [
        *_one_against_one(stills, ours, peer),
        *_across_sessions(live, stills, ours, peer),
        *_cpu(frames, near, ours, peer),
    ]


def _one_against_one(stills: Sequence[Sample], ours: Encoder, peer: Encoder) -> Iterator[Record]:
    east_asian = [sample for sample in stills if sample.picture.group == "lfw-east-asian"]
    [our_trial] = still_trials(east_asian, ours.name, Metric.COSINE)
    [peer_trial] = still_trials(east_asian, peer.name, Metric.EUCLIDEAN)
    for fmr, bar in ((1e-2, 0.5), (1e-3, 5.0)):
        yield _fnmr("East-Asian LFW, one image against one", our_trial, peer_trial, fmr, bar)
    limit = FaceSettings().threshold_alone
    false_match, miss = at_threshold(our_trial.scores, limit)
    for label, threshold in (("face_recognition's default 0.6", 0.6), ("Howdy's 0.35", 0.35)):
        theirs = at_threshold(peer_trial.scores, threshold)
        for name, our_rate, peer_rate in (("FMR", false_match, theirs[0]), ("FNMR", miss, theirs[1])):
            yield _record(
                f"East-Asian LFW, {name} at the threshold in use ({limit})",
                100 * our_rate.value,
                "%",
                None,
                f"dlib at {label}",
                100 * peer_rate.value,
                f"{our_rate.n:,} pairs",
            )


def _across_sessions(
    live: Sequence[Sample], stills: Sequence[Sample], ours: Encoder, peer: Encoder
) -> Iterator[Record]:
    our_trials = session_trials(live, stills, ours.name, Metric.COSINE)
    peer_trials = session_trials(live, stills, peer.name, Metric.EUCLIDEAN)
    for our_trial, peer_trial in zip(our_trials, peer_trials, strict=True):
        if our_trial.template == 8:
            kind = "cohort-normalised" if our_trial.cohort else "raw"
            name = f"NUAA across sessions, template of 8, probe of 5, {kind}"
            yield _fnmr(name, our_trial, peer_trial, 1e-3, 1.0)


def _fnmr(name: str, ours: Trial, peer: Trial, fmr: float, bar: float) -> Record:
    our_point, peer_point = at_fmr(ours.scores, fmr), at_fmr(peer.scores, fmr)
    rate = our_point.fnmr
    size = f"{rate.n:,} genuine, {our_point.impostors:,} impostor pairs of {ours.scores.people} people"
    interval = f"95 % {100 * rate.low:.2g}-{100 * rate.high:.2g} % ({rate.method})"
    value, peer_value = 100 * rate.value, 100 * peer_point.fnmr.value
    return _record(f"{name}: FNMR at FMR {fmr:g}", value, "%", bar, PEER, peer_value, f"{size}; {interval}")


def _cpu(
    frames: Sequence[Frame], analyser: FaceAnalyser, ours: Encoder, peer: DlibEncoder
) -> Iterator[Record]:
    faces = [(frame, face) for frame in frames if (face := analyser.analyse(frame).face)]
    only_frames = [frame for frame, _face in faces]
    size = "x".join(map(str, only_frames[0].size))
    n = f"{len(faces)} frames of {size}, median"
    see = _cpu_ms([lambda frame=frame: analyser.analyse(frame) for frame in only_frames])
    hog = _cpu_ms([lambda frame=frame: peer.locate(frame) for frame in only_frames[:20]])
    yield _record(
        "detect + landmarks + quality, CPU", see, "ms", 12, "face_recognition's HOG detector alone", hog, n
    )
    embed = _encode_ms(ours, faces)
    yield _record("embed, CPU", embed, "ms", 18, PEER, _encode_ms(peer, faces[:20]), n)


def _encode_ms(encoder: Encoder, faces: Sequence[tuple[Frame, Face]]) -> float:
    return _cpu_ms([lambda frame=frame, face=face: encoder.encode(frame, face) for frame, face in faces])


def _cpu_ms(calls: Sequence[Callable[[], object]]) -> float:
    """Median CPU milliseconds of the process over the calls, after one to warm up."""
    calls[0]()
    times = []
    for call in calls:
        begin = time.process_time()
        call()
        times.append(1000 * (time.process_time() - begin))
    return float(np.median(times))


def _record(
    name: str, value: float, unit: str, bar: float | None, peer: str, peer_value: float, n: str
) -> Record:
    held = None if bar is None else value <= bar
    ratio = value / peer_value if peer_value else None
    text = "" if bar is None else f"≤ {bar:g} {unit}"
    return Record(name, value, unit, text, held, peer, peer_value, ratio, n)
