"""What the list was like last time: the folder that was open, and the columns as they were drawn."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from core.i18n import _
from desktop.pages.services import Services
from sharefolder.marks import Mark

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Remembering:
    """Kept for whoever is signed in, on this terminal."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services
        self._returned: Mark | None = None
        view.list.widths.take(services.share.marks.widths())
        view.list.widths.drawn.connect(self._keep_widths)

    def last(self, names: Collection[str]) -> tuple[str, str] | None:
        """Place and folder of last time, where there is still such a place."""
        mark = self._services.share.marks.last()
        if mark is None or mark.place not in names:
            return None
        self._returned = mark
        return mark.place, mark.path

    def missed(self, place: str, folder: str) -> bool:
        """Whether ``folder`` is shown only because it was last time: nobody has asked for it today."""
        return bool(folder) and self._returned == Mark(place, folder)

    def stand(self, place: str, folder: str) -> None:
        """This folder is open now."""
        marks = self._services.share.marks
        if self._returned != Mark(place, folder):
            self._returned = None
        self._keep(lambda: marks.stand(Mark(place, folder)))

    def _keep_widths(self) -> None:
        marks, own = self._services.share.marks, dict(self._view.list.widths.own)
        self._keep(lambda: marks.draw(own))

    def _keep(self, what: Callable[[], object]) -> None:
        """For the next start, which goes without where it cannot be kept."""
        self._services.bridge.run(
            self._view, _("一覧"), lambda _r: what(), failed=lambda _error: None, lane="share-marks"
        )
