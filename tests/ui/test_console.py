"""The console of the IT section on the real trail, register and inventory."""

from __future__ import annotations

import csv
import io
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from auth.face.guidance import Deny
from auth.model import Person
from desktop.pages.administration.audit import Audit, wish_of
from desktop.pages.office import incident_report
from desktop.pages.office import inventory as inventory_page
from desktop.pages.office.incident import IncidentView
from desktop.pages.office.inventory import InventoryView
from desktop.pages.office.sign_ins import Hours, SignInsView
from desktop.pages.office.states import StatesView
from desktop.pages.office.storage import backup_words
from desktop.ui.widgets.table import Table
from installer.selftest import Check, Outcome, ok, services
from office.backup.record import Act
from office.states import Seen
from office.terminals import Report
from tests.ui.conftest import Office, press, said, spoken
from tests.ui.test_every_page import focusable


def go(office: Office, tab: str) -> None:
    office.services.go("administration")
    office.find(QAbstractButton, f"管理の対象: {tab}").click()  # type: ignore[attr-defined]
    office.settle()


def cells(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.csv()().decode("utf-8-sig"))))[1:]


def one(office: Office, kind: type) -> object:
    assert office.window is not None
    found = office.window.findChild(kind)
    assert isinstance(found, kind)
    return found


def test_terminals_are_found_by_trouble_and_leave_as_csv(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.signed_in()
    take = office.services.office.inventory.take
    now = time.time()
    take(Report("T-001", "Note", "Debian 12", "1.0", now, state="ok", programs=(("office", "7"),)))
    take(Report("T-002", "Note", "Debian 12", "1.0", now, state="fail", failed=("disk", "of-later")))
    take(Report("T-003", "=cmd()", "Debian 12", "0.9", now - 40 * 86_400))
    go(office, "端末の台帳")
    view = one(office, InventoryView)
    assert isinstance(view, InventoryView)
    assert any("3 台。30 日以内に報告 2、自己診断で問題 1" in text for text in said(office))
    office.find(QAbstractButton, "見る端末: 診断で問題").click()  # type: ignore[attr-defined]
    assert [row[0] for row in cells(view.table)] == ["T-002"]
    office.find(QAbstractButton, "見る端末: 30 日報告なし").click()  # type: ignore[attr-defined]
    assert [row[0] for row in cells(view.table)] == ["T-003"]
    office.find(QAbstractButton, "見る端末: 診断で問題").click()  # type: ignore[attr-defined]
    view.table.selectRow(0)
    office.settle()
    assert any("問題のある診断: ディスク、of-later" in text for text in said(office))
    monkeypatch.setattr(inventory_page, "ask_save", lambda *_a: tmp_path / "list.csv")
    press(office, "台帳を CSV で保存")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text("utf-8-sig"))))
    assert [row["名前"] for row in rows] == ["T-001", "T-002", "T-003"]
    assert (rows[2]["機種"], rows[1]["自己診断"]) == ("'=cmd()", "問題あり")
    assert rows[1]["問題のある診断"] == "ディスク、of-later"
    press(office, "一覧を CSV で保存")
    titles = list(csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text("utf-8-sig"))))
    assert list(titles[0]) == ["ソフトウェア", "見つかった台数", "保有数", "不足", "余り"]


def test_this_terminal_reports_itself_where_no_folder_is_named(office: Office) -> None:
    office.signed_in()
    go(office, "端末の台帳")
    press(office, "報告を集める")
    assert any("1 台。" in text for text in said(office))


def test_refusals_are_summed_by_reason_and_hour(office: Office) -> None:
    office.signed_in()
    audit = office.services.audit
    for reason in ("flat", "flat", "not-alike"):
        audit.append("sign-in.refused", actor="K100234", detail={"terminal": "T-001", "reason": reason})
    go(office, "サインインの状況")
    view = one(office, SignInsView)
    assert isinstance(view, SignInsView)
    assert [row[:2] for row in cells(view.reasons)] == [[Deny.FLAT.sentence(), "2"], ["not-alike", "1"]]
    hours = one(office, Hours)
    assert isinstance(hours, Hours)
    assert "拒否 3" in hours.accessibleDescription()


def test_each_service_says_how_it_is_and_what_to_do(office: Office) -> None:
    office.signed_in()
    go(office, "サービス")
    view = one(office, StatesView)
    assert isinstance(view, StatesView)
    rows = {row[0]: row for row in cells(view.table)}
    assert rows["データベース"][1] == "正常"
    assert rows["照合サーバー"][1] == "未確認"
    assert "SELF-100" in rows["照合サーバー"][3]
    states = [row[1] for row in cells(view.table)]
    assert states == sorted(states, key=["問題", "未確認", "正常"].index), (
        "what wants somebody to act is first"
    )
    view.table.choose(next(key for key, row in view.table._all if row[0] == "照合サーバー"))
    assert "servers.matcher" in view.step.text()
    first = view.table.csv()()
    press(office, "いま確かめる")
    assert view.table.csv()() == first, "since when stays while nothing changes"


