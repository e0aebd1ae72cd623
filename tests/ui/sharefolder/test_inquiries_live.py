"""照会: the board follows the folders by itself; what is collated or reminded of is what lies there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices, QGuiApplication
from python_calamine import CalamineWorkbook

from desktop.pages.sharefolder import inquiry_out
from desktop.pages.sharefolder.inquiries import Inquiries
from sharefolder.inquiry.model import Reading, State
from sharefolder.sample import TITLE
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import disk, press, said


@pytest.fixture
def board(sample: Office) -> Inquiries:
    press(sample, "共有フォルダの画面: 照会")
    return sample.view(Inquiries)


def _of(board: Inquiries, state: State) -> Reading:
    return next(each for each in board.readings if each.state is state)


def test_an_answer_saved_with_excel_is_on_the_board_by_itself(sample: Office, board: Inquiries) -> None:
    missing, there = _of(board, State.UNOPENED), _of(board, State.ANSWERED)
    shutil.copy(disk(sample) / there.file, disk(sample) / missing.file)
    sample.bot.waitUntil(lambda: "6 / 9 所属が出しました。" in board.sentence.text(), timeout=30_000)
    first = disk(sample) / "照会" / TITLE
    shutil.copytree(first, first.with_name("あとの照会"))
    press(sample, "読み直す")
    board.which.setCurrentIndex(1)
    chosen = board.inquiry()
    assert chosen is not None
    press(sample, "読み直す")
    now = board.inquiry()
    assert now is not None
    assert now.folder == chosen.folder


def test_what_is_collated_and_counted_is_what_lies_there_at_that_moment(
    sample: Office, board: Inquiries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board._following.follow("", "")  # as on a server that tells nobody of changes
    sample.settle()
    missing, there = _of(board, State.UNOPENED), _of(board, State.ANSWERED)
    shutil.copy(disk(sample) / there.file, disk(sample) / missing.file)
    monkeypatch.setattr(inquiry_out, "ask_save", lambda *_arguments: tmp_path / "集計.xlsx")
    press(sample, "集計する")
    table = CalamineWorkbook.from_path(str(tmp_path / "集計.xlsx")).get_sheet_by_name("集計").to_python()
    assert missing.section in [row[0] for row in table]
    assert "6 / 9 所属が出しました。" in board.sentence.text()
    for each in board.readings:
        (disk(sample) / each.file).unlink()
    press(sample, "読み直す")
    assert "0 / 9 所属が出しました。" in board.sentence.text()
    assert "× 回答なし 9" in said(sample)
    assert "確かめること（9 件）" in said(sample)


def test_a_reminder_goes_by_mail_or_to_the_clipboard_and_never_to_nobody(
    sample: Office, board: Inquiries, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    opens = True

    def open_url(url: object) -> bool:
        opened.append(url.toString())  # type: ignore[attr-defined]
        return opens

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    QGuiApplication.clipboard().setText("前のもの")
    press(sample, "催促をメールで送る")
    assert opened[0].startswith("mailto:?subject=")
    assert "文化振興課" in opened[0]
    assert QGuiApplication.clipboard().text() == "前のもの"
    opens = False
    press(sample, "催促をメールで送る")
    assert "メールのプログラムが開きませんでした。" in said(sample)
    assert "文化振興課" in QGuiApplication.clipboard().text()
    there = _of(board, State.ANSWERED)
    for each in board.readings:
        if each.file != there.file:
            shutil.copy(disk(sample) / there.file, disk(sample) / each.file)
    press(sample, "読み直す")
    QGuiApplication.clipboard().setText("前のもの")
    press(sample, "催促の文を写す")
    assert "未回答の所属はありません。" in said(sample)
    assert QGuiApplication.clipboard().text() == "前のもの"
