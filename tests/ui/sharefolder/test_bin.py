"""ごみ箱: what was deleted is seen long after the notice is gone, and comes back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from sharefolder.sample import NAME
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import disk, files, press, said

FILE = "防災課/災害対応/避難所開設の手順.txt"


def opened(office: Office, folder: str) -> list[list[str]]:
    """The rows of the bin of ``folder``, by the page's menu; the last one is the time."""
    view = files(office)
    view.go(NAME, folder)
    office.settle()
    view.more._fill()
    next(each for each in view.more.menu.actions() if each.text() == "ごみ箱").trigger()
    office.settle()
    model = view.bin.table.model()
    return [[model.index(row, column).data() for column in (0, 1, 3)] for row in range(model.rowCount())]


@pytest.fixture
def deleted(sample: Office) -> Path:
    view = files(sample)
    view.go(NAME, "防災課/災害対応", FILE)
    sample.settle()
    view.trash()
    sample.settle()
    there = disk(sample) / FILE
    assert not there.exists()
    return there


def test_what_was_deleted_below_is_shown_and_comes_back(sample: Office, deleted: Path) -> None:
    rows = opened(sample, "防災課")
    assert [row[:2] for row in rows] == [["避難所開設の手順.txt", "防災課 › 災害対応"]]
    assert "1 件あります" in said(sample)
    press(sample, "元の場所に戻す")
    assert deleted.is_file()
    view = files(sample)
    assert not view.bin.table.isVisible()
    assert "削除したものはありません" in view.bin.said.text()
    sample.bot.keyClick(view.bin, Qt.Key.Key_Escape)
    assert view.stack.current() is view.list


def test_another_sections_bin_is_not_this_ones_and_a_taken_name_keeps_it_there(
    sample: Office, deleted: Path
) -> None:
    assert opened(sample, "道路建設課") == []
    shutil.copyfile(__file__, deleted)
    assert len(opened(sample, "防災課/災害対応")) == 1
    press(sample, "元の場所に戻す")
    assert "同じ名前のもの" in said(sample)
    assert len(opened(sample, "防災課/災害対応")) == 1
