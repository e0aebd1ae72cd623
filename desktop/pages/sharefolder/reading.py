"""The shown folder read: its rows as they come, and words where there are none to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from core.errors import SuiteError
from core.i18n import _, bracketed, sentences
from core.jobs import JobHandle, Report
from desktop.pages.services import Services
from desktop.pages.sharefolder.order import Order, arranged
from desktop.pages.sharefolder.rows import Rows, Shown
from desktop.pages.sharefolder.tree import MOST
from desktop.pages.sharefolder.words import bytes_words
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.empty import Empty
from sharefolder.model import Entry

_PATIENCE_MS = 300  # a folder that is read sooner does not flash

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


@dataclass(frozen=True)
class _Listed:
    """``by``: order and words of ``shown``; ``same``: ``every`` is what was known before, nothing is
    otherwise; ``folders``: for the tree."""

    every: Rows
    shown: Shown
    by: tuple[Order, str]
    same: bool
    folders: list[Entry]


def _listed(every: Rows, before: Rows, order: Order, words: str, breathe: Callable[[], object]) -> _Listed:
    """On the job's thread, as all that takes long."""
    same = before.same(every)
    if same:
        every = before  # and the other one goes here and now, not on the window's thread
    shown = Shown(every, arranged(every, order, words, breathe))
    found = [entry for entry in every if entry.folder]
    folders = [found[number] for number in arranged(found, (0, False), "", breathe)[:MOST]]
    return _Listed(every, shown, (order, words), same, folders)


