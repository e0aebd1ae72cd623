"""Reads a QR code off a picture as a telephone does: frame after frame, held a little aslant.

OpenCV's detector fails on one clean, upright code in sixty whatever its size (measured): no hand holds a
camera that still, and a code with a fresh password in it would make a test a coin toss.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

ASLANT = (0, 3, 7, 20, 45)  # degrees


def read_code(picture: NDArray[np.uint8]) -> str:
    """The text of the one code in ``picture`` (h, w), uint8; empty when there is none."""
    large = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    height, width = large.shape
    for degrees in ASLANT:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        turn[:, 2] += width / 4, height / 4
        size = (width * 3 // 2, height * 3 // 2)
        frame = cv2.warpAffine(large, turn, size, borderValue=255, flags=cv2.INTER_CUBIC)  # type: ignore[call-overload]
        text = str(cv2.QRCodeDetector().detectAndDecode(frame)[0])
        if text:
            return text
    return ""
