"""What the IT officer and the auditor do, on the real service and the real audit trail."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPushButton

from auth.model import Person, Role
from desktop.pages.administration import audit as audit_page
from desktop.pages.administration import export as export_file
from desktop.pages.administration import people as people_page
from desktop.pages.administration.people import People
from desktop.pages.administration.waits import Waits
from desktop.ui.widgets.table import Table
from tests.ui.conftest import Office, press, said

SATO = Person("K100871", "佐藤 健", "さとう けん", "道路建設課")


@pytest.fixture
def bureau(office: Office) -> Office:
    """Hanako on the page administration; Sato is registered."""
    office.signed_in()
    office.services.auth.administration.add(SATO)
    office.services.go("administration")
    office.settle()
    return office


def choose(office: Office, number: str) -> None:
    assert office.window is not None
    people = office.window.findChild(People)
    assert isinstance(people, People)
    people.table.choose(number)
    office.settle()


def registered(office: Office, number: str) -> Person | None:
    return next((p for p in office.services.auth.administration.people() if p.staff_number == number), None)


def test_a_person_is_added_and_the_form_is_ready_for_the_next(bureau: Office) -> None:
    press(bureau, "追加")
    for name, text in (
        ("職員番号", "k101502"),
        ("氏名", "鈴木 美咲"),
        ("ふりがな", "すずき みさき"),
        ("所属", "税務課"),
    ):
        bureau.find(QLineEdit, name).setText(text)  # type: ignore[attr-defined]
    bureau.find(QComboBox, "役割").setCurrentIndex(2)  # type: ignore[attr-defined]
    press(bureau, "追加する")
    found = registered(bureau, "K101502")
    assert found is not None
    assert (found.name, found.role) == ("鈴木 美咲", Role.AUDITOR)
    assert bureau.find(QLineEdit, "職員番号").hasFocus()


def test_a_wrong_number_says_why_beside_the_form_and_keeps_what_was_typed(bureau: Office) -> None:
    press(bureau, "追加")
    bureau.find(QLineEdit, "職員番号").setText("？")  # type: ignore[attr-defined]
    bureau.find(QLineEdit, "氏名").setText("鈴木 美咲")  # type: ignore[attr-defined]
    press(bureau, "追加する")
    assert any("AUTH-001" in text for text in said(bureau))
    assert bureau.find(QLineEdit, "氏名").text() == "鈴木 美咲"  # type: ignore[attr-defined]


def test_who_waits_after_wrong_guesses_is_seen_and_the_wait_ended(bureau: Office) -> None:
    auth = bureau.services.auth
    for _guess in range(5):
        auth._client.pin(SATO.staff_number, "000000", None)
    press(bureau, "管理の対象: 待ち時間")
    assert "1 件が待っています。" in said(bureau)
    assert bureau.window is not None
    waits = bureau.window.findChild(Waits)
    assert isinstance(waits, Waits)
    table = waits.table
    assert table._model.rows[0][1][:3] == ("佐藤 健（K100871）", "暗証番号", "5 回")
    table.selectRow(0)
    press(bureau, "選んだ待ち時間を解除")
    assert "いま、待っている人も端末もありません。" in said(bureau)
    assert bureau.services.audit.entries(1)[0].action == "person.unlocked"


def test_details_are_changed_but_never_the_number(bureau: Office) -> None:
    choose(bureau, SATO.staff_number)
    press(bureau, "登録を変更")
    bureau.find(QLineEdit, "所属").setText("河川課")  # type: ignore[attr-defined]
    assert not bureau.find(QLineEdit, "職員番号").isEnabled()
    press(bureau, "変更を保存")
    found = registered(bureau, SATO.staff_number)
    assert found is not None
    assert found.section == "河川課"


def test_deactivating_can_be_undone_from_the_notice(bureau: Office) -> None:
    choose(bureau, SATO.staff_number)
    press(bureau, "利用を止める")
    stopped = registered(bureau, SATO.staff_number)
    assert stopped is not None
    assert not stopped.active
    press(bureau, "元に戻す")
    again = registered(bureau, SATO.staff_number)
    assert again is not None
    assert again.active


def test_the_officer_cannot_stop_himself(bureau: Office) -> None:
    choose(bureau, "K100234")
    assert bureau.window is not None
    buttons = [b.text() for b in bureau.window.findChildren(QPushButton) if b.isVisible()]
    assert "利用を止める" not in buttons
    assert "開始コードを発行" in buttons


def test_a_start_code_is_shown_once_and_opens_the_door_once(bureau: Office) -> None:
    choose(bureau, SATO.staff_number)
    press(bureau, "開始コードを発行")
    code = next(text for text in said(bureau) if text.count("-") == 3).replace("\n", "")
    choose(bureau, "K100234")
    assert not any(code[:5] in text for text in said(bureau)), "gone with the panel"
    auth = bureau.services.auth
    auth.sign_out()
    auth.start(SATO.staff_number, code, "604827")
    assert auth.session is not None
    assert auth.session.person.staff_number == SATO.staff_number


def test_a_csv_is_imported_and_bad_lines_are_named(
    bureau: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "staff.csv"
    file.write_bytes("職員番号,氏名\nK102213,高橋 大輔\n?,誰か\n".encode("cp932"))
    monkeypatch.setattr(people_page, "ask_open", lambda *_a: file)
    press(bureau, "名簿を読み込む")
    assert registered(bureau, "K102213") is not None
    assert any(text.startswith("1 人を追加しました。") for text in said(bureau))
    assert any("3 行目" in text for text in said(bureau))


def test_the_list_is_filtered_and_what_is_shown_is_exported(
    bureau: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau.find(QLineEdit, "人を探す").setText("どうろ 佐藤")  # type: ignore[attr-defined]
    assert any(text.startswith("0 人を表示") for text in said(bureau))
    bureau.find(QLineEdit, "人を探す").setText("サトウ")  # type: ignore[attr-defined]
    file = tmp_path / "list.csv"
    monkeypatch.setattr(export_file, "ask_save", lambda *_a: file)
    press(bureau, "書き出す")
    rows = file.read_text("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("K100871,佐藤 健")
    exported = bureau.services.audit.entries(1)[0]
    assert (exported.action, exported.detail) == ("people.exported", {"rows": 1}), "how many, never who"


def test_an_export_that_cannot_be_written_says_so(
    bureau: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_file, "ask_save", lambda *_a: tmp_path / "no" / "list.csv")
    press(bureau, "書き出す")
    assert any("保存できませんでした。" in text for text in said(bureau))


def test_the_audit_trail_is_shown_verified_and_a_change_is_found(bureau: Office) -> None:
    bureau.find(QAbstractButton, "管理の対象: 監査").click()  # type: ignore[attr-defined]
    bureau.settle()
    press(bureau, "改ざんを検査")
    assert any("すべてがつながっています" in text for text in said(bureau))
    database = sqlite3.connect(bureau.services.paths.data / "audit.db")
    with database:
        database.execute("DROP TRIGGER entries_no_update")
        database.execute("UPDATE entries SET actor = 'K999999' WHERE id = 2")
    database.close()
    press(bureau, "改ざんを検査")
    assert any(text.startswith("記録が壊れています。2 番") for text in said(bureau))


def test_the_audit_trail_is_narrowed_by_kind_and_exported(
    bureau: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau.find(QAbstractButton, "管理の対象: 監査").click()  # type: ignore[attr-defined]
    bureau.settle()
    kinds = bureau.find(QComboBox, "操作の種類")
    assert isinstance(kinds, QComboBox)
    kinds.setCurrentIndex(kinds.findData("person.added"))
    kinds.activated.emit(kinds.currentIndex())
    bureau.settle()
    file = tmp_path / "audit.csv"
    monkeypatch.setattr(export_file, "ask_save", lambda *_a: file)
    press(bureau, "書き出す")
    rows = file.read_text("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "職員の追加" in rows[1]
    assert "佐藤" not in rows[1], "numbers, never names"
    exported = bureau.services.audit.entries(1)[0]
    assert (exported.action, exported.detail) == ("audit.exported", {"rows": 1, "filter": "person.added"})


def test_the_export_holds_all_that_is_found_not_the_page_that_is_shown(
    bureau: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(audit_page._PAGE + 7):
        bureau.services.audit.append("share.sent", actor="K100871", detail={"n": number})
    press(bureau, "管理の対象: 監査")
    finder = bureau.find(QLineEdit, "記録を探す")
    assert isinstance(finder, QLineEdit)
    finder.setText("share.sent")
    file = tmp_path / "audit.csv"
    monkeypatch.setattr(export_file, "ask_save", lambda *_a: file)
    press(bureau, "書き出す")
    assert len(file.read_text("utf-8-sig").splitlines()) == 1 + audit_page._PAGE + 7
    assert bureau.services.audit.entries(1)[0].detail["rows"] == audit_page._PAGE + 7


def test_the_policy_page_says_who_decided(bureau: Office) -> None:
    bureau.find(QAbstractButton, "管理の対象: 方針").click()  # type: ignore[attr-defined]
    bureau.settle()
    assert any("顔" in text and "または" in text and "（この端末）" in text for text in said(bureau))


def test_the_plan_s_figure_shows_hours_saved_and_what_they_are_counted_from(bureau: Office) -> None:
    times = bureau.services.auth.administration._times
    for _number in range(1000):
        times.count(4.0, True)
    bureau.find(QAbstractButton, "管理の対象: 短縮した時間").click()  # type: ignore[attr-defined]
    bureau.settle()
    assert bureau.window is not None
    table = next(t for t in bureau.window.findChildren(Table) if t.isVisible())
    text = table.csv()().decode("utf-8-sig")
    assert '"1,000",4.0,"4,000",11.4 時間,1.63 %,0.50 %' in text
    assert any("サインイン 30 秒" in words for words in said(bureau))


def test_a_form_left_open_does_not_end_a_lock(bureau: Office) -> None:
    choose(bureau, SATO.staff_number)
    press(bureau, "登録を変更")
    bureau.find(QLineEdit, "所属").setText("会計課")  # type: ignore[attr-defined]
    bureau.services.auth._register.set_active(SATO.staff_number, False)  # type: ignore[attr-defined] # at another console
    press(bureau, "変更を保存")
    assert any("AUTH-038" in text for text in said(bureau))
    person = registered(bureau, SATO.staff_number)
    assert person is not None
    assert (person.active, person.section) == (False, SATO.section)
