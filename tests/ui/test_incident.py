"""An incident on the screen: begun by one key, nothing typed is lost, what is stopped and left is said."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

import desktop
from auth.model import Person
from calendar_sync.servers.radicale_auth import AppPasswords
from desktop.pages.administration.people import People
from desktop.pages.administration.terminals import Terminals
from desktop.pages.office.incident import IncidentView
from desktop.stopping import stop_person
from office.incident_fields import KIND
from office.incident_report import Typed
from tests.ui.conftest import HANAKO, PIN, Office, press, said

TAKERU = Person("K100871", "佐藤 健", "さとう けん", "道路建設課")


def go(office: Office, tab: str) -> None:
    office.services.go("administration")
    click(office, f"管理の対象: {tab}")


def click(office: Office, name: str) -> None:
    office.find(QAbstractButton, name).click()  # type: ignore[attr-defined]
    office.settle()


def of(office: Office) -> IncidentView:
    assert office.window is not None
    found = office.window.findChild(IncidentView)
    assert isinstance(found, IncidentView)
    return found


def opened(office: Office) -> IncidentView:
    """The incidents of Hanako's office, in which Takeru works."""
    office.signed_in()
    office.services.auth.administration.add(TAKERU)
    go(office, "事案")
    return of(office)


def begin(office: Office, title: str, drill: bool = False) -> None:
    """By the keyboard alone."""
    view = of(office)
    view.drill.setChecked(drill)
    view.title.setText(title)
    office.bot.keyClick(view.title, Qt.Key.Key_Return)
    office.settle()


def stop(office: Office, subject: str, button: str = "この職員を止める") -> None:
    office.find(QLineEdit, "止める職員番号か端末名").setText(subject)  # type: ignore[attr-defined]
    press(office, button)


def drafted(office: Office) -> None:
    """What is typed has been written down."""
    view = of(office)
    office.bot.waitUntil(lambda: not view.report._wait.isActive(), timeout=30_000)
    office.settle()


def choose(office: Office, title: str) -> None:
    view = of(office)
    key = next(key for key, cells in view.table._all if title in cells[0])
    view.table.choose(key)
    office.settle()


def test_enter_begins_one_incident_which_is_chosen_and_ready(office: Office) -> None:
    view = opened(office)
    view.title.setFocus()
    QApplication.sendEvent(view.title, QInputMethodEvent("ふんしつ", []))
    office.bot.keyClick(view.title, Qt.Key.Key_Return)  # takes the composition over
    office.settle()
    assert view.table._all == []
    QApplication.sendEvent(view.title, QInputMethodEvent("", []))
    view.title.setText("端末の紛失")
    view.drill.setChecked(True)
    for _twice in range(2):
        office.bot.keyClick(view.title, Qt.Key.Key_Return)
    office.settle()
    assert len(view.table._all) == 1
    assert view.head.text() == "【訓練】端末の紛失"
    assert view.stop.person.isEnabled()
    assert QApplication.focusWidget() is view.stop.subject
    assert not view.drill.isChecked(), "the mark is for one incident"
    begin(office, "本当の紛失")
    assert [key.drill for key, _cells in view.table._all] == [False, True]
    assert view.head.text() == "本当の紛失"


def test_what_is_typed_survives_a_note_another_page_another_incident_and_a_new_window(office: Office) -> None:
    view = opened(office)
    begin(office, "別の事案")
    begin(office, "端末の紛失")
    click(office, "事案の画面: 報告")
    outline = view.report.fields["outline"]
    outline.setPlainText("電車に置き忘れた")
    click(office, "事案の種類: 紛失・盗難")
    click(office, "事案の画面: 時系列")
    office.find(QLineEdit, "対応の記録").setText("電話した")  # type: ignore[attr-defined]
    press(office, "記録する")
    assert outline.toPlainText() == "電車に置き忘れた"
    office.services.go("today")
    office.settle()
    office.services.go("administration")
    office.settle()
    assert outline.toPlainText() == "電車に置き忘れた"
    choose(office, "別の事案")
    assert outline.toPlainText() == ""
    assert view.report.kind.value() == ""
    choose(office, "端末の紛失")
    assert outline.toPlainText() == "電車に置き忘れた"
    assert view.report.kind.value() == "loss"
    drafted(office)
    window = office.open()  # as after a kill: all that is known is on the disk
    office.services.auth.sign_in_pin(HANAKO.staff_number, PIN)
    office.bot.waitUntil(lambda: window.showing == "shell")
    go(office, "事案")
    choose(office, "端末の紛失")
    assert of(office).report.fields["outline"].toPlainText() == "電車に置き忘れた"
    assert of(office).report.kept.text() != ""


