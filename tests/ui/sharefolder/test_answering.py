"""照会 before somebody of a section that answers, on a real Samba with accounts of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from core.clock import TOKYO
from core.jobs import Report
from desktop.pages.sharefolder.inquiries import Inquiries
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry.asked import waiting
from sharefolder.inquiry.model import Who
from sharefolder.inquiry.office import Office as Asking
from tests.fakes import inquiry_people
from tests.fakes.answers import template
from tests.fakes.samba import PASSWORD, Samba, running
from tests.ui.conftest import HANAKO, Office
from tests.ui.sharefolder.page import press, said

QUIET = Report(lambda _done, _total, _text: None)
ASKER = Who("K100300", "人事課")
OWN = HANAKO.section


@pytest.fixture
def asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    """人事課 has asked 財政課 and the section of the one before the screen."""
    if reason := Samba.missing():
        pytest.skip(reason)
    monkeypatch.setitem(inquiry_people.ACCOUNTS, OWN, "uucp")
    with running() as server:
        inquiry_people.move_in(server)
        storage, sandbox = inquiry_people.storage(server, "人事課"), Sandbox()
        office = Asking(storage, sandbox)
        form = office.understand(template(tmp_path))
        due = datetime.now(TOKYO).date() + timedelta(days=7)
        made = tmp_path / "回答様式.xlsx"
        who = (ASKER.number, ASKER.section)
        inquiry = office.create("施設調査", made, form, ["財政課", OWN], due, QUIET, "", *who)
        office.answer_question(inquiry, "年度は？", "令和8年度です。", ASKER)
        office.server = server  # type: ignore[attr-defined]
        yield office
        storage.close()
        sandbox.close()


@pytest.fixture
def board(asking: Asking, office: Office) -> Inquiries:
    port = asking.server.port  # type: ignore[attr-defined]
    office.services.share.add_place("全庁", f"smb://127.0.0.1:{port}/zencho", "uucp", PASSWORD)
    office.signed_in()
    office.services.go("sharefolder")
    office.settle()
    press(office, "共有フォルダの画面: 照会")
    return office.view(Inquiries)


def _buttons(office: Office) -> set[str]:
    assert office.window is not None
    return {each.text() for each in office.window.findChildren(QAbstractButton) if each.isVisible()}


def test_a_section_sees_where_it_stands_until_when_and_what_was_asked(
    office: Office, board: Inquiries
) -> None:
    model = board.table.model()
    rows = [(model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())]
    assert rows == [(OWN, "○ 未開封")], "the others' answers are no business of theirs"
    words = said(office)
    assert f"{OWN} は「○ 未開封」です。　期限 令和" in words
    assert "ほかの 1 所属の回答は、その所属と照会した所属だけが見られます。" in words
    assert "問 年度は？　答 令和8年度です。" in words
    assert "照会した所属　人事課\n" in words
    assert "SHARE-003" not in words
    assert not board.doubts.isVisible(), "nothing to look into"
    assert not board.bar.isVisible()
    shown = _buttons(office)
    assert "画面で回答する" in shown
    assert not {"集計する", "催促の文を写す", "期限を変える", "照会を終える"} & shown
    press(office, "読み直す")
    assert "SHARE-003" not in said(office)


def test_a_section_asks_and_reads_the_answer_on_the_same_page(
    office: Office, board: Inquiries, asking: Asking
) -> None:
    press(office, "画面で回答する")
    press(office, "質問する")  # from the form, whose draft stays
    field = office.find(QLineEdit, f"{OWN} の質問（答えと一緒に、すべての所属に出ます）")
    field.setText("休止中も書く？")  # type: ignore[attr-defined]
    press(office, "決定")
    waits = f"？ {OWN} の質問（答えを待っています）　休止中も書く？"
    assert waits in said(office)
    ((inquiry,), _broken) = asking.inquiries()
    (question,) = waiting(inquiry, asking.board(inquiry, QUIET))
    asking.answer_question(inquiry, question.text, "書いてください。", ASKER, question.key)
    press(office, "読み直す")
    assert "問 休止中も書く？　答 書いてください。" in said(office)
    assert waits not in said(office)
