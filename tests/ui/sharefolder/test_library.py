"""仕様書 and モデルケース: what an earlier piece of work lends to the next."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtWidgets import QLineEdit

from desktop.pages.sharefolder.cases import CasesView
from desktop.pages.sharefolder.library import Library
from sharefolder.sample import NAME
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import disk, files, press, rows, said


@pytest.fixture
def shelf(sample: Office) -> Library:
    press(sample, "共有フォルダの画面: 仕様書")
    return sample.view(Library)


def shelved(shelf: Library) -> list[str]:
    model = shelf.table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_a_specification_is_found_and_a_new_one_is_begun_from_it(sample: Office, shelf: Library) -> None:
    """By a word that stands only in the documents, by the year; into one's own section, and counted."""
    assert len(shelved(shelf)) == 3
    shelf.finder.setText("個人情報")
    sample.bot.waitUntil(lambda: shelf.count.text() == "仕様書 3 件")
    shelf.finder.setText("封入")
    sample.bot.waitUntil(lambda: shelved(shelf) == ["県税通知書の印刷・封入"])
    shelf.finder.setText("")
    sample.bot.waitUntil(lambda: len(shelved(shelf)) == 3)
    year = shelf.filters["year"]
    year.setCurrentIndex(year.findText("令和8年度"))
    year.activated.emit(year.currentIndex())
    assert len(shelved(shelf)) == 2
    folder = "仕様書ライブラリ/避難所備蓄品の購入"
    shelf.table.choose(folder)
    assert "1 回使われました" in shelf.facts.text()
    shutil.rmtree(disk(sample) / "情報政策課")
    press(sample, "写して新しい仕様書にする")
    press(sample, "決定")
    assert "この共有に「情報政策課」という名前のフォルダがありません。" in said(sample)
    (disk(sample) / "情報政策課").mkdir()
    press(sample, "写して新しい仕様書にする")
    field = sample.find(QLineEdit, "新しい仕様書の名前（「情報政策課」に写します）")
    field.setText("備蓄用タブレットの購入 仕様書.txt")  # type: ignore[attr-defined]
    press(sample, "決定")
    view = files(sample)
    assert (view.folder, rows(sample)) == ("情報政策課", ["備蓄用タブレットの購入 仕様書.txt"])
    assert "避難所備蓄品の購入" in (disk(sample) / "情報政策課" / rows(sample)[0]).read_text("utf-8-sig")
    press(sample, "共有フォルダの画面: 仕様書")
    shelf.table.choose(folder)
    assert "2 回使われました" in shelf.facts.text()


def test_the_chosen_file_goes_into_the_library_and_two_who_write_at_once_are_both_shown(
    sample: Office,
) -> None:
    view = files(sample)
    view.go(NAME, "財政課", "財政課/予算要求書（財政課）.xlsx")
    sample.settle()
    press(sample, "共有フォルダの画面: 仕様書")
    press(sample, "仕様書を載せる")
    shelf = sample.view(Library)
    assert "予算要求書（財政課）.xlsx" in shelf.form.file_words.text()
    shelf.form.system.setText("財務会計")
    press(sample, "ライブラリに載せる")
    assert shelf.title.text() == "予算要求書（財政課）"
    assert "対象システム: 財務会計" in shelf.facts.text()
    assert "所属: 情報政策課" in shelf.facts.text()
    share = sample.services.share.library(NAME)
    seen = share.one("仕様書ライブラリ/予算要求書（財政課）")
    share.change(seen, {"kind": "購入"}, "防災課")
    share.change(seen, {"kind": "物品の購入"}, "財政課")
    shelf.read(seen.folder)
    sample.settle()
    assert "種別は同時に" in shelf.others.text()
    press(sample, "情報を直す")
    assert "種別は同時に" in shelf.form.others.text()
    shelf.form.kind.setCurrentText("物品購入")
    press(sample, "情報を保存")
    assert "種別: 物品購入" in shelf.facts.text()
    assert not shelf.others.isVisible()


def test_a_model_case_is_made_in_one_act_and_undone_in_one(sample: Office) -> None:
    """In the folder that is shown; its rules come along; what somebody has added is never taken away."""
    view = files(sample)
    view.go(NAME, "防災課")
    sample.settle()
    press(sample, "共有フォルダの画面: モデルケース")
    cases = sample.view(CasesView)
    cases.table.choose("モデルケース/災害対応")
    assert "撮り方.txt" in cases.tree.toPlainText()

    def make(name: str) -> None:
        press(sample, "この形でフォルダを作る")
        field = sample.find(QLineEdit, "新しいフォルダの名前（「防災課」の中）")
        field.setText(name)  # type: ignore[attr-defined]
        press(sample, "決定")

    make("令和8年11月地震")
    assert view.folder == "防災課"
    assert "令和8年11月地震" in rows(sample)
    made = disk(sample) / "防災課" / "令和8年11月地震"
    assert (made / "02 避難所" / "開設・閉鎖の記録（様式）.csv").is_file()
    view.go(NAME, "防災課/令和8年11月地震")
    sample.settle()
    assert "所有者 情報政策課" in view.ruled.text()
    (made / "現場写真" / "20261126_橋.txt").write_text("x")
    press(sample, "元に戻す")
    assert "作ったあとに、だれかが中に書いたか、中のものを変えました。" in said(sample)
    (made / "現場写真" / "20261126_橋.txt").unlink()
    view.go(NAME, "防災課")
    press(sample, "共有フォルダの画面: モデルケース")
    make("練習")
    press(sample, "元に戻す")
    sample.bot.waitUntil(lambda: "練習" not in rows(sample))
    assert made.is_dir()
