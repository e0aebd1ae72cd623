"""The very first start: nobody is registered, so whoever sits here becomes the first administrator."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout

from auth.model import Person, Role
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sign_in.sheet import Sheet
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import PinField, labelled, line_edit
from desktop.ui.widgets.steps import Steps


class FirstRun(Sheet):
    """本人確認 (who are you, a PIN) → 同意 → 顔の登録; the last two are the enrolment's."""

    def __init__(self, services: Services, chips: list[tuple[str, str]] | None = None) -> None:
        super().__init__(42, chips)
        self._services = services
        self.body.addWidget(Steps([_("本人確認"), _("同意"), _("顔の登録")]))
        self.body.addWidget(page.label(_("ようこそ、まほろばへ"), "hero"))
        words = _(
            "この端末にはまだ誰も登録されていません。はじめに、管理を担当するあなたを登録します。"
            "ほかの職員は、あとから「管理」で追加できます。"
        )
        self.body.addWidget(page.label(words, "muted", wrap=True))
        self.body.addLayout(self._build_form())
        self.wrong = page.label("", "danger", wrap=True)
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        self.start = button(_("登録して次へ"), self._create, "primary", main=True)
        line = page.row()
        line.addWidget(self.start)
        line.addStretch()
        self.body.addLayout(line)

    def _build_form(self) -> QGridLayout:
        self.number = line_edit(_("職員番号"), _("例 K100234"), main=True, limit=16)
        self.name = line_edit(_("氏名"), _("例 山本 花子"), main=True)
        self.kana = line_edit(_("ふりがな"), _("例 やまもと はなこ"), main=True)
        self.section = line_edit(_("所属"), _("例 情報政策課"), main=True)
        self.pin, self.again = PinField(_("暗証番号")), PinField(_("暗証番号（もう一度）"))
        hint = _("{count} 桁以上の数字。顔で入れないときに使います。").format(
            count=self._services.config.security.pin_min_length
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.em(1.25))
        grid.setVerticalSpacing(theme.em(0.9))
        fields = (
            labelled(_("職員番号"), self.number),
            labelled(_("所属"), self.section),
            labelled(_("氏名"), self.name),
            labelled(_("ふりがな"), self.kana),
            labelled(_("暗証番号"), self.pin, hint),
            labelled(_("暗証番号（もう一度）"), self.again),
        )
        for index, field in enumerate(fields):
            grid.addWidget(field, index // 2, index % 2, Qt.AlignmentFlag.AlignTop)
        self.again.edit.returnPressed.connect(self._create)
        return grid

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.number.setFocus(Qt.FocusReason.OtherFocusReason)

    def _create(self) -> None:
        pin = self.pin.text()
        if pin != self.again.text():
            self.again.clear()
            self._say(_("二つの暗証番号が違います。もう一度入力してください。"))
            return
        person = Person(
            self.number.text().strip(),
            self.name.text().strip(),
            self.kana.text().strip(),
            self.section.text().strip(),
            Role.IT,
        )
        auth = self._services.auth
        self.start.setEnabled(False)
        self._services.bridge.run(
            self,
            _("管理者の登録"),
            lambda _report: auth.create_first_administrator(person, pin),
            lambda _outcome: self._services.enrol(True),
            self._failed,
            ended=lambda: self.start.setEnabled(True),
        )

    def _failed(self, error: SuiteError) -> None:
        self._say(str(error))

    def _say(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.show()
        announce(self, words, urgent=True)
