"""The ledger: no double loan, names beside the chain, two counters in one order, damage shows."""

from __future__ import annotations

import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.secrets import MemorySecrets
from liaison.borrowers import Borrower
from liaison.history import Event, Place, fold
from liaison.ledger import Ledger
from liaison.tags import Office

TAKASAKI = Borrower("髙﨑 一郎", "国" * 120, "連絡調整")
DUE = date(2026, 11, 30)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path, MemorySecrets(), "A")
    made.register("K01", "K100")
    return made


def test_a_loan_and_its_return(ledger: Ledger) -> None:
    loan = ledger.lend("K01", TAKASAKI, DUE, "K100", ("マウス",), consent=True)
    unit = ledger.state().units["K01"]
    assert (unit.place, unit.loan) == (Place.LENT, loan)
    assert ledger.borrower(loan.id) == TAKASAKI
    back = ledger.give_back("K01", "K100", ("マウス",))
    assert back.missing == ("マウス",)
    assert ledger.state().units["K01"].wipe_pending
    ledger.note("wiped", "K01", "K100")
    assert ledger.state().units["K01"].place is Place.SHELF


def test_no_double_loan_even_at_the_same_moment(ledger: Ledger) -> None:
    results: list[str] = []

    def lend() -> None:
        try:
            ledger.lend("K01", TAKASAKI, DUE, "K100")
            results.append("lent")
        except SuiteError as error:
            results.append(error.code)

    threads = [threading.Thread(target=lend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["LIAISON-003"] * 7 + ["lent"]
    assert sum(e.action == "lend" for e in ledger.events()) == 1


@pytest.mark.parametrize("place", ["returned", "repair", "missing", "retire"])
def test_only_what_stands_on_the_shelf_is_lent(ledger: Ledger, place: str) -> None:
    if place == "returned":
        ledger.lend("K01", TAKASAKI, DUE, "K100")
        ledger.give_back("K01", "K100")
    else:
        ledger.note(place, "K01", "K100")
    with pytest.raises(SuiteError):
        ledger.lend("K01", TAKASAKI, DUE, "K100")


def test_a_laptop_half_erased_is_not_lent(ledger: Ledger) -> None:
    ledger.note("erase-begun", "K01", "K100")
    with pytest.raises(SuiteError, match="消去"):
        ledger.lend("K01", TAKASAKI, DUE, "K100")


def test_one_wiped_from_afar_is_still_missing(ledger: Ledger) -> None:
    ledger.note("missing", "K01", "K100")
    ledger.note("wiped", "K01", "K100")
    assert ledger.state().units["K01"].place is Place.MISSING


@pytest.mark.parametrize("action", ["found", "repaired", "wiped", "missing"])
def test_what_has_left_for_good_comes_back_only_by_being_registered(ledger: Ledger, action: str) -> None:
    ledger.note("retire", "K01", "K100")
    with pytest.raises(SuiteError, match="廃棄済み"):
        ledger.note(action, "K01", "K100")
    ledger.register("K01", "K100")
    assert ledger.state().units["K01"].place is Place.SHELF


@pytest.mark.parametrize("action", ["found", "repaired", "erase-begun"])
def test_what_somebody_has_is_first_taken_back(ledger: Ledger, action: str) -> None:
    ledger.lend("K01", TAKASAKI, DUE, "K100")
    with pytest.raises(SuiteError, match="貸出中"):
        ledger.note(action, "K01", "K100")


@pytest.mark.parametrize("way", ["found", "repair", "retire"])
def test_a_loan_that_was_lost_ends_and_its_borrower_can_be_forgotten(ledger: Ledger, way: str) -> None:
    loan = ledger.lend("K01", TAKASAKI, DUE, "K100")
    ledger.note("missing", "K01", "K100")
    with pytest.raises(SuiteError, match="まだ返却されていない"):
        ledger.forget(loan.id)
    ledger.note(way, "K01", "K100")
    assert bool(ledger.state().loans[loan.id].back) is (way != "retire")
    ledger.forget(loan.id)
    assert ledger.borrower(loan.id) is None


def test_of_a_loan_that_is_refused_no_name_is_kept(ledger: Ledger, tmp_path: Path) -> None:
    ledger.lend("K01", TAKASAKI, DUE, "K100")
    with pytest.raises(SuiteError):
        ledger.lend("K01", Borrower("別の人", "国"), DUE, "K100")
    with sqlite3.connect(tmp_path / "borrowers.db") as people:
        assert people.execute("SELECT name FROM borrowers").fetchall() == [(TAKASAKI.name,)]


def test_the_chain_holds_no_name_and_forgetting_keeps_it_whole(ledger: Ledger, tmp_path: Path) -> None:
    loan = ledger.lend("K01", TAKASAKI, DUE, "K100")
    for path in tmp_path.glob("ledger.db*"):
        assert "髙﨑".encode() not in path.read_bytes()
        assert b"\\u9ad9" not in path.read_bytes()
    with pytest.raises(SuiteError):
        ledger.forget(loan.id)  # still out
    ledger.give_back("K01", "K100")
    ledger.forget(loan.id)
    for path in tmp_path.glob("*.db*"):
        assert TAKASAKI.name.encode() not in path.read_bytes()
    assert ledger.borrower(loan.id) is None
    assert ledger.verify().ok


def test_a_changed_borrower_shows(ledger: Ledger, tmp_path: Path) -> None:
    loan = ledger.lend("K01", TAKASAKI, DUE, "K100")
    with sqlite3.connect(tmp_path / "borrowers.db") as database:
        database.execute("UPDATE borrowers SET name = 'someone else'")
    with pytest.raises(SuiteError):
        ledger.borrower(loan.id)


def test_a_truncated_chain_shows(ledger: Ledger, tmp_path: Path) -> None:
    ledger.note("shelf", "K01", "K100")
    with sqlite3.connect(tmp_path / "ledger.db") as database:
        database.execute("DROP TRIGGER entries_no_delete")
        database.execute("DELETE FROM entries WHERE id = 2")
    assert not ledger.verify().ok


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 61])
def test_a_borrower_is_named_in_bounds(name: str) -> None:
    with pytest.raises(SuiteError):
        Borrower(name, "県")


