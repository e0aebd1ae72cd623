"""One event opened beside the grid: read it, change it, delete it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from calendar_sync.model import KEEP, Change, Collection, Detail, Scope
from calendar_sync.words import understand
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.attending import AnswerBox, WhoBox
from desktop.ui import page, theme
from desktop.ui.buttons import button, icon_button
from desktop.ui.widgets.fields import labelled, line_edit
from desktop.ui.widgets.segmented import Segmented


class DetailCard(QFrame):
    """``saved`` brings the change, the calendar to move to (or 0) and the scope; ``deleted`` the scope;
    ``answered`` the answer to an invitation, a word to it and which occurrence; ``inviting``: whom to ask."""

    saved = Signal(object, object, int, object)
    deleted = Signal(object, object)
    confirmed = Signal(object)
    closed = Signal()
    answered = Signal(object, object, str, str)
    inviting = Signal()

    def __init__(self, detail: Detail, collections: Mapping[int, Collection]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(theme.em(19))
        self.detail = detail
        self._collections = collections
        o = detail.occurrence
        collection = collections.get(o.collection)
        self._writable = collection is not None and collection.writable
        outer = page.column(self, 0)
        inside = QWidget()
        inside.setObjectName("page")
        layout = page.column(inside, 0.7, 1)
        head = page.row()
        head.addWidget(page.label(_("予定の内容"), "section"), 1)
        head.addWidget(icon_button(_("予定の内容を閉じる"), "x", self.closed.emit))
        layout.addLayout(head)
        self._build_notes(layout, detail)
        if words.hidden(o, collection):
            layout.addWidget(page.label(_("予定あり"), "strong"))
            layout.addWidget(page.label(words.spoken(o, collection), "muted", wrap=True))
        elif detail.invited and collection is not None and collection.kind == "own":
            self._build_invitation(layout, detail)
        else:
            self._build_form(layout, detail, collection)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        outer.addWidget(area)

    def _build_notes(self, layout: QVBoxLayout, detail: Detail) -> None:
        if detail.provisional:
            layout.addWidget(page.label(_("ほかの時間と一緒に仮押さえしています。"), "muted", wrap=True))
            layout.addWidget(
                button(_("この時間に決める"), lambda: self.confirmed.emit(detail.occurrence), icon="check")
            )
        for text in detail.warnings:
            layout.addWidget(page.label(text, "warning", wrap=True))
        if detail.occurrence.unsent:
            layout.addWidget(
                page.label(_("まだ送っていません。つながったときに送ります。"), "muted", wrap=True)
            )

    def _build_form(self, layout: QVBoxLayout, detail: Detail, collection: Collection | None) -> None:
        o = detail.occurrence
        self.summary = line_edit(_("件名"), limit=300)
        self.summary.setText(o.summary)
        self.when = line_edit(_("日時"), limit=100)
        self._when_text = _editable_when(detail)
        self.when.setText(self._when_text)
        self._heard = page.label("", "caption", wrap=True)
        self._heard.hide()
        self.when.textChanged.connect(self._hear)
        self.place = line_edit(_("場所"), limit=300)
        self.place.setText(o.location)
        self.memo = QPlainTextEdit(detail.memo)
        self.memo.setAccessibleName(_("メモ"))
        self.memo.setTabChangesFocus(True)
        self.memo.setFixedHeight(theme.em(6))
        layout.addWidget(labelled(_("件名"), self.summary))
        layout.addWidget(labelled(_("日時"), self.when))
        layout.addWidget(self._heard)
        layout.addWidget(labelled(_("場所"), self.place))
        layout.addWidget(labelled(_("メモ"), self.memo))
        self.calendar = QComboBox()
        for number, each in self._collections.items():
            if each.writable or number == o.collection:
                self.calendar.addItem(each.name, number)
        self.calendar.setCurrentIndex(self.calendar.findData(o.collection))
        layout.addWidget(labelled(_("カレンダー"), self.calendar))
        self.private = QCheckBox(_("非公開にする"))
        self.private.setChecked(o.private)
        self.private.setToolTip(_("ほかの人には「予定あり」とだけ見えます。"))
        layout.addWidget(self.private)
        if detail.attendees:
            layout.addWidget(WhoBox(detail.attendees))
        if self._writable and collection is not None and collection.kind == "own" and not detail.provisional:
            words_ = _("招く人を変える") if detail.attendees else _("人を招く")
            layout.addWidget(button(words_, self.inviting.emit, icon="user-plus"))
        self.scope = Segmented(
            _("変える範囲"),
            [(Scope.THIS, _("この回")), (Scope.FUTURE, _("これ以降")), (Scope.ALL, _("すべて"))],
            Scope.THIS,
        )
        if o.repeats:
            layout.addWidget(page.label(_("繰り返しの予定です。変える範囲:"), "muted"))
            layout.addWidget(self.scope)
        if self._writable:
            row = page.row()
            row.addWidget(button(_("保存"), self._save, "primary", main=True), 1)
            row.addWidget(button(_("削除"), self._delete, "danger", "trash", main=True))
            layout.addLayout(row)
        else:
            layout.addWidget(page.label(_("見るだけの予定です。"), "muted"))
            for field in (self.summary, self.when, self.place):
                field.setReadOnly(True)
            self.memo.setReadOnly(True)
            self.calendar.setEnabled(False)
            self.private.setEnabled(False)

    def _build_invitation(self, layout: QVBoxLayout, detail: Detail) -> None:
        """Another's meeting: it is read here, and answered."""
        o = detail.occurrence
        layout.addWidget(page.label(words.title(o, None), "strong", wrap=True))
        layout.addWidget(page.label(words.when_words(o.start, o.end, o.all_day), wrap=True))
        for text in filter(None, (o.location, detail.memo)):
            layout.addWidget(page.label(text, "muted", wrap=True))
        if o.status == "CANCELLED":
            layout.addWidget(page.label(_("主催者が取りやめました。"), "warning", wrap=True))
            layout.addWidget(button(_("削除"), self._delete, "danger", "trash", main=True))
            self.scope = Segmented(_("変える範囲"), [(Scope.ALL, _("すべて"))], Scope.ALL)
        else:
            self.answer = AnswerBox(detail)
            self.answer.answered.connect(lambda *said: self.answered.emit(o, *said))
            layout.addWidget(self.answer)
        layout.addWidget(WhoBox(detail.attendees))

    def _scope(self) -> Scope:
        chosen = self.scope.value()
        return Scope(str(chosen)) if self.detail.occurrence.repeats else Scope.ALL

    def _hear(self) -> None:
        o = self.detail.occurrence
        found = understand(self.when.text(), datetime.now(TOKYO).date(), o.start)
        self._heard.show()
        self._heard.setText(words.when_words(found.start, found.end, found.all_day))

    def _save(self) -> None:
        o, detail = self.detail.occurrence, self.detail
        start = end = None
        all_day = o.all_day
        if self.when.text() != self._when_text:
            length = round((o.end - o.start).total_seconds() / 60)
            at = o.start
            found = understand(self.when.text(), datetime.now(TOKYO).date(), at, minutes=length)
            start, end, all_day = found.start, found.end, found.all_day
        memo = self.memo.toPlainText()
        change = Change(
            self.summary.text() if self.summary.text() != o.summary else KEEP,
            self.place.text() if self.place.text() != o.location else KEEP,
            memo if memo != detail.memo else KEEP,
            self.private.isChecked() if self.private.isChecked() != o.private else KEEP,
            start,
            end,
            all_day,
        )
        to = int(self.calendar.currentData() or o.collection)
        self.saved.emit(o, change, 0 if to == o.collection else to, self._scope())

    def _delete(self) -> None:
        self.deleted.emit(self.detail.occurrence, self._scope())


def _editable_when(detail: Detail) -> str:
    """The time in the words that the quick entry reads."""
    o = detail.occurrence
    day = f"{o.start.year}/{o.start.month}/{o.start.day}"
    if o.all_day:
        last = o.end.date().toordinal() - 1
        if last <= o.start.date().toordinal():
            return f"{day} 終日"
        end = o.end.date().fromordinal(last)
        return f"{day}〜{end.year}/{end.month}/{end.day}"
    days = (o.end.date() - o.start.date()).days
    hours = o.end.hour + 24 * days
    if days > 1 or hours > 30:
        return f"{day} {words.clock(o.start)}"
    return f"{day} {words.clock(o.start)}-{hours}:{o.end.minute:02}"
