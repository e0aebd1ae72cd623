"""Drills are timed from the ledger's events alone, and computed the same by anyone."""

from __future__ import annotations

from liaison.borrowers import Borrower
from liaison.drill import as_csv, clock, drills, rows
from liaison.history import Event
from liaison.service import LiaisonService
from liaison.standing import Standing
from tests.unit.liaison.conftest import Quiet


def _event(number: int, seconds: int, action: str, tag: str, **detail: str) -> Event:
    when = f"2026-11-23T01:{seconds // 60:02d}:{seconds % 60:02d}+00:00"
    return Event(when, "A", number, action, "K100", tag, detail)


HISTORY = [
    _event(1, 0, "prepared", "K09"),  # before the drill: does not count
    _event(2, 10, "drill-start", "D1"),
    _event(3, 20, "prepared", "K01"),
    _event(4, 30, "prepared", "K02"),
    _event(5, 40, "drill-inject", "D1", inject="laptops-fail"),
    _event(6, 70, "prepared", "K02"),  # again after the inject: its last time counts
    _event(7, 100, "lend", "K01"),
    _event(8, 105, "lend", "K02"),
    _event(9, 130, "drill-end", "D1"),
    _event(10, 200, "wiped", "K01"),  # after the end
]


def test_phases_are_timed_from_the_events() -> None:
    (drill,) = drills(HISTORY)
    prepared, lend, back, wiped = drill.phases
    assert (prepared.laptops, prepared.seconds, prepared.held) == (2, 60, True)
    assert (lend.laptops, lend.seconds) == (2, 5)
    assert (back.laptops, wiped.laptops, wiped.held) == (0, 0, None)
    assert drill.injects == ((30.0, "laptops-fail"),)
    assert drill.seconds == 120


def test_order_of_arrival_does_not_matter() -> None:
    assert drills(reversed(HISTORY)) == drills(HISTORY)


def test_a_missed_target_is_said_and_the_last_time_stands_beside() -> None:
    slow = [
        _event(20, 600, "drill-start", "D2"),
        _event(21, 900, "prepared", "K01"),
        _event(22, 901, "lend", "K01"),
    ]
    first, second = drills([*HISTORY, *slow])
    table = rows(second, first)
    assert table[0][2:] == ("1", "0:05:00", "0:01:12", "遅れ", "0:01:00（2）")
    assert not second.ended
    assert as_csv(second, first).startswith("\ufeff段階".encode())


def test_the_clock_reads_across_a_room() -> None:
    assert [clock(s) for s in (0, 59.6, 3723, -5)] == ["0:00:00", "0:01:00", "1:02:03", "0:00:00"]


def test_a_drill_through_the_service(service: LiaisonService, quiet: Quiet) -> None:
    tags = ["K01", "K02", "K03"]
    assert service.exercise.inject("laptops-fail") == []  # no drill, no inject
    service.exercise.start()
    service.prepare(tags, quiet)
    assert sorted(service.exercise.inject("laptops-fail")) == tags
    assert all(tile.standing is Standing.UNKNOWN for tile in service.tiles())
    assert not any(outcome.ready for outcome in service.prepare(tags, quiet))
    service.exercise.repair()
    assert all(outcome.ready for outcome in service.prepare(tags, quiet))
    service.lend("K01", Borrower("髙﨑", "県"))
    service.give_back("K01")
    service.wipe("K01")
    ended = service.exercise.end()
    assert ended is not None
    assert [timed.laptops for timed in ended.phases] == [3, 1, 1, 1]
    assert service.ledger.verify().ok
