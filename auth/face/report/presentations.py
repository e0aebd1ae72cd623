"""Presentation attacks and bona fide presentations of a folder, put before the suite's liveness detection.

A recorded run is played forward and backward with a grain of fresh sensor noise until the challenge ends, as
an attacker goes on moving a print: played once, a run of one second would be refused merely for being short.
Recorded people do not perform a challenge that is drawn now, so BPCER of the whole challenge cannot be
measured on a folder; what can is how often a deny cue stops them.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from auth.face.challenge import NONCE_BYTES, draw
from auth.face.engine import FaceAnalyser, Observation
from auth.face.frame import Frame
from auth.face.guidance import Deny
from auth.face.liveness import LivenessSession
from auth.face.report.folder import Picture
from auth.face.report.rates import Rate, proportion
from auth.face.report.samples import read_frame
from auth.wire import MOST_FRAMES

FRAME_S = 0.05
"""Seconds a frame number: folders carry no times, but files are named by their number at the camera (NUAA: 20
a second, of which about every fifth was kept)."""
CHALLENGES = 3
"""Challenges drawn for every attack run; from its path, so a report can be repeated."""
BONA_FIDE = "live"
NOT_PERFORMED = frozenset(
    {Deny.TIMEOUT, Deny.NO_DEPTH, Deny.WRONG_WAY, Deny.TOO_EARLY, Deny.UNLIT, Deny.TOO_LIGHT}
)
"""What a recording runs into because nobody in it heard the challenge or sat before our window; says nothing
against the person."""


@dataclass(frozen=True, slots=True)
class Presentations:
    """species: ``live`` for bona fide. rate: of attacks the share accepted as live (APCER); of bona fide the
    share stopped by a deny cue. ends: how often each end came, by name."""

    species: str
    runs: int
    rate: Rate
    ends: Mapping[str, int]


def present(
    pictures: Sequence[Picture], analyser: FaceAnalyser, progress: Callable[[int], None]
) -> list[Presentations]:
    """Play every run of ``pictures``. ``progress`` gets the runs done and may raise to stop."""
    ends: dict[str, list[str]] = defaultdict(list)
    runs: Counter[str] = Counter()
    for done, (name, run) in enumerate(group_runs(pictures).items(), 1):
        species = run[0].species or BONA_FIDE
        frames = [frame for number, each in _numbered(run) if (frame := read_frame(each.path, number))]
        seen = [(frame, analyser.analyse(frame)) for frame in frames]
        runs[species] += 1
        for turn in range(CHALLENGES if seen else 0):
            ends[species].append(_play(seen, f"{name} {turn}"))
        progress(done)
    return [_count(species, runs[species], found) for species, found in ends.items()]


def _numbered(run: Sequence[Picture]) -> list[tuple[int, Picture]]:
    """Each picture with the number in its name, or with its place where the names are not rising numbers."""
    names = [each.path.stem for each in run]
    numbers = [int(name) for name in names if name.isdecimal() and len(name) < 10]
    rising = len(numbers) == len(run) and all(a < b for a, b in itertools.pairwise(numbers))
    return list(zip(numbers if rising else range(len(run)), run, strict=True))


def group_runs(pictures: Sequence[Picture]) -> dict[str, list[Picture]]:
    """Pictures by set, species, person and session, in the order of the folder."""
    runs: dict[str, list[Picture]] = defaultdict(list)
    for each in pictures:
        runs["/".join((each.group, each.species, each.person, each.session))].append(each)
    return runs


def _play(seen: Sequence[tuple[Frame, Observation]], label: str) -> str:
    """One presentation: ``live``, the name of the deny, or ``unfinished``."""
    seed = hashlib.sha256(label.encode()).digest()
    session = LivenessSession(draw(seed[:NONCE_BYTES]))
    random = np.random.default_rng(list(seed[NONCE_BYTES:]))
    time, last = 0.0, seen[0][0].number
    for number, place in zip(range(3 * MOST_FRAMES), _back_and_forth(len(seen)), strict=False):
        frame, observation = seen[place]
        time += FRAME_S * max(abs(frame.number - last), 1)
        last = frame.number
        noise = random.integers(-1, 2, frame.image.shape, dtype=np.int16)
        image = np.clip(frame.image + noise, 0, 255).astype(np.uint8)
        again = replace(observation, time=time)
        progress = session.push(Frame(image, time, number), again)
        if progress.denied:
            return progress.denied.value
        if progress.finished:
            break
    return "live" if session.evidence().live else "unfinished"


def _back_and_forth(count: int) -> Iterator[int]:
    if count == 1:
        return itertools.repeat(0)
    return itertools.cycle([*range(count), *range(count - 2, 0, -1)])


def _count(species: str, runs: int, ends: Sequence[str]) -> Presentations:
    if species == BONA_FIDE:
        stopped = {deny.value for deny in Deny if deny not in NOT_PERFORMED}
        errors = sum(end in stopped for end in ends)
    else:
        errors = ends.count("live")
    return Presentations(species, runs, proportion(errors, len(ends)), dict(Counter(ends)))
