"""The same event changed twice: both versions side by side, and the person chooses."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from calendar_sync import ics
from calendar_sync.model import Conflict, Occurrence
from calendar_sync.scan import scan
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.calendar import words
from desktop.ui import page
from desktop.ui.buttons import button


class Conflicts(QScrollArea):
    """``settled`` brings the conflict and whether mine was chosen."""

    settled = Signal(object, bool)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        inside = QWidget()
        inside.setObjectName("page")
        self._layout = page.column(inside, 1, 0.25)
        self.setWidget(inside)

    def put(self, found: list[Conflict]) -> None:
        """Show ``found``, one card each."""
        page.clear(self._layout)
        head = QWidget()
        row = page.row(head)
        row.addWidget(page.label(_("同じ予定が、別々に変えられました"), "section"), 1)
        row.addWidget(button(_("予定の表に戻る"), self.closed.emit, icon="arrow-left"))
        self._layout.addWidget(head)
        for conflict in found:
            self._layout.addWidget(self._card(conflict))
        if not found:
            self._layout.addWidget(page.label(_("見比べるものはありません。"), "muted"))
        self._layout.addStretch(1)

    def _card(self, conflict: Conflict) -> QFrame:
        card, layout = page.card()
        what = _("、").join(_clash(name) for name in conflict.clashes)
        said = (
            _("サーバーが変更を断りました") if conflict.refused else _("違うところ: {what}").format(what=what)
        )
        layout.addWidget(page.label(said, "strong", wrap=True))
        note = _("いまの予定表には「ほかの人の変更」が入っています。")
        if conflict.refused:
            note = _("この予定を変えられるのは、その所属・部屋の担当と代理の人です。予定表は元のままです。")
        layout.addWidget(page.label(note, "muted", wrap=True))
        both = page.row(spacing=1)
        for mine in (True, False):
            name = _("わたしの変更") if mine else _("元の予定") if conflict.refused else _("ほかの人の変更")
            frame, side = page.card(name, 0.9)
            raw = conflict.mine if mine else conflict.theirs
            other = conflict.theirs if mine else conflict.mine
            for text, differs in version(raw, other):
                side.addWidget(page.label(text, "strong" if differs else "muted", wrap=True))
            side.addStretch(1)
            words_ = _choice(conflict, mine)
            choose = button(words_, lambda m=mine: self.settled.emit(conflict, m), "primary" if mine else "")  # type: ignore[misc]
            side.addWidget(choose)
            both.addWidget(frame, 1)
        layout.addLayout(both)
        return card


def _choice(conflict: Conflict, mine: bool) -> str:
    if conflict.refused:
        return _("わたしの予定に写す") if mine else _("元のままにする")
    return _("わたしの変更にする") if mine else _("ほかの人の変更のままにする")


def version(raw: bytes | None, other: bytes | None) -> list[tuple[str, bool]]:
    """The lines of one version, and whether the other one says something else there."""
    mine, theirs = _lines(raw), _lines(other)
    return [(text, text not in theirs) for text in mine]


def _lines(raw: bytes | None) -> list[str]:
    if raw is None:
        return [_("（削除）")]
    try:
        scanned = scan(raw)
        entries = ics.entries(ics.parse(raw))
    except SuiteError as error:
        return [error.why]
    lines = []
    for entry, component in zip(scanned.entries, entries, strict=False):
        if entry.span is not None:
            o = Occurrence(0, "", 0, entry.span.start, entry.span.end, entry.span.all_day, "", "")
            lines.append(_("日時: {when}").format(when=words.when_words(o.start, o.end, o.all_day)))
        lines.append(_("件名: {text}").format(text=entry.summary))
        lines += [_("場所: {text}").format(text=entry.location)] if entry.location else []
        memo = ics.unescape(component.value("DESCRIPTION"))[:300]
        lines += [_("メモ: {text}").format(text=memo)] if memo else []
        rule = component.value("RRULE")
        lines += [_("繰り返し: {text}").format(text=rule)] if rule else []
    return lines


def _clash(name: str) -> str:
    names = {
        "TIME": _("日時"), "SUMMARY": _("件名"), "LOCATION": _("場所"), "DESCRIPTION": _("メモ"),
        "DELETED": _("片方で削除"), "RRULE": _("繰り返し"), "ATTENDEE": _("出欠"), "CLASS": _("公開の範囲"),
        "STATUS": _("状態"), "VALARM": _("お知らせ"),
    }  # fmt: skip
    return names.get(name, name)