def _event(counter: str, number: int, action: str, when: str, **detail: str) -> Event:
    return Event(f"2026-11-23T{when}+00:00", counter, number, action, "K100", "K01", detail)


def test_two_counters_that_contradict_keep_both_loans_and_say_so() -> None:
    events = [
        _event("A", 1, "register", "00:00:00"),
        _event("A", 2, "lend", "01:00:00", loan="aa", due="2026-11-30"),
        _event("B", 1, "lend", "01:00:05", loan="bb", due="2026-11-29"),
    ]
    state = fold(events)
    assert set(state.loans) == {"aa", "bb"}
    assert state.units["K01"].doubt
    assert fold(reversed(events)).units == state.units


@pytest.mark.parametrize(
    ("scan", "tag"),
    [("K07", "K07"), ("ｋ０７", "K07"), (" k07\r", "K07"), ("LABEL", "K12"), ("label", "K12")],
)
def test_what_scanners_and_people_type(scan: str, tag: str) -> None:
    office = Office("KEN")
    text = {"LABEL": office.label("K12"), "label": office.label("K12").lower()}.get(scan, scan)
    assert office.scanned(text) == tag


def test_labels_of_others_and_misreadings_are_refused() -> None:
    office = Office("KEN")
    label = office.label("K12")
    with pytest.raises(SuiteError, match="OTHER"):
        office.scanned(Office("OTHER").label("K12"))
    for position in range(9, len(label)):
        if label[position] != "-":
            wrong = label[:position] + ("3" if label[position] != "3" else "4") + label[position + 1 :]
            with pytest.raises(SuiteError):
                office.scanned(wrong)
    for text in ("", "https://example.jp", "K", "MHRB", "'; DROP TABLE", "K01 OR 1=1"):
        with pytest.raises(SuiteError):
            office.scanned(text)
