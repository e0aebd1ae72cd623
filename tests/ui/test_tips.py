"""Tool tips show the names of files, events and people letter by letter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as Texts
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.ui.buttons import icon_button
from desktop.ui.tips import plain
from desktop.ui.widgets.fields import labelled, line_edit
from desktop.ui.widgets.table import Table

NAMES = (
    "<b>至急</b>.xlsx",
    "<img src='file:///x'>",
    "A &lt;b&gt; B",
    "A < B > C",
    "R&D",
    "二つの\n<i>行</i>",
    "<!doctype",
    "普通の名前",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_tip_says_the_name_as_it_is(name: str) -> None:
    tip = plain(name)
    shown = tip
    if Texts.mightBeRichText(tip):
        document = QTextDocument()
        document.setHtml(tip)
        shown = document.toPlainText()
    assert shown == name


def test_a_table_a_button_and_the_name_of_a_field_take_no_markup(qapp: QApplication, qtbot: QtBot) -> None:
    table = Table("表", ["名前"], (10,))
    qtbot.addWidget(table)
    table.put([(1, (NAMES[0],))])
    index = table.model().index(0, 0)
    assert index.data(Qt.ItemDataRole.DisplayRole) == NAMES[0]
    assert index.data(Qt.ItemDataRole.ToolTipRole) == plain(NAMES[0])
    made = icon_button(NAMES[0], "x")
    qtbot.addWidget(made)
    assert (made.toolTip(), made.accessibleName()) == (plain(NAMES[0]), NAMES[0])
    field = labelled(NAMES[0], line_edit("欄"))
    qtbot.addWidget(field)
    assert field.findChild(QLabel).textFormat() == Qt.TextFormat.PlainText  # type: ignore[union-attr]
