"""The rows of the page *today*: an item with one action, a fact, and the card of notices from IT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from auth.bulletins import Bulletin
from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_date
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.icons import set_icon


def item(
    icon: str,
    title: str,
    sentence: str,
    action: QWidget | None = None,
    role: str = "muted",
    colour: str = "primary",
) -> QFrame:
    """An icon, a title, a sentence (in a text ``role``), and perhaps what can be done."""
    frame = QFrame()
    layout = page.row(frame, 0.9)
    layout.setContentsMargins(0, theme.em(0.5), 0, theme.em(0.5))
    mark = QLabel()
    set_icon(mark, icon, colour, 1.8)
    layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    words = page.column(spacing=0.15)
    words.addWidget(page.label(title, "strong", wrap=True))
    words.addWidget(page.label(sentence, role, wrap=True))
    layout.addLayout(words, 1)
    if action is not None:
        layout.addWidget(action, 0, Qt.AlignmentFlag.AlignVCenter)
    return frame


def fact(icon: str, name: str, words: str) -> QWidget:
    """Something that is so."""
    box = QWidget()
    layout = page.row(box, 0.8)
    layout.setContentsMargins(0, theme.em(0.6), 0, theme.em(0.6))
    mark = QLabel()
    set_icon(mark, icon, "muted", 1.35)
    layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    texts = page.column(spacing=0)
    texts.addWidget(page.label(name, "caption"))
    texts.addWidget(page.label(words, wrap=True))
    layout.addLayout(texts, 1)
    return box


def on_top(*cards: QFrame) -> QVBoxLayout:
    """``cards`` as high as they need, at the top of their column."""
    layout = page.column(spacing=1.5)
    for card in cards:
        layout.addWidget(card)
    layout.addStretch(1)
    return layout


class BulletinCard(QFrame):
    """Notices from IT: the unread, and behind one press those that have been read. Hidden without any."""

    def __init__(self, dismiss: Callable[[Bulletin, bool], None]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._dismiss = dismiss
        self._every: Sequence[Bulletin] = ()
        self._show_read = False
        layout = page.column(self, 0.75, 1.25)
        layout.addWidget(page.label(_("情報担当からのお知らせ"), "section"))
        self._rows = page.column(spacing=0.25)
        layout.addLayout(self._rows)
        self.more = button("", self._turn, "plain")
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def put(self, bulletins: Sequence[Bulletin]) -> None:
        """Those that are to be shown now."""
        self._every = bulletins
        page.clear(self._rows)
        shown = [each for each in bulletins if not each.read or self._show_read]
        for each in shown:
            self._rows.addWidget(self._row(each))
        read = sum(each.read for each in bulletins)
        words = _("読んだお知らせをたたむ") if self._show_read else _("読んだお知らせ {count} 件を見る")
        self.more.setText(words.format(count=read))
        self.more.setVisible(read > 0)
        self.setVisible(bool(bulletins))

    @property
    def unread(self) -> int:
        return sum(not each.read for each in self._every)

    def _turn(self) -> None:
        self._show_read = not self._show_read
        self.put(self._every)

    def _row(self, each: Bulletin) -> QFrame:
        words = _("未読に戻す") if each.read else _("読みました")
        done = button(words, partial(self._dismiss, each, not each.read))
        done.setAccessibleName(f"{each.title}: {words}")
        title = _("【急ぎ】{title}").format(title=each.title) if each.urgent else each.title
        ends = format_date(datetime.fromtimestamp(each.ends - 1, TOKYO).date())
        icon, colour = ("warning", "warning") if each.urgent else ("info", "primary")
        row = item(icon, title, each.words, done, "", colour)
        until = page.label(_("{day} まで掲示").format(day=ends), "caption")
        box = QFrame()
        layout = page.column(box, 0)
        layout.addWidget(row)
        layout.addWidget(until)
        until.setContentsMargins(theme.em(2.7), 0, 0, theme.em(0.3))
        return box
