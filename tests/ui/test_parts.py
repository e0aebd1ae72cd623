"""The parts that pages share: notices, search, tables, fields, the kept look."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from auth.face.flash import PALETTE
from auth.face.guidance import Guidance
from auth.model import CameraView
from core.crash import unexpected
from core.errors import SuiteError
from core.jobs import Report
from desktop.pages.sign_in import face_panel
from desktop.pages.sign_in.face_panel import FacePanel
from desktop.pages.sign_in.sheet import Waiting
from desktop.ui import theme
from desktop.ui.application import make_themed
from desktop.ui.bridge import Bridge
from desktop.ui.look import Look
from desktop.ui.notice import Notice, NoticeBar
from desktop.ui.search import Command, SearchField, fold, matching
from desktop.ui.tokens import contrast
from desktop.ui.tray import Tray
from desktop.ui.widgets.fields import PinField
from desktop.ui.widgets.segmented import Segmented
from desktop.ui.widgets.table import Cell, Table, harmless, natural


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> QMainWindow:
    make_themed(Look("light", reduced_motion=True))
    made = QMainWindow()
    made.setMinimumSize(600, 400)
    qtbot.addWidget(made)
    made.show()
    return made


def put(window: QMainWindow, widget: QWidget) -> None:
    window.setCentralWidget(widget)
    widget.show()
    window.activateWindow()
    QApplication.processEvents()


def words(widget: QWidget) -> list[str]:
    QApplication.processEvents()
    return [w.text() for w in widget.findChildren(QLabel) if w.isVisible() and w.text()]


def press(widget: QWidget, name: str) -> None:
    QApplication.processEvents()
    buttons = widget.findChildren(QPushButton)
    next(b for b in buttons if b.isVisible() and name in (b.text(), b.accessibleName())).click()


def test_an_error_says_what_why_what_now_and_gives_its_code_to_copy(window: QMainWindow) -> None:
    bar = NoticeBar()
    put(window, bar)
    bar.error(SuiteError("保存できません。", "容量が足りません。", "空けてください。", "DB-003"))
    assert words(bar) == ["保存できません。 容量が足りません。", "空けてください。"]
    press(bar, "エラー番号 DB-003 をコピー")
    assert QGuiApplication.clipboard().text() == "DB-003"


def test_an_unexpected_error_brings_a_report_to_copy(window: QMainWindow) -> None:
    bar = NoticeBar()
    put(window, bar)
    try:
        raise KeyError("山本 花子")
    except KeyError as error:
        bar.error(unexpected(error))
    press(bar, "報告をコピー")
    assert "KeyError" in QGuiApplication.clipboard().text()
    assert "山本" not in QGuiApplication.clipboard().text()


def test_undo_acts_once_and_the_banner_goes(window: QMainWindow, qtbot: QtBot) -> None:
    bar, done = NoticeBar(), list[str]()
    put(window, bar)
    bar.success("止めました。", ("元に戻す", lambda: done.append("undone")))
    press(bar, "元に戻す")
    assert done == ["undone"]
    assert words(bar) == []


def test_the_fourth_notice_pushes_the_oldest_out_and_history_keeps_it(window: QMainWindow) -> None:
    bar = NoticeBar()
    put(window, bar)
    for number in range(4):
        bar.show_notice(Notice("warning", f"{number} 番"))
    labels = [w for w in bar.findChildren(QLabel) if w.isVisible() and w.text()] if words(bar) else []
    shown = sorted(labels, key=lambda w: w.mapTo(bar, QPoint(0, 0)).y())
    assert [w.text() for w in shown] == ["3 番", "2 番", "1 番"]
    assert [n.text for n in bar.history] == ["3 番", "2 番", "1 番", "0 番"]


@pytest.mark.parametrize(
    ("one", "other"), [("ＡＢｃ", "abc"), ("サトウ", "さとう"), ("佐藤　健", "佐藤健"), ("ﾀﾅｶ", "たなか")]
)
def test_search_forgives_width_case_kana_and_spaces(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_search_puts_what_begins_so_first() -> None:
    commands = [
        Command("画面をロックする", "x", lambda: None, "lock"),
        Command("ロックの解除", "x", lambda: None),
    ]
    assert [c.text for c in matching(commands, "ろっく")] == ["ロックの解除", "画面をロックする"]
    assert matching(commands, "zzz") == []


def test_the_search_field_runs_what_the_arrows_chose(window: QMainWindow, qtbot: QtBot) -> None:
    ran: list[str] = []
    commands = [Command(name, "info", lambda name=name: ran.append(name)) for name in ("甲", "乙", "丙")]
    field = SearchField(lambda _text: commands)
    put(window, field)
    field.open()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert ran == ["乙"]
    field.open()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert ran == ["乙"], "a closed list runs nothing"


@pytest.fixture
def table(window: QMainWindow) -> Table:
    made = Table("表", ["番号", "氏名"], [5, 10])
    put(window, made)
    made.put([("a", ("2", "佐藤 健")), ("b", ("1", "サトウ 花子")), ("c", ("3", "=HYPERLINK()"))])
    return made


def test_a_table_filters_by_every_word_and_keeps_the_choice(table: Table) -> None:
    table.choose("b")
    table.narrow("さとう")
    assert table.shown() == 1
    assert table.key() == "b"
    table.narrow("")
    assert table.shown() == 3
    assert table.key() == "b"


def test_a_table_without_rows_says_so(table: Table) -> None:
    assert table.accessibleDescription() == ""
    table.narrow("どこにもない")
    assert table.accessibleDescription() == "当てはまるものはありません。"
    table.narrow("")
    table.put([])
    assert table.accessibleDescription() == "いまは何もありません。"


def test_a_table_sorts_both_ways(table: Table, qtbot: QtBot) -> None:
    header = table.horizontalHeader()
    header.sectionClicked.emit(0)
    assert [table.model().index(r, 0).data() for r in range(3)] == ["1", "2", "3"]
    header.sectionClicked.emit(0)
    assert [table.model().index(r, 0).data() for r in range(3)] == ["3", "2", "1"]


def test_a_column_of_dates_goes_by_the_moment_and_not_by_its_words(table: Table) -> None:
    days = {"R8.9.2（水）8:05": 2.0, "R8.11.20（金）17:30": 3.0, "R7.12.1（月）9:00": 1.0}
    table.put([(n, (Cell(words, by), "")) for n, (words, by) in enumerate(days.items())] + [(9, ("", ""))])
    table.horizontalHeader().sectionClicked.emit(0)
    shown = [table.model().index(row, 0).data() for row in range(4)]
    assert shown == ["", "R7.12.1（月）9:00", "R8.9.2（水）8:05", "R8.11.20（金）17:30"]


def test_a_column_sorts_as_people_read_it() -> None:
    for cells in (
        ["9", "10", "2,300"],
        ["R8.9.1（火）", "R8.11.26（木）"],
        ["令和8年9月", "令和8年10月"],
        ["", "1.05", "1.50"],
    ):
        assert sorted(reversed(cells), key=natural) == cells


def test_long_words_of_a_wrapped_table_are_whole_without_moving_it_sideways(window: QMainWindow) -> None:
    made = Table("表", ["いつ", "何をした"], (5, 8), whole=(0,), wrap=True)
    put(window, made)
    window.resize(theme.em(24), theme.em(20))
    made.put(
        [
            (0, ("R8.11.26（木）17:30", "「避難所開設の手順（令和8年度改訂版）.txt」を書いた" * 2)),
            (1, ("", "短い")),
        ]
    )
    QApplication.processEvents()
    assert made.horizontalScrollBar().maximum() == 0
    assert made.rowHeight(0) > made.rowHeight(1)
    assert made.columnWidth(0) >= made.sizeHintForColumn(0)


def test_exported_csv_opens_in_a_spreadsheet_and_runs_no_formula(table: Table) -> None:
    content = table.csv()()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["番号", "氏名"], ["2", "佐藤 健"], ["1", "サトウ 花子"], ["3", "'=HYPERLINK()"]]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_no_cell_begins_a_formula(cell: str) -> None:
    assert harmless(cell) == "'" + cell
    assert harmless("山本") == "山本"


def test_the_eye_shows_and_hides_and_says_which(window: QMainWindow) -> None:
    field = PinField("暗証番号")
    put(window, field)
    press(field, "暗証番号を表示する")
    assert field.edit.echoMode() == QLineEdit.EchoMode.Normal
    press(field, "暗証番号を隠す")
    assert field.edit.echoMode() == QLineEdit.EchoMode.Password


def test_arrow_keys_move_a_choice(window: QMainWindow, qtbot: QtBot) -> None:
    choice = Segmented("言語", [("ja", "日本語"), ("en", "English")], "ja")
    put(window, choice)
    seen: list[object] = []
    choice.chosen.connect(seen.append)
    qtbot.keyClick(choice.findChildren(QPushButton)[0], Qt.Key.Key_Right)
    assert seen == ["en"]
    assert choice.value() == "en"


def test_the_look_comes_back_and_a_damaged_one_is_the_default(tmp_path: Path) -> None:
    path = tmp_path / "look.json"
    look = Look("dark", "ud", 1.5, "en", True)
    look.save(path)
    assert Look.load(path) == look
    for damaged in ("", "[]", "{", '{"theme": 3}', '{"other": 1}', "null", "[" * 9000):
        path.write_text(damaged, "utf-8")
        assert Look.load(path) == Look()
    assert Look.load(tmp_path / "none") == Look()
    Look().save(tmp_path / "no" / "such" / "folder")  # not being able to keep it stops nothing
    assert set(asdict(Look())) == {"theme", "font", "text_scale", "language", "reduced_motion"}


@pytest.mark.qt_log_ignore("does not support raise")
def test_the_tray_brings_the_window_back_and_locks(window: QMainWindow) -> None:
    locked: list[str] = []
    tray = Tray(window, lambda: locked.append("locked"))
    window.showMinimized()
    actions = [a for a in tray.contextMenu().actions() if a.text()]
    assert [a.text() for a in actions] == ["まほろばを開く", "画面をロックする", "終了する"]
    actions[0].trigger()
    assert not window.isMinimized()
    actions[1].trigger()
    assert locked == ["locked"]


@pytest.mark.parametrize("kind", ["light", "dark", "high-contrast"])
def test_the_chosen_row_of_the_search_has_an_icon_that_is_seen(window: QMainWindow, kind: str) -> None:
    make_themed(Look(kind))
    field = SearchField(lambda _text: [Command("赤い紙", "info", list)])
    put(window, field)
    field.open()
    icon, tokens = field._list.item(0).icon(), theme.current().tokens
    size = icon.availableSizes()[0]
    for mode, ground in ((QIcon.Mode.Normal, tokens.surface), (QIcon.Mode.Selected, tokens.selected)):
        picture = icon.pixmap(size, mode).toImage()
        dots = (picture.pixelColor(x, y) for x in range(size.width()) for y in range(size.height()))
        assert contrast(max(dots, key=QColor.alpha).name(), ground) >= 3, mode


def view(colour: tuple[int, int, int] | None, sentence: str = "正面を見てください。") -> CameraView:
    return CameraView(np.zeros((48, 64, 3), np.uint8), Guidance(sentence), colour=colour)


@pytest.mark.parametrize("kind", ["light", "dark", "high-contrast"])
def test_the_sheet_takes_on_the_windows_colours_and_gives_them_back(
    window: QMainWindow, qtbot: QtBot, kind: str
) -> None:
    """Around the mirror, never under words; the same colours in every theme, as they are a light."""
    make_themed(Look(kind))
    sheet = Waiting()
    put(window, sheet)
    corner = QPoint(3, round(sheet.height() * 0.45))
    before = sheet.grab().toImage().pixelColor(corner)
    sheet.shine(PALETTE[0])
    qtbot.waitUntil(lambda: sheet.grab().toImage().pixelColor(corner) == QColor(*PALETTE[0]))
    assert sheet.grab().toImage().pixelColor(3, 3) != QColor(*PALETTE[0]), "the line of the mark stays"
    sheet.shine(PALETTE[1])
    qtbot.waitUntil(lambda: sheet.grab().toImage().pixelColor(corner) == QColor(*PALETTE[1]))
    sheet.shine(None)
    qtbot.waitUntil(lambda: sheet.grab().toImage().pixelColor(corner) == before)


def test_the_colours_are_said_once_and_end_with_the_look(
    window: QMainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []  # as a screen reader hears it
    monkeypatch.setattr(face_panel, "announce", lambda _widget, text, _urgent=False: said.append(text))
    bridge = Bridge()
    panel = FacePanel(bridge)
    put(window, panel)
    shown: list[object] = []
    panel.coloured.connect(shown.append)
    go_on = threading.Event()

    def look(show: Callable[[CameraView], None], _report: Report) -> str:
        for colour in (PALETTE[0], PALETTE[1], PALETTE[2]):
            show(view(colour))
            go_on.wait(5)
            go_on.clear()
        return "done"

    for _twice in range(2):
        panel.start(look, lambda _outcome: None)
        for colour in (PALETTE[0], PALETTE[1], PALETTE[2]):
            qtbot.waitUntil(lambda colour=colour: bool(shown) and shown[-1] == colour)  # type: ignore[misc]
            assert "色に変わります" in panel.detail.text()
            go_on.set()
        qtbot.waitUntil(lambda: shown[-1] is None)
    assert sum("色に変わります" in each for each in said) == 1
    bridge.close()
