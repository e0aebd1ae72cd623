"""Moving and copying inside the share: what is held, and where it is put down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from desktop.pages.services import Services
from desktop.pages.sharefolder.edits import about, short
from desktop.pages.sharefolder.guarded import Guarded
from sharefolder import names
from sharefolder.model import Entry

_NAMED = 5  # of what could not be copied

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Moving:
    """Cut or copied things are held until they have been moved, or others are."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services
        self._guarded = Guarded(view, services)
        self.held: tuple[str, list[Entry], bool] = ("", [], False)  # place, what, whether it moves

    def cut(self) -> None:
        """Remember the chosen things, to be moved to where ``paste`` is pressed."""
        self._hold(moves=True)

    def copy(self) -> None:
        """Remember the chosen things, to be copied to where ``paste`` is pressed."""
        self._hold(moves=False)

    def _hold(self, moves: bool) -> None:
        chosen = self._view.chosen_entries()
        if not chosen:
            return
        self.held = (self._view.place, chosen, moves)
        self._view.outward.take_clipboard()  # what another program had put there is no longer what is held
        if not moves:
            self._view.outward.copy([entry for entry in chosen if not entry.folder])
        words = (
            _("{count} 件を移します。移す先で Ctrl+V を押してください。")
            if moves
            else _("{count} 件を写します。写す先で Ctrl+V を押してください。")
        )
        self._services.notices.info(words.format(count=len(chosen)))

    def paste(self) -> None:
        """Move or copy what is held into the shown folder, on the server; files that another program has
        copied since are sent."""
        if files := self._view.outward.pasted():
            self._view.send_files(files)
            return
        place, entries, moves = self.held
        if not entries:
            return
        if place != self._view.place:
            words = _("「{place}」のものは、同じ場所の中でだけ移すことと写すことができます。")
            self._services.notices.warning(words.format(place=place))
        elif moves:
            self.move(place, entries, self._view.folder)
        else:
            self._copy(place, entries, self._view.folder)

    def _move_back(self, place: str, moved: Sequence[Entry], folder: str) -> None:
        """What was moved into ``folder``, each to where it was."""
        by: dict[str, list[Entry]] = {}
        for each in moved:
            there = each._replace(path=names.join(folder, each.name))
            by.setdefault(each.parent, []).append(there)
        for parent, entries in by.items():
            self.move(place, entries, parent, back=True)

    def move(self, place: str, entries: Sequence[Entry], folder: str, back: bool = False) -> None:
        """Into ``folder``; what could not be moved stays held. ``back``: an undo, not asked about."""
        changes, several = self._services.share.changes, list(entries)

        def done(refused: list[tuple[Entry, SuiteError]]) -> None:
            if self.held == (place, several, True):
                self.held = (place, [entry for entry, _why in refused], True)
            if len(refused) == 1:
                self._services.notices.error(refused[0][1])
            elif refused:
                words = _("{count} 件は移しませんでした。").format(count=len(refused))
                self._services.notices.warning(words, f"{refused[0][0].name}: {refused[0][1].why}")
            stayed = {entry.path for entry, _why in refused}
            moved = [each for each in several if each.path not in stayed and each.parent != folder]
            if moved and not back:
                words = _("{count} 件を「{where}」に移しました。")
                where = short(folder.rpartition("/")[2] or place)
                undo = partial(self._move_back, place, moved, folder)
                self._view.undoing.offer(words.format(count=f"{len(moved):,}", where=where), undo)
            self._view.again()

        self._guarded.run(
            _("移す"),
            lambda _r, confirmed: changes.move_into(place, several, folder, confirmed or back),
            done,
            _("それでも移す"),
            about(several),
            lane=f"share {place}",
        )

    def _copy(self, place: str, entries: Sequence[Entry], folder: str) -> None:
        changes = self._services.share.changes

        def copy(report: Report) -> tuple[list[str], list[tuple[str, str]]]:
            return changes.copy_into(place, entries, folder, report)

        def done(result: tuple[list[str], list[tuple[str, str]]]) -> None:
            made, refused = result
            if made:
                self._services.notices.success(_("{count} 件を写しました。").format(count=len(made)))
            if refused:
                named = "\n".join(f"{path}: {why}" for path, why in refused[:_NAMED])
                words = _("{count} 件は写せませんでした。").format(count=len(refused))
                self._services.notices.warning(words, named)

        self._services.bridge.run(
            self._view,
            _("写す"),
            copy,
            done,
            lane=f"share {place}",
            card=True,
            ended=self._view.again,
        )
