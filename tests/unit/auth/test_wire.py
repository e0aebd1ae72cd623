"""The body between agent and matcher: what we pack comes out, what an attacker packs does not."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import wire
from auth.matcher.pictures import decode, jpeg_size
from auth.wire import END, MOST_FRAME_BYTES, MOST_FRAMES, FrameReader, Picture
from core.errors import SuiteError

PICTURES = [Picture(0.5, b"one"), Picture(0.6, b"two" * 100)]
BODY = wire.begin({"challenge_id": "ab"}) + b"".join(map(wire.frame, PICTURES)) + END


def read(body: bytes, step: int = 1 << 20) -> tuple[dict | None, list[Picture]]:
    reader, found = FrameReader(), []
    for at in range(0, len(body), step):
        found += reader.feed(body[at : at + step])
    reader.finish()
    return reader.head, found


def refused(body: bytes) -> bool:
    with pytest.raises(SuiteError) as caught:
        read(body)
    return caught.value.code == "WIRE-001"


@given(st.integers(1, 400))
def test_a_body_is_read_in_pieces_of_any_size(step: int) -> None:
    assert read(BODY, step) == ({"challenge_id": "ab"}, PICTURES)


@given(st.integers(0, len(BODY) - 1))
def test_a_body_cut_anywhere_is_refused(length: int) -> None:
    assert refused(BODY[:length])


@given(st.binary(max_size=300))
def test_rubbish_is_refused(body: bytes) -> None:
    assert refused(body)


def test_bounds_are_kept() -> None:
    head = wire.begin({})
    assert refused(BODY + b"\0")
    assert refused(struct.pack(">I", wire.MOST_HEAD_BYTES + 1) + b"{}")
    assert refused(wire.begin({})[:4] + b"[]" + END)
    assert refused(head + struct.pack(">dI", 0.0, MOST_FRAME_BYTES + 1))
    assert refused(head + wire.frame(PICTURES[0]) * (MOST_FRAMES + 1) + END)
    assert refused(head + struct.pack(">dI", float("nan"), 3) + b"one" + END)
    assert refused(head + struct.pack(">dI", float("inf"), 3) + b"one" + END)


def test_a_body_never_holds_more_than_its_bound() -> None:
    large = wire.frame(Picture(0, b"x" * 250_000))
    assert len(large) * MOST_FRAMES > wire.MOST_BODY_BYTES
    assert refused(wire.begin({}) + large * 34 + END)
    assert read(wire.begin({}) + large * 31 + END, 100_000)[0] == {}


@pytest.mark.parametrize(
    "text", [b"", b"[1]", b'{"a": NaN}', b'{"a": Infinity}', b"[" * 5000, b"\xff", b'"a"']
)
def test_json_that_is_no_plain_object_is_refused(text: bytes) -> None:
    with pytest.raises(SuiteError):
        wire.parse_json(text)


def jpeg(width: int, height: int, *flags: int) -> bytes:
    image = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.imencode(".jpg", image, flags)[1].tobytes()


@pytest.mark.parametrize("flags", [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1), (cv2.IMWRITE_JPEG_RST_INTERVAL, 4)])
def test_the_size_is_read_before_decoding(flags: tuple[int, ...]) -> None:
    data = jpeg(160, 120, *flags)
    assert jpeg_size(data) == (160, 120)
    assert decode(Picture(1.0, data), 3).image.shape == (120, 160, 3)


def test_a_picture_that_claims_to_be_huge_is_not_decoded() -> None:
    data = bytearray(jpeg(160, 120))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 65_000, 65_000)
    with pytest.raises(SuiteError) as caught:
        decode(Picture(1.0, bytes(data)), 0)
    assert caught.value.code == "WIRE-001"


@given(st.binary(max_size=200))
def test_what_is_no_jpeg_is_refused(data: bytes) -> None:
    for each in (data, b"\xff\xd8" + data, b"\x89PNG\r\n" + data):
        with pytest.raises(SuiteError):
            decode(Picture(1.0, each or b"x"), 0)


def test_a_one_pixel_picture_is_refused() -> None:
    with pytest.raises(SuiteError) as caught:
        decode(Picture(1.0, jpeg(1, 1)), 0)
    assert caught.value.code == "FACE-010"


def test_a_cut_jpeg_does_not_crash() -> None:
    data = jpeg(160, 120)
    for length in range(0, len(data), 97):
        try:
            assert decode(Picture(1.0, data[:length]), 0).image.shape == (120, 160, 3)
        except SuiteError as error:
            assert error.code == "WIRE-001"  # noqa: PT017
