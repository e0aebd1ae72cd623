"""What the IT officer and the auditor do, on the real service and the real audit trail."""

from __future__ import annotations

import sqlite3
import time
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPushButton

from auth.model import Person, Role
from core.clock import TOKYO
from core.config import declared
from core.errors import SuiteError
from core.policy import PolicySigner, bound, verified
from core.policy_draft import Draft
from desktop.pages.administration import export as export_file
from desktop.pages.administration import people as people_page
from desktop.pages.administration import policy as policy_page_module
from desktop.pages.administration.people import People
from desktop.pages.administration.policy import PolicyView
from desktop.pages.administration.waits import Waits
from desktop.ui.widgets.table import Table
from installer.policy.fetch import fetch
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
    assert "1000,4.0,4000,11.4 時間,1.63 %,0.50 %" in text
    assert any("サインイン 30 秒" in words for words in said(bureau))


def policy_page(office: Office) -> PolicyView:
    office.find(QAbstractButton, "管理の対象: 方針").click()  # type: ignore[attr-defined]
    office.settle()
    assert office.window is not None
    view = office.window.findChild(PolicyView)
    assert isinstance(view, PolicyView)
    return view


def setting(view: PolicyView, key: str) -> None:
    view.table.choose(next(one for one in declared() if one.key == key))


def test_a_policy_is_edited_seen_as_a_difference_saved_and_put_back(bureau: Office) -> None:
    path = bureau.services.paths.policy
    path.write_text("# ours\n[offline]\npeople = 5\n", "utf-8")
    view = policy_page(bureau)
    assert not view.keep.isEnabled()
    setting(view, "offline.days")
    bureau.find(QAbstractButton, "決め方: 方針で決める").click()  # type: ignore[attr-defined]
    view.form.line.setFocus()
    view.form.line.selectAll()
    bureau.bot.keyClicks(view.form.line, "99")
    assert "60 以下" in view.form.wrong.text()
    assert not view.keep.isEnabled()
    assert "保存できません" in view.difference.text()
    view.form.line.selectAll()
    view.form.line.insert("７")  # as an input method does: wide
    view.form.line.textEdited.emit(view.form.line.text())
    assert "オフライン: オフラインで使える日数: 既定（14） → 7" in view.difference.text()
    setting(view, "security.pin_min_length")
    setting(view, "offline.days")
    assert view.form.line.text() == "7", "what was said stays while one looks around"
    press(bureau, "方針を保存")
    assert path.read_text("utf-8") == "# ours\n[offline]\npeople = 5\ndays = 7\n"
    assert view.difference.text() == "変更はありません。"
    press(bureau, "元に戻す")
    assert path.read_text("utf-8") == "# ours\n[offline]\npeople = 5\n"
    actions = [entry.action for entry in bureau.services.audit.entries(5)]
    assert actions[:2] == ["policy.put-back", "policy.saved"]


def test_a_default_is_fixed_and_chosen_from_a_list(bureau: Office) -> None:
    view = policy_page(bureau)
    setting(view, "presence.after_s")
    bureau.find(QAbstractButton, "決め方: 既定に固定").click()  # type: ignore[attr-defined]
    assert "離席: 席を離れたらロック: 利用者が選ぶ → 既定（30）に固定" in view.difference.text()
    bureau.find(QAbstractButton, "決め方: 方針で決める").click()  # type: ignore[attr-defined]
    view.form.choice.setCurrentIndex(view.form.choice.findData(60))
    view.form.choice.activated.emit(view.form.choice.currentIndex())
    press(bureau, "方針を保存")
    saved = tomllib.loads(bureau.services.paths.policy.read_text("utf-8"))
    assert saved["presence"] == {"after_s": 60}


def test_a_policy_is_signed_for_the_server(
    bureau: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = policy_page(bureau)
    setting(view, "security.zones")
    bureau.find(QAbstractButton, "決め方: 方針で決める").click()  # type: ignore[attr-defined]
    view.form.many.setPlainText('"窓口" = [["face"]]\n"行政事務系" = [["pin"]]')
    monkeypatch.setattr(policy_page_module, "ask_folder", lambda *_a: tmp_path)
    press(bureau, "署名して書き出す")
    signature = (tmp_path / "policy.toml.sig").read_bytes().strip()
    signed = verified((tmp_path / "policy.toml").read_bytes(), signature, tmp_path / "policy-key.pem")
    assert signed.version == 1
    assert not bureau.services.paths.policy.exists()


def test_a_policy_that_does_not_arrive_any_more_is_said_above_with_what_to_do(bureau: Office) -> None:
    path, signer, now = bureau.services.paths.policy, PolicySigner(b"s" * 32), time.time()
    content = b"[presence]\nafter_s = 60\n"
    path.write_bytes(bound(content, signer.sign(content, 12, now, 90)))
    path.with_name("policy-key.pem").write_bytes(signer.public)
    path.with_name("policy-source.toml").write_text('url = "https://127.0.0.1:9/policy.toml"\n', "utf-8")
    with pytest.raises(SuiteError, match="POL-011"):
        fetch(bureau.services.paths, now - 7200)
    with pytest.raises(SuiteError, match="POL-011"):
        fetch(bureau.services.paths, now)
    view = policy_page(bureau)
    since = datetime.fromtimestamp(now - 7200, TOKYO).strftime("%Y/%m/%d %H:%M")
    words = view.arriving.text()
    assert words.startswith(f"この端末の方針: {since} から、新しい方針を受け取れていません。版 12")
    assert "（POL-011）" in words
    assert "mahoroba policy fetch" in words
    assert view.arriving.property("role") == "danger"


def test_the_auditor_reads_the_policy_and_changes_nothing(office: Office) -> None:
    office.audited()
    view = policy_page(office)
    setting(view, "offline.days")
    assert view.form.title.text() == "オフラインで使える日数"
    assert not view.keep.isVisible()
    assert not office.find(QAbstractButton, "決め方: 方針で決める").isEnabled()
    with pytest.raises(SuiteError, match="AUTH-031"):
        office.services.office.policies.save(Draft(""), [])
