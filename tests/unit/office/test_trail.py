"""The index finds what the trail says, keeps up with it, and is only a cache."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.audit import AuditLog, Entry
from core.secrets import MemorySecrets
from office.trail import TrailIndex, Wish, in_order


def entry(id_: int, time: str, action: str, who: str = "K100234", **detail: str | float) -> Entry:
    return Entry(id_, time, action, who, who, detail)


class Trail:
    """Rows as a trail gives them."""

    def __init__(self) -> None:
        self.rows: list[Entry] = []

    def add(self, time: str, action: str, who: str = "K100234", **detail: str | float) -> None:
        self.rows.append(entry(len(self.rows) + 1, time, action, who, **detail))

    def after(self, id_: int, limit: int) -> list[Entry]:
        return self.rows[id_ : id_ + limit]


@pytest.fixture
def trail() -> Trail:
    made, chance = Trail(), random.Random(7)
    for number in range(2000):
        day = 1 + number // 100
        accepted = chance.random() < 0.8
        made.add(
            f"2026-11-{day:02}T{chance.randrange(24):02}:00:00.000000+00:00",
            "sign-in.accepted" if accepted else "sign-in.refused",
            f"K{chance.randrange(50):06}",
            terminal=f"T-{chance.randrange(20):03}",
            reason="accepted" if accepted else chance.choice(["flat", "not-alike"]),
            distance=0.3,
        )
    return made


@pytest.fixture
def index(trail: Trail, tmp_path: Path) -> TrailIndex:
    made = TrailIndex(tmp_path / "trail.db", trail.after)
    assert made.follow() == 2000
    return made


def plainly(trail: Trail, words: tuple[str, ...]) -> list[int]:
    said = lambda e: {e.action, e.actor, e.subject, *map(str, e.detail.values())}  # noqa: E731
    return [e.id for e in reversed(trail.rows) if set(words) <= said(e)]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("sign-in.refused",),
        ("K000007",),
        ("T-003", "flat"),
        ("sign-in.refused", "K000007", "T-001"),
        ("nobody",),
    ],
)
def test_it_finds_what_reading_everything_finds_page_by_page(
    trail: Trail, index: TrailIndex, words: tuple[str, ...]
) -> None:
    found: list[int] = []
    while page := index.find(Wish(words), 70, found[-1] if found else None):
        found += page
    assert found == plainly(trail, words)
    assert [e.id for e in in_order(found[:90], trail.after)] == found[:90]


def test_a_word_is_found_in_either_spelling(trail: Trail, index: TrailIndex) -> None:
    when = "2026-12-01T00:30:00.000000+00:00"
    trail.add(when, "sign-in.refused", "K000001", terminal="pc-kikaku01", reason="too-dark")
    trail.add(when, "sign-in.refused", "K000001", terminal="PC-KIKAKU01", reason="flat")
    index.follow()
    assert index.find(Wish(("pc-kikaku01",)), 9) == index.find(Wish(("Pc-Kikaku01",)), 9) == [2002, 2001]
    assert index.find(Wish(("k000001", "PC-kikaku01", "too-dark")), 9) == [2001]
    assert index.find(Wish(("TOO-DARK",)), 9) == [2001]
    assert index.find(Wish(("pc-kikaku",)), 9) == []


def test_days_bound_the_search_in_japanese_time(trail: Trail, index: TrailIndex) -> None:
    found = index.find(Wish((), "2026-11-03", "2026-11-04"), 10_000)
    assert found == sorted(found, reverse=True)
    assert 0 < len(found) < 400
    assert index.find(Wish((), "2027-01-01"), 10) == []


def test_it_keeps_up_and_sums_each_row_once(trail: Trail, index: TrailIndex) -> None:
    trail.add(
        "2026-12-01T00:30:00.000000+00:00", "sign-in.refused", "K000001", terminal="T-001", reason="flat"
    )
    index.follow()
    index.follow()
    assert [(s.hour, s.reason, s.count) for s in index.sign_ins("2026-12-01", "2026-12-01")] == [
        (9, "flat", 1)
    ]
    assert sum(s.count for s in index.sign_ins("2026-01-01", "2027-01-01")) == 2001
    assert index.find(Wish(("T-001",)), 1) == [2001]
    assert sum(count for _word, count in index.words("action")) == 2001


def test_a_damaged_index_is_made_anew(trail: Trail, tmp_path: Path) -> None:
    path = tmp_path / "trail.db"
    path.write_bytes(b"not a database at all" * 500)
    index = TrailIndex(path, trail.after)
    assert index.follow() == 2000
    assert index.find(Wish(("T-003", "flat")), 10_000) == plainly(trail, ("T-003", "flat"))


def test_another_trail_in_its_place_is_noticed(trail: Trail, index: TrailIndex) -> None:
    del trail.rows[5:]
    assert index.follow() == 5
    assert index.find(Wish(), 100) == [5, 4, 3, 2, 1]


def test_scores_use_and_activity_are_counted(index: TrailIndex) -> None:
    assert {round(total / count, 3) for _t, _n, _s, count, total in index.before_and_now()} == {0.3}
    assert len(index.near(0.29, 3, "2026-01")) == 50
    assert index.near(0.31, 3, "2026-01") == []
    terminals, days = index.days_used("T-00", "2026-11-01", "2026-11-30")
    assert terminals == 10
    assert days > 10
    assert index.people_active("2026-11", "sign-in") == 50


def test_it_reads_the_real_trail(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.db", MemorySecrets())
    for number in range(5):
        log.append("person.added", actor="K100234", subject=f"K{number:06}")
    index = TrailIndex(tmp_path / "trail.db", log.after)
    index.follow()
    ids = index.find(Wish(("K000003",)))
    assert [e.subject for e in in_order(ids, log.after)] == ["K000003"]


def test_drift_and_nearness_go_by_the_newest_month(tmp_path: Path) -> None:
    trail = Trail()
    for month, one, two in (("10", 0.36, 0.1), ("11", 0.2, 0.35)):
        for day in range(1, 6):
            for who, distance in (("K000001", one), ("K000002", two)):
                time = f"2026-{month}-{day:02}T01:00:00.000000+00:00"
                trail.add(time, "sign-in.accepted", who, terminal="T-1", reason="accepted", distance=distance)
    index = TrailIndex(tmp_path / "trail.db", trail.after)
    index.follow()
    assert [(s.name, s.month) for s in index.near(0.33, 3, "2026-01")] == [("K000002", "2026-11")]
    (name, before, total_before, now, total_now), *_rest = index.before_and_now()
    assert (name, before, now) == ("T-1", 10, 10)
    assert (round(total_before, 2), round(total_now, 2)) == (2.3, 2.75)
    trail.add("2026-12-01T01:00:00.000000+00:00", "sign-in.accepted", "K000001", terminal="T-2", distance=0.2)
    index.follow()
    sums = {name: (before, now) for name, before, _b, now, _n in index.before_and_now()}
    assert sums == {"T-1": (20, 0), "T-2": (0, 1)}, "a terminal that says nothing this month has a past only"


def test_a_row_that_comes_late_counts_in_the_month_it_speaks_of(tmp_path: Path) -> None:
    trail = Trail()
    kept_up = TrailIndex(tmp_path / "kept-up.db", trail.after)
    for day, distance in (("10-10", 0.3), ("11-10", 0.3), ("10-20", 0.1)):  # the last was told days later
        for _number in range(20):
            time = f"2026-{day}T01:00:00+00:00"
            trail.add(time, "sign-in.accepted", terminal="T-1", distance=distance)
        kept_up.follow()
    at_once = TrailIndex(tmp_path / "at-once.db", trail.after)
    at_once.follow()
    for each in (kept_up, at_once):
        ((name, before, total_before, now, total_now),) = each.before_and_now()
        assert (name, before, now) == ("T-1", 40, 20)
        assert (round(total_before, 6), round(total_now, 6)) == (8.0, 6.0)


def test_sums_of_an_older_release_are_made_anew(trail: Trail, tmp_path: Path) -> None:
    index = TrailIndex(tmp_path / "trail.db", trail.after)
    index.follow()
    right = index.before_and_now(), index.words("action")
    index._connections.close()
    with closing(sqlite3.connect(tmp_path / "trail.db")) as database, database:
        database.execute("UPDATE scores SET count = count + 7")
        database.execute("ALTER TABLE reached DROP COLUMN mark")
        database.execute("DELETE FROM schema_migrations WHERE number >= 2")
    index = TrailIndex(tmp_path / "trail.db", trail.after)
    index.follow()
    assert (index.before_and_now(), index.words("action")) == right


def test_a_restored_trail_that_has_grown_is_not_taken_for_the_one_before(tmp_path: Path) -> None:
    """After a restore the numbers go on: the row that was reached exists again, and is another."""
    before, restored = Trail(), Trail()
    for minute in range(10):
        for trail in (before, restored):
            trail.add(f"2026-11-01T10:{minute:02}:00.000000+00:00", "sign-in.accepted", "K000001")
    for minute in range(10):
        before.add(f"2026-11-02T10:{minute:02}:00.000000+00:00", "sign-in.accepted", "K000002")
    for minute in range(15):
        restored.add(f"2026-11-03T10:{minute:02}:00.000000+00:00", "sign-in.refused", "K000777")
    assert TrailIndex(tmp_path / "trail.db", before.after).follow() == 20
    index = TrailIndex(tmp_path / "trail.db", restored.after)
    assert index.follow() == 25
    assert index.find(Wish(("K000777",))) == list(range(25, 10, -1))
    assert index.find(Wish(("K000002",))) == []
    assert index.words("person") == [("K000777", 15), ("K000001", 10)]
