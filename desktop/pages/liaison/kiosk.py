"""The one screen of a liaison laptop: whom to call, where to look, and how to give the laptop back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLayout, QWidget

from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import Button, button
from desktop.ui.focus_ring import FocusRing
from desktop.ui.widgets.segmented import Segmented
from liaison.kiosk import DOCUMENTS, Shown

_COLUMNS = 3


class Kiosk(QWidget):
    """``visit`` opens a web address or a file; ``speak`` changes the language, then all is drawn anew."""

    def __init__(self, shown: Shown, visit: Callable[[str], object], speak: Callable[[str], object]) -> None:
        super().__init__()
        self._shown, self._visit, self._speak = shown, visit, speak
        self._language = "ja"
        self._whole = page.column(self, 1.25, 2.5)
        self._whole.setSizeConstraint(
            QLayout.SizeConstraint.SetNoConstraint
        )  # the screen is as large as it is
        self._returning = False
        self._draw()
        self._ring = FocusRing(self)

    def _draw(self) -> None:
        while (item := self._whole.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self.setWindowTitle(_("連絡員端末"))
        self._whole.addWidget(self._top())
        self._whole.addWidget(self._return_sheet() if self._returning else self._content(), 1)
        self._whole.addWidget(self._foot())

    def _top(self) -> QWidget:
        box = QWidget()
        line = page.row(box)
        title = page.label(self._shown.title, "title")
        line.addWidget(title, 1)
        languages = Segmented("Language / 言語", [("ja", "日本語"), ("en", "English")], self._language)
        languages.chosen.connect(self._change_language)
        line.addWidget(languages)
        return box

    def _content(self) -> QWidget:
        box = QWidget()
        columns = page.row(box, spacing=1.25)
        columns.addWidget(self._contacts(), 2)
        columns.addWidget(self._links(), 3)
        return box

    def _contacts(self) -> QFrame:
        frame, layout = page.card(_("困ったときの連絡先"))
        for who, phone in self._shown.contacts:
            layout.addWidget(page.label(who, "muted", wrap=True))
            number = page.label(phone, "section", wrap=True)
            number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(number)
        if self._shown.networks:
            layout.addWidget(page.line())
            layout.addWidget(page.label(_("つながる Wi-Fi"), "muted"))
            layout.addWidget(page.label(_("、").join(self._shown.networks), "strong", wrap=True))
        layout.addStretch(1)
        return frame

    def _links(self) -> QFrame:
        frame, layout = page.card(_("開く"))
        grid = QGridLayout()
        grid.setSpacing(theme.em(0.75))
        found = [(title, address) for title, address in self._shown.links]
        if self._shown.documents:
            found.insert(0, (_("文書と地図（網がなくても読めます）"), DOCUMENTS.as_uri()))
        for number, (title, address) in enumerate(found):
            made = self._link(title, address)
            grid.addWidget(made, number // _COLUMNS, number % _COLUMNS)
        layout.addLayout(grid)
        layout.addStretch(1)
        return frame

    def _link(self, title: str, address: str) -> Button:
        return button(title, lambda: self._visit(address), main=True)

    def _return_sheet(self) -> QFrame:
        frame, layout = page.card(_("この端末を返すとき"))
        for words in (
            _("1. 必要なファイルを移してください。端末に残ったものは、返却のあとすべて消去されます。"),
            _("2. 電源アダプターなどの付属品をそろえてください。"),
            _("3. 電源を切らずに、借りた窓口へ持っていってください。窓口で消去し、証明書を出します。"),
        ):
            layout.addWidget(page.label(words, "lead", wrap=True))
        layout.addStretch(1)
        return frame

    def _foot(self) -> QWidget:
        box = QWidget()
        line = page.row(box)
        line.addStretch(1)
        words = _("戻る") if self._returning else _("返却する")
        kind = "" if self._returning else "primary"
        icon = "arrow-left" if self._returning else "sign-out"
        line.addWidget(button(words, self._turn, kind, icon, main=True))
        return box

    def _turn(self) -> None:
        self._returning = not self._returning
        self._draw()
        if self._returning:
            announce(self, _("この端末を返すとき"))

    def _change_language(self, language: object) -> None:
        self._language = str(language)
        self._speak(self._language)
        self._draw()
