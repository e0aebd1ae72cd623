"""Where the table of a template lies: a guess, corrected row by row, with what it makes of the form below."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

from core.i18n import _, sentences
from desktop.ui import page, theme
from desktop.ui.widgets.fields import abreast, labelled
from sharefolder.inquiry.form import given
from sharefolder.inquiry.layout import Layout
from sharefolder.inquiry.model import Form

_ROWS = 1_048_576  # of a sheet
_SHOWN = 4  # names of rows
_SETTLED = 250  # ms without another step


class FormRows(QWidget):
    """``asked`` tells the rows that were chosen, once whoever chooses has paused; ``turned``: the sheet."""

    asked = Signal(object)
    turned = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.top, self.bottom = _box(_("見出しの最初の行")), _box(_("見出しの最後の行"))
        self.first, self.last = _box(_("表の最初の行")), _box(_("表の最後の行"))
        self.first.setMinimum(2)
        self.last.setMinimum(0)
        self.last.setSpecialValueText(_("決めない"))
        self._boxes = (self.top, self.bottom, self.first, self.last)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_SETTLED)
        self._wait.timeout.connect(lambda: self.asked.emit(self.rows()))
        for box in self._boxes:
            box.valueChanged.connect(lambda _row, box=box: self._moved(box))
        self.words = page.label("", "caption", wrap=True)
        self.sheet = QComboBox()
        self.sheet.setAccessibleName(_("表のあるシート"))
        self.sheet.textActivated.connect(self.turned)
        self._sheet = labelled(_("表のあるシート"), self.sheet)
        layout = page.column(self, 0.5)
        layout.addWidget(self._sheet)
        layout.addWidget(abreast([(box.accessibleName(), box, 1) for box in self._boxes]))
        layout.addWidget(self.words)

    def rows(self) -> Layout:
        """The rows as they are chosen now."""
        last = self.last.value()
        return Layout(
            self.top.value() - 1, self.bottom.value() - 1, self.first.value() - 1, last - 1 if last else None
        )

    def show_form(self, form: Form) -> None:
        """The rows of ``form``, and what of it is collected."""
        self.sheet.clear()
        self.sheet.addItems(form.shown)
        self.sheet.setCurrentText(form.sheet)
        self._sheet.setVisible(len(form.shown) > 1)
        self._put(form.top, form.header_row, form.first, -1 if form.last_row is None else form.last_row)
        named = given(form)
        names = [form.labels.get((row, form.columns[0].index), "").strip() for row in named]
        said = "、".join(name[:20] for name in names[:_SHOWN] if name)
        rest = _("（ほか {count} 行）").format(count=len(named) - _SHOWN) if len(named) > _SHOWN else ""
        parts = [
            _("名前のある行: {names}。").format(names=said + rest) if said else _("行は、書く人が決めます。"),
            _("計算式の欄は、その結果を集めます。") if form.calculated else "",
            _("表の外の文字は集めません。"),
            _("ほかのシートは集めません（書かれていれば「要確認」に出ます）。") if form.others else "",
        ]
        self.words.setText(sentences(*parts))

    def refuse(self, why: str) -> None:
        """There is no table at those rows."""
        self.words.setText(why)

    def _put(self, *rows: int) -> None:
        for box, row in zip(self._boxes, rows, strict=True):
            with QSignalBlocker(box):
                box.setValue(row + 1)

    def _moved(self, moved: QSpinBox) -> None:
        """The others make way, so that the rows always follow each other."""
        at = self._boxes.index(moved)
        rows = [box.value() for box in self._boxes]
        for before in range(min(at, 2) - 1, -1, -1):
            rows[before] = min(rows[before], rows[before + 1] - (before == 1))
        for after in range(at + 1, 3):
            rows[after] = max(rows[after], rows[after - 1] + (after == 2))
        if rows[3]:
            rows[3] = max(rows[3], rows[2])
        self._put(*(row - 1 for row in rows))
        self._wait.start()


class _Box(QSpinBox):
    """The wheel scrolls the page unless one is in the field."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _box(name: str) -> QSpinBox:
    made = _Box()
    made.setRange(1, _ROWS)
    made.setAccessibleName(name)
    made.setKeyboardTracking(False)
    made.lineEdit().setTextMargins(theme.em(0.5), 0, 0, 0)  # the style sheet's padding does not reach it
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made
