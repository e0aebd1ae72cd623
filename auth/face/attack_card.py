"""A picture on a thing: a sheet of paper or a screen, flat or bent, held before the camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from auth.face.actor_light import EVEN, Gain
from auth.face.actor_mesh import Array, Head, Image, Pose, rotation
from auth.face.actor_render import Painter, Shade

COLUMNS, ROWS = 20, 15


def opaque(picture: Image) -> Image:
    return np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])


def printed(picture: Image, seed: int, border: float = 0.04) -> Image:
    """As it comes from an office printer: less contrast, paper grain, a white border. BGRA."""
    dice = np.random.default_rng([seed, 11])
    ink = 255 - (255 - picture.astype(np.float32)) * dice.uniform(0.75, 0.95)
    ink += dice.normal(0, 3, (*picture.shape[:2], 1))
    edge = round(border * picture.shape[1] * dice.uniform(0, 1.5))
    sheet = np.clip(ink, 0, 255).astype(np.uint8)
    return opaque(bordered(sheet, edge, (242, 244, 244)))


def framed(picture: Image, bezel: int, shade: int) -> Image:
    """A screen: the picture in a dark bezel of ``bezel`` pixels. BGRA."""
    lit = cv2.convertScaleAbs(picture, alpha=1.05, beta=8)
    return opaque(bordered(cast(Image, lit), bezel, (shade, shade, shade)))


def bordered(picture: Image, edge: int, colour: tuple[int, int, int]) -> Image:
    wide = cv2.copyMakeBorder(picture, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=colour)
    return cast(Image, wide)


@dataclass(frozen=True, slots=True)
class Card:
    """width: millimetres across; bend: 1 / radius in 1 / mm (0 flat; sign: towards or away from the camera);
    upright: the axis of bending is vertical. shape: height / width."""

    width: float
    shape: float
    bend: float = 0.0
    upright: bool = True

    def mesh(self, texture: Image) -> Head:
        """A grid; points in millimetres about the card's centre."""
        x, y = np.meshgrid(np.linspace(-0.5, 0.5, COLUMNS + 1), np.linspace(-0.5, 0.5, ROWS + 1))
        height, width = texture.shape[:2]
        places = np.stack([(x + 0.5) * (width - 1), (y + 0.5) * (height - 1)], -1).reshape(-1, 2)
        x, y = x * self.width, y * self.width * self.shape
        along = x if self.upright else y
        depth = np.zeros_like(x)
        if abs(self.bend) > 1e-6:
            angle = along * self.bend
            along, depth = np.sin(angle) / self.bend, (1 - np.cos(angle)) / self.bend
            x, y = (along, y) if self.upright else (x, along)
        corner = (np.arange(ROWS)[:, None] * (COLUMNS + 1) + np.arange(COLUMNS)).ravel()
        first = np.stack([corner, corner + 1, corner + COLUMNS + 1], 1)
        second = np.stack([corner + 1, corner + COLUMNS + 2, corner + COLUMNS + 1], 1)
        points = np.stack([x, y, depth], -1).reshape(-1, 3).astype(np.float32)
        weights = np.ones(len(points), np.float32)
        return Head(points, places.astype(np.float32), np.concatenate([first, second]), weights, texture)


def show(
    painter: Painter,
    card: Card,
    texture: Image,
    pose: Pose,
    behind: Image,
    shade: Shade | None = None,
    light: Gain = EVEN,
) -> Image:
    """The card in a pose (its angles turn the card about its centre) before a background. light: what falls
    on it; a screen shines by its own."""
    mesh = card.mesh(texture)
    angles = np.radians(np.array([[pose.yaw], [pose.pitch], [pose.roll]], np.float32))
    turned = mesh.points @ rotation(*angles)[0].T
    points = (turned + np.array([pose.x, pose.y, pose.distance], np.float32)).astype(np.float32)
    return painter.paint(points, mesh, texture, behind, shade, light)


def moire(seed: int) -> Shade:
    """Beats of the screen's pixel grid with the sensor's: the grid sampled once a sensor pixel, stripes of
    each colour beside each other."""
    dice = np.random.default_rng([seed, 12])
    strength = dice.uniform(0.03, 0.08)
    pitch = dice.uniform(0.9, 1.25)  # texture pixels a screen pixel

    def shade(u: Array, v: Array) -> Array:
        wave = 2 * np.pi / pitch
        across = np.stack([np.cos(u * wave + k * 2 * np.pi / 3) for k in range(3)], -1)
        down = np.cos(v * wave)[..., None]
        return cast(Array, (1 + strength * (across + 0.7 * down)).astype(np.float32))

    return shade


def without_eyes(texture: Image, mesh: Array) -> Image:
    """Cut the eyes out of a print: transparent where they were. mesh: the printed face's points in texture
    pixels."""
    cut = texture.copy()
    for outer, inner in ((33, 133), (362, 263)):
        centre = (mesh[outer, :2] + mesh[inner, :2]) / 2
        wide = float(np.linalg.norm(mesh[outer, :2] - mesh[inner, :2]))
        axes = (round(0.62 * wide), round(0.36 * wide))
        cv2.ellipse(cut, (round(centre[0]), round(centre[1])), axes, 0, 0, 360, (0, 0, 0, 0), -1)
    return cut
