"""Runs everything a report consists of, in order, and says how far it is."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from auth.face.compare import Metric, distance
from auth.face.dlib_engine import DlibEncoder
from auth.face.encode import mobilefacenet, supplied
from auth.face.engine import FaceAnalyser, most_central
from auth.face.report.folder import Folder, Picture, read_folder
from auth.face.report.presentations import group_runs, present
from auth.face.report.rates import Rate
from auth.face.report.samples import Progress, Sample, collect, read_frame
from auth.face.report.summary import EngineUnderTest, Latency, Summary, result_of
from auth.face.report.verification import attack_matches, session_trials, still_trials
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.settings import FaceSettings

DLIB_FIXED = {"face_recognition": 0.6, "Howdy": 0.35}
"""Defaults of the two best-known users of dlib's embedding."""
TIMED = 40


def engines_of(settings: FaceSettings) -> tuple[list[EngineUnderTest], list[str]]:
    """The engines of this installation, ours first, and a note for each that is missing."""
    ours = {
        "alone": settings.threshold_alone,
        "with a second factor": settings.threshold_with_second,
        "never beyond": settings.threshold_never,
    }
    engines = [EngineUnderTest(mobilefacenet(), Metric.COSINE, ours)]
    notes = []
    if settings.model_file is not None:
        engines.append(EngineUnderTest(supplied(settings.model_file), Metric.COSINE, ours))
    try:
        engines.append(EngineUnderTest(DlibEncoder(), Metric.EUCLIDEAN, DLIB_FIXED))
    except SuiteError as error:
        notes.append(str(error))
    return engines, notes


def measure(
    root: Path, engines: Sequence[EngineUnderTest], cache: Path, report: Progress, notes: Sequence[str] = ()
) -> Summary:
    """Raises SuiteError FACE-030 and whatever ``report`` raises to cancel."""
    folder = read_folder(root)
    encoders = [engine.encoder for engine in engines]
    central, near = FaceAnalyser(most_central), FaceAnalyser()
    stills = collect(folder.stills, encoders, central, cache, _step(report, _("静止画"), folder.stills))
    live = collect(folder.live, encoders, near, cache, _step(report, _("本人の映像"), folder.live))
    attacks = collect(
        folder.attacks, encoders[:1], near, cache, _step(report, _("攻撃の映像"), folder.attacks)
    )
    trials = []
    for engine in engines:
        name, metric = engine.encoder.name, engine.metric
        found = still_trials(stills, name, metric) + session_trials(live, stills, name, metric)
        trials += [result_of(trial, engine) for trial in found]
    runs = [*folder.live, *folder.attacks]
    presentations = present(runs, near, _step(report, _("生体検知"), list(group_runs(runs))))
    return Summary(
        str(root),
        datetime.now(TOKYO).date().isoformat(),
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        len(folder.stills) + len(folder.live) + len(folder.attacks),
        folder.ignored,
        tuple(trials),
        tuple(presentations),
        _attack_matches(attacks, live, engines[0]),
        tuple(_latency(folder, engines, near)),
        tuple(notes),
    )


def _step(report: Progress, text: str, things: Sequence[object]) -> Callable[[int], None]:
    return lambda done: report(done, len(things), text)


def _attack_matches(
    attacks: Sequence[Sample], live: Sequence[Sample], engine: EngineUnderTest
) -> tuple[tuple[str, str, float, Rate], ...]:
    threshold = next(iter(engine.fixed.values()))
    found = attack_matches(attacks, live, engine.encoder.name, engine.metric, threshold)
    return tuple((engine.encoder.name, species, threshold, rate) for species, rate in found.items())


def _latency(folder: Folder, engines: Sequence[EngineUnderTest], analyser: FaceAnalyser) -> list[Latency]:
    """CPU time of this thread, on pictures spread over the folder."""
    everything: list[Picture] = [*(folder.live or folder.stills)]
    frames = [read_frame(each.path) for each in everything[:: max(1, len(everything) // TIMED)][:TIMED]]
    usable = [(frame, face) for frame in frames if frame and (face := analyser.analyse(frame).face)]
    if not usable:
        return []
    size = "x".join(map(str, usable[len(usable) // 2][0].size))
    steps = [(_("検出・特徴点・品質"), [_cpu_ms(analyser.analyse, frame) for frame, _face in usable])]
    for engine in engines:
        times = [_cpu_ms(engine.encoder.encode, frame, face) for frame, face in usable]
        steps.append((_("ベクトル化 {engine}").format(engine=engine.encoder.name), times))
    one = engines[0].encoder.encode(*usable[0])
    steps.append((_("照合1回"), [_cpu_ms(distance, one, one) for _frame in usable]))
    return [
        Latency(name, float(np.median(times)), float(np.percentile(times, 95)), len(times), size)
        for name, times in steps
    ]


def _cpu_ms(call: Callable[..., object], *arguments: object) -> float:
    begin = time.thread_time()
    call(*arguments)
    return 1000 * (time.thread_time() - begin)
