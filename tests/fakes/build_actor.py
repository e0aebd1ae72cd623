"""Builds the actor's data from scikit-image's astronaut portrait; run once, by hand, when the mesh changes.

``python -m tests.fakes.build_actor FACE_LANDMARK_TFLITE`` writes ``auth/face/data/actor.{jpg,png,npz}``.
The portrait is NASA photograph S93-38679 of Eileen Collins, in the public domain.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from scipy.spatial import Delaunay
from skimage import data

from auth.face.planarity import OVAL

CROP = (24, 0, 444, 480)  # x0, y0, x1, y1 in the portrait
HEAD = (
    np.array([226.0, 104.0]),
    np.array([78.0, 90.0]),
)  # centre and half axes of hair and head, portrait pixels


def landmarks(image: np.ndarray, model: str) -> np.ndarray:
    from ai_edge_litert.interpreter import Interpreter

    mesh = Interpreter(model, num_threads=1)
    mesh.allocate_tensors()
    centre, side = np.array([225.0, 112.0]), 150.0
    for _ in range(4):
        x0, y0 = centre - side / 2
        take = np.array([[side / 192, 0, x0], [0, side / 192, y0]], np.float32)
        crop = cv2.warpAffine(image, take, (192, 192), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
        mesh.set_tensor(mesh.get_input_details()[0]["index"], (crop / 255.0).astype(np.float32)[None])
        mesh.invoke()
        out = [mesh.get_tensor(each["index"]) for each in mesh.get_output_details()]
        points = next(each for each in out if each.size == 1404).reshape(468, 3) * (side / 192)
        points = points + np.array([x0, y0, 0])
        low, high = points[:, :2].min(0), points[:, :2].max(0)
        centre, side = (low + high) / 2, float((high - low).max() * 1.5)
    return points.astype(np.float32)


def person_mask(image: np.ndarray, oval: np.ndarray) -> np.ndarray:
    """Person against the studio background, uint8 0..255 with a soft edge."""
    mask = np.full(image.shape[:2], cv2.GC_BGD, np.uint8)
    sure = [(226, 104, 52, 72), (226, 190, 30, 40)]
    cv2.ellipse(mask, (226, 104), (84, 96), 0, 0, 360, cv2.GC_PR_FGD, -1)
    body = np.array(
        [[80, 150], [150, 140], [300, 140], [420, 260], [470, 511], [0, 511], [0, 180], [60, 170]]
    )
    cv2.fillPoly(mask, [body.astype(np.int32)], cv2.GC_PR_FGD)
    for x, y, a, b in sure:
        cv2.ellipse(mask, (x, y), (a, b), 0, 0, 360, cv2.GC_FGD, -1)
    cv2.ellipse(mask, (213, 222), (100, 62), 35, 0, 360, cv2.GC_FGD, -1)  # the suit's neck ring
    cv2.fillPoly(mask, [oval.astype(np.int32)], cv2.GC_FGD)
    flag = np.array([[0, 150], [78, 150], [92, 215], [60, 245], [34, 310], [0, 340]], np.int32)
    cv2.fillPoly(mask, [flag], cv2.GC_BGD)
    cv2.fillPoly(mask, [np.array([[60, 260], [330, 300], [360, 511], [20, 511]], np.int32)], cv2.GC_FGD)
    cv2.grabCut(image, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 8, cv2.GC_INIT_WITH_MASK)
    person = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    count, label, stats, _ = cv2.connectedComponentsWithStats(person)
    person = (
        (label == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8) if count > 1 else person
    )
    person = cv2.morphologyEx(person, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    inner = cv2.erode(person, np.ones((2, 2), np.uint8))
    return cv2.GaussianBlur(inner * 255, (0, 0), 1.0)


def smoothstep(value: np.ndarray, low: float, high: float) -> np.ndarray:
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def ring(face: np.ndarray) -> np.ndarray:
    """Grid points outside the face: fine around the head, coarse over the body. (n, 2) portrait pixels."""
    hull = face[list(OVAL), :2].astype(np.float32)
    found = []
    for step, inside in ((10, True), (30, False)):
        for y in np.arange(CROP[1] - 20, CROP[3] + 21, step):
            for x in np.arange(CROP[0] - 20, CROP[2] + 21, step):
                near = np.linalg.norm((np.array([x, y + 8 * (y > 150)]) - HEAD[0]) / HEAD[1]) < 1.5
                clear = cv2.pointPolygonTest(hull, (float(x), float(y)), True) < -5
                if clear and near == inside:
                    found.append((x, y))
    return np.array(found, np.float64)


def depth_and_weight(points: np.ndarray, face: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Depth of the hair, neck and body, and how far each point turns with the head (1) or stays (0)."""
    hull = face[list(OVAL)]
    away = -np.array(
        [cv2.pointPolygonTest(hull[:, :2].astype(np.float32), (float(x), float(y)), True) for x, y in points]
    )
    nearest = np.argmin(np.linalg.norm(points[:, None] - hull[None, :, :2], axis=2), axis=1)
    radius = np.linalg.norm((points - HEAD[0]) / HEAD[1], axis=1)
    skull = 50 - 58 * np.sqrt(np.clip(1 - radius**2, 0, 1))
    below = smoothstep(points[:, 1], 150, 178)
    target = skull * (1 - below) + 26 * below
    blend = smoothstep(away, 0, 22)
    depth = hull[nearest, 2] * (1 - blend) + target * blend
    hair = (1 - smoothstep((radius - 1) * 80, 8, 40)) * (1 - smoothstep(points[:, 1], 138, 160))
    jaw = 1 - smoothstep(away, 2, 34)
    return depth, np.maximum(hair, jaw)


def main(model: str) -> None:
    image = data.astronaut()[..., ::-1].copy()
    face = landmarks(np.ascontiguousarray(image[..., ::-1]), model)
    outer = ring(face)
    depth, weight = depth_and_weight(outer, face)
    points = np.vstack([face, np.column_stack([outer, depth])])
    triangles = Delaunay(points[:, :2]).simplices
    weights = np.concatenate([np.ones(len(face)), weight])
    x0, y0, x1, y1 = CROP
    points[:, :2] -= (x0, y0)
    folder = Path("auth/face/data")
    cv2.imwrite(str(folder / "actor.jpg"), image[y0:y1, x0:x1], [cv2.IMWRITE_JPEG_QUALITY, 92])
    cv2.imwrite(str(folder / "actor.png"), person_mask(image, face[list(OVAL), :2])[y0:y1, x0:x1])
    np.savez_compressed(
        folder / "actor.npz",
        points=points.astype(np.float32),
        triangles=triangles.astype(np.uint16),
        weights=weights.astype(np.float32),
    )


if __name__ == "__main__":
    main(sys.argv[1])
