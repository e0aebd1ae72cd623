"""One person's panel: who, and what an IT officer may do for them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from auth.model import OneTimeCode, Person
from core.i18n import _
from desktop.pages.administration.code_card import CodeCard
from desktop.pages.services import Services
from desktop.pages.settings.account import role_words
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.avatar import Avatar


class PersonPanel(QWidget):
    """``act(action, person)`` does what a button says."""

    def __init__(self, services: Services, person: Person, act: Callable[[str, Person], None]) -> None:
        super().__init__()
        self.person = person
        session = services.auth.session
        myself = session is not None and session.person.staff_number == person.staff_number
        layout = page.column(self, 0.6)
        head = page.row(spacing=0.8)
        head.addWidget(Avatar(person.name, 2.6))
        words = page.column(spacing=0)
        words.addWidget(page.label(person.name, "section", wrap=True))
        words.addWidget(page.label(person.kana, "caption", wrap=True))
        head.addLayout(words, 1)
        layout.addLayout(head)
        for name, value in (
            (_("職員番号"), person.staff_number),
            (_("所属"), person.section),
            (_("役割"), role_words(person.role)),
            (_("共用端末"), person.group or _("なし")),
            (_("状態"), _("利用中") if person.active else _("停止中")),
        ):
            line = page.row(spacing=0.5)
            left = page.label(name, "muted")
            left.setMinimumWidth(theme.em(5.5))
            line.addWidget(left)
            line.addWidget(page.label(value, wrap=True), 1)
            layout.addLayout(line)
        layout.addWidget(page.line())
        if person.active:
            layout.addWidget(
                button(_("登録を変更"), lambda: act("change", person), icon="identification-card")
            )
            layout.addWidget(button(_("開始コードを発行"), lambda: act("start-code", person), icon="key"))
            layout.addWidget(button(_("待ち時間を解除"), lambda: act("unlock", person), icon="clock"))
            layout.addWidget(
                button(_("非常用コードを発行"), lambda: act("break-glass", person), icon="lifebuoy")
            )
        self._code = CodeCard()
        layout.addWidget(self._code)
        layout.addStretch()
        if not myself and person.active:
            layout.addWidget(button(_("事案として止める"), lambda: act("incident", person), icon="warning"))
        if not myself:
            action = "deactivate" if person.active else "activate"
            words_ = _("利用を止める") if person.active else _("利用を再開する")
            kind = "danger" if person.active else ""
            layout.addWidget(button(words_, lambda: act(action, person), kind))

    def show_code(self, kind: str, issued: OneTimeCode) -> None:
        """Show a code once, to be handed over; it is never shown again."""
        self._code.show_code(kind, issued)
