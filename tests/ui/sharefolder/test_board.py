"""The board of an inquiry on a small screen: a date that is cut says nothing."""

from __future__ import annotations

import os
from datetime import datetime

from PySide6.QtWidgets import QApplication

from core.clock import TOKYO
from desktop.pages.sharefolder.inquiries import Inquiries
from desktop.ui import theme
from sharefolder.sample import NAME
from tests.ui.conftest import Office
from tests.ui.sharefolder import scenes

NARROW = (910, 512)
WIDEST = datetime(2026, 12, 28, 20, 28, tzinfo=TOKYO)


def test_the_dates_of_the_board_are_whole_on_a_small_screen(office: Office) -> None:
    """In both typefaces, which are not equally wide; every column but the reasons, which take the rest."""
    scenes.opened(office)
    scenes.SCENES["board"](office)
    assert office.window is not None
    board = office.window.findChild(Inquiries)
    assert isinstance(board, Inquiries)
    for section in board.readings:
        where = office.services.paths.data / "share" / "sample" / section.file
        os.utime(where, (WIDEST.timestamp(), WIDEST.timestamp()))
    assert office.services.share.places()[0].name == NAME
    for font in ("noto", "ud"):
        theme.current().choose("light", font, 1.0, reduced_motion=True)
        office.window.resize(*NARROW)
        board.read()
        office.settle()
        QApplication.processEvents()
        assert board.table.model().index(0, 3).data() == "R8.12.28（月）20:28"
        for table in (board.table, board.doubts):
            for column in (0, 1, 3):
                wanted, there = table.sizeHintForColumn(column), table.columnWidth(column)
                assert wanted <= there, (font, column, wanted, there)
        assert board.table.horizontalScrollBar().maximum() == 0, "nobody has to move it sideways"
