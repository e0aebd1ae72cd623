"""dlib's 128-d embedding as second Encoder, for sites with such templates and as the baseline to be measured.

It is an optional extra. face_recognition is used where it can be imported; otherwise the same dlib models are
found without importing their package, which asks for ``pkg_resources``: gone in new environments.
"""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from auth.face.encode import Vector
from auth.face.engine import Face
from auth.face.frame import Frame
from core.errors import SuiteError
from core.i18n import _

MODELS_PACKAGE = "face_recognition_models"
POINTS_FILE = "shape_predictor_5_face_landmarks.dat"
EMBEDDING_FILE = "dlib_face_recognition_resnet_model_v1.dat"
MARGIN = 0.6
"""Around the face's box for dlib's own detector, in box sizes: HOG wants the head, not only the face."""


class DlibEncoder:
    """HOG detector, five points, ResNet. Vectors are not normalised; compare by Euclidean distance."""

    name = "dlib"
    version = "resnet-v1"
    dimensions = 128

    def __init__(self) -> None:
        """Raises SuiteError FACE-020 when the extra is not installed, FACE-003 when its models are broken."""
        self._backend: _Backend = _face_recognition() or _PlainDlib()

    def locate(self, frame: Frame) -> list[Box]:
        """Faces of a whole frame as dlib's own detector finds them (top, right, bottom, left)."""
        return self._backend.locate(np.ascontiguousarray(frame.image[:, :, ::-1]))

    def encode(self, frame: Frame, face: Face) -> Vector:
        """float32 (128,). CPU: about 100 ms. Where HOG misses the face, its known box is used."""
        x, y, width, height = face.box
        left, top = max(0, int(x - width * MARGIN)), max(0, int(y - height * MARGIN))
        right, bottom = int(x + width * (1 + MARGIN)), int(y + height * (1 + MARGIN))
        rgb = np.ascontiguousarray(frame.image[top:bottom, left:right, ::-1])
        boxes = self._backend.locate(rgb)
        known = (int(y) - top, int(x + width) - left, int(y + height) - top, int(x) - left)
        largest = max(boxes, key=lambda box: box[2] - box[0], default=known)
        return self._backend.encode(rgb, largest)


Box = tuple[int, int, int, int]
"""top, right, bottom, left: the order of face_recognition."""


class _PlainDlib:
    """What face_recognition does, by dlib alone."""

    def __init__(self) -> None:
        if importlib.util.find_spec("dlib") is None:
            raise _absent()
        import dlib

        folder = _models_folder()
        try:
            self._dlib: Any = dlib
            self._detector = dlib.get_frontal_face_detector()
            self._points = dlib.shape_predictor(str(folder / POINTS_FILE))
            self._embedding = dlib.face_recognition_model_v1(str(folder / EMBEDDING_FILE))
        except RuntimeError as error:
            raise _broken(str(error)) from error

    def locate(self, rgb: Any) -> list[Box]:
        found = self._detector(rgb, 1)
        return [(box.top(), box.right(), box.bottom(), box.left()) for box in found]

    def encode(self, rgb: Any, box: Box) -> Vector:
        top, right, bottom, left = box
        points = self._points(rgb, self._dlib.rectangle(left, top, right, bottom))
        return np.asarray(self._embedding.compute_face_descriptor(rgb, points, 1), np.float32)


class _FaceRecognition:
    """The package that the design names, through its own two functions."""

    def __init__(self, package: Any) -> None:
        self._package = package

    def locate(self, rgb: Any) -> list[Box]:
        return list(self._package.face_locations(rgb, 1, "hog"))

    def encode(self, rgb: Any, box: Box) -> Vector:
        return np.asarray(self._package.face_encodings(rgb, [box], 1, "small")[0], np.float32)


_Backend = _PlainDlib | _FaceRecognition


def _face_recognition() -> _FaceRecognition | None:
    """None where it cannot be imported: it would end the whole program, so its needs are looked for first."""
    needed = ("face_recognition", MODELS_PACKAGE, "pkg_resources", "dlib")
    if any(importlib.util.find_spec(name) is None for name in needed):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # its models' package complains of pkg_resources
        import face_recognition

    return _FaceRecognition(face_recognition)


def _models_folder() -> Path:
    spec = importlib.util.find_spec(MODELS_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise _absent()
    return Path(spec.submodule_search_locations[0]) / "models"


def _absent() -> SuiteError:
    return SuiteError(
        _("顔認証エンジン dlib を使えません。"),
        _("追加機能 dlib がこの端末に入っていません。"),
        _("設定で標準のエンジン（mobilefacenet）を選ぶか、管理者に追加機能の導入を依頼してください。"),
        "FACE-020",
    )


def _broken(reason: str) -> SuiteError:
    return SuiteError(
        _("顔認証エンジン dlib を使えません。"),
        _("モデルを読めません（{reason}）。").format(reason=reason),
        _("管理者に追加機能 dlib の再導入を依頼してください。"),
        "FACE-003",
    )
