"""A person's first PIN: staff number, the start code from the IT officer, the PIN twice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent

from auth.model import Outcome
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sign_in.sheet import Sheet
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import PinField, labelled, line_edit


class FirstPin(Sheet):
    """After it the person signs in with the new PIN."""

    def __init__(self, services: Services, number: str) -> None:
        super().__init__(32)
        self._services = services
        self.body.addWidget(page.label(_("暗証番号を決める"), "title"))
        words = _("情報担当から受け取った開始コードを入力してください。コードは一度だけ使えます。")
        self.body.addWidget(page.label(words, "muted", wrap=True))
        self.number = line_edit(_("職員番号"), main=True, limit=16)
        self.number.setText(number)
        self.code = line_edit(_("開始コード"), _("例 7K2QD-…"), main=True, limit=64)
        self.pin, self.again = PinField(_("新しい暗証番号")), PinField(_("新しい暗証番号（もう一度）"))
        shortest = services.config.security.pin_min_length
        hint = _("{count} 桁以上の数字。同じ数字の並び、連番、日付は使えません。").format(count=shortest)
        self.body.addWidget(labelled(_("職員番号"), self.number))
        self.body.addWidget(labelled(_("開始コード"), self.code))
        self.body.addWidget(labelled(_("新しい暗証番号"), self.pin, hint))
        self.body.addWidget(labelled(_("新しい暗証番号（もう一度）"), self.again))
        self.again.edit.returnPressed.connect(self._save)
        self.wrong = page.label("", "danger", wrap=True)
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        buttons = page.row()
        self.save = button(_("暗証番号を決める"), self._save, "primary", main=True)
        buttons.addWidget(self.save)
        buttons.addWidget(button(_("戻る"), services.back, main=True))
        buttons.addStretch()
        self.body.addLayout(buttons)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self).activated.connect(services.back)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        (self.code if self.number.text() else self.number).setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self) -> None:
        number, code, pin = self.number.text().strip(), self.code.text().strip(), self.pin.text()
        if not number or not code or not pin:
            self._say(_("三つとも入力してください。"))
        elif pin != self.again.text():
            self.again.clear()
            self._say(_("二つの暗証番号が違います。もう一度入力してください。"))
        else:
            auth = self._services.auth
            self.save.setEnabled(False)
            self._services.bridge.run(
                self,
                _("暗証番号を決める"),
                lambda _report: auth.start(number, code, pin),
                self._started,
                self._failed,
                ended=lambda: self.save.setEnabled(True),
            )

    def _started(self, outcome: Outcome) -> None:
        if not outcome.accepted:  # the PIN is set, but this zone wants one more factor
            self._services.back()

    def _failed(self, error: SuiteError) -> None:
        self._say(str(error))

    def _say(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.show()
        announce(self, words, urgent=True)
