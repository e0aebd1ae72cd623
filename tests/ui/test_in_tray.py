"""What waits for me: notices from IT, inquiries, new files – on Today and under the bell, a press away."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from auth.bulletins import Bulletin
from core.clock import TOKYO
from core.jobs import Report
from core.quiet import QuietHours
from desktop.pages.administration.bulletins import BulletinsView
from desktop.pages.calling import quiet_words
from desktop.pages.sharefolder.files import Files
from desktop.pages.sharefolder.inquiries import Inquiries
from desktop.ui.centre import Centre, Note
from sharefolder.inquiry.form import with_kinds
from sharefolder.sample import _sheet
from tests.ui.conftest import HANAKO, PIN, Office, press, said, spoken

QUIET = Report(lambda _done, _total, _text: None)


def post(office: Office, title: str, urgent: bool = False) -> None:
    now = datetime.now(TOKYO).timestamp()
    notice = Bulletin(title, "土曜日に止まります。", now - 60, now + 86_400, urgent)
    office.services.auth.administration.write_bulletin(notice)
    office.settle()


def test_it_posts_a_notice_and_takes_it_back(office: Office) -> None:
    office.signed_in()
    office.services.go("administration")
    press(office, "管理の対象: お知らせ")
    view = office.window.findChild(BulletinsView)  # type: ignore[union-attr]
    assert view is not None
    view.title.setText("計画停電")
    view.findChild(QPlainTextEdit).setPlainText("土曜日に止まります。")
    view.findChild(QCheckBox).click()
    press(office, "全職員に掲示する")
    assert view.findChildren(QLineEdit)[0].text() == ""
    assert [each.title for each in office.services.auth.bulletins()] == ["計画停電"]
    view.table.selectRow(0)
    press(office, "取り下げる")
    assert office.services.auth.bulletins() == []
    press(office, "元に戻す")
    assert [each.urgent for each in office.services.auth.bulletins()] == [True]


def test_what_cannot_be_posted_is_said_and_stays_written(office: Office) -> None:
    office.signed_in()
    office.services.go("administration")
    press(office, "管理の対象: お知らせ")
    view = office.window.findChild(BulletinsView)  # type: ignore[union-attr]
    assert view is not None
    view.title.setText("題名だけ")
    press(office, "全職員に掲示する")
    assert office.services.notices.history[0].code == "NEWS-001"
    assert view.title.text() == "題名だけ"
    view.ends.setText("いつか")
    press(office, "全職員に掲示する")
    assert office.services.notices.history[0].code.startswith("DATE-")


def test_today_shows_a_notice_until_it_is_read(office: Office) -> None:
    office.signed_in()
    post(office, "計画停電")
    assert "計画停電" in said(office)
    assert spoken(office.find(QPushButton, "お知らせ 未読 1 件"))
    press(office, "計画停電: 読みました")
    assert "計画停電" not in said(office)
    assert [each.read for each in office.services.auth.bulletins()] == [True]
    press(office, "読んだお知らせ 1 件を見る")
    press(office, "計画停電: 未読に戻す")
    assert "計画停電" in said(office)


def test_the_bell_lists_by_keyboard_and_settles_there(office: Office) -> None:
    office.signed_in()
    post(office, "計画停電")
    bell = office.find(QPushButton, "お知らせ 未読 1 件")
    bell.setFocus()
    office.bot.keyClick(bell, Qt.Key.Key_Space)
    QApplication.processEvents()
    assert spoken(bell) == "お知らせ", "looked at"
    focus = QApplication.focusWidget()
    assert spoken(focus) == "計画停電: 読みました"  # type: ignore[arg-type]
    office.bot.keyClick(focus, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is bell
    office.bot.keyClick(bell, Qt.Key.Key_Return)
    office.bot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    office.settle()
    assert [each.read for each in office.services.auth.bulletins()] == [True]
    assert not [n for n in office.services.centre.notes if n.key.startswith("bulletin:")]


def test_a_job_with_a_card_and_an_error_are_kept_under_the_bell(office: Office) -> None:
    office.signed_in()
    bridge = office.services.bridge
    assert office.window is not None
    bridge.run(office.window, "「財政課」へ送る", lambda _r: None, card=True)
    office.settle()
    assert [(n.title, n.sentence) for n in office.services.centre.notes] == [
        ("「財政課」へ送る", "終わりました")
    ]
    office.services.notices.warning("接続が切れました。", "もう一度お試しください。")
    assert office.services.centre.unread == 2


def test_while_it_is_locked_nothing_is_told_and_it_is_there_afterwards(office: Office) -> None:
    """Whoever stands before a locked terminal learns no file's name."""
    window, told = office.with_hanako().open(), list[str]()
    office.services.tell = lambda title, _sentence: told.append(title)
    auth = office.services.auth
    auth.sign_in_pin(HANAKO.staff_number, PIN)
    office.bot.waitUntil(lambda: window.showing == "shell")
    office.settle()
    office.services.centre.put(Note("job:one", "check-circle", "前の転送", urgent=True))
    auth.lock("person")
    office.bot.waitUntil(lambda: window.showing == "lock")
    office.services.bridge.run(window, "「児童相談の記録.docx」を送る", lambda _r: None, card=True)
    office.services.centre.put(Note("bulletin:1", "warning", "偽の訪問者", urgent=True))
    office.settle()
    assert told == ["前の転送"]
    assert office.services.centre.unread == 3


