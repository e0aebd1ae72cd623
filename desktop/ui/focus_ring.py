"""Keyboard focus drawn once, above everything: two rings, one dark and one bright, seen on any colour.

Style-sheet rules can hide a widget's own focus frame; an overlay cannot be beaten by a rule.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop.ui import theme


class FocusRing(QWidget):
    """A mouse-transparent overlay on a window that follows the focused widget."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._watched: list[QWidget] = []
        self._closing = False
        app = QApplication.instance()
        assert isinstance(app, QApplication)  # noqa: S101
        app.focusChanged.connect(self._follow)
        theme.current().changed.connect(self._place)
        self.hide()

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._let_go()
        window = self._window
        by_mouse = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if new is not None and by_mouse and not new.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
            new = None  # who has just clicked knows where
        if new is not None and new is not window and window.isAncestorOf(new):
            inside: QWidget | None = new
            while inside is not None and inside is not window:
                inside.installEventFilter(self)
                self._watched.append(inside)
                inside = inside.parentWidget()
        self._place()

    def rest(self) -> None:
        """Show nothing until the focus moves: a page that has just appeared by itself is calm."""
        self._follow(None, None)

    def release(self) -> None:
        """Follow nothing any more: the window is closing, and its widgets go in no known order."""
        self._closing = True
        self._let_go()

    def _let_go(self) -> None:
        for widget in self._watched:
            if shiboken6.isValid(widget):
                widget.removeEventFilter(self)
        self._watched = []

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES and not self._closing:
            self._place()
        return False

    def _place(self) -> None:
        if not all(shiboken6.isValid(widget) for widget in self._watched):
            self._let_go()  # deleted while the window was not the active one
        if self._closing or not self._watched or not self._watched[0].isVisible():
            self.hide()
            return
        window, widget = self._window, self._watched[0]
        if (
            widget.focusPolicy() == Qt.FocusPolicy.NoFocus
        ):  # a page that Qt gave it to, with nothing on it yet
            self.hide()
            return
        visible = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        for ancestor in self._watched[1:]:
            around = QRect(ancestor.mapTo(window, QPoint(0, 0)), ancestor.size())
            visible = visible.intersected(around.adjusted(-5, -5, 5, 5))
        if visible.isEmpty():
            self.hide()
            return
        room = theme.em(0.33)
        self.setGeometry(visible.adjusted(-room, -room, room, room))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        round_ = isinstance(self._watched[0], QAbstractButton) if self._watched else False
        radius = theme.em(0.5 if round_ else 0.45)
        outer, inner = theme.em(0.19), theme.em(0.1)
        for inset, width, colour in (
            (outer / 2, outer, tokens.focus_outer),
            (outer + inner / 2, inner, tokens.focus_inner),
        ):
            painter.setPen(QPen(QColor(colour), width))
            box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(box, radius + 4 - inset, radius + 4 - inset)


_MOVES = frozenset(
    {
        QEvent.Type.Move,
        QEvent.Type.Resize,
        QEvent.Type.Show,
        QEvent.Type.Hide,
        QEvent.Type.LayoutRequest,
        QEvent.Type.ParentChange,
    }
)
