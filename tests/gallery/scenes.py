"""The scenes of the guides' pictures, in an order in which each can be reached from the one before."""

from __future__ import annotations

from tests.gallery import calendar, console, day, laptops, share, sign_in

SCENES = (
    *sign_in.FIRST,
    *console.SCENES,
    *calendar.SCENES,
    *share.SCENES,
    *laptops.SCENES,
    *console.SERVED,
    *day.SCENES,
    calendar.REMINDER,
    share.HISTORY,
    calendar.CONFLICT,
    console.ELSEWHERE,
    *sign_in.LAST,
)
