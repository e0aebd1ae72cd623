"""Reading ahead: the next part of an answer is on its way while this one is being stored."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
_DEEP = 2  # parts that may wait


def ahead(parts: Iterator[T]) -> Iterator[T]:
    """``parts``, pulled by a thread of their own. What they raise is raised here; left early, both end."""
    reader = _Reader(parts)
    try:
        yield from reader.parts()
    finally:
        reader.left.set()
        reader.thread.join()


class _Reader(Generic[T]):
    def __init__(self, source: Iterator[T]) -> None:
        self._source = source
        self._waiting: queue.Queue[T | BaseException | None] = queue.Queue(_DEEP)
        self.left = threading.Event()
        self.thread = threading.Thread(target=self._pull, name="calendar-ahead", daemon=True)
        self.thread.start()

    def parts(self) -> Iterator[T]:
        while (part := self._waiting.get()) is not None:
            if isinstance(part, BaseException):
                raise part
            yield part

    def _pull(self) -> None:
        try:
            for part in self._source:
                if not self._put(part):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the parts are used
            self._put(error)
        else:
            self._put(None)

    def _put(self, part: T | BaseException | None) -> bool:
        while not self.left.is_set():
            try:
                self._waiting.put(part, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False
