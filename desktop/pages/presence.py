"""Presence at the window: watches while somebody works in the shell, locks or warns, and says what it does.

Only who has enrolled a face, and so agreed to it, is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal

from core.errors import SuiteError
from core.i18n import _
from core.jobs import JobHandle

if TYPE_CHECKING:
    from auth.agent.presence import Reaction
    from desktop.pages.services import Services


class Watch(Protocol):
    """What runs behind (``auth.agent.presence.PresenceLoop``)."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


class Presence(QObject):
    """``begin`` whenever the shell is on the screen, ``end`` whenever it is not."""

    changed = Signal()

    def __init__(self, services: Services, make: Callable[[Callable[[Reaction], None]], Watch]) -> None:
        super().__init__()
        self._services, self._make = services, make
        self._watch: Watch | None = None
        self._preparing: JobHandle[Any] | None = None
        self.state = "off"  # off | on | paused | no-face | no-camera

    def begin(self) -> None:
        """Start to watch the person of the session, if they enrolled and the settings ask for it."""
        settings = self._services.config.presence
        if not (settings.after_s or settings.warn_second_face):
            return
        if self._watch is not None or self._preparing is not None:
            return
        auth = self._services.auth
        job: JobHandle[Any] | None = None

        def prepare(_report: object) -> Watch | None:
            return self._make(self._react) if auth.my_data().enrolled is not None else None

        def mine(call: Callable[[Any], object], value: object) -> None:
            if self._preparing is job:  # what was ended meanwhile counts for nothing beside what began since
                self._preparing = None
                call(value)

        job = self._services.bridge.run(
            self,
            _("在席の確認"),
            prepare,
            lambda watch: mine(self._prepared, watch),
            lambda error: mine(self._cannot, error),
            lane="camera",
        )
        self._preparing = job

    def end(self) -> None:
        """Stop watching; the camera is let go."""
        if self._preparing is not None:
            self._preparing.cancel()
            self._preparing = None
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        self._become("off")

    def again(self) -> None:
        """The settings have changed, or a face was enrolled or deleted."""
        watching = self._preparing is not None or self._watch is not None
        self.end()
        if watching or self._services.auth.session is not None:
            self.begin()

    def words(self) -> str:
        """What is being done now, for *today* and the status line."""
        after = self._services.config.presence.after_s
        if self.state == "on":
            return (
                _("席を離れて {after} 秒でロックします").format(after=after)
                if after
                else _("のぞき込みだけを知らせます")
            )
        return {
            "paused": _("カメラがほかで使われているため、休んでいます"),
            "no-face": _("顔を登録すると使えます"),
            "no-camera": _("カメラか顔のモデルがないため、休んでいます"),
        }.get(self.state, _("使っていません"))

    def _prepared(self, watch: Watch | None) -> None:
        if watch is None:
            self._become("no-face")
            return
        self._watch = watch
        watch.start()
        self._become("on")

    def _cannot(self, _error: SuiteError) -> None:
        self._become("no-camera")

    def _react(self, reaction: Reaction) -> None:
        """On the watching thread: lock at once; everything else is for the window to say."""
        from auth.agent.presence import Reaction as Kind

        if reaction.locks:
            try:
                self._services.auth.lock("away" if reaction is Kind.LOCK_GONE else "other-face")
            except SuiteError as error:  # locked; only the trail could not say so
                self._services.bridge.post(partial(self._services.notices.error, error))
            return
        sentence = reaction.sentence()
        self._services.bridge.post(lambda: self._say(reaction, sentence))

    def _say(self, reaction: Reaction, sentence: str) -> None:
        from auth.agent.presence import Reaction as Kind

        if self._watch is None:
            return
        if reaction is Kind.WARN:
            self._services.notices.warning(sentence)
        else:
            self._become("paused" if reaction is Kind.PAUSED else "on")

    def _become(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit()
