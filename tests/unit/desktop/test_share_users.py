"""The plan's figure of the shared folder: what its index service counted, else what the trail knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop.figures import share_users
from sharefolder.errors import disconnected

TODAY = date(2026, 11, 26)
BEFORE, LAST, THIS = "2026-09", "2026-10", "2026-11"


def services(tmp_path: Path, counted: dict[str, dict[str, int] | None], in_trail: int = 0) -> Any:
    """Ten people; ``counted``: of each share, None: it is away."""

    def used(place: str) -> dict[str, int]:
        if (found := counted[place]) is None:
            raise disconnected(place)
        return found

    (tmp_path / "share").mkdir()
    places = [SimpleNamespace(name=name) for name in counted]
    trail = SimpleNamespace(follow=lambda: None, people_active=lambda _month, _family: in_trail)
    return SimpleNamespace(
        paths=SimpleNamespace(data=tmp_path),
        auth=SimpleNamespace(administration=SimpleNamespace(active_people=lambda: 10)),
        share=SimpleNamespace(places=lambda: places, used=used),
        office=SimpleNamespace(trail=trail),
    )


@pytest.mark.parametrize(
    ("counted", "value", "month"),
    [
        ({"全庁": {LAST: 6, THIS: 1}}, 60.0, LAST),  # the running month has only begun
        ({"全庁": {BEFORE: 4, THIS: 9}}, 40.0, BEFORE),
        ({"全庁": {LAST: 3}, "土木": {LAST: 7}, "遠い": None}, 70.0, LAST),  # not added up: nobody is named
    ],
)
def test_the_service_s_count_is_the_figure(
    tmp_path: Path, counted: dict[str, dict[str, int] | None], value: float, month: str
) -> None:
    figure = share_users(services(tmp_path, counted, in_trail=9), 2026, TODAY)
    assert figure is not None
    assert figure.value == value
    assert month in figure.source


def test_without_a_service_the_trail_speaks_and_nobody_is_none(tmp_path: Path) -> None:
    figure = share_users(services(tmp_path, {"全庁": {}}, in_trail=5), 2026, TODAY)
    assert figure is not None
    assert figure.value == 50.0
    (tmp_path / "other").mkdir()
    assert share_users(services(tmp_path / "other", {"全庁": None}), 2026, TODAY) is None


def test_a_month_counts_in_its_own_fiscal_year(tmp_path: Path) -> None:
    """In April the last whole month is of the year that has ended."""
    counted = services(tmp_path, {"全庁": {"2027-02": 3, "2027-03": 6, "2027-04": 1}}, in_trail=9)
    april = date(2027, 4, 2)
    assert share_users(counted, 2027, april) is None
    ended = share_users(counted, 2026, april)
    assert ended is not None
    assert (ended.value, "2027-03" in ended.source) == (60.0, True)
