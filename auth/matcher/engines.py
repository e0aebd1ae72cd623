"""Which models the settings name, with the thresholds that belong to them."""

from __future__ import annotations

from dataclasses import dataclass

from auth.face.compare import Metric, Thresholds, figures_of
from auth.face.continuity import PassiveModel
from auth.face.dlib_engine import DlibEncoder
from auth.face.encode import Encoder, mobilefacenet, supplied
from auth.face.passive import SuppliedPassive
from core.settings import FaceSettings

NEVER = {Metric.COSINE: 0.49, Metric.EUCLIDEAN: 0.45}
"""No setting goes beyond: there most strangers of one office would match (notes of the measurement)."""
STRANGER = {Metric.COSINE: 0.633, Metric.EUCLIDEAN: 0.457}
"""What puts a cohort-normalised score back on the scale of raw distances: the difference of the thresholds of
both at FMR 1e-4 (NUAA, 8 template and 5 probe frames: 0.373 and -0.260; dlib 0.330 and -0.127). Checked on 42
people of East-Asian LFW and CASIA, 10,332 impostor pairs: at 0.37 FNMR falls from 2.8 to 0.4 %, FMR is 0.02
raw and 0.03 % normalised; the difference there is 0.62 to 0.65."""


@dataclass(frozen=True)
class Engine:
    """``identity`` tells liveness whether the face stays the same; its limit is MobileFaceNet's."""

    encoder: Encoder
    identity: Encoder
    thresholds: Thresholds
    passive: PassiveModel | None = None


def engine_of(face: FaceSettings) -> Engine:
    """Load the configured models. SuiteError FACE-001..003, FACE-020 when one cannot be."""
    identity: Encoder = mobilefacenet()
    encoder = identity
    if face.model_file is not None:
        encoder = supplied(face.model_file)
    elif face.engine == "dlib":
        encoder = DlibEncoder()
    passive = SuppliedPassive(face.passive_model) if face.passive_model is not None else None
    return Engine(encoder, identity, thresholds_of(face), passive)


def thresholds_of(face: FaceSettings) -> Thresholds:
    """The configured thresholds (which rise: the settings see to that), none beyond NEVER."""
    if face.engine == "dlib" and face.model_file is None:
        metric, never = Metric.EUCLIDEAN, face.dlib_threshold_never
        alone, second = face.dlib_threshold_alone, face.dlib_threshold_with_second
    else:
        metric, never = Metric.COSINE, face.threshold_never
        alone, second = face.threshold_alone, face.threshold_with_second
    alone, second, never = (min(limit, NEVER[metric]) for limit in (alone, second, never))
    figures = figures_of(face.engine) if face.model_file is None else ""
    return Thresholds(metric, alone, second, never, figures)
