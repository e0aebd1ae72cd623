"""Run one network on one thread: bytes in, arrays out. Only this module knows LiteRT and cv2.dnn."""

from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auth.face.onnx_shape import input_shape
from core.errors import SuiteError
from core.i18n import _

cv2.setNumThreads(1)  # frames are small: a second thread only spins (10.6 against 7.6 ms CPU a frame)

Array = NDArray[np.float32]


class Network:
    """One float32 input, one or more float32 outputs, fixed shapes. Calls from several threads take turns."""

    def __init__(self, content: bytes, name: str) -> None:
        """Raises SuiteError FACE-003 when ``content`` is not a model that LiteRT can run."""
        from ai_edge_litert.interpreter import Interpreter  # 0.2 s: only when a face is wanted

        try:
            self._interpreter: Any = Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
            inputs = self._interpreter.get_input_details()
            self._outputs = self._interpreter.get_output_details()
        except (ValueError, RuntimeError) as error:
            raise unusable_model(name, _("壊れているか、対応していない形式です")) from error
        everything = [*inputs, *self._outputs]
        if len(inputs) != 1 or any(details["dtype"] != np.float32 for details in everything):
            raise unusable_model(name, _("入力または出力の形が違います"))
        self._input = inputs[0]
        self._lock = threading.Lock()

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(int(n) for n in self._input["shape"])

    @property
    def output_shapes(self) -> list[tuple[int, ...]]:
        return [tuple(int(n) for n in details["shape"]) for details in self._outputs]

    def run(self, tensor: Array) -> list[Array]:
        """Outputs in the model's order, as copies. ``tensor`` has :attr:`input_shape`."""
        with self._lock:
            self._interpreter.set_tensor(self._input["index"], tensor)
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(details["index"]) for details in self._outputs]


class OnnxNetwork:
    """An ONNX model that an administrator supplies, run by OpenCV; same calls and layout as Network."""

    def __init__(self, content: bytes, name: str, side: int) -> None:
        """side: for a model that leaves its input's sides open. Raises SuiteError FACE-003 when the model
        does not take one RGB picture or OpenCV cannot run it."""
        self._lock = threading.Lock()
        try:
            _batch, channels, height, width = input_shape(content)
            if channels not in (0, 3) or height != width:
                raise ValueError("does not take a square colour picture")
            self.input_shape = (1, height or side, width or side, 3)
            self._net = cv2.dnn.readNetFromONNX(np.frombuffer(content, np.uint8))
            self.output_shapes = [output.shape for output in self.run(np.zeros(self.input_shape, np.float32))]
        except (cv2.error, ValueError) as error:
            raise unusable_model(name, _("壊れているか、対応していない形式です")) from error

    def run(self, tensor: Array) -> list[Array]:
        """One output. ``tensor`` is (n, h, w, 3); ONNX face models take (n, 3, h, w)."""
        with self._lock:
            self._net.setInput(np.ascontiguousarray(tensor.transpose(0, 3, 1, 2)))
            return [np.asarray(self._net.forward(), np.float32)]


def unusable_model(name: str, reason: str) -> SuiteError:
    return SuiteError(
        _("顔認証の準備ができませんでした。"),
        _("顔認証のモデル「{name}」を使えません（{reason}）。").format(name=name, reason=reason),
        _("暗証番号でサインインし、管理者に連絡してください。"),
        "FACE-003",
    )
