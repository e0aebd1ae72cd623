"""The plan's figures that the suite measures itself, each from the feature that knows it.

A figure that this machine cannot know is None, never a guess: the matcher knows the office's sign-ins, the
schedule's server the sections' calendars. ``source`` says for whom it speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from office.measures import fiscal_year
from office.plan import Figure, Figures

if TYPE_CHECKING:
    from desktop.pages.services import Services


def figures(services: Services) -> Figures:
    """By the names of ``office/measures.toml``; "today" is taken at each question, in Japan."""

    def now(ask: Callable[[Services], Figure | None]) -> Callable[[int], Figure | None]:
        """What is only known of the present says nothing of another year."""
        return lambda year: ask(services) if year == fiscal_year(_today()) else None

    found: dict[str, Callable[[int], Figure | None]] = {
        "hours_saved": lambda year: hours_saved(services, year, _today()),
        "schedule_sections": now(lambda s: schedule_sections(s, _today())),
        "liaison_terminals": now(liaison_terminals),
        "managed_terminals": now(managed_terminals),
        "share_users": lambda year: share_users(services, year, _today()),
        "mobile_days": lambda year: mobile_days(services, year, _today()),
    }
    return found


def hours_saved(services: Services, year: int, today: date) -> Figure | None:
    """Hours a month that signing in by face gave back: the mean over its whole months with sign-ins."""
    plan, whole = services.config.plan, _whole_months(year, today)
    months = services.auth.administration.hours_saved(plan.old_sign_in_s, plan.old_services_s)
    hours = [month.hours for month in months if month.name in whole]
    if not hours:
        return None
    source = _("職場のサインイン（終わった {count} か月の平均）").format(count=len(hours))
    return Figure(round(sum(hours) / len(hours), 1), source)


def schedule_sections(services: Services, today: date) -> Figure | None:
    """Sections whose calendars were written to this month, on the office's server where the policy names its
    folder (none other speaks for the office then), else on this machine's own."""
    from calendar_sync.servers.office import sections_in_use

    named = services.config.servers.calendar
    folder = Path(named) if named else services.paths.data / "calendar-server"
    try:
        count = sections_in_use(folder, today)
    except OSError:
        return None
    words = (
        _("職場の予定サーバー（今月の書き込み）") if named else _("この端末の予定サーバー（今月の書き込み）")
    )
    return Figure(count, words) if count else None


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
    return Figure(
        _per_cent(services.office.inventory.managed(enrolled), len(enrolled)),
        _("登録した {count} 台のうち、30 日以内に報告のあった端末").format(count=len(enrolled)),
    )


def share_users(services: Services, year: int, today: date) -> Figure | None:
    """Staff who used the shared folder in the year's last whole month, in per cent of all who may sign in: as
    its index service has counted them, whatever they did there; without one, those whose changes stand in the
    trail. None before the year's first month has ended: the running one has only begun."""
    people, whole = services.auth.administration.active_people(), _whole_months(year, today)
    if not people or not whole:
        return None
    counted = {month: users for month, users in _counted_users(services).items() if month in whole}
    if counted:
        users = counted[month := max(counted)]
        words = _("共有フォルダの索引サービス（{month} に使った職員 {users} 人）")
        return Figure(_per_cent(users, people), words.format(month=month, users=users))
    services.office.trail.follow()
    users = services.office.trail.people_active(whole[-1], "share")
    if not users:
        return None
    return Figure(_per_cent(users, people), _("監査記録（{month} に操作した職員）").format(month=whole[-1]))


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


def mobile_days(services: Services, year: int, today: date) -> Figure | None:
    """Days a month on which a mobile terminal was signed in to, of all that are enrolled, used or not, by the
    names that the policy gives them; over the year's whole months."""
    beginning, whole = services.config.plan.mobile_terminals, _whole_months(year, today)
    if not beginning or not whole:
        return None
    names = services.auth.administration.enrolled_devices()
    enrolled = sum(name.startswith(beginning) for name in names)
    services.office.trail.follow()
    used, days = services.office.trail.days_used(beginning, f"{whole[0]}-01", f"{whole[-1]}-31")
    if not used or not enrolled:  # a trail without any of them is not the one in which they write
        return None
    source = _("監査記録（名前が {name} で始まる登録済み {count} 台、終わった {months} か月の平均）")
    return Figure(
        round(days / max(enrolled, used) / len(whole), 2),  # some that were used may have been stopped since
        source.format(name=beginning, count=max(enrolled, used), months=len(whole)),
    )


def _per_cent(part: int, whole: int) -> float:
    """Rounded down: 9,999 of 10,000 are not all of them."""
    return part * 10_000 // whole / 100


def _whole_months(year: int, today: date) -> list[str]:
    """The months (``YYYY-MM``) of the fiscal year that have ended, in order."""
    months = [(year + (number > 12), (number - 1) % 12 + 1) for number in range(4, 16)]
    return [f"{y}-{m:02}" for y, m in months if (y, m) < (today.year, today.month)]


def _today() -> date:
    return datetime.now(TOKYO).date()
