"""Search results: the name with the words marked, the folder, and the sentence where the words stand."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QTextDocument, QTextOption
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.i18n import _
from desktop.pages.sharefolder.words import kind_words, time_words, where_words
from desktop.ui import theme, turns
from sharefolder import names
from sharefolder.index.snippet import Snippet, marks
from sharefolder.index.store import Hit
from sharefolder.model import Entry

Index = QModelIndex | QPersistentModelIndex


class _Hits(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.hits: list[Hit] = []
        self.words = ""
        self.sentences: dict[str, Snippet] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a screen reader says is what the eye sees."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        hit = self.hits[index.row()]
        sentence = self.sentences.get(hit.entry.path)
        parts = (names.shown(hit.entry.name), hit.entry.parent, sentence.text if sentence else "")
        return "　".join(filter(None, parts))

    def put(self, hits: list[Hit], words: str) -> None:
        self.beginResetModel()
        self.hits, self.words, self.sentences = hits, words, {}
        self.endResetModel()

    def tell(self, path: str, sentence: Snippet) -> None:
        self.sentences[path] = sentence
        for row, hit in enumerate(self.hits):
            if hit.entry.path == path:
                self.dataChanged.emit(self.index(row), self.index(row))


class Found(QListView):
    """``opened``: Enter or double click; ``picked``: another result is current."""

    opened = Signal(object)
    picked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._model = _Hits()
        self.setModel(self._model)
        self.setItemDelegate(_Drawing(self))
        self.setAccessibleName(_("見つかったもの"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._model.hits[index.row()].entry))
        self.selectionModel().currentChanged.connect(lambda *_change: self.picked.emit())

    def put(self, hits: list[Hit], words: str) -> None:
        """Show ``hits`` of the search for ``words``."""
        self._model.put(hits, words)

    def tell(self, path: str, sentence: Snippet) -> None:
        """The sentence in a document has been read."""
        self._model.tell(path, sentence)

    def shown(self) -> int:
        """How many results there are."""
        return len(self._model.hits)

    def current(self) -> Entry | None:
        """The chosen result."""
        row = self.currentIndex().row()
        return self._model.hits[row].entry if 0 <= row < len(self._model.hits) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        with turns.first():
            super().paintEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.current()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and entry is not None:
            self.opened.emit(entry)
        else:
            super().keyPressEvent(event)


class _Drawing(QStyledItemDelegate):
    """Three lines; every text is escaped: a file's name is never markup."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.em(20), theme.em(5.4))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, _Hits)  # noqa: S101 - our own view
        tokens = theme.current().tokens
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        rect = option.rect
        painter.save()
        if chosen or over:
            painter.fillRect(rect, tokens.selected if chosen else tokens.hover)
        document = QTextDocument()
        document.setDefaultFont(theme.current().font())
        document.setDocumentMargin(theme.em(0.5))
        text = tokens.on_selected if chosen else tokens.text
        muted = tokens.on_selected if chosen else tokens.muted
        document.setDefaultTextOption(_one_line())
        document.setHtml(self._html(model, index.row(), text, muted, rect.width() - theme.em(1)))
        document.setTextWidth(rect.width())
        painter.translate(rect.topLeft())
        document.drawContents(painter, QRectF(0, 0, rect.width(), rect.height()))
        painter.setPen(tokens.line)
        painter.drawLine(0, rect.height() - 1, rect.width(), rect.height() - 1)
        painter.restore()

    def _html(self, model: _Hits, row: int, text: str, muted: str, room: int) -> str:
        entry = model.hits[row].entry
        middle, small = Qt.TextElideMode.ElideMiddle, theme.current().font(0.875)
        strong = QFontMetrics(theme.current().font(1, bold=True))
        short = strong.elidedText(names.shown(entry.name), middle, room)
        name = marked(short, marks(short, model.words))
        rest = "".join(f" ・ {words}" for words in (kind_words(entry), time_words(entry.changed)) if words)
        metrics = QFontMetrics(small)
        left = room - metrics.horizontalAdvance(rest)
        facts = escape(metrics.elidedText(where_words(entry.parent), middle, left) + rest)
        sentence = model.sentences.get(entry.path)
        line = marked(sentence.text, sentence.marks) if sentence else ""
        size = f"font-size:{theme.em(0.875)}px"
        return (
            f"<div style='color:{text}'><b>{name}</b></div>"
            f"<div style='color:{muted};{size}'>{facts}</div><div style='color:{text};{size}'>{line}</div>"
        )


def _one_line() -> QTextOption:
    """Each of the three: what went on in a second one would push the sentence out of its row."""
    made = QTextOption()
    made.setWrapMode(QTextOption.WrapMode.NoWrap)
    return made


def marked(text: str, places: tuple[tuple[int, int], ...]) -> str:
    """``text`` as HTML with ``places`` on a marker's ground, readable in every theme."""
    made, at = [], 0
    for start, end in places:
        made += [escape(text[at:start]), "<span style='background:#ffd43d;color:#1a1a1a'>"]
        made += [escape(text[start:end]), "</span>"]
        at = end
    return "".join((*made, escape(text[at:])))
