"""Making, renaming, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sharefolder.guarded import Guarded
from sharefolder.changes import Halfway, Trashed
from sharefolder.model import Entry

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Edits:
    """The verbs of the view that change the share; each can be undone or never overwrites. What they are
    about is settled when they are asked for: by the time of the answer something else may be shown."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services
        self._guarded = Guarded(view, services)

    def new_folder(self) -> None:
        place, folder, changes = self._view.place, self._view.folder, self._services.share.changes

        def make(name: str) -> None:
            self._services.bridge.run(
                self._view,
                _("新しいフォルダ"),
                lambda _r: changes.make_folder(place, folder, name),
                lambda _n: self._view.again(),
                lane="share-change",
            )

        if place:
            self._view.ask.text(_("新しいフォルダの名前"), "", make)

    def rename(self) -> None:
        """The one chosen thing."""
        place, entry, changes = self._view.place, self._view.chosen(), self._services.share.changes
        if entry is None:
            return

        def change(name: str) -> None:
            self._guarded.run(
                _("名前を変える"),
                lambda _r, confirmed: changes.rename(place, entry, name, confirmed),
                lambda _n: self._view.again(),
                _("それでも名前を変える"),
                about([entry]),
            )

        self._view.ask.text(_("「{name}」の新しい名前").format(name=entry.name), entry.name, change)

    def trash(self) -> None:
        """What is chosen, into the bin."""
        place, chosen = self._view.place, self._view.chosen_entries()
        changes = self._services.share.changes
        if not chosen:
            return

        def done(trashed: list[Trashed]) -> None:
            words = _("{count} 件をごみ箱に入れました。").format(count=len(trashed))
            self._services.notices.success(words, (_("元に戻す"), lambda: self._bring_back(place, trashed)))
            self._view.again()

        def failed(error: SuiteError) -> None:
            self._services.notices.error(error)
            if isinstance(error, Halfway):
                done(error.done)

        self._guarded.run(
            _("削除"),
            lambda _r, confirmed: changes.trash(place, chosen, confirmed),
            done,
            _("それでも削除する"),
            about(chosen),
            failed=failed,
        )

    def _bring_back(self, place: str, trashed: list[Trashed]) -> None:
        share = self._services.share
        self._services.bridge.run(
            self._view,
            _("元に戻す"),
            lambda _r: share.changes.bring_back(place, trashed),
            lambda _n: self._view.again(),
            lane="share-change",
        )


def about(entries: list[Entry]) -> str:
    """In a question: what it is about, so that nobody answers for something else."""
    first = entries[0].path
    if len(entries) == 1:
        return _("「{name}」の分です。").format(name=first)
    return _("「{name}」など {count} 件の分です。").format(name=first, count=len(entries))
