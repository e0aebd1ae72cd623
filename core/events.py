"""Typed events: a feature says what has changed, whoever shows it reads again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

_log = logging.getLogger(__name__)
_Event = TypeVar("_Event")


class Events:
    """Dispatch by exact type, on the publisher's thread. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handlers: dict[type, tuple[Callable[[Any], None], ...]] = {}

    def subscribe(self, event: type[_Event], handler: Callable[[_Event], None]) -> Callable[[], None]:
        """Call ``handler`` for each ``event`` published from now on; returns what ends it (twice is fine)."""
        entry: Callable[[Any], None] = lambda published: handler(published)  # noqa: E731 - one identity a call
        with self._lock:
            self._handlers[event] = (*self._handlers.get(event, ()), entry)

        def unsubscribe() -> None:
            with self._lock:
                self._handlers[event] = tuple(h for h in self._handlers[event] if h is not entry)

        return unsubscribe

    def publish(self, event: object) -> None:
        """Call the handlers in the order of subscription; one that fails is logged, the others still run."""
        with self._lock:
            handlers = self._handlers.get(type(event), ())
        for handler in handlers:
            try:
                handler(event)
            except Exception:  # noqa: BLE001 - a page that cannot redraw must not undo a sign-in
                _log.exception("a handler of %s failed", type(event).__name__)
