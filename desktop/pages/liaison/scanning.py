"""A view that is worked by scans: its field is always ready, from a wedge scanner or from the camera.

A wedge scanner types into whatever has the focus, so letters that land on a button, a table or a list of
choices are led to the scan field; the camera is looked through only while its button is pressed down.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from auth.face.camera import Camera
from core.i18n import _
from core.jobs import JobHandle, Report
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import line_edit

LOOKS = 600
"""Frames that are looked at before the camera is let go: a label held before it is read within a few."""


class Scanning(Fresh):
    """``field``: the scan field and its camera button, to be put on top; ``scanned`` gets what was read."""

    def __init__(self, services: Services, *events: type) -> None:
        super().__init__(services, *events)
        self._looking: JobHandle[str] | None = None
        self.scan = line_edit(
            _("端末のラベルを読み取る"), _("ラベルを読み取るか、端末番号を入れて Enter"), main=True
        )
        self.scan.returnPressed.connect(self._entered)
        self.camera = button(_("カメラで読む"), self._look, icon="camera", main=True)
        self.camera.setCheckable(True)
        self.field = page.row(spacing=0.5)
        self.field.addWidget(self.scan, 1)
        self.field.addWidget(self.camera)
        self.said = page.label("", "lead", wrap=True)
        self.said.hide()

    def scanned(self, text: str) -> None:
        """A label was read, or a number typed."""
        raise NotImplementedError

    def say(self, words: str) -> None:
        """What has just happened, on the screen and to a screen reader."""
        self.said.setText(words)
        self.said.setVisible(bool(words))
        announce(self, words)

    def ready(self) -> None:
        """The next scan may come."""
        self.scan.clear()
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)

    def hears_through(self, *takers: QWidget) -> None:
        """Letters typed while one of ``takers`` has the focus are a scan."""
        for taker in takers:
            taker.installEventFilter(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            QTimer.singleShot(0, self, self.ready)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._looking is not None:
            self._looking.cancel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._to_scan(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._to_scan(event):
            return True
        return super().eventFilter(watched, event)

    def _to_scan(self, event: QKeyEvent) -> bool:
        text, control = event.text(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if not text.isprintable() or not text.strip() or control:
            return False
        self.scan.setFocus(Qt.FocusReason.OtherFocusReason)
        self.scan.insert(text)
        return True

    def _entered(self) -> None:
        text = self.scan.text().strip()
        if text:
            self.scan.clear()
            self.scanned(text)

    def _look(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            return
        self.say(_("ラベルの QR をカメラの前にかざしてください。"))
        camera = self._services.camera
        self._looking = self._services.bridge.run(
            self,
            _("カメラで読む"),
            lambda report: read_code(camera, report),
            self._read,
            ended=self._let_go,
            lane="camera",
        )

    def _read(self, text: str) -> None:
        if text:
            self.scanned(text)
        else:
            self.say(_("QR を読み取れませんでした。もう一度かざすか、番号を入れてください。"))

    def _let_go(self) -> None:
        self._looking = None
        self.camera.setChecked(False)


def read_code(open_camera: Callable[[], Camera], report: Report, looks: int = LOOKS) -> str:
    """The first QR code that is held before the camera, or nothing after ``looks`` frames."""
    import cv2  # large: only whoever reads by camera pays for it

    camera, detector = open_camera(), cv2.QRCodeDetector()
    camera.open()
    try:
        for number in range(looks):
            report(number, looks)
            try:
                text = detector.detectAndDecode(camera.read().image)[0]
            except cv2.error:  # what looked like a code was none
                continue
            if text:
                return text
    finally:
        camera.close()
    return ""
