"""The rows of the file list in every theme: what is drawn in them can be seen, chosen or not."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop.pages.sharefolder.listing import Listing
from desktop.pages.sharefolder.rows import Rows, Shown
from desktop.pages.sharefolder.thumbnails import SIDE
from desktop.ui import theme
from desktop.ui.tokens import THEMES, contrast
from sharefolder.model import Entry

ENTRIES = [Entry("防災課", "防災課", True, 0, 0.0), Entry("手順.txt", "手順.txt", False, 12, 0.0)]


@pytest.mark.parametrize("name", THEMES)
def test_the_sign_of_a_row_stands_out_from_its_ground_chosen_or_not(qtbot: QtBot, name: str) -> None:
    theme.current().choose(name, "noto", 1.0, reduced_motion=True)
    tokens = theme.current().tokens
    rows = Listing()
    qtbot.addWidget(rows)
    rows.resize(800, 300)
    rows.put(Shown(Rows("", ENTRIES)), (0, False))
    rows.show()
    for row, entry in enumerate(ENTRIES):
        for chosen in (False, True):
            rows.clearSelection()
            if chosen:
                rows.choose(entry.path)
            ground, ink = _drawn(_sign(rows, row))
            assert ground == (tokens.selected if chosen else tokens.surface)
            assert contrast(ground, ink) >= 3, (entry.name, chosen, ground, ink)


def test_all_rows_chosen_are_one_piece_and_stay_chosen_in_another_order(qtbot: QtBot) -> None:
    """What is asked of each row is asked a hundred thousand times."""
    rows = Listing()
    qtbot.addWidget(rows)
    many = [Entry(f"資料{n:05}", f"資料{n:05}", False, n, 0.0) for n in range(5_000)]
    rows.put(Shown(Rows("", many)), (0, False))
    rows.selectAll()
    assert rows._ranges() == [(0, 4_999)]
    assert rows.single() is None
    more = [*many, Entry("新しい", "新しい", False, 0, 0.0)]
    rows.put(Shown(Rows("", more), range(5_001)[::-1]), (0, True))
    assert rows._ranges() == [(1, 5_000)], "and what has come is not chosen"
    assert rows.chosen() == many[::-1]
    rows.put(Shown(Rows("別")), (0, False))
    assert rows.chosen() == []
    header = rows.horizontalHeader()
    assert header.selectionModel() is not rows.selectionModel(), "it would ask the model for each row"


def _sign(rows: Listing, row: int) -> QImage:
    """The square at the beginning of ``row``, without the line below it."""
    cell = rows.visualRect(rows.model().index(row, 0))
    area = QRect(cell.left(), cell.top() + 1, theme.em(SIDE + 1), cell.height() - 4)
    return rows.viewport().grab(area).toImage()


def _drawn(picture: QImage) -> tuple[str, str]:
    """The ground, and the colour that is farthest from it."""
    pixels = Counter(
        picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())
    )
    ground = pixels.most_common(1)[0][0]
    return ground, max(pixels, key=lambda colour: contrast(ground, colour))
