"""The form for a person: a new one, or the changed details of one already there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QWidget

from auth.model import Person, Role
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.administration.step_up import StepUpCard
from desktop.pages.services import Services
from desktop.pages.settings.account import role_words
from desktop.ui import page
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit


class PersonForm(QWidget):
    """``person`` None: a new one. ``saved`` gets who was added or changed."""

    def __init__(
        self,
        services: Services,
        person: Person | None,
        saved: Callable[[Person], object],
        step_up: StepUpCard,
    ) -> None:
        super().__init__()
        self._services, self._person, self._saved = services, person, saved
        self._step_up = step_up
        layout = page.column(self, 0.7)
        layout.addWidget(page.label(_("職員を変更") if person else _("職員を追加"), "section"))
        self.number = line_edit(_("職員番号"), limit=16)
        self.name, self.kana = line_edit(_("氏名")), line_edit(_("ふりがな"))
        self.section, self.group = line_edit(_("所属")), line_edit(_("共用端末"))
        self.role = QComboBox()
        for role in Role:
            self.role.addItem(role_words(role), role)
        hint = _("窓口など、顔だけで誰かを見分ける端末のグループ名。なければ空のままで。")
        for name, field, note in (
            (_("職員番号"), self.number, ""),
            (_("氏名"), self.name, ""),
            (_("ふりがな"), self.kana, ""),
            (_("所属"), self.section, ""),
            (_("役割"), self.role, ""),
            (_("共用端末"), self.group, hint),
        ):
            layout.addWidget(labelled(name, field, note))
        self.wrong = page.label("", "danger", wrap=True)
        self.wrong.hide()
        layout.addWidget(self.wrong)
        words = _("変更を保存") if person else _("追加する")
        layout.addWidget(button(words, self._save, "primary", main=True))
        layout.addStretch()
        if person is not None:
            self._fill(person)

    def _fill(self, person: Person) -> None:
        for field, text in (
            (self.number, person.staff_number),
            (self.name, person.name),
            (self.kana, person.kana),
            (self.section, person.section),
            (self.group, person.group),
        ):
            field.setText(text)
        self.number.setEnabled(False)  # it names the person in the audit trail
        self.role.setCurrentIndex(self.role.findData(person.role))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        (self.name if self._person else self.number).setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self) -> None:
        number, name, kana, section, group = (
            f.text().strip() for f in (self.number, self.name, self.kana, self.section, self.group)
        )
        role, office = Role(self.role.currentData()), self._services.auth.administration
        if self._person is None:
            person, save = Person(number, name, kana, section, role, True, group), office.add
        else:
            changed = replace(self._person, name=name, kana=kana, section=section, role=role, group=group)
            person, save = changed, partial(office.change, was=self._person)
        self._step_up.run(
            self, _("職員の保存"), lambda: save(person), lambda _n: self._done(person), self._failed
        )

    def _done(self, person: Person) -> None:
        self.wrong.hide()
        if self._person is None:
            for field in (self.number, self.name, self.kana):
                field.clear()
            self.number.setFocus(Qt.FocusReason.OtherFocusReason)
        self._saved(person)

    def _failed(self, error: SuiteError) -> None:
        self.wrong.setText(str(error))
        self.wrong.show()
        announce(self, self.wrong.text(), urgent=True)
