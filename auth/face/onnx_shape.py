"""The input shape that an ONNX file asks for, read from its protobuf (onnx.proto3: ModelProto.graph.input).

OpenCV does not tell it, and running a network on another size can end the whole process.
"""

from __future__ import annotations

from collections.abc import Iterator

GRAPH, INITIALIZER, INPUT = 7, 5, 11


def input_shape(content: bytes) -> tuple[int, ...]:
    """Sizes of the one real input, 0 for an open one. ValueError when the file does not say."""
    for field, graph in _fields(content):
        if field == GRAPH and isinstance(graph, bytes):
            return _graph_input(graph)
    raise ValueError("no graph")


def _graph_input(graph: bytes) -> tuple[int, ...]:
    fields = list(_fields(graph))
    constants = {_first(each, 8) for field, each in fields if field == INITIALIZER}
    inputs = [each for field, each in fields if field == INPUT and _first(each, 1) not in constants]
    if len(inputs) != 1:
        raise ValueError("not one input")
    shape = _first(_first(_first(inputs[0], 2), 1), 2)  # type, tensor_type, shape
    sizes = (_first(size, 1, 0) for field, size in _fields(_message(shape)) if field == 1)
    return tuple(size if isinstance(size, int) else 0 for size in sizes)


def _first(message: object, wanted: int, default: object = b"") -> object:
    return next((value for field, value in _fields(_message(message)) if field == wanted), default)


def _message(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("not a message")
    return value


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """(field number, value) of a protobuf message: numbers and byte strings; fixed sizes are skipped."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == 0:
            number, place = _varint(message, place)
            yield key >> 3, number
        elif kind == 2:
            length, place = _varint(message, place)
            if place + length > len(message):
                raise ValueError("cut short")
            yield key >> 3, message[place : place + length]
            place += length
        elif kind in (1, 5):
            place += 8 if kind == 1 else 4
        else:
            raise ValueError("not protobuf")


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            raise ValueError("cut short")
        byte = message[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
    raise ValueError("number too long")
