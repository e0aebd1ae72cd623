"""Quiet hours: over midnight, within a day, never."""

from __future__ import annotations

from datetime import datetime

import pytest

from calendar_sync.reminders import NIGHT
from core.quiet import QuietHours
from core.settings import NotificationSettings


@pytest.mark.parametrize(
    ("begins", "ends", "moment", "held"),
    [
        ("21:00", "07:00", "20:59", False),
        ("21:00", "07:00", "21:00", True),
        ("21:00", "07:00", "00:00", True),
        ("21:00", "07:00", "06:59", True),
        ("21:00", "07:00", "07:00", False),
        ("12:00", "13:00", "12:30", True),
        ("12:00", "13:00", "13:00", False),
        ("08:00", "08:00", "08:00", False),
    ],
)
def test_it_holds_from_its_begin_until_its_end(begins: str, ends: str, moment: str, held: bool) -> None:
    now = datetime.fromisoformat(f"2026-11-26T{moment}:00")
    assert QuietHours.of(begins, ends).hold(now) is held


def test_the_night_is_the_default_and_nonsense_is_none() -> None:
    chosen = NotificationSettings()
    assert QuietHours.of(chosen.quiet_from, chosen.quiet_until) == NIGHT
    with pytest.raises(ValueError, match="isoformat"):
        QuietHours.of("nine", "25:00")
