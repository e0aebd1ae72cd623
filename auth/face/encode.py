"""From a face to the vector that is compared: the Encoder port and its first adapters.

MobileFaceNet (Chen et al. 2018, arXiv:1804.07573) is the default because dlib's embedding confuses East-Asian
faces: at FMR 1e-3 it misses half of them, MobileFaceNet one in twenty-five (benchmarks/face_recognition.py).
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from auth.face.align import SIDE, align
from auth.face.engine import Face
from auth.face.frame import Frame
from auth.face.models import locked_models, read_bounded, read_model
from auth.face.network import Network, OnnxNetwork, unusable_model
from core.i18n import _

Vector = NDArray[np.float32]


class Encoder(Protocol):
    """name and version go into every template: vectors of different encoders must never be compared."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def dimensions(self) -> int: ...
    def encode(self, frame: Frame, face: Face) -> Vector:
        """float32 (dimensions,). ``face`` has a mesh. ValueError when it has none."""
        ...


class AlignedEncoder:
    """An embedding network that takes the aligned 112-pixel face as RGB (x - 127.5) / 128.

    The mirrored face is encoded too and both vectors are added: that halves the misses of one image alone.
    Vectors are L2-normalised; compare them by cosine distance.
    """

    def __init__(self, network: Network | OnnxNetwork, name: str, version: str) -> None:
        """Raises SuiteError FACE-003 when the network's shapes are not those of a face encoder."""
        batch, height, width, channels = network.input_shape
        shapes = network.output_shapes
        if (height, width, channels) != (SIDE, SIDE, 3) or batch not in (1, 2) or len(shapes) != 1:
            raise unusable_model(name, _("入力または出力の形が違います"))
        self._network = network
        self._pair = batch == 2
        self.name = name
        self.version = version
        self.dimensions = math.prod(shapes[0]) // batch

    def encode(self, frame: Frame, face: Face) -> Vector:
        """float32 (dimensions,), length 1. CPU: 16 ms for MobileFaceNet. ValueError: the face has no mesh."""
        if face.mesh is None:
            raise ValueError("a face without mesh cannot be aligned")
        crop = align(frame.image, face.mesh)
        pair = np.stack([crop, crop[:, ::-1]])[:, :, :, ::-1]
        tensor = ((pair.astype(np.float32) - 127.5) / 128).astype(np.float32)
        batches = [tensor] if self._pair else [tensor[:1], tensor[1:]]
        vectors = np.concatenate([self._network.run(batch)[0].reshape(len(batch), -1) for batch in batches])
        return unit(unit(vectors).sum(axis=0))


def mobilefacenet() -> AlignedEncoder:
    """The default encoder. Raises SuiteError FACE-001..003."""
    model = locked_models()["mobilefacenet"]
    return AlignedEncoder(Network(read_model(model.name), model.name), model.name, model.version)


def supplied(path: Path) -> AlignedEncoder:
    """An encoder that an administrator supplies as .tflite or .onnx file (for example SFace or ArcFace).

    Its version is the beginning of the file's SHA-256, so templates of another file never match.
    Raises SuiteError FACE-001 (no such file) or FACE-003 (not such a model).
    """
    content = read_bounded(path)
    name, version = path.stem[:40], hashlib.sha256(content).hexdigest()[:12]
    suffix = path.suffix.lower()
    if suffix == ".tflite":
        return AlignedEncoder(Network(content, name), name, version)
    if suffix == ".onnx":
        return AlignedEncoder(OnnxNetwork(content, name, SIDE), name, version)
    raise unusable_model(path.name, _(".tflite か .onnx のファイルを指定してください"))


def unit(vectors: NDArray[np.float32]) -> Vector:
    """Vectors (..., d) scaled to length 1; a zero vector stays zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)
