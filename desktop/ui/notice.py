"""Banners under the top line: they push the page down, never cover it, and errors bring their code."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QSizePolicy, QWidget

from core.errors import SuiteError
from core.i18n import _
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button, icon_button
from desktop.ui.icons import set_icon

_ICONS = {"info": "info", "success": "check-circle", "warning": "warning", "error": "warning-circle"}
_ROLES = {"info": "link", "success": "success", "warning": "warning", "error": "danger"}


@dataclass(frozen=True)
class Notice:
    """One sentence or two. ``action`` is a label and what it does (元に戻す …).

    ``stays`` until it is answered: by its action, or by its cross, which calls ``closed``.
    """

    kind: str  # info | success | warning | error
    text: str
    next_step: str = ""
    code: str = ""
    action: tuple[str, Callable[[], object]] | None = None
    stays: bool = False
    closed: Callable[[], object] = lambda: None
    time: float = field(default_factory=time.time)


class NoticeBar(QWidget):
    """Shows up to three notices (and those that stay), newest on top; remembers the last thirty."""

    arrived = Signal(object)  # each Notice

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = page.column(self, 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.history: deque[Notice] = deque(maxlen=30)
        self._banners: list[_Banner] = []

    def show_notice(self, notice: Notice) -> None:
        """Put ``notice`` on top; a calm one leaves by itself after eight seconds."""
        self.history.appendleft(notice)
        passing = [banner for banner in self._banners if not banner.notice.stays]
        if len(self._banners) >= 3 and passing:
            self._remove(passing[-1])
        banner = _Banner(notice, self._remove)
        self._layout.insertWidget(0, banner)
        self._banners.insert(0, banner)
        announce(self, " ".join((notice.text, notice.next_step)), notice.kind in ("warning", "error"))
        if notice.kind in ("info", "success") and not notice.stays:
            QTimer.singleShot(8000, banner, banner.leave_when_unused)
        self.arrived.emit(notice)

    def info(self, text: str, action: tuple[str, Callable[[], object]] | None = None) -> None:
        self.show_notice(Notice("info", text, action=action))

    def success(self, text: str, action: tuple[str, Callable[[], object]] | None = None) -> None:
        self.show_notice(Notice("success", text, action=action))

    def warning(self, text: str, next_step: str = "") -> None:
        self.show_notice(Notice("warning", text, next_step))

    def error(self, error: SuiteError) -> None:
        """What did not happen, why, what to do now, and the code."""
        report = getattr(error, "report", "")  # an unexpected error brings a report to send on
        copy = (_("報告をコピー"), lambda: QGuiApplication.clipboard().setText(report)) if report else None
        self.show_notice(Notice("error", f"{error.what} {error.why}", error.next_step, error.code, copy))

    def withdraw(self, notice: Notice) -> None:
        """Take it away: what it offers has been done in another way."""
        for banner in [each for each in self._banners if each.notice is notice]:
            self._remove(banner)

    def clear(self) -> None:
        for banner in list(self._banners):
            self._remove(banner)

    def _remove(self, banner: _Banner) -> None:
        if banner in self._banners:
            self._banners.remove(banner)
            self._layout.removeWidget(banner)
            banner.hide()
            banner.deleteLater()


class _Banner(QFrame):
    def __init__(self, notice: Notice, remove: Callable[[_Banner], None]) -> None:
        super().__init__()
        self.notice, self._remove = notice, remove
        self.setProperty("notice", notice.kind)
        row = page.row(self, 0.75)
        row.setContentsMargins(theme.em(1.7), theme.em(0.6), theme.em(1), theme.em(0.6))
        mark = QLabel()
        set_icon(mark, _ICONS[notice.kind], _ROLES[notice.kind])
        middle, top = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignTop
        row.addWidget(mark, 0, top if notice.next_step else middle)
        words = page.column(spacing=0.15)
        words.addWidget(page.label(notice.text, "strong", wrap=True))
        if notice.next_step:
            words.addWidget(page.label(notice.next_step, wrap=True))
        row.addLayout(words, 1)
        if notice.action is not None:
            text, act = notice.action
            row.addWidget(button(text, lambda: self._act(act)))
        if notice.code:
            row.addWidget(_code_button(notice.code))
        row.addWidget(icon_button(_("このお知らせを閉じる"), "x", lambda: self._act(notice.closed)))

    def _act(self, act: Callable[[], object]) -> None:
        act()
        self._remove(self)

    def leave_when_unused(self) -> None:
        """Go, unless the person is using it."""
        focus = QApplication.focusWidget()
        if self.underMouse() or (focus is not None and self.isAncestorOf(focus)):
            QTimer.singleShot(4000, self, self.leave_when_unused)
        else:
            self._remove(self)


def _code_button(code: str) -> QWidget:
    made = button(code, lambda: QGuiApplication.clipboard().setText(code), icon="copy")
    made.setAccessibleName(_("エラー番号 {code} をコピー").format(code=code))
    made.setToolTip(_("エラー番号をコピーします。問い合わせのときにお伝えください。"))
    return made
