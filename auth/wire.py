"""What goes over the boundary between agent and matcher: a JSON head and JPEG frames in one bounded body.

``u32 length | head, UTF-8 JSON``, then for each frame ``f64 time | u32 length | JPEG``, then a frame of
length 0 (big-endian). It is sent while the person performs the challenge: the matcher has looked at all but
the last frame when the last one comes. A picture lives in such a body and in memory only.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import SuiteError
from core.i18n import _

MOST_FRAMES = 96
"""Of one attempt: four steps performed slowly."""
MOST_FRAME_BYTES = 300_000
MOST_BODY_BYTES = 8_000_000
MOST_HEAD_BYTES = 32_768
MOST_JSON_BYTES = 16_384
MEDIA_TYPE = "application/vnd.mahoroba.frames"
_HEAD = struct.Struct(">I")
_FRAME = struct.Struct(">dI")


@dataclass(frozen=True)
class Picture:
    """An encoded frame and its capture time (seconds, the camera's monotonic clock)."""

    time: float
    jpeg: bytes


def begin(head: Mapping[str, Any]) -> bytes:
    """The first bytes of a body: the head. ValueError if it is too large: the sender is ours."""
    text = json.dumps(head, allow_nan=False).encode()
    if len(text) > MOST_HEAD_BYTES:
        raise ValueError("the head is too large")
    return _HEAD.pack(len(text)) + text


def frame(picture: Picture) -> bytes:
    """The bytes of one frame. ValueError if it is too large."""
    if not 0 < len(picture.jpeg) <= MOST_FRAME_BYTES:
        raise ValueError("the frame is too large")
    return _FRAME.pack(picture.time, len(picture.jpeg)) + picture.jpeg


END = _FRAME.pack(0.0, 0)
"""After the last frame: a body that was cut off lacks it."""


class FrameReader:
    """Takes a hostile body apart as it comes. SuiteError WIRE-001 as soon as a bound is broken."""

    def __init__(self) -> None:
        self.head: dict[str, Any] | None = None
        self._rest = bytearray()
        self._received = 0
        self._frames = 0
        self._ended = False

    def feed(self, chunk: bytes) -> list[Picture]:
        """The pictures that are complete with this chunk."""
        self._received += len(chunk)
        if self._received > MOST_BODY_BYTES or (self._ended and chunk):
            raise malformed()
        self._rest += chunk
        if self.head is None:
            self._read_head()
        pictures: list[Picture] = []
        while self.head is not None and (picture := self._read_frame()) is not None:
            pictures.append(picture)
        return pictures

    def finish(self) -> None:
        """WIRE-001 unless the body was whole."""
        if not self._ended or self._rest:
            raise malformed()

    def _read_head(self) -> None:
        if len(self._rest) < _HEAD.size:
            return
        (length,) = _HEAD.unpack_from(self._rest)
        if length > MOST_HEAD_BYTES:
            raise malformed()
        if len(self._rest) >= _HEAD.size + length:
            self.head = parse_json(self._take(_HEAD.size + length)[_HEAD.size :], MOST_HEAD_BYTES)

    def _read_frame(self) -> Picture | None:
        if self._ended or len(self._rest) < _FRAME.size:
            return None
        time, length = _FRAME.unpack_from(self._rest)
        if length == 0:
            self._take(_FRAME.size)
            self._ended = True
            self.finish()
            return None
        if length > MOST_FRAME_BYTES or self._frames >= MOST_FRAMES or not math.isfinite(time):
            raise malformed()
        if len(self._rest) < _FRAME.size + length:
            return None
        self._frames += 1
        return Picture(time, self._take(_FRAME.size + length)[_FRAME.size :])

    def _take(self, count: int) -> bytes:
        taken = bytes(self._rest[:count])
        del self._rest[:count]
        return taken


def parse_json(data: bytes, limit: int = MOST_JSON_BYTES) -> dict[str, Any]:
    """A JSON object of at most ``limit`` bytes without NaN, or SuiteError WIRE-001."""
    try:
        if len(data) > limit:
            raise ValueError("too large")
        value = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise malformed() from error
    if not isinstance(value, dict):
        raise malformed()
    return value


def text_field(head: Mapping[str, Any], name: str, longest: int = 256) -> str:
    """The text under ``name``, or SuiteError WIRE-001 where it is missing, no text, or too long."""
    value = head.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise malformed()
    return value


def optional_text(head: Mapping[str, Any], name: str, longest: int = 256) -> str | None:
    return None if head.get(name) is None else text_field(head, name, longest)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def malformed() -> SuiteError:
    return SuiteError(
        _("照合サーバーが要求を受け付けませんでした。"),
        _("要求の形が正しくないか、大きすぎます。"),
        _("もう一度お試しください。続くときは情報担当に連絡してください。"),
        "WIRE-001",
    )
