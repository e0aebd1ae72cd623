"""Japan's public holidays, by day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=64)
def _year(year: int) -> dict[date, str]:
    import jpholiday

    return {day: name for day, name in jpholiday.year_holidays(year)}


def holiday(day: date) -> str:
    """The holiday's name, or nothing."""
    return _year(day.year).get(day, "")
