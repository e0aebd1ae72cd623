"""The camera's half of a sheet: the mirror, and under it the one sentence that says what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from core.errors import SuiteError
from core.i18n import _, bracketed, sentences
from core.jobs import JobHandle, Report
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.bridge import Bridge
from desktop.ui.buttons import button
from desktop.ui.widgets.camera_preview import CameraPreview

if TYPE_CHECKING:
    from auth.model import CameraView

Show = Callable[["CameraView"], None]
NOT_ENROLLED = "FACE-110"  # looking again would not help
_PICTURE_MS = 50  # the eye sees a mirror at 20 pictures a second; more only costs


class FacePanel(QWidget):
    """Runs one piece of camera work at a time and shows what it reports."""

    coloured = Signal(object)
    """What the window around the mirror shows: (red, green, blue) of sRGB, or None for its own."""

    def __init__(self, bridge: Bridge, dotted: bool = False, size: float = 19) -> None:
        super().__init__()
        self._bridge = bridge
        self._dotted = dotted
        self._job: JobHandle[Any] | None = None
        self._newest: CameraView | None = None
        self._spoken = ""
        self._told = False  # that the colours change: said once, not at each look
        self.preview = CameraPreview(size, dotted)
        self.sentence = page.label("", "guidance", wrap=True)
        self.detail = page.label("", "muted", wrap=True)
        self.again = button(_("カメラを使う"), icon="camera", main=True)
        self.again.hide()
        layout = page.column(self, 0.5)
        layout.addStretch(1)
        layout.addWidget(self.preview, 100)
        for words in (self.sentence, self.detail):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            words.setMinimumWidth(theme.em(13))
            layout.addWidget(words)
        self.sentence.setMinimumHeight(theme.em(2.2))
        self.detail.setMinimumHeight(theme.em(1.7))
        layout.addWidget(self.again, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(_PICTURE_MS)
        self._timer.timeout.connect(self._draw)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def start(
        self,
        work: Callable[[Show, Report], Any],
        done: Callable[[Any], object],
        failed: Callable[[SuiteError], object] | None = None,
    ) -> None:
        """Do ``work`` with the camera; a job that runs already is cancelled first."""
        self.stop()
        self._newest, self._spoken = None, ""
        self.again.hide()
        self.say(_("カメラを準備しています…"), speak=False)
        self._timer.start()
        job: JobHandle[Any] | None = None

        def mine(call: Callable[[Any], object], value: object) -> None:
            if self._job is job:  # a cancelled run's last word counts for nothing
                self._finish()
                call(value)

        job = self._bridge.run(
            self,
            _("カメラで確認"),
            lambda report: work(self._take, report),
            lambda outcome: mine(done, outcome),
            lambda error: mine(failed or self.show_error, error),
            lane="camera",
        )
        self._job = job

    def stop(self) -> None:
        """Cancel what runs; the mirror goes dark."""
        if self._job is not None:
            self._job.cancel()
        self._finish()
        self.preview.rest()

    def say(self, sentence: str, detail: str = "", speak: bool = True, urgent: bool = False) -> None:
        """Put a sentence under the mirror; ``speak`` has a screen reader say it."""
        self.sentence.setText(sentence)
        self.detail.setText(detail)
        if speak and sentence != self._spoken:
            announce(self, " ".join(filter(None, (sentence, detail))), urgent)
        self._spoken = sentence

    def show_error(self, error: SuiteError) -> None:
        """The camera or a model failed: say so here, and offer to try again."""
        self.preview.rest("camera-slash" if error.code.startswith("CAM-") else "user-focus")
        self.say(error.what, sentences(error.why, error.next_step) + bracketed(error.code), urgent=True)
        if error.code != NOT_ENROLLED:
            self.offer_again(_("もう一度カメラを使う"))

    def offer_again(self, words: str) -> None:
        self.again.setText(words)
        self.again.show()

    def _take(self, view: CameraView) -> None:
        self._newest = view  # any thread; only the newest is ever drawn

    def _draw(self) -> None:
        view, self._newest = self._newest, None
        if view is None:
            return
        done = (view.step + view.ratio) / view.steps if view.steps else 0.0
        ring = done if self._dotted or view.steps else view.quality
        self.preview.show_view(view.image, ring, view.guidance.arrow)
        changed = view.guidance.sentence != self.sentence.text()
        if changed:
            self.say(view.guidance.sentence, speak=view.guidance.spoken, urgent=True)
        self._shine(view.colour)

    def _shine(self, colour: tuple[int, int, int] | None) -> None:
        self.coloured.emit(colour)
        if colour is None:
            return
        words = _("確かめる間、画面の周りがやわらかい色に変わります。")
        self.detail.setText(words)
        if not self._told:
            self._told = True
            announce(self, words)

    def _finish(self) -> None:
        self.coloured.emit(None)
        self._job = None
        self._timer.stop()
        self._newest = None

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            self.stop()
        super().hideEvent(event)
