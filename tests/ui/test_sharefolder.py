"""The page 共有フォルダ in the real window, on a real folder."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFileDialog, QLabel, QLineEdit
from python_calamine import CalamineWorkbook

from core.clock import TOKYO
from core.events import Events
from core.jobs import Cancelled, Report
from desktop.pages.sharefolder import inquiry_acts as inquiries_page
from desktop.pages.sharefolder.cases import CasesView
from desktop.pages.sharefolder.files import Files
from desktop.pages.sharefolder.inquiries import Inquiries
from desktop.pages.sharefolder.library import Library
from sharefolder.sample import HEADINGS, NAME, SECTIONS, TITLE, move_in
from sharefolder.service import ShareService
from sharefolder.transfer import IfExists
from tests.ui.conftest import Office


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trial's share, made once."""
    home = tmp_path_factory.mktemp("sample")
    service = ShareService(home, Events(), lambda: "")
    move_in(service, home)
    service.close()
    return home / "sample"


def bring(office: Office, made: Path) -> None:
    shutil.copytree(made, disk(office))
    office.services.share.add_place(NAME, str(disk(office)))


@pytest.fixture
def sample(office: Office, made: Path) -> Office:
    """The sample share is there and the page is open."""
    bring(office, made)
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    return office


def files(office: Office) -> Files:
    assert office.window is not None
    return office.window.findChild(Files)  # type: ignore[return-value]


def press(office: Office, name: str) -> None:
    office.find(QAbstractButton, name).click()  # type: ignore[attr-defined]
    office.settle()


def said(office: Office) -> str:
    assert office.window is not None
    return "\n".join(label.text() for label in office.window.findChildren(QLabel) if label.isVisible())


def rows(office: Office) -> list[str]:
    model = files(office).list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def disk(office: Office) -> Path:
    return office.services.paths.data / "share" / "sample"


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


def test_a_chosen_file_tells_its_rights_and_its_words(sample: Office) -> None:
    view = files(sample)
    view.go(NAME, "防災課/災害対応", "防災課/災害対応/避難所開設の手順.txt")
    sample.settle()
    assert "毛布は倉庫Bにあります。" in view.details.preview.toPlainText()
    assert view.details.rights.text().startswith("あなたは読み書きできます。")


def test_documents_in_which_nothing_can_be_found_are_named_with_a_reason(sample: Office) -> None:
    view = files(sample)
    (disk(sample) / "防災課" / "壊れた.xlsx").write_bytes(b"PK\x03\x04 broken")
    sample.services.share.index_again(NAME, Report(lambda _done, _total, _text: None))
    view.looking.show_unread()
    sample.settle()
    assert view.found.shown() == 1
    assert view.found.model().index(0, 0).data() == "壊れた.xlsx　防災課　ファイルが壊れています。"
    assert view.count.text() == "中身を探せない文書: 1 件"


def test_what_was_asked_before_the_index_was_ready_is_asked_again_when_it_is(sample: Office) -> None:
    view = files(sample)
    (disk(sample) / "防災課" / "新しい手引.txt").write_text("土嚢は北側に積みます。", "utf-8")
    view.finder.setText("土嚢")
    sample.bot.waitUntil(lambda: view.looking.answered == "土嚢", timeout=20_000)
    assert view.count.text().startswith("「土嚢」は見つかりませんでした。")
    sample.services.share.index_again(NAME, Report(lambda _done, _total, _text: None))
    view.indexed()
    sample.settle()
    assert view.count.text() == "「土嚢」: 1 件"


def test_a_question_made_to_spoil_the_page_leaves_its_sentence_readable(sample: Office) -> None:
    view = files(sample)
    view.finder.setText("無い\u202e" + "々" * 3_000)
    sample.bot.waitUntil(lambda: view.looking.answered != "", timeout=20_000)
    assert view.count.text().startswith("「無い" + "々" * 28 + "…」は見つかりませんでした。")


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


def test_a_word_inside_a_document_is_found_and_marked(sample: Office) -> None:
    view = files(sample)
    view.finder.setText("毛布")
    sample.bot.waitUntil(lambda: view.stack.current() is view.found, timeout=20_000)
    sample.settle()
    model = view.found.model()
    heard = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert any("避難所開設の手順.txt" in words and "毛布は倉庫Bにあります。" in words for words in heard)
    view.finder.clear()
    sample.bot.waitUntil(lambda: view.stack.current() is view.list, timeout=20_000)


def test_nothing_found_says_what_to_try(sample: Office) -> None:
    view = files(sample)
    view.finder.setText("存在しない言葉")
    sample.bot.waitUntil(lambda: "見つかりませんでした" in view.count.text(), timeout=20_000)


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


def test_what_was_cut_is_offered_at_the_next_start(office: Office, made: Path, tmp_path: Path) -> None:
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
    press(office, "続ける")
    assert (disk(office) / "全庁" / "大.bin").stat().st_size == 3 << 20


@pytest.fixture
def board(sample: Office) -> Inquiries:
    press(sample, "共有フォルダの画面: 照会")
    assert sample.window is not None
    return sample.window.findChild(Inquiries)  # type: ignore[return-value]


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
    board.new.due.setText("R8.12.4")
    board.new.sections.setPlainText("財政課\n税務課\n\n財政課")
    press(sample, "各所属に配る")
    made = disk(sample) / "照会" / "二回目の照会" / "回答"
    assert sorted(p.name for p in made.iterdir()) == ["税務課", "財政課"]
    assert board.which.findText("二回目の照会") >= 0


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
    sample.bot.waitUntil(lambda: "隣の係から.txt" in rows(sample), timeout=20_000)


