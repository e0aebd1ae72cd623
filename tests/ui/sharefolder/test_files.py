"""The page 共有フォルダ in the real window, on a real folder: files and folders."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from core.clock import TOKYO
from core.jobs import Cancelled, Report
from sharefolder import errors
from sharefolder.local import LocalStorage
from sharefolder.sample import NAME
from sharefolder.transfer import PART, IfExists
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import bring, by_keys, disk, files, press, rows, said


def test_without_a_share_one_can_be_added(office: Office, tmp_path: Path) -> None:
    (tmp_path / "共有" / "総務課").mkdir(parents=True)
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    press(office, "場所を追加")
    view = files(office)
    field = office.find(type(view.finder), "共有の場所（smb://サーバ/共有 またはフォルダ）")
    field.setText(str(tmp_path / "共有"))  # type: ignore[attr-defined]
    office.bot.keyClick(field, Qt.Key.Key_Return)
    office.settle()
    assert rows(office) == ["総務課"]


def test_folders_open_and_close_by_the_keyboard(sample: Office) -> None:
    view = files(sample)
    assert rows(sample)[0] == "全庁" or "防災課" in rows(sample)
    view.list.choose("防災課")
    sample.bot.keyClick(view.list, Qt.Key.Key_Return)
    sample.settle()
    assert rows(sample) == ["災害対応", "予算要求書（防災課）.xlsx"]
    sample.bot.keyClick(view.list, Qt.Key.Key_Backspace)
    sample.settle()
    assert view.list.current() is not None
    assert view.list.current().name == "防災課"  # type: ignore[union-attr]


def test_a_folder_read_again_in_which_nothing_has_changed_stays_as_it_is(sample: Office) -> None:
    """Each minute it is: nobody's choice or place in a long list may be lost by it."""
    view, resets = files(sample), []  # type: tuple[Files, list[int]]
    view.go(NAME, "防災課/災害対応")
    sample.settle()
    view.list.model().modelReset.connect(lambda: resets.append(1))
    view.list.selectAll()
    chosen = view.list.chosen()
    view.read()
    sample.settle()
    assert (resets, view.list.chosen()) == ([], chosen)
    (disk(sample) / "防災課" / "災害対応" / "新しい.txt").write_text("", "utf-8")
    view.read()
    sample.settle()
    assert resets
    assert view.list.chosen() == chosen
    assert "新しい.txt" in rows(sample)


def test_a_chosen_file_tells_its_rights_and_its_words(sample: Office) -> None:
    view = files(sample)
    view.go(NAME, "防災課/災害対応", "防災課/災害対応/避難所開設の手順.txt")
    sample.settle()
    assert "毛布は倉庫Bにあります。" in view.details.preview.toPlainText()
    assert view.details.rights.text().startswith("あなたは読み書きできます。")


def test_the_rule_of_a_folder_stands_above_it(sample: Office) -> None:
    """Whose it is, and an end that is less than a month away."""
    view = files(sample)
    soon = (datetime.now(TOKYO) + timedelta(days=9)).strftime("%Y-%m-%d")
    rows = ("フォルダ,所有者,整理する人,保存期限,最長日数,最大GB,名前", f"防災課,防災課,,{soon},,,")
    (disk(sample) / "運用ルール.csv").write_text("\r\n".join(rows), "utf-8-sig")
    view.go(NAME, "防災課")
    sample.settle()
    assert view.ruled.isVisible()
    assert "所有者 防災課" in view.ruled.text()
    assert "まもなく保存期限です" in view.ruled.text()
    view.go(NAME, "")
    sample.settle()
    assert not view.ruled.isVisible()


def test_a_file_is_sent_and_a_taken_name_is_asked_about(sample: Office, tmp_path: Path) -> None:
    view = files(sample)
    view.go(NAME, "財政課")
    sample.settle()
    (tmp_path / "報告.txt").write_text("一", "utf-8")
    view.send_files([tmp_path / "報告.txt"])
    sample.settle()
    assert "報告.txt" in rows(sample)
    (tmp_path / "報告.txt").write_text("二", "utf-8")
    view.send_files([tmp_path / "報告.txt"])
    sample.settle()
    assert (disk(sample) / "財政課" / "報告.txt").read_text("utf-8") == "一"
    press(sample, "両方残す")
    assert {"報告.txt", "報告 (2).txt"} <= set(rows(sample))
    assert (disk(sample) / "財政課" / "報告.txt").read_text("utf-8") == "一"


def test_a_bad_name_is_refused_with_one_that_works(sample: Office) -> None:
    view = files(sample)
    press(sample, "新しいフォルダ")
    field = sample.find(type(view.finder), "新しいフォルダの名前")
    sample.bot.keyClicks(field, "aux")
    press(sample, "決定")
    assert "「_aux」なら使えます。" in said(sample)
    assert "aux" not in rows(sample)


def test_a_deleted_file_comes_back_by_undo(sample: Office) -> None:
    view = files(sample)
    view.go(NAME, "財政課", "財政課/予算要求書（財政課）.xlsx")
    sample.settle()
    press(sample, "削除")
    assert rows(sample) == []
    press(sample, "元に戻す")
    assert rows(sample) == ["予算要求書（財政課）.xlsx"]


def test_a_share_that_vanishes_is_said_to_be_away_not_empty(sample: Office) -> None:
    disk(sample).rename(disk(sample).with_name("elsewhere"))
    press(sample, "読み直す")
    assert "共有フォルダにつながりません。" in said(sample)


