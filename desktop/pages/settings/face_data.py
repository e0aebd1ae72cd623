"""My face data: shown in words, renewed, exported, deleted by its owner alone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from auth.model import FaceDeleted, FaceEnrolled, MyData
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _, sentences
from core.wareki import format_datetime
from desktop.pages.files import ask_save, save
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import PinField, labelled


class FaceData(QFrame):
    """Reads again whenever it is shown or the face has changed."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.setProperty("card", True)
        self._layout = page.column(self, 0.75, 1.25)
        self._layout.addWidget(page.label(_("顔のデータ"), "section"))
        self._state = page.label(_("確かめています…"), wrap=True)
        self._detail = page.label("", "muted", wrap=True)
        self._layout.addWidget(self._state)
        self._layout.addWidget(self._detail)
        buttons = page.row(spacing=0.6)
        self.enrol = button(_("顔を登録する"), lambda: services.enrol(False), icon="scan-smiley")
        self.export = button(_("書き出す"), lambda: self._ask(self._export), icon="export")
        self.delete = button(_("消す"), lambda: self._ask(self._delete), "danger", "trash")
        for one in (self.enrol, self.export, self.delete):
            buttons.addWidget(one)
        buttons.addStretch()
        self._layout.addLayout(buttons)
        self._sure = self._build_sure()
        self._layout.addWidget(self._sure)
        for event in (FaceEnrolled, FaceDeleted):
            services.bridge.subscribe(services.events, event, self, lambda _event: self._read())

    def _build_sure(self) -> QWidget:
        """本人確認 in place: whoever walks past an open screen takes and deletes nothing."""
        box = QWidget()
        layout = page.column(box, 0.6)
        layout.addWidget(page.line())
        self._words = page.label("", "strong", wrap=True)
        layout.addWidget(self._words)
        self.pin = PinField(_("暗証番号"))
        self.pin.edit.returnPressed.connect(self._prove)
        field = labelled(_("暗証番号"), self.pin)
        field.setMaximumWidth(theme.em(22))
        layout.addWidget(field)
        self.wrong = page.label("", "danger", wrap=True)
        layout.addWidget(self.wrong)
        line = page.row(spacing=0.6)
        self.go = button("", self._prove)
        line.addWidget(self.go)
        line.addWidget(button(_("やめる"), box.hide))
        line.addStretch()
        layout.addLayout(line)
        box.hide()
        return box

    def _ask(self, then: Callable[[], None]) -> None:
        self._then = then
        deleting = then == self._delete
        self._words.setText(
            _("消したあとは、暗証番号でサインインします。もう一度使うには、登録し直してください。")
            if deleting
            else _("書き出したファイルには顔の特徴の数値が入ります。本人だけが読める場所に保存してください。")
        )
        self.go.setText(_("顔のデータを消す") if deleting else _("書き出す場所を選ぶ"))
        self.go.setProperty("kind", "danger" if deleting else "")
        page.restyle(self.go)
        self.pin.clear()
        self.wrong.hide()
        self._sure.show()
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _prove(self) -> None:
        auth, pin = self._services.auth, self.pin.text()
        self._services.bridge.run(
            self, _("本人確認"), lambda _r: auth.confirm_pin(pin), lambda _n: self._proved(), self._not_proved
        )

    def _proved(self) -> None:
        self.pin.clear()
        self._sure.hide()
        self._then()

    def _not_proved(self, error: SuiteError) -> None:
        self.pin.clear()
        self.wrong.setText(str(error))
        self.wrong.show()
        announce(self, self.wrong.text(), urgent=True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    def _read(self) -> None:
        auth = self._services.auth
        if auth.session is not None:
            self._services.bridge.run(self, _("顔のデータ"), lambda _r: auth.my_data(), self._show)

    def _show(self, data: MyData) -> None:
        enrolled = data.enrolled is not None
        if data.enrolled is not None:
            when = format_datetime(data.enrolled.astimezone(TOKYO))
            self._state.setText(_("{when} に登録しました。").format(when=when))
            words = _(
                "{frames} 枚・{poses} 方向から作った数値です。写真はありません。モデル {model} {version}。"
            )
            detail = words.format(
                frames=data.frames, poses=data.poses, model=data.model, version=data.model_version
            )
            if data.consent is not None:
                detail = sentences(detail, _("同意文 {version} 版。").format(version=data.consent.version))
            self._detail.setText(detail)
        else:
            self._state.setText(_("登録されていません。"))
            self._detail.setText(_("登録すると、カメラを見るだけでサインインできます。"))
        self.enrol.setText(_("取り直す") if enrolled else _("顔を登録する"))
        self.export.setVisible(enrolled)
        self.delete.setVisible(enrolled)
        self._sure.hide()

    def _export(self) -> None:
        path = ask_save(self, _("顔のデータ.json"), "JSON (*.json)")
        if path is None:
            return
        auth = self._services.auth
        done = _("「{name}」に書き出しました。").format(name=path.name)
        self._services.bridge.run(
            self,
            _("顔のデータの書き出し"),
            lambda _r: save(path, auth.export_my_face().encode()),
            lambda _n: self._services.notices.success(done),
        )

    def _delete(self) -> None:
        auth = self._services.auth
        self._services.bridge.run(
            self,
            _("顔のデータの削除"),
            lambda _r: auth.delete_my_face(),
            lambda _n: self._services.notices.success(_("顔のデータを消しました。")),
        )
