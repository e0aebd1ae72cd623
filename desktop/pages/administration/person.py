"""One person's panel: who, and what an IT officer may do for them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QWidget

from auth.model import OneTimeCode, Person
from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_datetime
from desktop.pages.services import Services
from desktop.pages.settings.account import role_words
from desktop.ui import page, theme
from desktop.ui.announce import announce
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
        self._code = QFrame()
        self._code.setProperty("notice", "info")
        self._code_layout = page.column(self._code, 0.4, 0.9)
        self._code.hide()
        layout.addWidget(self._code)
        layout.addStretch()
        if not myself:
            action = "deactivate" if person.active else "activate"
            words_ = _("利用を止める") if person.active else _("利用を再開する")
            kind = "danger" if person.active else ""
            layout.addWidget(button(words_, lambda: act(action, person), kind))

    def show_code(self, kind: str, issued: OneTimeCode) -> None:
        """Show a code once, to be handed over; it is never shown again."""
        page.clear(self._code_layout)
        self._code_layout.addWidget(page.label(kind, "strong"))
        parts = issued.code.split("-")
        half = (len(parts) + 1) // 2  # two lines, broken where a reader pauses
        code = page.label("-".join(parts[:half]) + "-\n" + "-".join(parts[half:]), "section")
        code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._code_layout.addWidget(code)
        until = format_datetime(issued.expires.astimezone(TOKYO))
        words = _("一度だけ使えます。{until} まで。この画面を離れると、もう表示できません。").format(
            until=until
        )
        self._code_layout.addWidget(page.label(words, "caption", wrap=True))
        copy = button(_("コピー"), lambda: QGuiApplication.clipboard().setText(issued.code), icon="copy")
        self._code_layout.addWidget(copy)
        self._code.show()
        announce(self, f"{kind} {issued.code}")
