"""A picture of an image or of a PDF's first page, made small. Runs in the limited child only."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from sharefolder.documents.text import Unreadable, reason

SIDE, SMALL = 720, 96  # pixels of the longer side: a preview, a row's picture
MAX_PIXELS = 120_000_000
_MAX_BYTES = 100_000_000


def make(path: Path, side: int = SIDE) -> str:
    """PNG in base64, at most ``side`` × ``side``. Raises Unreadable."""
    import cv2

    picture = _page(path, side) if path.suffix.lower() == ".pdf" else _image(path)
    height, width = picture.shape[:2]
    scale = min(1.0, side / max(height, width, 1))
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    done, content = cv2.imencode(".png", picture)
    if not done:
        raise Unreadable("damaged")
    return base64.b64encode(content.tobytes()).decode("ascii")


def _image(path: Path) -> Any:
    import os

    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(MAX_PIXELS)
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    if path.stat().st_size > _MAX_BYTES:
        raise Unreadable("too large")
    picture = cv2.imdecode(
        np.fromfile(path, np.uint8), cv2.IMREAD_COLOR
    )  # a name may be Japanese: by its bytes
    if picture is None:
        raise Unreadable("damaged")
    return picture


def _page(path: Path, side: int) -> Any:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as document:
            if not len(document):
                raise Unreadable("damaged")
            page = document[0]
            scale = side / max(*page.get_size(), 1.0)
            return page.render(scale=min(scale, 4.0)).to_numpy()[:, :, :3].copy()
    except pypdfium2.PdfiumError as error:
        raise Unreadable(reason(error)) from error
