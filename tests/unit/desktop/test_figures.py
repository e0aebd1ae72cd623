"""The plan's figures that the suite measures: whole months, every mobile terminal, the office's server."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop.figures import figures, hours_saved, managed_terminals, mobile_days, schedule_sections
from office.plan import Figure

TODAY = date(2026, 12, 1)


def value(figure: Figure | None) -> float | None:
    return figure.value if figure is not None else None


def office(enrolled: int, used: tuple[int, int]) -> Any:
    """``used``: mobile terminals and days, as the trail gives them; ten months of sign-ins."""
    asked: list[tuple[str, str]] = []

    def days_used(_beginning: str, first: str, last: str) -> tuple[int, int]:
        asked.append((first, last))
        return used

    months = {f"2026-{number:02}": 2300.0 for number in range(3, 12)} | {"2026-12": 5.0}
    saved = [SimpleNamespace(name=name, hours=hours) for name, hours in months.items()]
    plan = SimpleNamespace(mobile_terminals="M-", old_sign_in_s=30, old_services_s=15)
    names = [f"M-{number:03}" for number in range(enrolled)] + ["T-001", "T-002"]
    return SimpleNamespace(
        asked=asked,
        config=SimpleNamespace(plan=plan),
        auth=SimpleNamespace(
            administration=SimpleNamespace(
                enrolled_devices=lambda: names, hours_saved=lambda _sign_in, _services: saved
            )
        ),
        office=SimpleNamespace(trail=SimpleNamespace(follow=lambda: None, days_used=days_used)),
    )


def test_a_mobile_terminal_that_nobody_used_counts_as_well() -> None:
    there = office(500, (2, 2 * 20 * 8))
    assert value(mobile_days(there, 2026, TODAY)) == 0.08
    assert there.asked == [("2026-04-01", "2026-11-31")]


def test_the_running_month_is_no_month_yet() -> None:
    assert value(mobile_days(office(2, (2, 2 * 20 * 7)), 2026, date(2026, 11, 30))) == 20
    assert value(mobile_days(office(2, (2, 2)), 2026, date(2026, 4, 30))) is None
    assert value(mobile_days(office(2, (2, 2 * 20 * 12)), 2026, date(2027, 4, 1))) == 20
    assert value(hours_saved(office(0, (0, 0)), 2026, TODAY)) == 2300
    assert value(hours_saved(office(0, (0, 0)), 2025, TODAY)) == 2300  # March is of the year before
    assert value(hours_saved(office(0, (0, 0)), 2026, date(2026, 4, 30))) is None


def test_without_an_enrolled_terminal_or_one_in_the_trail_nothing_is_known() -> None:
    assert value(mobile_days(office(0, (2, 40)), 2026, TODAY)) is None
    assert value(mobile_days(office(500, (0, 0)), 2026, TODAY)) is None


def test_all_but_one_terminal_are_not_all() -> None:
    there = office(9_998, (0, 0))  # and two that are none of the mobile ones
    there.office.inventory = SimpleNamespace(managed=lambda names: len(names) - 1)
    assert value(managed_terminals(there)) == 99.99


def write_sections(folder: Path, count: int) -> None:
    for number in range(count):
        calendar = folder / "collections" / "collection-root" / f"section-{number}" / "c"
        calendar.mkdir(parents=True)
        (calendar / "a.ics").write_text("x", "utf-8")


@pytest.mark.parametrize(("named", "found"), [("office", 5), ("", 1), ("away", None)])
def test_the_office_s_own_server_speaks_for_the_sections(
    tmp_path: Path, named: str, found: int | None
) -> None:
    """One that cannot be asked is not known: this machine's own calendars are not the office's."""
    write_sections(tmp_path / "office", 5)
    write_sections(tmp_path / "data" / "calendar-server", 1)
    there = SimpleNamespace(
        paths=SimpleNamespace(data=tmp_path / "data"),
        config=SimpleNamespace(servers=SimpleNamespace(calendar=str(tmp_path / named) if named else "")),
    )
    assert value(schedule_sections(there, TODAY.replace(year=2020))) == found  # type: ignore[arg-type]


def test_what_is_known_of_the_present_fills_no_other_year() -> None:
    asked = figures(office(2, (2, 40)))
    for name in ("schedule_sections", "liaison_terminals", "managed_terminals"):
        assert asked[name](2020) is None
