"""The actor's body: a public-domain portrait on a 3-D mesh, its pose and how it projects into a camera.

The actor stands in for a live person where there is no camera (trial, tests, benchmarks). Coordinates: x to
the right of the picture, y down, z away from the camera; the person's own left is the picture's right.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Image = NDArray[np.uint8]

DATA = Path(__file__).parent / "data"
MM = 90.0 / 63.5  # millimetres a portrait pixel: outer eye corners are some 90 mm apart
PIVOT = np.array([200.0, 150.0, 52.0], np.float32)  # the neck joint, portrait pixels
TEXTURE_SCALE = 2.0


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles in degrees: yaw > 0 turns to the person's own left, pitch > 0 looks up. Blink 0 open .. 1 shut.
    x, y shift the body in millimetres, distance is camera to face in millimetres."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    blink: float = 0.0
    x: float = 0.0
    y: float = 0.0
    distance: float = 560.0


@dataclass(frozen=True)
class Head:
    """points (n, 3) portrait pixels, texture positions (n, 2), triangles (m, 3), weights (n,): 1 turns with
    the head, 0 stays with the body; texture (h, w, 4) BGR premultiplied by alpha, at TEXTURE_SCALE."""

    points: Array
    places: Array
    triangles: NDArray[np.intp]
    weights: Array
    texture: Image


@cache
def load_head() -> Head:
    """The portrait as it was taken. Cached: treat as read-only."""
    with np.load(DATA / "actor.npz", allow_pickle=False) as data:
        points, triangles, weights = data["points"], data["triangles"].astype(np.intp), data["weights"]
    texture = premultiplied(
        cv2.imread(str(DATA / "actor.jpg")), cv2.imread(str(DATA / "actor.png"), cv2.IMREAD_GRAYSCALE)
    )
    return Head(points, points[:, :2] * TEXTURE_SCALE, triangles, weights, texture)


def premultiplied(picture: cv2.typing.MatLike | None, mask: cv2.typing.MatLike | None) -> Image:
    """Enlarge the portrait, sharpen it and give the skin a fine grain: an enlarged photo is too soft to be
    skin."""
    if picture is None or mask is None:
        raise FileNotFoundError(DATA / "actor.jpg")
    size = (round(picture.shape[1] * TEXTURE_SCALE), round(picture.shape[0] * TEXTURE_SCALE))
    large = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    large += 0.9 * (large - cv2.GaussianBlur(large, (0, 0), 2.0))
    grain = np.random.default_rng(1).normal(0, 1, (size[1], size[0], 1)).astype(np.float32)
    large += 7.0 * cv2.GaussianBlur(grain, (0, 0), 1.2)[..., None]
    alpha = cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR)
    large = np.clip(large, 0, 255) * (alpha[..., None] / np.float32(255))
    return cast(Image, np.dstack([large, alpha]).astype(np.uint8))


def rotation(yaw: Array, pitch: Array, roll: Array) -> Array:
    """(n, 3, 3) rotation matrices from (n,) angles in radians: roll, then pitch, then yaw about the neck."""
    one, nil = np.ones_like(yaw), np.zeros_like(yaw)
    cy, sy, cp, sp, cr, sr = (
        np.cos(yaw),
        np.sin(yaw),
        np.cos(pitch),
        np.sin(pitch),
        np.cos(roll),
        np.sin(roll),
    )
    turn = np.stack([cy, nil, -sy, nil, one, nil, sy, nil, cy], -1).reshape(-1, 3, 3)
    nod = np.stack([one, nil, nil, nil, cp, sp, nil, -sp, cp], -1).reshape(-1, 3, 3)
    tilt = np.stack([cr, -sr, nil, sr, cr, nil, nil, nil, one], -1).reshape(-1, 3, 3)
    return cast(Array, turn @ nod @ tilt)


def place(head: Head, pose: Pose) -> Array:
    """Points (n, 3) in camera millimetres for a pose; the camera looks along +z from the origin."""
    points = head.points - PIVOT
    angle = np.radians(np.array([pose.yaw, pose.pitch, pose.roll], np.float32))
    yaw, pitch, roll = head.weights * angle[0], head.weights * angle[1], head.weights * angle[2]
    turned = np.einsum("nij,nj->ni", rotation(yaw, pitch, roll), points)
    eyes_above_neck = 150.0 - 102.0
    origin = np.array([pose.x, pose.y + MM * eyes_above_neck, pose.distance + MM * PIVOT[2]], np.float32)
    return cast(Array, (turned * np.float32(MM) + origin).astype(np.float32))
