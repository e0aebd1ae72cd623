"""Every picture looked at once: is there a face, is it good, and its vector by each engine.

Vectors are kept in the user's cache by content and by everything that made them, so a second report over the
same folder takes seconds. They are biometric data: the cache is private and may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from auth.face import align, detect, encode, engine, landmarks, network, quality
from auth.face.encode import Encoder, Vector
from auth.face.engine import Face, FaceAnalyser
from auth.face.frame import Frame, check_frame
from auth.face.models import LOCK_FILE
from auth.face.report.folder import Picture
from core.errors import SuiteError

_log = logging.getLogger(__name__)
MAKERS = (align, detect, encode, engine, landmarks, network, quality)
"""Modules whose source decides a vector: a change in one, or in a library below, empties the cache."""


class Progress(Protocol):
    """core.jobs.Report or a look-alike: may raise to cancel."""

    def __call__(self, done: float = 0.0, total: float | None = None, text: str = "") -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """vectors: by engine name; empty where no face was found. good: passed the quality check."""

    picture: Picture
    good: bool
    vectors: dict[str, Vector]


def read_frame(path: Path, number: int = 0, time: float = 0.0) -> Frame | None:
    """None where the file is not a picture that can be used."""
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
        image = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
        return Frame(check_frame(image), time, number)
    except (OSError, cv2.error, SuiteError):
        return None


class Cache:
    """Vectors by the SHA-256 of a picture's content, one file an engine. A damaged file counts as empty."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        made_by = hashlib.sha256(LOCK_FILE.read_bytes() + f"{cv2.__version__} {np.__version__}".encode())
        made_by.update(version("ai-edge-litert").encode())
        for module in MAKERS:
            made_by.update(Path(str(module.__file__)).read_bytes())
        self._model = f"{encoder.name}-{encoder.version}"
        self._path = folder / f"{self._model}-{made_by.hexdigest()[:12]}.npz"
        self._known: dict[str, Vector] = {}
        self._dirty = False
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            _log.warning("face-report cache unreadable, measured anew")

    def get(self, key: str) -> Vector | None:
        return self._known.get(key)

    def put(self, key: str, vector: Vector) -> None:
        self._known[key] = vector
        self._dirty = True

    def save(self) -> None:
        """Keep what is known, and no vectors that nothing will read again. A cache that cannot be written
        costs time, not the report."""
        if not self._dirty:
            return
        partial = self._path.with_suffix(".partial")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with partial.open("wb") as file:
                np.savez(file, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
            partial.replace(self._path)
            for outdated in self._path.parent.glob(f"{self._model}-*.npz"):
                if outdated != self._path:
                    outdated.unlink()
        except OSError:
            _log.warning("face-report cache not written")


def collect(
    pictures: Sequence[Picture],
    encoders: Iterable[Encoder],
    analyser: FaceAnalyser,
    cache_folder: Path,
    progress: Callable[[int], None],
) -> list[Sample]:
    """Look at every picture. ``progress`` gets the number done after each and may raise to stop."""
    caches = [(encoder, Cache(cache_folder, encoder)) for encoder in encoders]
    samples = []
    try:
        for done, picture in enumerate(pictures, 1):
            samples.append(_look(picture, caches, analyser))
            progress(done)
    finally:
        for _encoder, cache in caches:
            cache.save()
    return samples


GOOD, FACE, NONE = 2.0, 1.0, 0.0
"""First number of a cached row: what kind of picture it was. The vector follows."""


def _look(picture: Picture, caches: list[tuple[Encoder, Cache]], analyser: FaceAnalyser) -> Sample:
    try:
        key = f"{hashlib.sha256(picture.path.read_bytes()).hexdigest()} {analyser.choice.__name__}"
    except OSError:
        return Sample(picture, False, {})
    missing = [(encoder, cache) for encoder, cache in caches if cache.get(key) is None]
    if missing:
        frame = read_frame(picture.path)
        face = analyser.analyse(frame).face if frame else None
        for encoder, cache in missing:
            cache.put(key, _row(encoder, frame, face))
    rows = {encoder.name: cache.get(key) for encoder, cache in caches}
    found = {name: row for name, row in rows.items() if row is not None and row[0] != NONE}
    good = any(row[0] == GOOD for row in found.values())
    return Sample(picture, good, {name: row[1:] for name, row in found.items()})


def _row(encoder: Encoder, frame: Frame | None, face: Face | None) -> Vector:
    kind, vector = NONE, np.zeros(encoder.dimensions, np.float32)
    if frame and face and face.quality:
        kind, vector = GOOD if face.quality.good else FACE, encoder.encode(frame, face)
    return np.concatenate([np.array([kind], np.float32), vector])
