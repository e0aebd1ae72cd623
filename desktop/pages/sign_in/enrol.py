"""Enrol a face: the PIN again (本人確認), consent in plain words (同意), guided poses (顔の登録)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QWidget

from auth import consent
from auth.model import EnrolOutcome, Person
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sign_in.face_panel import FacePanel
from desktop.pages.sign_in.sheet import Sheet
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.icons import set_icon
from desktop.ui.widgets.fields import PinField, labelled
from desktop.ui.widgets.steps import Steps

if TYPE_CHECKING:
    from core.jobs import Report
    from desktop.pages.sign_in.face_panel import Show


class Enrol(Sheet):
    """``proved``: the person has shown the PIN a moment ago (first run), so step one is done."""

    def __init__(self, services: Services, person: Person, proved: bool) -> None:
        super().__init__(46)
        self._services, self._person = services, person
        self.steps = Steps([_("本人確認"), _("同意"), _("顔の登録")])
        self.body.addWidget(self.steps)
        self._parts = [self._build_identity(), self._build_consent(), self._build_camera()]
        for part in self._parts:  # no stack: it would be as high as the consent, and push the mirror down
            self.body.addWidget(part)
        self._go(1 if proved else 0)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self).activated.connect(services.back)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        (self.agree if self._parts[0].isHidden() else self.pin).setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self, step: int) -> None:
        self.steps.go(step)
        for number, part in enumerate(self._parts):
            part.setVisible(number == step)
        announce(self, self.steps.accessibleName())

    # 本人確認

    def _build_identity(self) -> QWidget:
        box = QWidget()
        layout = page.column(box, 0.9)
        title = _("{name} さん、ご本人か確かめます").format(name=self._person.name)
        layout.addWidget(page.label(title, "title", wrap=True))
        layout.addWidget(page.label(_("顔を登録する前に、暗証番号を入力してください。"), "muted", wrap=True))
        self.pin = PinField(_("暗証番号"))
        self.pin.edit.returnPressed.connect(self._prove)
        field = labelled(_("暗証番号"), self.pin)
        field.setMaximumWidth(theme.em(22))
        layout.addWidget(field)
        self.wrong = page.label("", "danger", wrap=True)
        self.wrong.hide()
        layout.addWidget(self.wrong)
        line = page.row()
        line.addWidget(button(_("次へ"), self._prove, "primary", main=True))
        line.addWidget(button(_("あとで"), self._services.back, main=True))
        line.addStretch()
        layout.addLayout(line)
        layout.addStretch()
        return box

    def _prove(self) -> None:
        auth, pin = self._services.auth, self.pin.text()
        self._services.bridge.run(
            self, _("本人確認"), lambda _r: auth.confirm_pin(pin), lambda _n: self._proved(), self._not_proved
        )

    def _proved(self) -> None:
        self._go(1)
        self.agree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _not_proved(self, error: SuiteError) -> None:
        self._say_wrong(str(error))

    def _say_wrong(self, words: str) -> None:
        self.pin.clear()
        self.wrong.setText(words)
        self.wrong.show()
        announce(self, words, urgent=True)
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    # 同意

    def _build_consent(self) -> QWidget:
        box = QWidget()
        layout = page.column(box, 0.9)
        layout.addWidget(page.label(_("顔のデータの扱いについて"), "title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.em(0.9))
        grid.setVerticalSpacing(theme.em(0.8))
        grid.setColumnStretch(1, 1)
        for row, sentence in enumerate(consent.text().splitlines()):
            mark = QLabel()
            set_icon(mark, "check", "primary")
            grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(page.label(sentence, wrap=True), row, 1)
        layout.addLayout(grid)
        self.agree = QCheckBox(_("読みました。顔のデータを残すことに同意します"))
        self.agree.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        layout.addWidget(self.agree)
        line = page.row()
        self.start = button(_("同意して顔を登録する"), self._enrol, "primary", main=True)
        self.start.setEnabled(False)
        self.agree.toggled.connect(self.start.setEnabled)
        line.addWidget(self.start)
        line.addWidget(button(_("顔は使わない"), self._services.back, main=True))
        line.addStretch()
        line.addWidget(page.label(_("同意文 {version} 版").format(version=consent.VERSION), "caption"))
        layout.addLayout(line)
        return box

    # 顔の登録

    def _build_camera(self) -> QWidget:
        box = QWidget()
        layout = page.column(box, 0.6)
        self.face = FacePanel(self._services.bridge, dotted=True, size=21)
        self.face.coloured.connect(self.shine)
        self.face.again.clicked.connect(self._enrol)
        layout.addWidget(self.face, 1)
        line = page.row()
        line.addStretch()
        self.finish = button(_("今日の画面へ"), self._services.back, "primary", main=True)
        self.finish.hide()
        self.later = button(_("中止する"), self._services.back, main=True)
        line.addWidget(self.finish)
        line.addWidget(self.later)
        line.addStretch()
        layout.addLayout(line)
        return box

    def _enrol(self) -> None:
        self._go(2)
        self.later.setFocus(Qt.FocusReason.OtherFocusReason)
        auth = self._services.auth

        def work(show: Show, report: Report) -> EnrolOutcome:
            return auth.enrol(consent.VERSION, show, report)

        self.face.start(work, self._enrolled)

    def _enrolled(self, outcome: EnrolOutcome) -> None:
        if not outcome.accepted:
            self.face.preview.rest()
            self.face.say(outcome.sentence, outcome.next_step, urgent=True)
            self.face.offer_again(_("もう一度登録する"))
            return
        self.steps.go(3)
        self.face.preview.show_view(None, 1.0, None, "success")
        self.face.say(outcome.sentence, outcome.next_step, urgent=True)
        self.later.hide()
        self.finish.show()
        self.finish.setFocus(Qt.FocusReason.OtherFocusReason)