def test_a_search_is_narrowed_by_section_and_kind(sample: Office) -> None:
    view = files(sample)
    view.finder.setText("予算")
    sample.bot.waitUntil(lambda: view.looking.answered == "予算", timeout=20_000)
    everything = view.found.shown()
    section = sample.find(QComboBox, "所属で絞る")
    section.setCurrentIndex(section.findText("財政課"))  # type: ignore[attr-defined]
    section.activated.emit(section.currentIndex())  # type: ignore[attr-defined]
    sample.bot.waitUntil(lambda: view.found.shown() == 1, timeout=20_000)
    assert everything > 1


def test_a_colleagues_link_opens_what_it_means(sample: Office) -> None:
    view = files(sample)
    link = sample.services.share.link(NAME, "防災課/災害対応/避難所開設の手順.txt")
    view.finder.setText(link)
    sample.bot.waitUntil(lambda: view.folder == "防災課/災害対応", timeout=20_000)
    sample.settle()
    assert view.list.current() is not None
    assert view.list.current().name == "避難所開設の手順.txt"  # type: ignore[union-attr]


def by_keys(view: Files, keys: str) -> None:
    """What the shortcut does; whether a key reaches it is the window system's part."""
    next(s for s in view.findChildren(QShortcut) if s.key() == QKeySequence(keys)).activated.emit()


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


def test_an_inquiry_is_extended_answered_and_ended(sample: Office, board: Inquiries) -> None:
    press(sample, "期限を変える")
    field = sample.find(QLineEdit, "新しい期限（例: R8.12.4）")
    field.setText("R9.1.8")  # type: ignore[attr-defined]
    press(sample, "決定")
    assert "令和9年1月8日" in board.sentence.text()
    press(sample, "質問に答える")
    sample.find(QLineEdit, "受けた質問").setText("対象年度は？")  # type: ignore[attr-defined]
    press(sample, "決定")
    sample.find(QLineEdit, "回答").setText("令和8年度です。")  # type: ignore[attr-defined]
    press(sample, "決定")
    assert "問 対象年度は？　答 令和8年度です。" in said(sample)
    press(sample, "照会を終える")
    assert "この照会は終わっています。" in board.sentence.text()


def test_an_image_is_shown_as_a_picture(sample: Office) -> None:
    view = files(sample)
    picture = QImage(400, 200, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    assert picture.save(str(disk(sample) / "財政課" / "現場.png"))
    view.go(NAME, "財政課", "財政課/現場.png")
    sample.settle()
    assert view.details.picture.isVisible()
    assert not view.details.picture.pixmap().isNull()


@pytest.fixture
def shelf(sample: Office) -> Library:
    press(sample, "共有フォルダの画面: 仕様書")
    assert sample.window is not None
    return sample.window.findChild(Library)  # type: ignore[return-value]


def shelved(shelf: Library) -> list[str]:
    model = shelf.table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_a_specification_is_found_and_a_new_one_is_begun_from_it(sample: Office, shelf: Library) -> None:
    """By a word that stands only in the documents, by the year; into one's own section, and counted."""
    assert len(shelved(shelf)) == 3
    shelf.finder.setText("個人情報")
    sample.bot.waitUntil(lambda: shelf.count.text() == "仕様書 3 件", timeout=20_000)
    shelf.finder.setText("封入")
    sample.bot.waitUntil(lambda: shelved(shelf) == ["県税通知書の印刷・封入"], timeout=20_000)
    shelf.finder.setText("")
    sample.bot.waitUntil(lambda: len(shelved(shelf)) == 3, timeout=20_000)
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
    assert sample.window is not None
    shelf: Library = sample.window.findChild(Library)  # type: ignore[assignment]
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


def test_a_section_answers_on_the_screen_and_goes_on_from_its_draft(sample: Office, board: Inquiries) -> None:
    """Full-width digits and an era date; a mistake is said at its field; what was typed is kept at once."""
    board.table.choose("文化振興課")
    press(sample, "画面で回答する")
    form = board.answer
    sample.bot.waitUntil(lambda: len(form.values()) == len(HEADINGS), timeout=20_000)

    def write(heading: str, text: str) -> None:
        sample.find(QLineEdit, f"1 行目 {heading}").setText(text)  # type: ignore[attr-defined]

    write("品名", "飲料水")
    write("数量", "約５００")
    write("更新日", "R8.9.1")
    press(sample, "回答を保存")
    assert "直すところが 1 か所あります。" in said(sample)
    assert "！ 数だけを書いてください（例: 1200）。" in said(sample)
    assert "→ 令和8年9月1日（火）" in said(sample)
    sample.bot.waitUntil(lambda: "下書きをこの端末に残しました。" in said(sample), timeout=20_000)
    form.begin(NAME, board.inquiry(), "文化振興課")  # type: ignore[arg-type]  # as after a new start
    sample.settle()
    sample.bot.waitUntil(lambda: form.values().get((3, 1)) == "約５００", timeout=20_000)
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


def test_a_model_case_is_made_in_one_act_and_undone_in_one(sample: Office) -> None:
    """In the folder that is shown; its rules come along; what somebody has added is never taken away."""
    view = files(sample)
    view.go(NAME, "防災課")
    sample.settle()
    press(sample, "共有フォルダの画面: モデルケース")
    assert sample.window is not None
    cases: CasesView = sample.window.findChild(CasesView)  # type: ignore[assignment]
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
    sample.bot.waitUntil(lambda: "練習" not in rows(sample), timeout=20_000)
    assert made.is_dir()
