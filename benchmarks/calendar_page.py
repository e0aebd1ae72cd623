"""The schedule on this machine: queries, the group's week as painted, a slot with its room, 50,000 events."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.calendar_office import events
from benchmarks.record import Record
from calendar_sync.model import Owner
from calendar_sync.service import Schedule
from calendar_sync.store import Store
from core.errors import SuiteError
from core.events import Events

MONDAY = datetime(2026, 11, 23)
PEOPLE, ROOMS, MEETING = 500, 20, 30
RUNS = 25


def records() -> Iterator[Record]:
    """Medians of warm runs on one thread; nothing but this process is at work."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        yield from _month(Path(folder) / "month.db")
        yield from _group(Path(folder) / "group.db")
        yield from _large(Path(folder) / "large.db")


def _schedule(path: Path) -> tuple[Schedule, Store]:
    store = Store(path)

    def nowhere() -> None:
        raise SuiteError("", "", "", "CAL-010")

    return Schedule(Owner("1001", "山本 花子"), store, nowhere, Events()), store  # type: ignore[arg-type]


def _fill(store: Store, collection: int, count: int, seed: int = 4) -> None:
    found = [(f"/c{collection}/{uid}.ics", '"1"', raw) for uid, raw in events(count, seed)]
    for start in range(0, count, 500):
        store.receive(collection, found[start : start + 500], first=True)


def _timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Median milliseconds of RUNS calls after a warm one."""
    work()
    spent = []
    for _run in range(RUNS):
        begin = clock()
        work()
        spent.append((clock() - begin) * 1000)
    return statistics.median(spent)


def _month(path: Path) -> Iterator[Record]:
    schedule, store = _schedule(path)
    _fill(store, 1, 10_000)
    store.expand_later_ones()
    first, last = datetime(2026, 10, 26), datetime(2026, 12, 7)
    found = len(schedule.between(first, last))
    took = _timed(lambda: schedule.between(first, last))
    n = f"{found:,} occurrences of 10,000 events, median of {RUNS}"
    yield Record("month query", round(took, 2), "ms", "≤ 5", took <= 5, n=n)


def _group(path: Path) -> Iterator[Record]:
    """Five hundred people with a real week each, and twenty rooms."""
    schedule, store = _schedule(path)
    chance = random.Random(5)
    for number in range(PEOPLE + ROOMS):
        kind = "person" if number < PEOPLE else "room"
        made = schedule.subscribe(f"/{kind}-{number}/main/", f"職員 {number:03}", kind)
        raw = [(f"/{number}/{uid}.ics", '"1"', each) for uid, each in _weeks(number, chance)]
        store.receive(made, raw, first=True)
    yield from _painted(schedule)
    people = [c.id for c in schedule.collections() if c.kind == "person"][:MEETING]
    now = MONDAY.replace(hour=8)
    took = _timed(lambda: schedule.free_slots(people, 60, now))
    found = schedule.free_slots(people, 60, now)
    n = f"{len(found)} slots; {PEOPLE} people and {ROOMS} rooms in the cache; median of {RUNS}"
    name = f"slot and room for {MEETING} people, 4 weeks"
    yield Record(name, round(took, 1), "ms", "≤ 100", took <= 100, n=n)


def _weeks(number: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """About four events a week for four weeks."""
    from calendar_sync.edit import new_event
    from calendar_sync.model import Draft

    for each in range(16):
        start = MONDAY + timedelta(days=chance.randrange(28), minutes=30 * chance.randrange(17, 34))
        uid = f"w-{number}-{each}"
        title = chance.choice(("打合せ", "現地調査", "会議", "電話当番"))
        draft = Draft(1, title, start, start + timedelta(minutes=60), location="302")
        yield uid, new_event(draft, uid, MONDAY.astimezone())


def _painted(schedule: Schedule) -> Iterator[Record]:
    from desktop.pages.calendar.group import GroupWeek
    from desktop.ui.application import make_application

    app = make_application(["bench"])
    view = GroupWeek()
    view.resize(1400, 900)
    view.show()
    days = [(MONDAY + timedelta(days=n)).date() for n in range(7)]
    found = schedule.between(MONDAY, MONDAY + timedelta(days=7), everything=True)
    view.put(days, found, schedule.collections())
    bar = view.verticalScrollBar()

    def paint() -> None:
        bar.setValue((bar.value() + 137) % max(1, bar.maximum()))
        view.viewport().grab()

    assert app is not None
    took = _timed(paint, time.process_time)
    n = f"1400x900, {PEOPLE + ROOMS} rows, {len(found):,} events in the week; scrolled, median of {RUNS}"
    yield Record(f"グループ週 of {PEOPLE} people painted", round(took, 2), "ms CPU", "≤ 8", took <= 8, n=n)
    view.close()


def _large(path: Path) -> Iterator[Record]:
    schedule, store = _schedule(path)
    for number in range(5):
        _fill(store, 1, 10_000, 10 + number)
    store.expand_later_ones()
    took = _timed(lambda: _page_start(path))
    yield Record(
        "50,000 events: start of the page", round(took), "ms", "≤ 500", took <= 500,
        n=f"cache opened, page built, this week painted; median of {RUNS}",
    )  # fmt: skip
    took = _timed(lambda: schedule.search("議会 すり合わせ 7", MONDAY.date()))
    found = len(schedule.search("議会 すり合わせ 7", MONDAY.date()))
    n = f"{found} shown; median of {RUNS}"
    yield Record("50,000 events: search", round(took, 1), "ms", "≤ 50", took <= 50, n=n)


def _page_start(path: Path) -> None:
    """What stands between the press on 予定 and a week that is on the screen, without the shell around it."""
    from desktop.pages.calendar.grid import DayGrid
    from desktop.pages.calendar.side import Side

    schedule, store = _schedule(path)
    grid, side = DayGrid(), Side()
    grid.resize(1100, 800)
    found = schedule.between(MONDAY, MONDAY + timedelta(days=7))
    collections = schedule.collections()
    by_id = {c.id: c for c in collections}
    days = [(MONDAY + timedelta(days=n)).date() for n in range(7)]
    grid.show()
    grid.put(days, found, by_id)
    side.put_collections(collections)
    side.put_day(days[0], days[0], days[-1], found, by_id)
    schedule.conflicts(), schedule.unsent()
    grid.viewport().grab()
    grid.close()
    store.close()
