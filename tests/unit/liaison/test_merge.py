"""Two offline counters: nothing lost, any order, contradictions shown, forged and shortened files refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.secrets import MemorySecrets
from liaison.borrowers import Borrower
from liaison.history import Event, Place, fold
from liaison.ledger import Ledger
from liaison.merge import Counters, export
from liaison.signing import Signer

DUE = date(2026, 11, 30)


class Desk:
    """A counter on a machine of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        secrets = MemorySecrets()
        self.signer = Signer(secrets)
        self.ledger = Ledger(folder / name, secrets, name)
        self.counters = Counters(folder / name / "others", self.ledger)

    def export(self) -> bytes:
        return export(self.ledger, self.signer)

    def lend(self, tag: str, name: str) -> None:
        self.ledger.lend(tag, Borrower(name, "県"), DUE, "K100")


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Desk, Desk]:
    a, b = Desk(tmp_path, "A"), Desk(tmp_path, "B")
    a.counters.trust(b.signer.allowed_signers())
    b.counters.trust(a.signer.allowed_signers())
    for number in range(1, 5):
        a.ledger.register(f"K0{number}", "K100")
    b.counters.take(a.export())
    return a, b


def test_both_counters_end_with_the_same_state(desks: tuple[Desk, Desk]) -> None:
    a, b = desks
    a.lend("K01", "a")
    b.lend("K02", "b")
    assert b.counters.take(a.export()) == 1
    assert a.counters.take(b.export()) == 1
    assert a.counters.take(b.export()) == 0  # again: nothing new
    assert a.ledger.state() == b.ledger.state()
    places = {tag: unit.place for tag, unit in a.ledger.state().units.items()}
    assert places == {"K01": Place.LENT, "K02": Place.LENT, "K03": Place.SHELF, "K04": Place.SHELF}


def test_a_counter_whose_clock_is_ahead_does_not_turn_the_order_round(tmp_path: Path) -> None:
    """A registers and lends an hour in the future; what B then does with it comes after it at both."""
    a, b = Desk(tmp_path, "B"), Desk(tmp_path, "A")
    ahead = datetime.now(UTC) + timedelta(hours=1)
    loan = {"loan": "x", "due": "2026-11-30"}
    events = [
        Event(
            (ahead + timedelta(seconds=n)).isoformat(timespec="microseconds"), "B", n, action, "K9", tag, more
        )
        for n, (action, tag, more) in enumerate(
            [("register", "K01", {}), ("register", "K02", {}), ("lend", "K02", loan)]
        )
    ]
    b.ledger.put_others(events)
    b.lend("K01", "b")
    b.ledger.give_back("K02", "K100")
    assert b.ledger.state().loans["x"].back
    a.counters.trust(b.signer.allowed_signers())
    a.counters.take(b.export())
    there = fold([*a.ledger.events(), *events])
    for state in (b.ledger.state(), there):
        assert {tag: unit.place for tag, unit in state.units.items()} == {
            "K01": Place.LENT, "K02": Place.RETURNED,
        }  # fmt: skip


def test_a_laptop_lent_at_both_is_a_doubt_with_both_loans(desks: tuple[Desk, Desk]) -> None:
    a, b = desks
    a.lend("K01", "a")
    b.lend("K01", "b")
    a.counters.take(b.export())
    b.counters.take(a.export())
    assert a.ledger.state() == b.ledger.state()
    assert "A" in a.ledger.state().units["K01"].doubt
    assert len(a.ledger.state().loans) == 2


def test_the_other_counters_loans_are_returned_here(desks: tuple[Desk, Desk]) -> None:
    a, b = desks
    b.lend("K03", "b")
    a.counters.take(b.export())
    a.ledger.give_back("K03", "K100")
    b.counters.take(a.export())
    assert b.ledger.state().units["K03"].place is Place.RETURNED


def test_what_was_taken_survives_a_restart(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    a, b = desks
    b.lend("K04", "b")
    a.counters.take(b.export())
    again = Counters(tmp_path / "A" / "others", a.ledger)
    again.read_all()
    assert a.ledger.state().units["K04"].place is Place.LENT


def test_a_kept_record_that_is_damaged_closes_no_counter_but_hands_nothing_out(
    desks: tuple[Desk, Desk], tmp_path: Path
) -> None:
    a, b = desks
    b.lend("K02", "b")
    a.counters.take(b.export())
    kept = tmp_path / "A" / "others" / "B.json"
    kept.write_bytes(kept.read_bytes()[:-400])
    again = Counters(tmp_path / "A" / "others", a.ledger)
    with pytest.raises(SuiteError, match="窓口 B"):
        again.refuse_damaged()
    again.take(b.export())
    again.refuse_damaged()
    assert a.ledger.state().units["K02"].place is Place.LENT


def test_no_name_leaves_with_the_export(desks: tuple[Desk, Desk]) -> None:
    _a, b = desks
    b.lend("K03", "Takasaki")
    assert b"Takasaki" not in b.export()


def test_forged_shortened_and_foreign_files_are_refused(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    a, b = desks
    b.lend("K03", "b")
    early = b.export()
    b.lend("K04", "b")
    late = b.export()
    a.counters.take(late)
    state = a.ledger.state()
    changed = json.loads(late)
    changed["body"] = changed["body"].replace("K04", "K02")
    stranger = Desk(tmp_path, "C")
    stranger.ledger.register("K09", "K100")
    for content in (
        early,  # an older copy: something would be lost
        json.dumps(changed).encode(),
        stranger.export(),
        a.export(),  # our own
        b"",
        b"[]",
        b"\xff" * 100,
        b"[" * 100_000,
        late[: len(late) // 2],
    ):
        with pytest.raises(SuiteError) as error:
            a.counters.take(content)
        assert error.value.code == "LIAISON-007"
    assert a.ledger.state() == state
