"""The plan's figures that the suite measures itself, each from the feature that knows it.

A figure that this machine cannot know is None, never a guess: a terminal knows its own sign-ins, the office's
server knows the sections' calendars. ``source`` says for whom it speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from core.i18n import _
from office.plan import Figure, Figures

if TYPE_CHECKING:
    from desktop.pages.services import Services


def figures(services: Services) -> Figures:
    """By the names of ``office/measures.toml``."""
    found: dict[str, Callable[[int], Figure | None]] = {
        "hours_saved": lambda year: hours_saved(services, year),
        "schedule_sections": lambda _year: schedule_sections(services),
        "liaison_terminals": lambda _year: liaison_terminals(services),
    }
    return found


def hours_saved(services: Services, year: int) -> Figure | None:
    """Hours a month that signing in by face gave back, the mean over the year's months with sign-ins."""
    from auth.savings import SignInTimes

    plan = services.config.plan
    months = SignInTimes(services.paths.data / "sign-ins.jsonl").by_month(
        plan.old_sign_in_s, plan.old_services_s
    )
    hours = [month.hours for month in months if _in_year(month.name, year)]
    if not hours:
        return None
    source = _("この端末のサインイン（{count} か月の平均）").format(count=len(hours))
    return Figure(round(sum(hours) / len(hours), 1), source)


def schedule_sections(services: Services) -> Figure | None:
    """Sections whose calendars on this machine's server were written to this month."""
    from calendar_sync.servers.office import sections_in_use

    folder = services.paths.data / "calendar-server"
    count = sections_in_use(folder, date.today())
    return Figure(count, _("この端末の予定サーバー（今月の書き込み）")) if count else None


def liaison_terminals(services: Services) -> Figure | None:
    """Real laptops in the ledger that are not missing or retired; simulated ones count for nothing."""
    from liaison.history import Place

    if not (services.paths.data / "liaison").is_dir():
        return None
    gone = (Place.MISSING, Place.RETIRED)
    here = [t for t in services.liaison.tiles() if not t.simulated and t.unit.place not in gone]
    return Figure(len(here), _("連絡員端末の台帳（所在不明と除籍を除く）")) if here else None


def _in_year(month: str, year: int) -> bool:
    """Whether ``YYYY-MM`` lies in the fiscal year."""
    number, of = (int(part) for part in month.split("-"))
    return (number if of >= 4 else number - 1) == year
