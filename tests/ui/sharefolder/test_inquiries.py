"""照会: the board, the workbook of all answers, and a section that answers on the screen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLineEdit, QSpinBox
from pytestqt.wait_signal import SignalBlocker
from python_calamine import CalamineWorkbook

from core.clock import TOKYO
from core.wareki import format_date, format_short_date
from desktop.pages.sharefolder import inquiry_out as inquiries_page
from desktop.pages.sharefolder.inquiries import Inquiries
from sharefolder.sample import HEADINGS, NAME, SECTIONS, TITLE
from tests.fakes.sheets import book
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import disk, press, said

TODAY = datetime.now(TOKYO).date()


@pytest.fixture
def board(sample: Office) -> Inquiries:
    press(sample, "共有フォルダの画面: 照会")
    return sample.view(Inquiries)


def test_the_board_says_in_words_where_each_section_stands(sample: Office, board: Inquiries) -> None:
    assert board.which.currentText() == TITLE
    model = board.table.model()
    states = {model.index(row, 0).data(): model.index(row, 1).data() for row in range(model.rowCount())}
    assert set(states) == set(SECTIONS)
    assert (states["財政課"], states["道路建設課"], states["文化振興課"]) == (
        "● 回答済",
        "？ 要確認",
        "○ 未開封",
    )
    assert "5 / 9 所属が出しました。" in said(sample)


def test_the_answers_become_one_workbook(
    sample: Office, board: Inquiries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiries_page, "ask_save", lambda *_arguments: tmp_path / "集計.xlsx")
    press(sample, "集計する")
    table = CalamineWorkbook.from_path(str(tmp_path / "集計.xlsx")).get_sheet_by_name("集計").to_python()
    assert table[3][:3] == ["財政課", "飲料水", 240.0]
    assert "確かめることが 3 件あります。" in said(sample)


def test_a_new_inquiry_reaches_every_section(sample: Office, board: Inquiries, tmp_path: Path) -> None:
    press(sample, "照会を作る")
    board.new.use(disk(sample) / "照会" / TITLE / "様式" / "備蓄品調査.xlsx")
    sample.settle()
    board.new.title.setText("二回目の照会")
    board.new.due.setText(format_short_date(TODAY + timedelta(days=8)))
    board.new.sections.choose(["財政課", "税務課", " ", "財政課"])
    press(sample, "各所属に配る")
    made = disk(sample) / "照会" / "二回目の照会" / "回答"
    assert sorted(p.name for p in made.iterdir()) == ["税務課", "財政課"]
    assert board.which.findText("二回目の照会") >= 0


def test_whoever_asks_corrects_where_the_table_lies(sample: Office, board: Inquiries, tmp_path: Path) -> None:
    """By the keyboard: a second row of headings; what was decided of a column stays, the preview follows."""
    cells = {(0, 0): "調査", (2, 0): "施設名", (2, 1): "件数", (2, 2): "備考"}
    cells |= {(3, 0): "（正式名）", (3, 1): "見込み"}
    press(sample, "照会を作る")
    board.new.use(book(tmp_path / "様式.xlsx", cells | {(4, 0): "北公民館", (9, 0): "※休止中を除く。"}))
    sample.settle()
    assert "名前のある行: （正式名）、北公民館" in said(sample)
    first, last = (sample.find(QSpinBox, f"表の{each}の行") for each in ("最初", "最後"))
    assert (first.value(), last.value()) == (4, 5)  # type: ignore[attr-defined]
    sample.find(QCheckBox, "「件数」は必ず書く").setChecked(True)  # type: ignore[attr-defined]

    def wait() -> SignalBlocker:
        return sample.bot.waitSignal(board.new.rows.asked)

    with wait():
        sample.bot.keyClick(last, Qt.Key.Key_Up)
    sample.settle()
    assert sample.find(QCheckBox, "「件数」は必ず書く").isChecked()  # type: ignore[attr-defined]
    assert last.value() == 6  # type: ignore[attr-defined]
    with wait():
        sample.bot.keyClick(sample.find(QSpinBox, "見出しの最後の行"), Qt.Key.Key_Up)
    assert first.value() == 5  # type: ignore[attr-defined]
    sample.settle()
    assert sample.find(QComboBox, "「件数　見込み」に書くもの")
    assert "名前のある行: 北公民館" in said(sample)
    with wait():
        board.new.rows.top.setValue(60)
    sample.settle()
    assert "見出しの並んだ表が見つかりません。" in said(sample)
    assert board.new.form is None


def test_an_inquiry_is_extended_answered_and_ended(sample: Office, board: Inquiries) -> None:
    press(sample, "期限を変える")
    field = sample.find(QLineEdit, "新しい期限（例: R8.12.4）")
    later = TODAY + timedelta(days=40)
    field.setText(format_short_date(later))  # type: ignore[attr-defined]
    press(sample, "決定")
    assert format_date(later) in board.sentence.text()
    press(sample, "質問に答える")
    sample.find(QLineEdit, "受けた質問").setText("対象年度は？")  # type: ignore[attr-defined]
    press(sample, "決定")
    sample.find(QLineEdit, "回答").setText("令和8年度です。")  # type: ignore[attr-defined]
    press(sample, "決定")
    assert "問 対象年度は？　答 令和8年度です。" in said(sample)
    sample.services.share.office(NAME).ask(board.inquiry(), "財政課", "休止中も書く？")  # type: ignore[arg-type]
    press(sample, "読み直す")
    press(sample, "質問に答える")
    press(sample, "届いた質問に答える（1 件）")
    asked = "財政課 の質問「休止中も書く？」への答え（すべての所属に出ます）"
    sample.find(QLineEdit, asked).setText("書いてください。")  # type: ignore[attr-defined]
    press(sample, "決定")
    assert "問 休止中も書く？　答 書いてください。" in said(sample)
    assert "答えを待っています" not in said(sample)
    press(sample, "照会を終える")
    assert f"まだ 4 所属の回答がありません。「{TITLE}」を終えますか。" in said(sample)
    press(sample, "このまま終える")
    assert "いま動いている照会はありません。" in board.sentence.text()
    press(sample, "元に戻す")
    assert board.which.currentText() == TITLE
    assert board.end.isEnabled()
    assert not sample.services.share.office(NAME).ended()[0]
    board.end.click()
    press(sample, "このまま終える")
    board.over.setChecked(True)
    sample.settle()
    assert board.which.currentText() == TITLE
    assert "この照会は終わっています。" in board.sentence.text()
    assert not board.end.isEnabled()
    again = sample.find(QAbstractButton, "再開する")
    lies = disk(sample) / "照会" / "終了"
    assert [p.name for p in lies.glob("*/*")] == [TITLE]
    assert "対象年度は？" in next(lies.glob("*/*/お知らせ.txt")).read_text("utf-8-sig")
    again.click()  # type: ignore[attr-defined]
    sample.settle()
    assert not board.over.isChecked()
    assert board.which.currentText() == TITLE
    assert format_date(later) in board.sentence.text()
    assert not again.isVisible()


def test_a_section_answers_on_the_screen_and_goes_on_from_its_draft(sample: Office, board: Inquiries) -> None:
    """Full-width digits and an era date; a mistake is said at its field; what was typed is kept at once."""
    board.table.choose("文化振興課")
    press(sample, "画面で回答する")
    form = board.answer
    sample.bot.waitUntil(lambda: len(form.values()) == len(HEADINGS))

    def write(heading: str, text: str) -> None:
        sample.find(QLineEdit, f"1 行目 {heading}").setText(text)  # type: ignore[attr-defined]

    write("品名", "飲料水")
    write("数量", "約５００")
    write("更新日", "R8.9.1")
    press(sample, "回答を保存")
    assert "直すところが 1 か所あります。" in said(sample)
    assert "！ 数だけを書いてください（例: 1200）。" in said(sample)
    assert "→ 令和8年9月1日（火）" in said(sample)
    sample.bot.waitUntil(lambda: "下書きをこの端末に残しました。" in said(sample))
    form.begin(NAME, board.inquiry(), "文化振興課")  # type: ignore[arg-type]  # as after a new start
    sample.settle()
    sample.bot.waitUntil(lambda: form.values().get((3, 1)) == "約５００")
    write("数量", "５００")
    press(sample, "回答を保存")
    assert "文化振興課 の回答を保存しました。" in said(sample)
    reading = next(each for each in board.readings if each.section == "文化振興課")
    assert {v.cell: v.value for v in reading.values} == {
        "A4": "飲料水",
        "B4": 500.0,
        "D4": date(2026, 9, 1),
    }
    assert reading.doubts == ()
    assert sample.services.share.drafts(NAME).load(board.inquiry(), "文化振興課") is None  # type: ignore[arg-type]
