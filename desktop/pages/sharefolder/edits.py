"""Making, renaming, deleting."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.errors import SuiteError
from core.i18n import _
from desktop.pages.services import Services
from desktop.pages.sharefolder.guarded import Guarded
from sharefolder import names
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
                lambda _n: self._view.show_made(place, names.join(folder, name)),
                lane="share-change",
            )

        if place:
            self._view.ask.text(_("新しいフォルダの名前"), "", make)

    def rename(self) -> None:
        """The one chosen thing."""
        place, entry = self._view.place, self._view.chosen()
        if entry is None:
            self._view.choose_first(_("名前を変えるものを、一覧で一つ選んでください。"))
            return

        def change(name: str) -> None:
            if name != entry.name:
                self._rename(place, entry, name)

        self._view.ask.text(_("「{name}」の新しい名前").format(name=short(entry.name)), entry.name, change)

    def _rename(self, place: str, entry: Entry, name: str, back: bool = False) -> None:
        changes = self._services.share.changes
        path = names.join(entry.parent, name)

        def done(_nothing: None) -> None:
            self._view.show_made(place, path)
            if not back:
                words = _("「{before}」の名前を「{name}」に変えました。")
                renamed = entry._replace(path=path, name=name)
                undo = partial(self._rename, place, renamed, entry.name, back=True)
                self._view.undoing.offer(words.format(before=short(entry.name), name=short(name)), undo)

        self._guarded.run(
            _("名前を変える"),
            lambda _r, confirmed: changes.rename(place, entry, name, confirmed or back),
            done,
            _("それでも名前を変える"),
            about([entry]),
        )

    def trash(self) -> None:
        """What is chosen, into the bin."""
        place, chosen = self._view.place, self._view.chosen_entries()
        changes = self._services.share.changes
        if not chosen:
            self._view.choose_first(_("削除するものを、一覧で選んでください。"))
            return

        def done(trashed: list[Trashed]) -> None:
            words = (
                _("「{name}」をごみ箱に入れました。").format(name=short(chosen[0].name))
                if len(chosen) == 1
                else _("{count} 件をごみ箱に入れました。").format(count=f"{len(trashed):,}")
            )
            self._view.undoing.offer(words, partial(self._bring_back, place, trashed))
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
            lambda _n: self._view.show_made(place, trashed[0].path),
            lane="share-change",
        )


def about(entries: list[Entry]) -> str:
    """In a question: what it is about, so that nobody answers for something else."""
    first = short(entries[0].path, 60)
    if len(entries) == 1:
        return _("「{name}」の分です。").format(name=first)
    return _("「{name}」など {count} 件の分です。").format(name=first, count=f"{len(entries):,}")


def short(name: str, most: int = 40) -> str:
    """A name in a sentence: one line's worth, its end is seen; nothing that turns the rest of it round."""
    plain = names.shown(name)
    return plain if len(plain) <= most else f"{plain[: most - 13]}…{plain[-12:]}"
