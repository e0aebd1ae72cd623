"""Frames as a terminal sends them: hostile JPEG, its size read before any memory is given."""

from __future__ import annotations

import struct

import cv2
import numpy as np

from auth.face.frame import Frame, check_frame
from auth.wire import Picture, malformed

MOST_PIXELS = 1920 * 1088
_FRAME_HEADERS = frozenset((0xC0, 0xC1, 0xC2))  # baseline, extended, progressive (ITU-T T.81, table B.1)
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length


def decode(picture: Picture, number: int) -> Frame:
    """The frame in a picture. SuiteError WIRE-001 for no JPEG or too large, FACE-010 for too small."""
    size = jpeg_size(picture.jpeg)
    if size is None or size[0] * size[1] > MOST_PIXELS:
        raise malformed()
    image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise malformed()
    return Frame(check_frame(image), picture.time, number)


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) that a JPEG declares, or None where it is none."""
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAME_HEADERS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return (width, height) if width and height else None
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2:
            return None
        at += 2 + length
    return None