def test_a_server_that_does_not_answer_holds_up_no_other_row(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()

    def late() -> Outcome:
        answer.wait(60)
        return ok("答えました。")

    asked = [
        Check("matcher", "照合サーバー", late, 60),
        Check("signer", "署名サーバー", lambda: ok("元気です。")),
    ]
    monkeypatch.setattr(services, "checks", lambda _terminal: asked)
    office.signed_in()
    office.services.office.states.note([Seen("matcher", "照合サーバー", "fail", "", "", "")])
    office.services.go("administration")
    office.find(QAbstractButton, "管理の対象: サービス").click()  # type: ignore[attr-defined]
    view = one(office, StatesView)
    assert isinstance(view, StatesView)
    office.bot.waitUntil(lambda: view.waiting == {"matcher"}, timeout=60_000)
    rows = {row[0]: row for row in cells(view.table)}
    assert (rows["照合サーバー"][1], rows["照合サーバー"][3]) == ("問題", "確かめています…"), "as it was last"
    assert (rows["署名サーバー"][1], rows["署名サーバー"][3]) == ("正常", "元気です。")
    answer.set()
    office.settle()
    rows = {row[0]: row for row in cells(view.table)}
    assert (rows["照合サーバー"][1], rows["照合サーバー"][3]) == ("正常", "答えました。")
    assert any("2 のサービスのうち、正常 2" in text for text in said(office))


def test_the_data_s_size_is_shown_from_the_first_day(office: Office) -> None:
    office.signed_in()
    go(office, "保管量")
    assert any(text.startswith("ディスクの空き") for text in said(office))
    assert any("mahoroba backup take" in text for text in said(office)), "nobody has backed it up"


def test_the_console_says_when_it_was_last_backed_up_and_what_is_next(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.signed_in()
    backups = office.services.office.backups
    for days_ago, act, said_then in (
        (40, Act.TAKEN, "40 日の間"), (0, Act.TAKEN, "rehearse"), (35, Act.REHEARSED, "rehearse"),
        (0, Act.REHEARSED, "次の練習は"),
    ):  # fmt: skip
        monkeypatch.setattr(backups, "_clock", lambda ago=days_ago: time.time() - ago * 86_400)
        backups.note(act, f"mahoroba-{days_ago}")
        monkeypatch.setattr(backups, "_clock", time.time)
        words, next_step = backup_words(backups)
        assert said_then in next_step
    assert "最後のバックアップ: 令和" in words
    assert "mahoroba-0" in words
    go(office, "保管量")
    assert {words, next_step} <= set(said(office))


def test_the_whole_trail_is_searched_by_number_terminal_and_day(office: Office) -> None:
    office.signed_in()
    audit = office.services.audit
    for number in range(450):
        audit.append("pin.set", actor=f"K{number:06}", subject=f"K{number:06}", detail={"terminal": "T-9"})
    go(office, "監査")
    view = one(office, Audit)
    assert isinstance(view, Audit)
    assert view.table.shown() == 200, "a page"
    press(office, "もっと古い記録")
    assert view.table.shown() == 400
    office.find(QLineEdit, "記録を探す").setText("k000003　T-9")  # type: ignore[attr-defined]
    office.bot.waitUntil(lambda: view.table.shown() == 1)
    assert cells(view.table)[0][3] == "K000003"


def test_words_days_and_kinds_become_one_wish() -> None:
    assert wish_of("k100234 ２０２６/11/25 T-001", "pin.set").words == ("k100234", "T-001", "pin.set")
    wish = wish_of("2026-11-25 2026-11-03", None)
    assert (wish.words, wish.first_day, wish.last_day) == ((), "2026-11-03", "2026-11-25")
    assert wish_of("R8.11.25（水） 令和8年11月3日", None) == wish, "as the column writes them, too"


def test_an_incident_stops_a_person_at_once_and_a_drill_does_not(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.signed_in()
    admin = office.services.auth.administration
    for number in ("K100871", "K101502"):
        admin.add(Person(number, "佐藤 健", "さとう けん", "道路建設課"))
    go(office, "事案")
    office.find(QLineEdit, "新しい事案の名前").setText("端末の紛失")  # type: ignore[attr-defined]
    press(office, "事案を始める")
    view = one(office, IncidentView)
    assert isinstance(view, IncidentView)
    view.table.selectRow(0)
    office.settle()
    office.find(QLineEdit, "止める職員番号か端末名").setText("K100871")  # type: ignore[attr-defined]
    press(office, "この職員を止める")
    active = {p.staff_number: p.active for p in admin.people()}
    assert active["K100871"] is False
    assert any(row[2] == "職員を停止" for row in cells(view.timeline))
    office.find(QAbstractButton, "事案の画面: 報告").click()  # type: ignore[attr-defined]
    view.report.fields["people"].setPlainText("12 人")
    monkeypatch.setattr(incident_report, "ask_save", lambda *_a: tmp_path / "report.txt")
    press(office, "報告書を書き出す")
    assert "■ 本人の数\n12 人" in (tmp_path / "report.txt").read_text("utf-8-sig")
    office.find(QLineEdit, "新しい事案の名前").setText("紛失の訓練")  # type: ignore[attr-defined]
    view.drill.setChecked(True)
    press(office, "事案を始める")
    view.table.selectRow(0)
    office.settle()
    office.find(QLineEdit, "止める職員番号か端末名").setText("K101502")  # type: ignore[attr-defined]
    press(office, "この職員を止める")
    assert {p.staff_number: p.active for p in admin.people()}["K101502"] is True


def test_what_cannot_be_read_says_why_in_place_of_empty_controls_and_is_tried_again(office: Office) -> None:
    window = office.signed_in()
    database = office.services.paths.data / "office.db"
    database.write_bytes(b"this is no database" * 400)
    tabs = ("端末の台帳", "サインインの状況", "保管量", "事案", "計画の進捗")
    for tab in tabs:
        go(office, tab)
        view = office.find(QAbstractButton, "もう一度").parentWidget().parentWidget()
        assert [spoken(each) for each in focusable(window) if view.isAncestorOf(each)] == ["もう一度"]
        assert any("（DB-004）" in words for words in said(office)), "with its code"
    database.unlink()
    press(office, "もう一度")
    assert any(table.isVisible() and table.shown() for table in window.findChildren(Table))
