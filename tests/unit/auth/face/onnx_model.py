"""A tiny ONNX face encoder, written as protobuf by hand: no package of the suite can make one.

One node, Conv with a kernel of the whole image, so the output is (1, dimensions, 1, 1). Field numbers are
those of onnx.proto3 (ONNX IR 8, opset 13).
"""

from __future__ import annotations

import numpy as np


def face_model(dimensions: int, side: int = 112) -> bytes:
    """Random weights: a vector that depends on the whole face."""
    return convolution(np.random.default_rng(7).normal(0, 1, (dimensions, 3, side, side)))


def convolution(kernel: np.ndarray) -> bytes:
    """kernel: (outputs, 3, side, side)."""
    dimensions, _channels, side, _side = kernel.shape
    weights = kernel.astype("<f4")
    tensor = (
        b"".join(_number(1, size) for size in weights.shape)
        + _number(2, 1)
        + _text(8, "w")
        + _bytes(9, weights.tobytes())
    )
    attribute = _text(1, "kernel_shape") + _number(8, side) + _number(8, side) + _number(20, 7)
    node = _text(1, "x") + _text(1, "w") + _text(2, "y") + _text(4, "Conv") + _bytes(5, attribute)
    graph = (
        _bytes(1, node)
        + _text(2, "g")
        + _bytes(5, tensor)
        + _bytes(11, _value("x", (1, 3, side, side)))
        + _bytes(12, _value("y", (1, dimensions, 1, 1)))
    )
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 13))


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    sizes = b"".join(_bytes(1, _number(1, size)) for size in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, 1) + _bytes(2, sizes)))


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
