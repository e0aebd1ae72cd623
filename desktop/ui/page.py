"""A page is one dataclass: what the rail calls it, who may see it, and how to build it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import theme

READING_WIDTH = 48  # em; longer lines are hard to read


@dataclass(frozen=True)
class Page:
    """``title`` is called at run time (the language may change); ``roles`` empty means everyone."""

    key: str
    title: Callable[[], str]
    icon: str
    build: Callable[[Any], QWidget]
    roles: frozenset[str] = frozenset()
    bottom: bool = False  # below the features, beside the person

    def for_role(self, role: str) -> bool:
        return not self.roles or role in self.roles


def scrolled(content: QWidget, width: float | None = READING_WIDTH) -> QScrollArea:
    """``content`` in a scroll area with the page's margins, at most ``width`` em wide (None: full)."""
    page = QWidget()
    page.setObjectName("page")
    row = QHBoxLayout(page)
    margin = theme.em(2)
    row.setContentsMargins(margin, theme.em(1.5), margin, margin)
    if width is not None:
        content.setMaximumWidth(theme.em(width))
    row.addWidget(content, 1)
    if width is not None:
        row.addStretch(0)
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.viewport().setAutoFillBackground(False)
    return area


def column(parent: QWidget | None = None, spacing: float = 0.75, margin: float = 0) -> QVBoxLayout:
    """A vertical layout with em spacing and margins."""
    layout = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    layout.setSpacing(theme.em(spacing) if spacing else 0)
    edge = theme.em(margin) if margin else 0
    layout.setContentsMargins(edge, edge, edge, edge)
    return layout


def row(parent: QWidget | None = None, spacing: float = 0.75, margin: float = 0) -> QHBoxLayout:
    """A horizontal layout with em spacing and margins."""
    layout = QHBoxLayout(parent) if parent is not None else QHBoxLayout()
    layout.setSpacing(theme.em(spacing) if spacing else 0)
    edge = theme.em(margin) if margin else 0
    layout.setContentsMargins(edge, edge, edge, edge)
    return layout


class Stack(QStackedWidget):
    """A stack that is as small as what it shows, not as the largest of what it hides."""

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown is not None else super().minimumSizeHint()

    def sizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.sizeHint() if shown is not None else super().sizeHint()


class Across(QWidget):
    """Things side by side, or one below the other where there are fewer than ``narrow`` em (None: where
    their words do not fit beside each other)."""

    def __init__(self, narrow: float | None, spacing: float = 0.75) -> None:
        super().__init__()
        self._narrow = narrow
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(theme.em(spacing))

    def add(self, thing: QWidget | QLayout, stretch: int = 0) -> None:
        """Append ``thing`` with its share of the width."""
        if isinstance(thing, QWidget):
            self._box.addWidget(thing, stretch)
        else:
            self._box.addLayout(thing, stretch)

    def narrow(self, narrow: float) -> None:
        """From now on one below the other with less than so many em."""
        self._narrow = narrow
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and self._narrow is None:
            self._fit()  # other words have come
        return super().event(event)

    def _fit(self) -> None:
        if self._narrow is None:
            things = [item for n in range(self._box.count()) if (item := self._box.itemAt(n)) is not None]
            wanted = sum(t.sizeHint().width() for t in things) + self._box.spacing() * (len(things) - 1)
        else:
            wanted = theme.em(self._narrow)
        down = QBoxLayout.Direction.TopToBottom
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if self.width() >= wanted else down)


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A label in a text role of the style sheet. Text is plain: nothing from outside becomes markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


def line() -> QFrame:
    """A thin separator."""
    made = QFrame()
    made.setProperty("line", True)
    made.setFixedHeight(1)
    return made


def card(title: str = "", margin: float = 1.25) -> tuple[QFrame, QVBoxLayout]:
    """A card and its layout, with an optional section title."""
    frame = QFrame()
    frame.setProperty("card", True)
    layout = column(frame, 0.75, margin)
    if title:
        layout.addWidget(label(title, "section"))
    return frame, layout


def clear(layout: QLayout) -> None:
    """Take everything out of ``layout`` and let it go."""
    while (item := layout.takeAt(0)) is not None:
        gone = item.widget()
        if gone is not None:
            gone.hide()
            gone.deleteLater()


def in_order(whole: QWidget, after: QWidget | None = None) -> None:
    """Let the keyboard reach what is in ``whole`` where it stands (or next to ``after``), in the order of its
    layouts: what is put in later would come after everything else in the window."""
    before = after or whole.previousInFocusChain()
    while before is not None and not (_by_tab(before) and not whole.isAncestorOf(before)):
        before = before.previousInFocusChain() if before is not whole else None
    if before is None:
        return  # alone in the window
    for widget in _laid_out(whole.layout()):
        if _by_tab(widget):
            QWidget.setTabOrder(before, widget)
            before = widget


def _by_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _laid_out(layout: QLayout | None) -> Iterator[QWidget]:
    items = (layout.itemAt(number) for number in range(layout.count())) if layout is not None else ()
    for item in items:
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield widget
            yield from _laid_out(widget.layout())
        else:
            yield from _laid_out(item.layout())


def restyle(widget: QWidget) -> None:
    """Have the style sheet look again after a dynamic property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
