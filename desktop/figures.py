"""The plan's figures that the suite measures itself, each from the feature that knows it.

A figure that this machine cannot know is None, never a guess: the matcher knows the office's sign-ins, the
schedule's server the sections' calendars. ``source`` says for whom it speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING

from core.errors import SuiteError
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
        "managed_terminals": lambda _year: managed_terminals(services),
        "share_users": lambda _year: share_users(services),
        "mobile_days": lambda year: mobile_days(services, year),
    }
    return found


def hours_saved(services: Services, year: int) -> Figure | None:
    """Hours a month that signing in by face gave back, the mean over the year's months with sign-ins."""
    plan = services.config.plan
    months = services.auth.administration.hours_saved(plan.old_sign_in_s, plan.old_services_s)
    hours = [month.hours for month in months if _in_year(month.name, year)]
    if not hours:
        return None
    source = _("職場のサインイン（{count} か月の平均）").format(count=len(hours))
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


def managed_terminals(services: Services) -> Figure | None:
    """Enrolled terminals that have reported within thirty days, in per cent."""
    enrolled = services.auth.administration.enrolled_devices()
    if not enrolled:
        return None
    share = services.office.inventory.managed(enrolled) / len(enrolled) * 100
    return Figure(
        round(share, 1),
        _("登録した {count} 台のうち、30 日以内に報告のあった端末").format(count=len(enrolled)),
    )


def share_users(services: Services) -> Figure | None:
    """Staff who used the shared folder, in per cent of all who may sign in: as its index service has counted
    them, whatever they did there; without one, those whose changes stand in the trail."""
    people = services.auth.administration.active_people()
    month = (date.today().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    if people and (counted := _counted_users(services)):
        month = month if month in counted else max(counted)  # the last whole one, else the running one
        users = counted[month]
        words = _("共有フォルダの索引サービス（{month} に使った職員 {users} 人）")
        return Figure(round(users / people * 100, 1), words.format(month=month, users=users))
    services.office.trail.follow()
    users = services.office.trail.people_active(month, "share")
    if not people or not users:
        return None
    return Figure(round(users / people * 100, 1), _("監査記録（{month} に操作した職員）").format(month=month))


def _counted_users(services: Services) -> dict[str, int]:
    """Month → people, of this terminal's share that most have used; people of several are not added up, as
    nobody is named. Nothing where no service answers."""
    found: dict[str, int] = {}
    if not (services.paths.data / "share").is_dir():
        return found
    for place in services.share.places():
        with suppress(SuiteError):  # a share that is away: another one, or the trail, speaks
            for month, users in services.share.used(place.name).items():
                found[month] = max(found.get(month, 0), users)
    return {month: users for month, users in found.items() if users}


def mobile_days(services: Services, year: int) -> Figure | None:
    """Days a month on which a mobile terminal was signed in to, by the names that the policy gives them."""
    beginning = services.config.plan.mobile_terminals
    if not beginning:
        return None
    today = date.today()
    first, last = date(year, 4, 1), min(today, date(year + 1, 3, 31))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    services.office.trail.follow()
    terminals, days = services.office.trail.days_used(beginning, first.isoformat(), last.isoformat())
    if not terminals:
        return None
    source = _("監査記録（名前が {name} で始まる {count} 台）").format(name=beginning, count=terminals)
    return Figure(round(days / terminals / months, 1), source)


def _in_year(month: str, year: int) -> bool:
    """Whether ``YYYY-MM`` lies in the fiscal year."""
    number, of = (int(part) for part in month.split("-"))
    return (number if of >= 4 else number - 1) == year
