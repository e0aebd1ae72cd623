"""Reminders on whatever page one is: a banner that stays until it is answered, and the desktop's message."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer

from calendar_sync.model import Owner
from calendar_sync.reminders import Reminder, Reminders
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calling import quiet_hours
from desktop.pages.services import Services
from desktop.ui.centre import Note
from desktop.ui.notice import Notice

_EVERY = 30_000  # ms
_AGAIN = timedelta(minutes=5)
_AT_ONCE = 2  # banners; the others wait their turn


class Reminding(QObject):
    """Looks twice a minute; gone with ``parent``."""

    def __init__(self, parent: QObject, services: Services, owner: Owner) -> None:
        super().__init__(parent)
        self._services, self._owner = services, owner
        self._shown: set[tuple[int, str, datetime]] = set()
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.VeryCoarseTimer)  # wakes the machine with others
        timer.setInterval(_EVERY)
        timer.timeout.connect(self.look)
        timer.start()

    def look(self) -> None:
        """Ask what rings now, in the background."""
        services, owner = self._services, self._owner
        session = services.auth.session
        if session is None or session.locked:
            return

        def due(_report: object) -> tuple[Reminders, list[Reminder]]:
            reminders = services.schedules.of(owner).reminders
            return reminders, reminders.due(_now(), quiet_hours(services.config))

        services.bridge.run(self, _("予定のお知らせ"), due, lambda found: self._ring(*found), lane="calendar")

    def _ring(self, reminders: Reminders, found: list[Reminder]) -> None:
        for each in found:
            o = each.occurrence
            key = (o.event, o.recurrence, each.at)
            if key in self._shown or len(self._shown) >= _AT_ONCE:
                continue
            self._shown.add(key)
            title = o.summary or _("（件名なし）")
            text = _("{when} {title}").format(when=_when(o.start, o.all_day), title=title)
            self._services.notices.show_notice(
                Notice(
                    "info", text, o.location, stays=True,
                    action=(_("5分後にもう一度"), partial(self._answer, reminders, each, key, True)),
                    closed=partial(self._answer, reminders, each, key, False),
                )
            )  # fmt: skip
            show = (_("予定を開く"), partial(self._services.show, "calendar", o))
            note = Note(_name(key), "calendar-blank", text, o.location, timed=True, action=show)
            self._services.centre.put(note)

    def _answer(
        self, reminders: Reminders, each: Reminder, key: tuple[int, str, datetime], again: bool
    ) -> None:
        self._shown.discard(key)
        self._services.centre.remove(_name(key))

        def keep(_report: object) -> None:
            if again:
                reminders.put_off(each, _now().replace(microsecond=0) + _AGAIN)
            else:
                reminders.done(each)

        self._services.bridge.run(self, _("予定のお知らせ"), keep, lambda _none: self.look(), lane="calendar")


def _name(key: tuple[int, str, datetime]) -> str:
    return "reminder:{} {} {}".format(*key)


def _now() -> datetime:
    return datetime.now(TOKYO).replace(tzinfo=None)


def _when(start: datetime, all_day: bool) -> str:
    """``10:30 から``, with the day where it is another one."""
    now = _now()
    day = "" if start.date() == now.date() else words.short_day(start.date()) + " "
    if all_day:
        return (day or _("きょう") + " ") + _("終日")
    return day + _("{time} から").format(time=words.clock(start))