class Reading:
    """``read`` lists the folder that the view shows; an answer to an older question is dropped."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services
        self._every = Rows("")
        self._arranging: JobHandle[Shown] | None = None
        self._order: Order = (0, False)
        self._words = ""  # only what has them in its name is shown
        self._to_choose = ""  # once it is listed
        self._empty = Empty(
            "folder",
            _("このフォルダには、まだ何もありません。"),
            _("ファイルをここへ運んで放すと、送れます。"),
            button(_("ファイルを選んで送る"), view.choose_files, icon="upload-simple"),
        )
        self._no_place = Empty(
            "folder",
            _("この端末には、まだ共有フォルダの場所がありません。"),
            _("サーバーの共有かフォルダを一つ加えると、ここに出ます。"),
            button(_("場所を追加"), view.adding.add_place, icon="plus"),
        )
        self._none = Empty("magnifying-glass", _("その言葉を名前に含むものは、ここにはありません。"))
        self._coming = Empty("hourglass", _("一覧を読んでいます…"))
        self._patience = QTimer(view)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(lambda: view.stack.say(view.list, self._coming))
        self._refused = Empty(
            "warning", action=button(_("もう一度読む"), self.read, icon="arrow-counter-clockwise")
        )

    def another(self) -> None:
        """Nothing is known yet of the folder that is shown from now on."""
        self._tools(True)
        self._clear(None)
        self._patience.start()

    def nowhere(self) -> None:
        """There is no place to show."""
        self._view.next_turn()
        self._patience.stop()
        self._tools(False)
        self._clear(self._no_place if self._view.prepared else None)

    def _tools(self, place: bool) -> None:
        """What looks through a place, shown where there is one."""
        for each in (self._view.finder, self._view.foot):
            each.setVisible(place)

    def _clear(self, words: Empty | None) -> None:
        self._every, self._to_choose, self._words = Rows(""), "", ""
        self._view.list.put(Shown(self._every), self._order)
        self._view.stack.say(self._view.list, words)
        self._view.count.setText("")

    def read(self, choose: str = "") -> None:
        """List the folder again; the first rows of one that was not shown yet come before the last are there.
        With ``choose`` that path is chosen in it."""
        choose = self._to_choose = choose or self._to_choose  # a change by another may come in between
        turn, place, folder = self._view.next_turn(), self._view.place, self._view.folder
        before, order, words = self._every, self._order, self._words
        share, bridge = self._services.share, self._services.bridge
        if not place:
            return

        def listed(report: Report) -> _Listed:
            every = Rows(folder)
            for batch in share.entries(place, folder):
                report(len(every), None)
                if not (every or before) and batch:
                    few = Rows(folder, batch)
                    first = Shown(few, arranged(few, order, words))
                    bridge.post(partial(self._show, turn, few, first, choose))
                every.extend(batch)
            return _listed(every, before, order, words, lambda: report(len(every), None))

        bridge.run(
            self._view,
            _("一覧"),
            listed,
            lambda found: self._all(turn, choose, found),
            lambda error: self._cannot(turn, error),
            lane="share-list",
        )

    def reorder(self, column: int) -> None:
        """By ``column``; the other way round when it is by that already."""
        self._order = (column, self._order == (column, False))
        self._arrange(_("並べ替え"))

    def narrow(self, words: str) -> None:
        """Show only what has every one of ``words`` in its name."""
        if words != self._words:
            self._words = words
            self._arrange(_("一覧を絞り込む"))

    def _arrange(self, title: str) -> None:
        """What is known; what is only just being read is arranged when it has come."""
        order, words, every = self._order, self._words, self._every

        def arrange(report: Report) -> Shown:
            return Shown(every, arranged(every, order, words, lambda: report(0, None)))

        def show(shown: Shown) -> None:
            if every is self._every and (order, words) == (self._order, self._words):
                self._show(self._view.turn, every, shown, self._to_choose)

        if self._arranging is not None:
            self._arranging.cancel()  # nobody waits for it any more
        self._arranging = self._services.bridge.run(self._view, title, arrange, show, lane="share-list")

    def say_count(self) -> None:
        """How many there are, below the list."""
        shown, every = f"{self._view.list.shown():,}", f"{len(self._every):,}"
        words = _("{count} 件（全 {every} 件）") if self._words else _("{count} 件")
        said = words.format(count=shown, every=every)
        self._view.count.setText("　".join(filter(None, (said, self._chosen()))))

    def _chosen(self) -> str:
        """How many of them are chosen, and what they are together."""
        count, folders, size = self._view.list.measured()
        if not count:
            return ""
        words = (
            _("{count} 件を選択（{size}）")
            if not folders
            else _("{count} 件を選択（うちフォルダ {folders} 件）")
        )
        if folders and folders < count:
            words = _("{count} 件を選択（うちフォルダ {folders} 件、ファイルは {size}）")
        return words.format(count=f"{count:,}", folders=f"{folders:,}", size=bytes_words(size))

    def _all(self, turn: int, choose: str, found: _Listed) -> None:
        if turn != self._view.turn:
            return
        if not (found.same and found.every is self._every) or choose:
            self._show(turn, found.every, found.shown, choose)
        self._patience.stop()
        self._view.tree.know(self._view.folder, found.folders)
        if found.by != (self._order, self._words):
            self._arrange(_("並べ替え"))

    def _show(self, turn: int, every: Rows, shown: Shown, choose: str) -> None:
        view = self._view
        if turn != view.turn:
            return
        self._patience.stop()
        self._every = every
        view.list.put(shown, self._order)
        view.stack.say(view.list, None if shown else self._none if every else self._empty)
        if choose:
            view.list.choose(choose)
            current = view.list.current()
            self._to_choose = "" if current is not None and current.path == choose else choose
        self.say_count()

    def _cannot(self, turn: int, error: SuiteError) -> None:
        """In place of the rows; those that are there already stay, and a banner says it."""
        view = self._view
        if turn != view.turn:
            return
        self._patience.stop()
        if error.code == "SHARE-002" and view.remembering.missed(view.place, view.folder):
            view.go(view.place, "")
            return
        view.count.setText(error.what)
        if view.list.shown():
            self._services.notices.error(error)
            return
        words = sentences(error.why, error.next_step, bracketed(error.code))
        self._refused.say(error.what, words)
        view.stack.say(view.list, self._refused)
        announce(view, f"{error.what} {words}", urgent=True)