def test_in_quiet_hours_only_the_urgent_and_the_timed_call(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    centre, called = Centre(owner, lambda: True), list[str]()
    centre.called.connect(lambda note: called.append(note.key))
    centre.put(Note("share:a", "list-checks", "照会"))
    centre.put(Note("bulletin:1", "warning", "偽の訪問者", urgent=True))
    centre.put(Note("reminder:1", "calendar-blank", "22:30 から", timed=True))
    assert called == ["bulletin:1", "reminder:1"]
    assert centre.unread == 3, "what did not ring is there all the same"
    assert centre.notes[0].key == "bulletin:1"


def test_the_same_matter_calls_once_and_leaves_when_settled(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    centre, called = Centre(owner), list[str]()
    centre.called.connect(lambda note: called.append(note.sentence))
    centre.hold("share", [Note("share:a", "list-checks", "照会", "あと 3 日")])
    centre.hold("share", [Note("share:a", "list-checks", "照会", "あと 2 日")])
    assert (called, [n.sentence for n in centre.notes]) == (["あと 3 日"], ["あと 2 日"])
    centre.hold("calendar", [Note("calendar:x", "git-merge", "食い違い")])
    centre.hold("share", [])
    assert [n.key for n in centre.notes] == ["calendar:x"]
    assert centre.unread == 1
    for number in range(80):
        centre.put(Note(f"job:{number}", "check-circle", "送る"), aloud=False)
    assert len(centre.notes) == 50


def test_quiet_hours_in_words() -> None:
    assert "21:00 から 07:00 まで" in quiet_words(QuietHours.of("21:00", "07:00"))
    assert quiet_words(QuietHours.of("08:00", "08:00")) == ""


@pytest.fixture
def shared(office: Office, tmp_path: Path) -> Office:
    """A share with an inquiry to my section, due in three days, and a file new in my section's folder."""
    root = tmp_path / "share"
    (root / HANAKO.section).mkdir(parents=True)
    (root / HANAKO.section / "会議の資料.txt").write_text("資料", "utf-8")
    os.utime(root / HANAKO.section / "会議の資料.txt", (1e9, 1e9))  # years old, and here since today
    share = office.services.share
    share.add_place("全庁共有", str(root))
    book = tmp_path / "様式.xlsx"
    _sheet(book, ())
    inquiries = share.office("全庁共有")
    form = with_kinds(inquiries.understand(book), {1: "number"}, {0})
    today = datetime.now(TOKYO).date()  # the house is in Japan, wherever the test runs
    inquiries.create("予算要求", book, form, [HANAKO.section, "財政課"], today + timedelta(days=3), QUIET)
    inquiries.create("遠い照会", book, form, [HANAKO.section], today + timedelta(days=60), QUIET)
    inquiries.create("よその照会", book, form, ["財政課"], today + timedelta(days=3), QUIET)
    return office


def test_an_inquiry_due_leads_to_its_board(shared: Office) -> None:
    window = shared.signed_in()
    assert "照会「予算要求」" in said(shared)
    assert not any("遠い照会" in text or "よその照会" in text for text in said(shared))
    assert any("あと 3 日" in text and "まだ答えていません" in text for text in said(shared))
    assert any(n.title == "照会「予算要求」" for n in shared.services.centre.notes)
    press(shared, "照会「予算要求」: 照会を開く")
    assert window.page == "sharefolder"
    board = window.findChild(Inquiries)
    assert board is not None
    assert board.isVisible()
    inquiry = board.inquiry()
    assert inquiry is not None
    assert inquiry.title == "予算要求"


def test_a_folder_that_comes_to_its_end_is_told_its_owner_a_month_ahead(
    shared: Office, tmp_path: Path
) -> None:
    (tmp_path / "share" / HANAKO.section / "決算").mkdir()
    soon = (datetime.now(TOKYO) + timedelta(days=20)).strftime("%Y-%m-%d")
    lines = (
        "フォルダ,所有者,整理する人,保存期限,最長日数,最大GB,名前",
        f"{HANAKO.section}/決算,{HANAKO.section},庶務,{soon},,,",
        f"財政課,財政課,,{soon},,,",
    )
    (tmp_path / "share" / "運用ルール.csv").write_text("\r\n".join(lines), "utf-8-sig")
    window = shared.signed_in()
    assert "フォルダ「情報政策課/決算」の整理" in said(shared)
    assert any("あと 20 日" in text and "整理する人は 庶務" in text for text in said(shared))
    assert not any("「財政課」の整理" in text for text in said(shared))
    press(shared, "フォルダ「情報政策課/決算」の整理: 見る")
    files = window.findChild(Files)
    assert files is not None
    shared.bot.waitUntil(lambda: files.folder == "情報政策課/決算")
    assert (tmp_path / "share" / HANAKO.section / "決算").is_dir()


def test_a_new_file_for_my_section_is_chosen_in_its_folder(shared: Office) -> None:
    window = shared.signed_in()
    assert "「情報政策課」に新しいファイル 1 件" in said(shared)
    press(shared, "「情報政策課」に新しいファイル 1 件: 見る")
    files = window.findChild(Files)
    assert files is not None
    shared.bot.waitUntil(lambda: [e.name for e in files.list.chosen()] == ["会議の資料.txt"])
    assert files.folder == "情報政策課"
    shared.services.go("today")
    shared.settle()
    press(shared, "「情報政策課」に新しいファイル 1 件: 見る")
    shared.bot.waitUntil(lambda: [e.name for e in files.list.chosen()] == ["会議の資料.txt"])


def test_what_cannot_be_read_is_said_calmly(shared: Office, tmp_path: Path) -> None:
    (tmp_path / "share").rename(tmp_path / "away")
    shared.signed_in()
    assert not shared.services.notices.history
    assert "いまは読めません。つながると、ここに出ます。" in said(shared)


def test_a_window_left_open_locks_when_its_person_is_stopped(office: Office) -> None:
    office.signed_in()
    auth, tray = office.services.auth, office.services.in_tray
    auth._register.set_active(HANAKO.staff_number, False)  # type: ignore[attr-defined]
    tray.read()  # as its timer does
    office.settle()
    assert office.window is not None
    assert office.window.showing == "lock"
    assert "利用が止められたので" in " ".join(said(office))