@pytest.mark.parametrize("answer", ["続ける", "取り消す"])
def test_what_was_cut_is_offered_at_the_next_start(
    office: Office, made: Path, tmp_path: Path, answer: str
) -> None:
    share = office.services.share
    bring(office, made)
    (tmp_path / "大.bin").write_bytes(bytes(3 << 20))

    def cut(_done: float, total: float | None, _text: str) -> None:
        if total is not None:  # bytes are on their way
            raise Cancelled

    with pytest.raises(Cancelled):
        share.upload(NAME, "全庁", [tmp_path / "大.bin"], IfExists.ASK, Report(cut))
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    assert "前回の転送が 1 件、途中で止まっています。" in said(office)
    press(office, answer)
    there = {each.name: each.stat().st_size for each in (disk(office) / "全庁").iterdir() if each.is_file()}
    if answer == "続ける":
        assert there["大.bin"] == 3 << 20
    assert not [name for name in there if PART.fullmatch(name)]
    assert share.sending.pending() == []


def test_what_was_stopped_is_asked_about_at_once(sample: Office, tmp_path: Path) -> None:
    (tmp_path / "大.bin").write_bytes(bytes(3 << 20))
    share, before = sample.services.share, {each.name for each in (disk(sample) / "全庁").iterdir()}

    def stopped(_done: float, total: float | None, _text: str) -> None:
        if total is not None:
            raise Cancelled

    files(sample).go(NAME, "全庁")
    sample.settle()
    real = share.upload
    share.upload = lambda *a, **k: real(*a[:4], Report(stopped))  # type: ignore[method-assign]
    files(sample).send_files([tmp_path / "大.bin"])
    sample.settle()
    press(sample, "取り消す")
    assert {each.name for each in (disk(sample) / "全庁").iterdir()} == before
    assert "途中の転送を取り消し、途中のファイルを片付けました。" in said(sample)


def test_a_transfer_that_a_full_disk_stopped_is_gone_on_with_where_the_words_say(
    sample: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "大.bin").write_bytes(bytes(3 << 20))
    files(sample).go(NAME, "全庁")
    sample.settle()
    with monkeypatch.context() as full:

        def append(self: LocalStorage, path: str, offset: int) -> None:
            raise errors.full(NAME)

        full.setattr(LocalStorage, "append", append)
        files(sample).send_files([tmp_path / "大.bin"])
        sample.settle()
        for _press in range(2):
            assert "空きを作ってから「続ける」を押してください。" in said(sample)
            press(sample, "続ける")
    assert len(sample.services.share.sending.pending()) == 1
    press(sample, "続ける")
    assert (disk(sample) / "全庁" / "大.bin").stat().st_size == 3 << 20
    assert sample.services.share.sending.pending() == []


def test_files_are_chosen_through_the_systems_dialogue(
    sample: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("a")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_a: ([str(tmp_path / "a.txt")], ""))
    press(sample, "ファイルを送る")
    assert "a.txt" in rows(sample)


def test_what_another_puts_there_appears_by_itself(sample: Office) -> None:
    view = files(sample)
    view.go(NAME, "財政課")
    sample.settle()
    (disk(sample) / "財政課" / "隣の係から.txt").write_text("x")
    sample.bot.waitUntil(lambda: "隣の係から.txt" in rows(sample))


def test_files_are_moved_by_cut_and_paste(sample: Office) -> None:
    view = files(sample)
    view.go(NAME, "財政課", "財政課/予算要求書（財政課）.xlsx")
    sample.settle()
    by_keys(view, "Ctrl+X")
    view.go(NAME, "全庁")
    sample.settle()
    by_keys(view, "Ctrl+V")
    sample.settle()
    assert "予算要求書（財政課）.xlsx" in rows(sample)
    assert not (disk(sample) / "財政課" / "予算要求書（財政課）.xlsx").exists()


def test_a_favourite_is_one_press_away(sample: Office) -> None:
    view = files(sample)
    view.go(NAME, "防災課/災害対応")
    sample.settle()

    def choose(words: str) -> None:
        view.more.menu.aboutToShow.emit()
        next(act for act in view.more.menu.actions() if act.text() == words).trigger()
        sample.settle()

    choose("このフォルダをお気に入りに入れる")
    view.go(NAME, "")
    sample.settle()
    choose("災害対応")
    assert view.folder == "防災課/災害対応"


def test_who_has_a_document_open_is_said(sample: Office) -> None:
    view = files(sample)
    owner = b"\x04ABCD" + bytes(50) + (5).to_bytes(2, "little") + "山本 花子".encode("utf-16-le")
    (disk(sample) / "財政課" / "~$予算要求書（財政課）.xlsx").write_bytes(owner)
    view.go(NAME, "財政課", "財政課/予算要求書（財政課）.xlsx")
    sample.settle()
    assert view.details.opened.text() == "山本 花子 さんが開いています。"


def test_an_image_is_shown_as_a_picture(sample: Office) -> None:
    view = files(sample)
    picture = QImage(400, 200, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    assert picture.save(str(disk(sample) / "財政課" / "現場.png"))
    view.go(NAME, "財政課", "財政課/現場.png")
    sample.settle()
    assert view.details.picture.isVisible()
    assert not view.details.picture.pixmap().isNull()
