"""The lock: covers everything until the person who locked is back, by face or by PIN."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout

from auth.model import Outcome, Person
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sign_in.face_panel import FacePanel
from desktop.pages.sign_in.sheet import Sheet
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.avatar import Avatar
from desktop.ui.widgets.fields import PinField, labelled

if TYPE_CHECKING:
    from core.jobs import Report


class Lock(Sheet):
    """Says why it locked; nothing of the session is visible behind it."""

    what = "lock"

    def __init__(self, services: Services, person: Person, reason: str, switch: Callable[[], object]) -> None:
        super().__init__(52)
        self._services, self._person, self._reason = services, person, reason
        self.face = FacePanel(services.bridge, size=17)
        self.face.coloured.connect(self.shine)
        self.face.again.clicked.connect(self.look)
        columns = page.Across(32, 2)
        columns.add(self.face, 11)
        columns.add(self._build_side(switch), 10)
        self.body.addWidget(columns)

    def _build_side(self, switch: Callable[[], object]) -> QVBoxLayout:
        side = page.column(spacing=0.9)
        side.addStretch(1)
        who = page.row(spacing=0.8)
        who.addWidget(Avatar(self._person.name, 2.8))
        words = page.column(spacing=0)
        words.addWidget(page.label(self._person.name, "title"))
        words.addWidget(page.label(self._person.section, "muted"))
        who.addLayout(words, 1)
        side.addLayout(who)
        side.addWidget(page.label(_why(self._reason), wrap=True))
        self.pin = PinField(_("暗証番号"))
        self.pin.edit.returnPressed.connect(self._unlock_pin)
        side.addWidget(labelled(_("暗証番号"), self.pin))
        self.wrong = page.label("", "danger", wrap=True)
        self.wrong.hide()
        side.addWidget(self.wrong)
        self.enter = button(_("ロックを解除"), self._unlock_pin, "primary", main=True)
        side.addWidget(self.enter)
        self.other = button(_("サインアウトして別の人に交代"), switch, "plain", "user-switch")
        side.addWidget(self.other)
        side.addStretch(1)
        return side

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if event.spontaneous():
            return
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._reason == "stopped":  # no camera for whom nobody hears
            self.face.offer_again(_("カメラで解除する"))
        elif self._reason == "person":  # who has just locked is leaving: not again in by a last glance
            self.face.say(_("戻ったら、カメラを見るか暗証番号を入力してください"))
            self.face.offer_again(_("カメラで解除する"))
        else:
            QTimer.singleShot(0, self, self.look)

    def look(self) -> None:
        auth = self._services.auth

        def work(show: Callable[..., None], report: Report) -> Outcome:
            return auth.unlock_face(show, report)

        self.face.start(work, self._looked)

    def _looked(self, outcome: Outcome) -> None:
        if not outcome.accepted:
            self.face.preview.rest()
            self.face.say(outcome.sentence, outcome.next_step, urgent=True)
            self.face.offer_again(_("カメラで解除する"))
            self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _unlock_pin(self) -> None:
        auth, pin = self._services.auth, self.pin.text()
        self.enter.setEnabled(False)
        self._services.bridge.run(
            self,
            _("ロックの解除"),
            lambda _r: auth.unlock_pin(pin),
            self._tried,
            lambda e: self._say_wrong(str(e)),
            ended=lambda: self.enter.setEnabled(True),
            lane="sign-in",
        )

    def _tried(self, outcome: Outcome) -> None:
        if not outcome.accepted:
            self._say_wrong(f"{outcome.sentence} {outcome.next_step}".strip())

    def _say_wrong(self, words: str) -> None:
        self.pin.clear()
        self.pin.mark_wrong(True)
        self.wrong.setText(words)
        self.wrong.show()
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, words, urgent=True)


def _why(reason: str) -> str:
    return {
        "away": _("席を離れたので、画面をロックしました。"),
        "other-face": _("別の人がカメラの前にいたので、画面をロックしました。"),
        "idle": _("しばらく操作がなかったので、画面をロックしました。"),
        "stopped": _("利用が止められたので、画面をロックしました。情報担当に確認してください。"),
        "office": _("職場のサーバーで本人を確かめ直します。作業はそのまま残っています。"),
    }.get(reason, _("画面をロックしています。作業はそのまま残っています。"))
