"""The console on a terminal of a real office: said once where it is, and what works here goes on working."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton

from auth.model import Person
from core.errors import SuiteError
from desktop.pages.finding import Finding
from desktop.pages.matters import IncidentAim, PersonAim
from desktop.pages.office.states import StatesView
from desktop.pages.office.storage import StorageView
from desktop.pages.sharefolder.known_sections import known_sections
from desktop.pages.window import Window
from desktop.ui.widgets.segmented import Segmented
from tests.fakes.away import Village
from tests.ui.conftest import AUDITOR, HANAKO, PIN, Office, said
from tests.ui.test_every_page import _cut, _named_and_large_enough

WHAT = "この端末では、職場の管理はできません。"


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    made = Village(tmp_path)
    for person in (HANAKO, AUDITOR):
        made.add(person, PIN)
    yield made
    made.close()


@pytest.fixture
def office(office_of_village: Office) -> Office:
    return office_of_village


def administers(office: Office, person: Person) -> Window:
    window = office.open()
    assert office.services.auth.sign_in_pin(person.staff_number, PIN).accepted
    office.bot.waitUntil(lambda: window.showing == "shell", timeout=60_000)
    office.services.go("administration")
    office.settle()
    return window


def tabs(window: Window) -> list[str]:
    found = [each for each in window.findChildren(Segmented) if each.accessibleName() == "管理の対象"]
    return [button.text() for each in found for button in each.findChildren(QAbstractButton)]


def test_it_is_said_once_where_the_office_is_administered_and_what_is_here_works(office: Office) -> None:
    window = administers(office, HANAKO)
    words = said(office)
    assert words.count(WHAT) == 1
    assert any("サーバーにあり" in text and "照合サーバーの上で開いた" in text for text in words)
    assert tabs(window) == ["サービス", "保管量"]
    assert office.view(StatesView).table.shown() > 5
    office.find(QAbstractButton, "管理の対象: 保管量").click()  # type: ignore[attr-defined]
    office.settle()
    assert office.view(StorageView).table.shown() > 0
    assert not any("読めませんでした" in text or "AUTH-037" in text for text in said(office))
    assert [n.code for n in office.services.notices.history] == []
    assert _cut(window) == []
    _named_and_large_enough(window)


def test_what_leads_to_the_office_s_own_matters_ends_at_those_words(office: Office, tmp_path: Path) -> None:
    window = administers(office, HANAKO)
    (tmp_path / "share" / "税務課").mkdir(parents=True)
    office.services.share.add_place("全庁共有", str(tmp_path / "share"))
    for aim in (PersonAim("K100871"), IncidentAim("person", "K100871")):
        office.services.show("administration", aim)
        office.settle()
    assert WHAT in said(office)
    assert [n.code for n in office.services.notices.history] == []
    asked = [title for _name, title, _ask in Finding(window, office.services)._parts(HANAKO)]
    assert "人" not in asked, "the register is not here to be searched"
    assert "税務課" in known_sections(office.services, "全庁共有")[0]


def test_the_auditor_is_told_too_and_nothing_stands_below(office: Office) -> None:
    window = administers(office, AUDITOR)
    words = said(office)
    assert words.count(WHAT) == 1
    assert not any("下にあるのは" in text for text in words)
    assert tabs(window) == []


def test_every_verb_of_the_office_is_still_refused(office: Office) -> None:
    administers(office, HANAKO)
    administration = office.services.auth.administration
    for verb in (administration.people, administration.bulletins, administration.change_policy):
        with pytest.raises(SuiteError, match="AUTH-037"):
            verb()
    office.services.auth.sign_out()
    with pytest.raises(SuiteError, match="AUTH-031"):
        office.services.office.states.note([])
