"""What waits for the signed-in person, read in the background for Today and for the bell, by one timer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from auth.bulletins import Bulletin
from auth.model import BulletinsChanged, Session, Unlocked
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from desktop.pages.matters import Matter, has_schedule, has_share, of_schedule
from desktop.pages.services import Services
from desktop.pages.share_matters import of_share
from desktop.ui.centre import Centre, Note

_EVERY_MS = 5 * 60_000
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Part:
    """One thing that is asked for: its lane is that of the feature, so a slow server delays its own only."""

    title: str
    lane: str
    ask: Callable[[], list[Matter]]


class InTray(QObject):
    """For one session, gone with ``parent``. What cannot be read stays as it was, and ``silent`` names it."""

    changed = Signal()

    def __init__(self, parent: QObject, services: Services, centre: Centre) -> None:
        super().__init__(parent)
        self._services, self._centre = services, centre
        self._found: dict[str, list[Matter]] = {}
        self.bulletins: list[Bulletin] = []
        self.silent: set[str] = set()
        self._asked: set[str] = set()
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.VeryCoarseTimer)  # wakes the machine with others
        timer.setInterval(_EVERY_MS)
        timer.timeout.connect(self.read)
        timer.start()
        for event in (Unlocked, BulletinsChanged):
            services.bridge.subscribe(services.events, event, self, lambda _event: self.read())

    @property
    def matters(self) -> list[Matter]:
        """The schedule's, then the share's."""
        return [each for name in ("calendar", "share") for each in self._found.get(name, [])]

    def read(self) -> None:
        """Ask again, in the background; what is being asked already is not asked twice."""
        session = self._services.auth.session
        if session is None or session.locked:
            return
        self._ask("bulletins", "service", lambda: self._services.auth.bulletins(), self._show_bulletins)
        for name, part in self._parts(session).items():
            self._ask(name, part.lane, part.ask, partial(self._show, name))

    def dismiss(self, bulletin: Bulletin, read: bool = True) -> None:
        """Keep at the office that it has been read."""
        auth = self._services.auth
        self._services.bridge.run(
            self,
            _("お知らせ"),
            lambda _r: auth.read_bulletin(bulletin.id, read),
            lambda _none: self.read(),
        )

    def _parts(self, session: Session) -> dict[str, _Part]:
        services, person = self._services, session.person
        now = datetime.now(TOKYO)
        found = {}
        if has_schedule(services, person):
            naive = now.replace(tzinfo=None)
            schedule = partial(of_schedule, services, person, naive)
            found["calendar"] = _Part(_("今日の予定"), "opening", schedule)
        if has_share(services):
            of = partial(of_share, services, person, now.date())
            found["share"] = _Part(_("照会"), "share-inquiry", of)
        return found

    def _ask(
        self, name: str, lane: str, ask: Callable[[], list[T]], show: Callable[[list[T]], object]
    ) -> None:
        if name in self._asked:
            return
        self._asked.add(name)

        def failed(error: SuiteError) -> None:
            _log.info("not read for today: %s, %s", name, error.code)
            self.silent.add(name)
            self.changed.emit()

        def done(found: list[T]) -> None:
            self.silent.discard(name)
            show(found)
            self.changed.emit()

        def work(_report: Report) -> list[T]:
            return ask()

        self._services.bridge.run(
            self, _("今日の画面"), work, done, failed, ended=lambda: self._asked.discard(name), lane=lane
        )

    def _show(self, name: str, found: list[Matter]) -> None:
        self._found[name] = found
        notes = [self._note(name, each) for each in found if each.key]
        self._centre.hold(name, notes)

    def _note(self, name: str, matter: Matter) -> Note:
        act = partial(self._services.show, matter.page, matter.aim)
        return Note(
            f"{name}:{matter.key}", matter.icon, matter.title, matter.sentence, action=(matter.action, act)
        )

    def _show_bulletins(self, found: list[Bulletin]) -> None:
        self.bulletins = found
        self._centre.hold("bulletin", [self._told(each) for each in found if not each.read])

    def _told(self, bulletin: Bulletin) -> Note:
        return Note(
            f"bulletin:{bulletin.id}",
            "warning" if bulletin.urgent else "info",
            bulletin.title,
            bulletin.words,
            bulletin.urgent,
            action=(_("読みました"), partial(self.dismiss, bulletin)),
            time=bulletin.begins,
        )
