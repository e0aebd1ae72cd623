"""The search kept in step with the shares: all of them first and now and then, a folder when it changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from desktop.pages.services import Services
from desktop.ui.beat import Beat
from sharefolder.service import ShareChanged

_AGAIN_MS = 15 * 60_000
_GATHER_MS = 1_000
_MOST = 200  # folders told at once: the rest is seen by the look now and then
_LANE = "share-index"


class Indexing(QObject):
    """``come`` is called when the search knows more. Where an index service runs this is a quick look."""

    def __init__(self, owner: QWidget, services: Services, come: Callable[[], object]) -> None:
        super().__init__(owner)
        self._services, self._come = services, come
        self._begun = False
        self._away: set[str] = set()
        self._changed: dict[tuple[str, str], None] = {}
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self._some)
        Beat(owner, _AGAIN_MS, self._now_and_then)
        services.bridge.subscribe(services.events, ShareChanged, owner, self._told)

    def begin(self) -> None:
        """Look at everything."""
        self._begun = True
        self._services.bridge.run(self, _("共有フォルダの索引"), self._all, self._done, lane=_LANE)

    def _now_and_then(self) -> None:
        if self._begun:
            self.begin()

    def _all(self, report: Report) -> dict[str, SuiteError]:
        """One share after the other; why some could not be looked at: it holds up no other."""
        share, failed = self._services.share, dict[str, SuiteError]()
        if self._services.trial:
            from sharefolder.sample import NAME

            with suppress(SuiteError):  # then this process looks itself
                share.serve_index(NAME, report)
        for place in share.places():
            try:
                share.index_again(place.name, report)
            except SuiteError as error:
                failed[place.name] = error
        return failed

    def _done(self, failed: dict[str, SuiteError]) -> None:
        """Each that has gone away is told once, until it has come back."""
        for error in (error for name, error in failed.items() if name not in self._away):
            self._services.notices.error(error)
        self._away = set(failed)
        self._come()

    def _told(self, change: ShareChanged) -> None:
        if self._begun and len(self._changed) < _MOST:
            self._changed[change.place, change.folder] = None
            if not self._gather.isActive():
                self._gather.start()

    def _some(self) -> None:
        changed, self._changed = self._changed, {}
        share = self._services.share

        def look(report: Report) -> None:
            for place, folder in changed:
                with suppress(SuiteError):  # away, or taken off: the look at everything tells it
                    share.index_changed(place, folder, report)

        self._services.bridge.run(
            self, _("共有フォルダの索引"), look, lambda _n: self._come(), lambda _e: None, lane=_LANE
        )
