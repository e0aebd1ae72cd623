"""A protected action of administration asks for a factor more, in place, and then goes on by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton

from auth.model import Evidence, Factor
from core.settings.declared import declared
from desktop.pages.administration import export as export_file
from desktop.pages.administration.policy import PolicyView
from desktop.pages.administration.step_up import StepUpCard
from tests.ui.conftest import PIN, Office
from tests.ui.test_administration import SATO, choose, press, registered, said


@pytest.fixture
def bureau(office: Office) -> Office:
    """Hanako signed in by her face a while ago; Sato is registered."""
    office.signed_in()
    auth = office.services.auth
    auth.administration.add(SATO)
    session = auth.session
    assert session is not None
    began = session.evidence[0].time
    auth._session = replace(session, evidence=(Evidence(Factor.FACE, began),))
    office.services.go("administration")
    office.settle()
    return office


def card(office: Office) -> StepUpCard:
    assert office.window is not None
    found = office.window.findChild(StepUpCard)
    assert isinstance(found, StepUpCard)
    return found


def type_pin(office: Office, text: str) -> None:
    field = office.find(QLineEdit, "暗証番号")
    assert field.hasFocus(), "typed at once, without the mouse"
    office.bot.keyClicks(field, text)
    office.bot.keyClick(field, Qt.Key.Key_Return)
    office.settle()


def test_it_is_asked_in_place_and_the_action_goes_on(bureau: Office) -> None:
    choose(bureau, SATO.staff_number)
    press(bureau, "利用を止める")
    assert card(bureau).isVisible()
    assert any("もう一つの確認が要ります" in text for text in said(bureau))
    assert not any("消しました" in text for text in said(bureau)), "said when it is true"
    found = registered(bureau, SATO.staff_number)
    assert found is not None
    assert found.active, "nothing is done yet"
    type_pin(bureau, "000000")
    assert any("PIN-010" in text for text in said(bureau))
    type_pin(bureau, PIN)
    assert not card(bureau).isVisible()
    found = registered(bureau, SATO.staff_number)
    assert found is not None
    assert not found.active
    press(bureau, "元に戻す")
    choose(bureau, SATO.staff_number)
    press(bureau, "待ち時間を解除")
    assert not card(bureau).isVisible(), "shown a moment ago: not asked again"


def test_whoever_gives_up_has_done_nothing(bureau: Office) -> None:
    choose(bureau, SATO.staff_number)
    press(bureau, "開始コードを発行")
    press(bureau, "やめる")
    assert not card(bureau).isVisible()
    trail = bureau.services.audit.entries(1)[0]
    assert trail.action != "code.start.issued"


def test_a_token_is_offered_and_the_field_says_which(bureau: Office) -> None:
    choose(bureau, SATO.staff_number)
    press(bureau, "非常用コードを発行")
    press(bureau, "トークンの番号を使う")
    assert bureau.find(QLineEdit, "トークンの番号").hasFocus()
    press(bureau, "暗証番号を使う")
    type_pin(bureau, PIN)
    assert any("申請を受け付けました" in text for text in said(bureau))


def test_the_trail_leaves_as_a_file_only_after_it_and_says_so(
    bureau: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "trail.csv"
    monkeypatch.setattr(export_file, "ask_save", lambda *_asked: target)
    press(bureau, "管理の対象: 監査")
    press(bureau, "書き出す")
    assert not target.exists()
    type_pin(bureau, PIN)
    assert target.exists()
    assert bureau.services.audit.entries(1)[0].action == "audit.exported"


def test_people_leave_as_a_file_only_after_it_and_the_trail_says_so(
    bureau: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "people.csv"
    monkeypatch.setattr(export_file, "ask_save", lambda *_asked: target)
    press(bureau, "書き出す")
    assert not target.exists()
    type_pin(bureau, PIN)
    assert len(target.read_text("utf-8-sig").splitlines()) > 1
    assert bureau.services.audit.entries(1)[0].action == "people.exported"


def long_ago(office: Office) -> None:
    session = office.services.auth.session
    assert session is not None
    began = session.evidence[0].time - 3600
    office.services.auth._session = replace(session, evidence=(Evidence(Factor.FACE, began),))


def test_a_policy_is_saved_only_after_it_and_what_was_edited_stays_meanwhile(bureau: Office) -> None:
    path = bureau.services.paths.policy
    press(bureau, "管理の対象: 方針")
    view = bureau.window.findChild(PolicyView)  # type: ignore[union-attr]
    assert isinstance(view, PolicyView)
    view.table.choose(next(one for one in declared() if one.key == "offline.days"))
    bureau.find(QAbstractButton, "決め方: 方針で決める").click()  # type: ignore[attr-defined]
    bureau.bot.keyClicks(view.form.line, "7")
    view.form.line.selectAll()
    bureau.bot.keyClicks(view.form.line, "7")
    press(bureau, "方針を保存")
    assert card(bureau).isVisible()
    assert not card(bureau).visibleRegion().isEmpty(), "the page was scrolled down to the button"
    assert not path.exists()
    assert "14） → 7" in view.difference.text()
    type_pin(bureau, PIN)
    assert path.read_text("utf-8").strip() == "[offline]\ndays = 7"
    long_ago(bureau)
    bureau.services.go("today")
    bureau.settle()
    press(bureau, "元に戻す")
    assert path.exists(), "to take it back is to write a policy too"
    type_pin(bureau, PIN)
    assert not path.exists()
    actions = [entry.action for entry in bureau.services.audit.entries(9)]
    assert [each for each in actions if each.startswith("policy.")] == ["policy.put-back", "policy.saved"]


def test_the_card_leaves_the_page_its_one_blue_action(bureau: Office) -> None:
    choose(bureau, SATO.staff_number)
    press(bureau, "利用を止める")
    buttons = [b for b in card(bureau).findChildren(QPushButton) if b.isVisible()]
    assert not [b for b in buttons if b.property("kind") == "primary"]
    assert all(b.height() >= 24 for b in buttons)
