"""The public-domain portrait (astronaut of scikit-image) and one set of loaded models for all face tests."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from auth.face.encode import AlignedEncoder, mobilefacenet
from auth.face.engine import Face, FaceAnalyser
from auth.face.frame import Frame, Image, check_frame


@pytest.fixture(scope="session")
def portrait() -> Image:
    """(512, 512, 3) BGR; the face is near (225, 125), its eyes 41 px apart."""
    return check_frame(cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR))


@pytest.fixture(scope="session")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


@pytest.fixture(scope="session")
def encoder() -> AlignedEncoder:
    return mobilefacenet()


@pytest.fixture
def look(analyser: FaceAnalyser) -> Callable[[Image], Face]:
    """The main face of an image; fails where there is none."""

    def see(image: Image) -> Face:
        face = analyser.analyse(frame_of(image)).face
        assert face is not None
        return face

    return see


def frame_of(image: Image) -> Frame:
    return Frame(check_frame(image), 0.0, 0)


def turned(image: Image, degrees: float) -> Image:
    """The image turned clockwise about the portrait's face."""
    matrix = cv2.getRotationMatrix2D((225, 125), -degrees, 1)
    return np.asarray(cv2.warpAffine(image, matrix, (512, 512), borderMode=cv2.BORDER_REFLECT), np.uint8)
