"""An administrator's own model that tells a live face from a picture in one frame (port: PassiveModel).

None is shipped: the one that works (MiniFASNet-type, AUC 0.992 on NUAA's prints) is in no package. The file
takes the face and its surroundings as square RGB 0..1 and answers with the logits (live, picture), or with
one logit (live).
"""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np

from auth.face.engine import Face
from auth.face.frame import Frame, Image
from auth.face.models import read_bounded
from auth.face.network import Network, OnnxNetwork, unusable_model
from core.i18n import _

SURROUNDINGS = 1.5
"""Crop side over the longer side of the face's box."""
OPEN_SIDE = 128
"""Input side of an ONNX file that leaves it open."""


class SuppliedPassive:
    """Safe to share between threads; calls take turns."""

    def __init__(self, path: Path) -> None:
        """Raises SuiteError FACE-001 (no such file) or FACE-003 (not such a model)."""
        self._network = _load(read_bounded(path), path)
        self._side = self._network.input_shape[1]

    def live(self, frame: Frame, face: Face) -> float:
        """The probability 0..1 that the face is a living one; 0 when the model gives no number."""
        crop = cv2.cvtColor(_surrounded(frame.image, face, self._side), cv2.COLOR_BGR2RGB)
        logits = self._network.run((crop[np.newaxis] / np.float32(255)).astype(np.float32))[0].ravel()
        margin = float(logits[0]) - (float(logits[1]) if len(logits) == 2 else 0.0)
        return 1 / (1 + math.exp(-float(np.clip(margin, -60, 60)))) if math.isfinite(margin) else 0.0


def _load(content: bytes, path: Path) -> Network | OnnxNetwork:
    suffix = path.suffix.lower()
    if suffix == ".tflite":
        network: Network | OnnxNetwork = Network(content, path.name)
    elif suffix == ".onnx":
        network = OnnxNetwork(content, path.name, OPEN_SIDE)
    else:
        raise unusable_model(path.name, _(".tflite か .onnx のファイルを指定してください"))
    if not _fits(network):
        raise unusable_model(path.name, _("入力または出力の形が違います"))
    return network


def _fits(network: Network | OnnxNetwork) -> bool:
    batch, height, width, channels = network.input_shape
    outputs = [math.prod(shape) for shape in network.output_shapes]
    return batch == 1 and height == width and channels == 3 and outputs in ([1], [2])


def _surrounded(image: Image, face: Face, side: int) -> Image:
    """The face and its surroundings as (side, side, 3); beyond the frame its edge is repeated."""
    x, y, width, height = face.box
    scale = side / (max(width, height, 1.0) * SURROUNDINGS)
    to_crop = np.array(
        [[scale, 0, side / 2 - scale * (x + width / 2)], [0, scale, side / 2 - scale * (y + height / 2)]]
    )
    return np.asarray(cv2.warpAffine(image, to_crop, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8)