def test_the_field_with_the_focus_shows_the_chosen_incident_s_words(office: Office) -> None:
    view = opened(office)
    begin(office, "A")
    begin(office, "B")
    office.services.office.incidents.report(2).fill({"outline": Typed("B の概要", "")})
    choose(office, "A")
    click(office, "事案の画面: 報告")
    outline = view.report.fields["outline"]
    outline.setFocus()
    outline.setPlainText("A だけの言葉")
    assert outline.hasFocus()
    choose(office, "B")
    assert outline.toPlainText() == "B の概要"
    press(office, "報告を保存")
    reports = office.services.office.incidents
    assert reports.report(2).saved() == {"outline": "B の概要"}
    assert reports.report(1).draft() == {"outline": Typed("A だけの言葉", "")}
    choose(office, "A")
    press(office, "報告を保存")
    assert reports.report(1).saved() == {"outline": "A だけの言葉"}
    assert reports.report(1).draft() == {}


@pytest.mark.long  # both rules have their unit tests
def test_the_kind_chooses_the_fields_and_a_colleague_s_words_are_not_overwritten(office: Office) -> None:
    view = opened(office)
    begin(office, "停止")
    click(office, "事案の画面: 報告")
    fields, report = view.report.fields, office.services.office.incidents.report(1)
    fields["cause"].setPlainText("調査中")
    report.fill({"cause": Typed("宛先の誤り", "")})
    press(office, "報告を保存")
    assert any("報告を保存しませんでした" in words for words in said(office))
    assert fields["cause"].toPlainText() == "調査中\n〔ほかの情報担当が保存した内容〕\n宛先の誤り"
    fields["cause"].setPlainText("宛先の誤り（調査中）")
    click(office, "事案の種類: 障害・停止")
    assert fields["services"].isVisible()
    assert fields["expected"].isVisible()
    assert not fields["people"].isVisible()
    click(office, "事案の種類: 漏えい・誤送信")
    assert fields["people"].isVisible()
    assert not fields["expected"].isVisible()
    press(office, "報告を保存")
    assert report.saved() == {KIND: "leak", "cause": "宛先の誤り（調査中）"}


def test_stopping_a_person_stops_the_schedule_s_passwords_and_says_what_is_left(office: Office) -> None:
    view = opened(office)
    folder = office.services.paths.data / "calendar-server"
    folder.mkdir()
    passwords = AppPasswords(folder / "devices.db")
    phone, other = passwords.issue("k100871", "電話"), passwords.issue(HANAKO.staff_number, "電話")
    passwords.issue(TAKERU.staff_number, "まほろば（この端末）")
    begin(office, "訓練", drill=True)
    for subject, button, why in (
        ("K999999", "この職員を止める", "この職員番号は登録されていません"),
        ("nobody", "この端末を止める", "この名前の端末は登録されていません"),
        (HANAKO.staff_number, "この職員を止める", "自分自身の"),
    ):
        stop(office, subject, button)
        assert any(why in words for words in said(office)), f"a drill finds nobody such: {subject}"
    assert view.timeline.shown() == 1, "nothing is noted"
    stop(office, TAKERU.staff_number)
    assert any("この端末の予定サーバーのパスワード 2 個" in words for words in said(office))
    assert any("止まるもの（訓練なので止めていません）" in words for words in said(office))
    people = {p.staff_number: p.active for p in office.services.auth.administration.people()}
    assert people[TAKERU.staff_number] is True
    assert passwords.check("k100871", phone), "a drill stops nothing"
    begin(office, "携帯の紛失")
    stop(office, TAKERU.staff_number)
    assert not passwords.check("k100871", phone)
    assert passwords.check(HANAKO.staff_number, other)
    words = said(office)
    assert any("この端末の予定サーバーのパスワード 2 個" in each for each in words)
    assert any("calendar-server revoke K100871 --all" in each for each in words)
    assert any("連絡員端末" in each for each in words)
    told = [e for e in office.services.audit.after(0, 500) if e.action == "calendar.passwords.revoked"]
    assert [(e.actor, e.subject, e.detail["passwords"]) for e in told] == [
        (HANAKO.staff_number, TAKERU.staff_number, 2)
    ]


