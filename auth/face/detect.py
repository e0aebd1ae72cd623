"""Find faces in a frame: BlazeFace on LiteRT (Bazarevsky et al. 2019, arXiv:1907.05047).

The network scores 896 anchors; this module letterboxes the frame, decodes what the anchors say and blends
overlapping answers (the reference's weighted non-maximum suppression), so boxes are steady between frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auth.face.frame import Image
from auth.face.models import read_model
from auth.face.network import Network

Points = NDArray[np.float32]

SIDE = 128
STRIDES = ((8, 2), (16, 6))
"""(stride in pixels, anchors a cell) of the two feature maps of the short-range variant.

Chosen by measuring on the shared faces (EA-LFW 129, other LFW 220, CASIA 100, NUAA live 102 and print 160):
short range finds 100/100/97/100/100 % in 1.8 ms CPU; back 100/100/97/100/100 % in 8.5 ms; full range
100/99.6/91/100/100 % in 4.1 ms (640x480, one thread)."""
MIN_SCORE = 0.5
OVERLAP = 0.3
"""Boxes whose intersection over union exceeds this are one face (reference: min_suppression_threshold)."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """box: (x, y, w, h) in frame pixels; score 0..1; keypoints: float32 (6, 2) in frame pixels:
    the eye on the image's left, the other eye, nose tip, mouth, the image's left ear, the other ear."""

    box: tuple[float, float, float, float]
    score: float
    keypoints: Points


class Detector:
    """Finds every face in a frame. Raises SuiteError FACE-001..003 when the model is not usable."""

    def __init__(self) -> None:
        self._network = Network(read_model("blazeface"), "blazeface")
        self._anchors = _anchors()

    def detect(self, image: Image) -> list[Detection]:
        """Faces of a checked BGR frame, the surest first."""
        tensor, scale = _letterbox(image)
        regressors, scores = self._network.run(tensor)
        return _decode(regressors[0], scores[0, :, 0], self._anchors, scale)


def _anchors() -> Points:
    """float32 (896, 2): anchor centres in tensor pixels, in the order of the network's outputs."""
    layers = []
    for stride, repeats in STRIDES:
        axis = (np.arange(SIDE // stride, dtype=np.float32) + 0.5) * stride
        grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        layers.append(np.repeat(grid, repeats, axis=0))
    return np.concatenate(layers).astype(np.float32)


def _letterbox(image: Image) -> tuple[NDArray[np.float32], float]:
    """RGB float32 (1, SIDE, SIDE, 3) in -1..1 with the frame at the top left; frame pixels a tensor pixel."""
    height, width = image.shape[:2]
    scale = max(height, width) / SIDE
    size = (max(1, round(width / scale)), max(1, round(height / scale)))
    interpolation = cv2.INTER_AREA if scale > 4 else cv2.INTER_LINEAR
    small = cv2.resize(image, size, interpolation=interpolation)
    tensor = np.zeros((1, SIDE, SIDE, 3), np.float32)
    rgb = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)
    tensor[0, : size[1], : size[0]] = np.multiply(rgb, 1 / 127.5, dtype=np.float32) - 1
    return tensor, scale


def _decode(
    regressors: NDArray[np.float32], scores: NDArray[np.float32], anchors: Points, scale: float
) -> list[Detection]:
    """Turn raw outputs (n, 16) and logits (n,) into faces in frame pixels."""
    probabilities = (1 / (1 + np.exp(-np.clip(scores, -80, 80)))).astype(np.float32)
    keep = np.flatnonzero(np.isfinite(probabilities) & (probabilities >= MIN_SCORE))
    keep = keep[np.argsort(-probabilities[keep], kind="stable")]
    points = regressors[keep].reshape(-1, 8, 2)
    offset = anchors[keep]
    centres, sizes = points[:, 0] + offset, points[:, 1]
    corners = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)
    keypoints = (points[:, 2:] + offset[:, None]).reshape(-1, 12)
    everything = (np.concatenate([corners, keypoints], axis=1) * scale).astype(np.float32)
    usable = np.isfinite(everything).all(axis=1) & (sizes > 0).all(axis=1)
    return _blend(everything[usable], probabilities[keep][usable])


def _blend(rows: NDArray[np.float32], scores: NDArray[np.float32]) -> list[Detection]:
    """Weighted suppression: overlapping rows become one, averaged by score. Best score first."""
    faces = []
    while len(rows):
        same = _overlap(rows[0], rows) > OVERLAP
        same[0] = True
        row = np.average(rows[same], axis=0, weights=scores[same])
        box = (float(row[0]), float(row[1]), float(row[2] - row[0]), float(row[3] - row[1]))
        faces.append(Detection(box, float(scores[0]), row[4:].reshape(6, 2).astype(np.float32)))
        rows, scores = rows[~same], scores[~same]
    return faces


def _overlap(row: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of one box with every box (x1, y1, x2, y2, ...)."""
    low, high = np.maximum(row[:2], rows[:, :2]), np.minimum(row[2:4], rows[:, 2:4])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(rows[:, 2:4] - rows[:, :2], axis=1)
    union = areas + np.prod(row[2:4] - row[:2]) - shared
    return np.asarray(shared / np.maximum(union, 1e-6), np.float32)
