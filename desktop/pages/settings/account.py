"""My account: who I am here, and my PIN."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from auth.model import Role
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.settings.rows import setting_row
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import PinField, labelled


def role_words(role: str) -> str:
    """The role as the staff call it."""
    return {Role.IT: _("情報担当"), Role.AUDITOR: _("監査担当")}.get(Role(role), _("職員"))


def account_card(services: Services) -> QFrame:
    """Name, number, section, role; the PIN can be changed here."""
    frame, layout = page.card(_("アカウント"))
    session = services.auth.session
    if session is not None:
        person = session.person
        words = " ・ ".join(filter(None, (person.staff_number, person.section, role_words(person.role))))
        layout.addWidget(setting_row(person.name, words, None))
        layout.addWidget(page.line())
    layout.addWidget(_ChangePin(services))
    return frame


class _ChangePin(QWidget):
    """Opens in place: no dialogue covers the page."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        layout = page.column(self, 0.75)
        self._open = button(_("変更する"), self._toggle)
        layout.addWidget(setting_row(_("暗証番号"), _("顔で入れないときに使う番号です。"), self._open))
        self._form = QWidget()
        self._form.setMaximumWidth(theme.em(24))
        form = page.column(self._form, 0.75)
        self.old, self.new = PinField(_("いまの暗証番号")), PinField(_("新しい暗証番号"))
        self.again = PinField(_("新しい暗証番号（もう一度）"))
        for field, name in (
            (self.old, _("いまの暗証番号")),
            (self.new, _("新しい暗証番号")),
            (self.again, _("新しい暗証番号（もう一度）")),
        ):
            form.addWidget(labelled(name, field))
        self.again.edit.returnPressed.connect(self._save)
        self.wrong = page.label("", "danger", wrap=True)
        self.wrong.hide()
        form.addWidget(self.wrong)
        form.addWidget(button(_("暗証番号を変更"), self._save, "primary"))
        self._form.hide()
        layout.addWidget(self._form)

    def _toggle(self) -> None:
        self._form.setVisible(not self._form.isVisible())
        if self._form.isVisible():
            self.old.setFocus()

    def _save(self) -> None:
        auth, old, new = self._services.auth, self.old.text(), self.new.text()
        if new != self.again.text():
            self._failed_with(_("二つの暗証番号が違います。もう一度入力してください。"))
            return
        self._services.bridge.run(
            self,
            _("暗証番号の変更"),
            lambda _r: auth.change_pin(old, new),
            lambda _n: self._saved(),
            self._failed,
        )

    def _saved(self) -> None:
        for field in (self.old, self.new, self.again):
            field.clear()
        self._form.hide()
        self._services.notices.success(_("暗証番号を変更しました。"))

    def _failed(self, error: SuiteError) -> None:
        self._failed_with(str(error))

    def _failed_with(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.show()
        announce(self, words, urgent=True)