@pytest.mark.long
def test_what_the_policy_names_is_stopped_too_or_said_to_be_left(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.with_hanako()
    services, auth = office.services, office.services.auth
    auth.sign_in_pin(HANAKO.staff_number, PIN)
    auth.administration.add(TAKERU)
    chosen = {"realm": "PREF.EXAMPLE.JP", "matcher": "https://matcher", "calendar": str(tmp_path)}
    monkeypatch.setattr(services.config, "servers", services.config.servers.model_copy(update=chosen))
    left = "\n".join(stop_person(services, TAKERU.staff_number, drill=False).left)
    assert "職場の予定サーバーのパスワード: 止められませんでした。" in left, "there is none in that folder"
    assert "calendar-server revoke K100871 --all" in left
    assert "AD で口座を無効に" in left
    assert f"最長 {services.config.offline.days} 日" in left
    passwords = AppPasswords(tmp_path / "devices.db")
    phone = passwords.issue(TAKERU.staff_number, "電話")
    stopped = stop_person(services, TAKERU.staff_number, drill=False)
    assert "職場の予定サーバーのパスワード 1 個（携帯など）" in stopped.done
    assert "calendar-server" not in "\n".join(stopped.left)
    assert not passwords.check(TAKERU.staff_number, phone)


def test_a_person_and_a_terminal_lead_to_the_incidents_and_two_keys_stop_them(office: Office) -> None:
    office.signed_in()
    admin = office.services.auth.administration
    admin.add(TAKERU)
    admin._devices.expect("T-1F-012", "税務課")
    go(office, "人")
    assert office.window is not None
    people = office.window.findChild(People)
    assert isinstance(people, People)
    people.table.choose(TAKERU.staff_number)
    press(office, "事案として止める")
    view = of(office)
    assert view.stop.subject.text() == TAKERU.staff_number
    office.bot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    office.settle()
    assert QApplication.focusWidget() is view.stop.person
    office.bot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    office.settle()
    assert {p.staff_number: p.active for p in admin.people()}[TAKERU.staff_number] is False
    go(office, "庁内端末")
    terminals = office.window.findChild(Terminals)
    assert isinstance(terminals, Terminals)
    terminals.table.choose("T-1F-012")
    press(office, "事案として止める")
    assert QApplication.focusWidget() is view.stop.terminal, "an incident is chosen: only the stop is left"
    office.bot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    office.settle()
    assert admin.devices()[0].revoked is not None


def test_the_page_can_be_imported_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a tool that wants this one page: no circle leads back to it."""
    here = [name for name in sys.modules if f"{name}.".startswith("desktop.pages.")]
    monkeypatch.setattr(desktop, "pages", desktop.pages)  # as it is now, afterwards
    for name in here:
        monkeypatch.delitem(sys.modules, name)
    importlib.import_module("desktop.pages.office.incident")
    for name in [
        each for each in sys.modules if f"{each}.".startswith("desktop.pages.") and each not in here
    ]:
        del sys.modules[name]
