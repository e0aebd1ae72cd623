"""One file or folder: what it is, what its words are, who may do what and why, and what can be done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sharefolder.opening import Opening
from desktop.pages.sharefolder.words import kind_words, rights_words, size_words, time_words
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.card import ScrolledCard
from desktop.ui.widgets.flow import Flow
from sharefolder.documents.kinds import IMAGES
from sharefolder.documents.sandbox import Answer, reason_words
from sharefolder.index.store import kind
from sharefolder.model import Entry, Rights
from sharefolder.names import shown

_PREVIEW = 4_000  # characters


class Details(ScrolledCard):
    """Reads by itself what it shows; answers that come too late are dropped."""

    def __init__(self, services: Services, save: Callable[[], None], history: Callable[[], None]) -> None:
        inside = QWidget()
        super().__init__(inside)
        self._services = services
        self._opening = Opening(self, services)
        self._place, self._entry = "", Entry("", "", True, 0, 0.0)
        self.setMinimumWidth(theme.em(17))
        layout: QVBoxLayout = page.column(inside, 0.5, 1.0)
        self.name = page.label("", "section", wrap=True)
        self.facts = page.label("", "muted", wrap=True)
        self.rights = page.label("", wrap=True)
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setAccessibleName(_("中身の抜き書き"))
        self.preview.setTabChangesFocus(True)
        self.preview.setMinimumHeight(theme.em(5))
        self.open = button(_("開く"), lambda: self.open_outside(self._place, self._entry))
        self.keep = button(_("この端末に保存"), save, icon="download-simple")
        self.history = button(_("履歴"), history, icon="clock-counter-clockwise")
        self.opened = page.label("", "strong", wrap=True)
        for widget in (self.name, self.facts, self.opened):
            layout.addWidget(widget)
        layout.addWidget(Flow(self.open, self.keep, self.history))
        layout.addWidget(page.label(_("権利"), "strong"))
        layout.addWidget(self.rights)
        self.heading = page.label(_("中身"), "strong")
        layout.addWidget(self.heading)
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(_("見本の絵"))
        layout.addWidget(self.picture)
        layout.addWidget(self.preview, 1)
        layout.addStretch(0)
        self.hide()

    def show_entry(self, place: str, entry: Entry | None) -> None:
        """Show ``entry``; nothing chosen hides the panel."""
        if entry is None:
            self.hide()
            return
        if (place, entry) == (self._place, self._entry) and self.isVisible():
            return
        self._place, self._entry = place, entry
        self.name.setText(shown(entry.name))
        parts = (kind_words(entry), size_words(entry), time_words(entry.changed))
        self.facts.setText("\n".join(filter(None, parts)))
        self.rights.setText(_("調べています…"))
        for widget in (self.open, self.keep, self.heading, self.preview):
            widget.setVisible(not entry.folder)
        self.preview.setPlainText("")
        self.opened.hide()
        self.picture.hide()
        self.show()
        share, bridge = self._services.share, self._services.bridge
        bridge.run(
            self,
            _("権利"),
            lambda _r: share.rights(place, entry.path),
            lambda rights: self._show_rights(entry, rights),
            lambda error: self.rights.setText(error.why) if entry == self._entry else None,
            lane="share-look",
        )
        if not entry.folder:
            bridge.run(
                self,
                _("権利"),
                lambda _r: share.opened_by(place, entry),
                lambda who: self._show_opened(entry, who),
                lambda _error: None,  # the rights above say why it cannot be looked at
                lane="share-look",
            )
            bridge.run(
                self,
                _("見本の絵"),
                lambda _r: share.looks.picture(place, entry),
                lambda content: self._show_picture(entry, content),
                lambda _error: None,  # the words below say why
                lane="share-look",
            )
            bridge.run(
                self,
                _("中身"),
                lambda _r: share.looks.words(place, entry),
                lambda answer: self._show_words(entry, answer),
                lambda error: self._show_reason(entry, error),
                lane="share-look",
            )

    def _show_rights(self, entry: Entry, rights: Rights) -> None:
        if entry == self._entry:
            self.rights.setText(rights_words(rights))

    def _show_opened(self, entry: Entry, who: str | None) -> None:
        if entry == self._entry and who is not None:
            words = _("{who} さんが開いています。") if who else _("誰かが開いています。")
            self.opened.setText(words.format(who=who))
            self.opened.show()

    def _show_picture(self, entry: Entry, content: bytes) -> None:
        """The child has drawn it anew: these bytes are ours, not the document's."""
        drawn = QPixmap()
        if entry != self._entry or not content or not drawn.loadFromData(content, "PNG"):
            return
        room = QSize(self.width() - theme.em(3), theme.em(18))
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        self.picture.setPixmap(drawn.scaled(room, keep, smooth))
        self.picture.show()
        self.preview.setVisible(kind(entry) not in IMAGES)

    def _show_words(self, entry: Entry, answer: Answer) -> None:
        if entry != self._entry:
            return
        text = answer.value if isinstance(answer.value, str) else ""
        why = reason_words(answer.reason) if answer.reason else _("この種類の中身は、ここでは見られません。")
        self.preview.setPlainText(text[:_PREVIEW] if text else why)

    def _show_reason(self, entry: Entry, error: SuiteError) -> None:
        if entry == self._entry:
            self.preview.setPlainText(error.why)

    def open_outside(self, place: str, entry: Entry) -> None:
        """By the system's program."""
        self._opening.open(place, entry)
