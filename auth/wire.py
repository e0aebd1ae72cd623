"""What goes over the boundary between agent and matcher: a JSON head and JPEG frames in one bounded body.

``u32 length of head (big-endian) | head, UTF-8 JSON | frames one after the other``. The head's ``frames``
lists ``[time in seconds, bytes]`` for each. A picture lives in such a body and in memory only.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import SuiteError
from core.i18n import _

MOST_FRAMES = 64
MOST_FRAME_BYTES = 300_000
MOST_BODY_BYTES = 8_000_000
MOST_HEAD_BYTES = 32_768
MOST_JSON_BYTES = 16_384
MEDIA_TYPE = "application/vnd.mahoroba.frames"
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Picture:
    """An encoded frame and its capture time (seconds, the camera's monotonic clock)."""

    time: float
    jpeg: bytes


def pack(head: Mapping[str, Any], pictures: Sequence[Picture]) -> bytes:
    """The body of a request. ValueError if a bound is broken: the sender is ours."""
    sizes = [len(p.jpeg) for p in pictures]
    text = json.dumps({**head, "frames": [[p.time, len(p.jpeg)] for p in pictures]}, allow_nan=False).encode()
    body = b"".join([_LENGTH.pack(len(text)), text, *(p.jpeg for p in pictures)])
    if len(sizes) > MOST_FRAMES or max(sizes, default=0) > MOST_FRAME_BYTES or len(body) > MOST_BODY_BYTES:
        raise ValueError("too many or too large frames")
    return body


def unpack(body: bytes) -> tuple[dict[str, Any], list[Picture]]:
    """Head and pictures of a hostile body, or SuiteError WIRE-001. Nothing of it is kept on failure."""
    try:
        (length,) = _LENGTH.unpack_from(body)
        if length > MOST_HEAD_BYTES or len(body) > MOST_BODY_BYTES:
            raise ValueError("too large")
        head = parse_json(body[_LENGTH.size : _LENGTH.size + length], MOST_HEAD_BYTES)
        return head, _pictures(head.pop("frames"), body, _LENGTH.size + length)
    except (struct.error, ValueError, TypeError, KeyError) as error:
        raise malformed() from error


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


def _pictures(rows: object, body: bytes, start: int) -> list[Picture]:
    if not isinstance(rows, list) or len(rows) > MOST_FRAMES:
        raise ValueError("frames")
    pictures = []
    for time, size in rows:
        if isinstance(time, bool) or not isinstance(time, int | float) or not math.isfinite(time):
            raise ValueError("time")
        if type(size) is not int or not 0 < size <= MOST_FRAME_BYTES or start + size > len(body):
            raise ValueError("size")
        pictures.append(Picture(float(time), body[start : start + size]))
        start += size
    if start != len(body):
        raise ValueError("bytes left over")
    return pictures


def _no_constant(name: str) -> float:
    raise ValueError(name)


def malformed() -> SuiteError:
    return SuiteError(
        _("照合サーバーが要求を受け付けませんでした。"),
        _("要求の形が正しくないか、大きすぎます。"),
        _("もう一度お試しください。続くときは情報担当に連絡してください。"),
        "WIRE-001",
    )
