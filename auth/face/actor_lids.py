"""The actor's eyelids: skin painted over the eyes of the portrait, down to a lash line that moves with the
blink."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from auth.face.actor_mesh import Array, Head, Image

# Upper lid, lower lid and the crease above, corner to corner (FaceMesh numbers), the person's right and
# left eye.
UPPER = ((33, 246, 161, 160, 159, 158, 157, 173, 133), (362, 398, 384, 385, 386, 387, 388, 466, 263))
LOWER = ((33, 7, 163, 144, 145, 153, 154, 155, 133), (362, 382, 381, 380, 374, 373, 390, 249, 263))
CREASE = ((130, 247, 30, 29, 27, 28, 56, 190, 243), (463, 414, 286, 258, 257, 259, 260, 467, 359))
MARGIN = 4.0  # texture pixels that the painted lid reaches beyond the points, so that no white shows


@dataclass(frozen=True, slots=True)
class Lid:
    """One eye's patch of the texture, its painted lid, and the curves of both lids in the patch."""

    rows: slice
    columns: slice
    skin: Array
    upper: Array
    lower: Array


def lids(head: Head) -> tuple[Lid, Lid]:
    """Paint both lids from the skin between crease and brow."""
    first, second = (
        _lid(head, upper, lower, crease) for upper, lower, crease in zip(UPPER, LOWER, CREASE, strict=True)
    )
    return first, second


def _lid(head: Head, upper: tuple[int, ...], lower: tuple[int, ...], crease: tuple[int, ...]) -> Lid:
    top, bottom, fold = (head.places[list(each)] for each in (upper, lower, crease))
    left, right = int(top[:, 0].min() - 5), int(top[:, 0].max() + 6)
    x = np.arange(left, right, dtype=np.float32)
    high, low, over = (np.interp(x, each[:, 0], each[:, 1]) for each in (top, bottom, fold))
    begin, end = int(over.min() - 10), int(low.max() + 12)
    patch = head.texture[begin:end, left:right].astype(np.float32)
    y = np.arange(begin, end, dtype=np.float32)[:, None]
    band = (y < over - 1) & (y > over - 8)
    colour = (patch * band[..., None]).sum(0) / np.maximum(band.sum(0), 1)[:, None]
    colour = cv2.GaussianBlur(colour[None], (0, 0), 6)
    shade = 1.0 - 0.14 * np.clip((y - over) / np.maximum(low - over, 1), 0, 1)
    grain = np.random.default_rng(5).normal(0, 3, (*shade.shape, 1))
    skin = colour * shade[..., None] + grain
    return Lid(
        slice(begin, end), slice(left, right), skin.astype(np.float32),
        (high - MARGIN - begin).astype(np.float32), (low + 0.6 * MARGIN - begin).astype(np.float32),
    )  # fmt: skip


def blinked(texture: Image, both: tuple[Lid, Lid], blink: float) -> Image:
    """The texture with the lids lowered by ``blink`` (0 open .. 1 shut)."""
    if blink <= 0.02:
        return texture
    shown = texture.copy()
    for lid in both:
        patch = shown[lid.rows, lid.columns].astype(np.float32)
        y = np.arange(patch.shape[0], dtype=np.float32)[:, None]
        edge = lid.upper + blink * (lid.lower - lid.upper)
        cover = np.clip(edge - y + 0.5, 0, 1) * np.clip((y - lid.upper + 3) / 3, 0, 1)
        x = np.linspace(-1, 1, patch.shape[1], dtype=np.float32)
        cover = cover * np.clip((1 - np.abs(x)) * 8, 0, 1)
        lash = np.exp(-(((y - edge) / 1.3) ** 2)) * np.clip((1 - np.abs(x)) * 6, 0, 1) * min(1.0, 3 * blink)
        mixed = patch + cover[..., None] * (lid.skin - patch)
        mixed *= 1 - 0.75 * lash[..., None]
        mixed[..., 3] = patch[..., 3]
        shown[lid.rows, lid.columns] = np.clip(mixed, 0, 255).astype(np.uint8)
    return shown
