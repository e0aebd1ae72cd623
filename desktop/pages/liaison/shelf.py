"""The shelf: laptops come into the ledger, go to repair, are retired, and are counted – by scan."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from core.i18n import _
from desktop.pages.files import ask_save, save
from desktop.pages.liaison.scanning import Scanning
from desktop.pages.liaison.words import found_words, place_words
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import line_edit
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.segmented import Segmented
from desktop.ui.widgets.table import Table
from liaison.history import State
from liaison.service import LaptopsChanged
from liaison.stocktake import Found, Line, stocktake

T = TypeVar("T")


class Mode(Enum):
    COUNT = "count"
    ENTER = "enter"
    REPAIR = "repair"
    REPAIRED = "repaired"
    FOUND = "found"
    RETIRE = "retire"


class Shelf(Scanning):
    """Above: what a scan does. Below: every laptop that was counted or is still to be found."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, LaptopsChanged)
        self._counted: list[str] = []
        self._state = State()
        whole = page.column(self, 1.0)
        options = [
            (Mode.COUNT, _("棚卸しする")),
            (Mode.ENTER, _("登録する")),
            (Mode.REPAIR, _("修理に出す")),
            (Mode.REPAIRED, _("修理から戻す")),
            (Mode.FOUND, _("見つかった")),
            (Mode.RETIRE, _("廃棄する")),
        ]
        self.mode = Segmented(_("棚の作業"), options, Mode.COUNT, wrap=True)
        self.mode.chosen.connect(self._mode_changed)
        whole.addWidget(self.mode)
        line = page.Across(52, 0.6)
        line.add(self.field, 1)
        self.model = line_edit(_("機種"), _("機種（例 ThinkPad L13）"), main=True, limit=80)
        self.model.hide()
        line.add(self.model)
        whole.addWidget(line)
        whole.addWidget(self.said)
        self.table = Table(_("棚卸しの結果"), [_("端末"), _("結果"), _("台帳では")], (6, 12, 12))
        self.table.setMinimumHeight(theme.em(9))
        whole.addWidget(self.table, 1)
        self.hears_through(self.table)
        self.count = page.label("", "caption", wrap=True)
        whole.addWidget(self.count)
        keep = button(_("表を保存"), self._save, "plain", "file-csv")
        self.again = button(_("数え直す"), self._again, "plain", "arrow-counter-clockwise")
        self.close_count = button(_("棚卸しを終えて記録する"), self._close, "primary", "check", main=True)
        whole.addWidget(Flow(keep, self.again, self.close_count))

    def read(self) -> None:
        ledger = self._services.liaison.ledger
        self._services.bridge.run(
            self, _("台帳"), lambda _r: ledger.state(), self._known, lane="liaison-read"
        )

    def scanned(self, text: str) -> None:
        mode, liaison = self.mode.value(), self._services.liaison
        if mode is Mode.COUNT:
            self._run(_("棚卸し"), lambda _r: liaison.scanned(text), self._count)
        elif mode is Mode.ENTER:
            model, done = self.model.text().strip(), _("{tag} を台帳に登録しました。")
            self._run(_("登録"), lambda _r: liaison.enter(text, model), lambda tag: self._done(done, tag))
        else:
            words = {
                Mode.REPAIR: _("{tag} を修理に出しました。"),
                Mode.REPAIRED: _("{tag} が修理から戻りました。消去してから準備します。"),
                Mode.FOUND: _("{tag} が見つかりました。消去してから準備します。"),
                Mode.RETIRE: _("{tag} を廃棄しました。"),
            }
            action, done = str(Mode(mode).value), words[Mode(mode)]
            self._run(_("棚"), lambda _r: liaison.note(action, text), lambda tag: self._done(done, tag))

    def _count(self, tag: str) -> None:
        if tag not in self._counted:
            self._counted.append(tag)
        line = next(each for each in self._show() if each.tag == tag)
        self.say(f"{tag}: {found_words(line.found)}")

    def _done(self, words: str, tag: str) -> None:
        self.say(words.format(tag=tag))
        self.model.clear()

    def _known(self, state: State) -> None:
        self._state = state
        self._show()

    def _show(self) -> list[Line]:
        lines = stocktake(self._state.units, self._counted)
        places = {line.tag: place_words(line.place) for line in lines}
        self.table.put([(line.tag, (line.tag, found_words(line.found), places[line.tag])) for line in lines])
        present = sum(line.found is Found.PRESENT for line in lines)
        missing = sum(line.found is Found.MISSING for line in lines)
        other = len(lines) - present - missing
        words = _("数えた端末 {present} 台、まだ見つからない端末 {missing} 台、食い違い {other} 台")
        self.count.setText(words.format(present=present, missing=missing, other=other))
        counting = self.mode.value() is Mode.COUNT and bool(self._counted)
        self.close_count.setEnabled(counting)
        self.again.setEnabled(counting)
        return lines

    def _mode_changed(self, mode: object) -> None:
        self.model.setVisible(mode is Mode.ENTER)
        self.say("")
        self._show()
        self.ready()

    def _again(self) -> None:
        self._counted = []
        self._show()
        self.ready()

    def _close(self) -> None:
        liaison, tags = self._services.liaison, list(self._counted)

        def done(lines: list[Line]) -> None:
            missing = _("、").join(line.tag for line in lines if line.found is Found.MISSING) or _("なし")
            self._counted = []
            self.say(_("棚卸しを記録しました。見つからない端末: {tags}").format(tags=missing))
            self.read()

        self._run(_("棚卸し"), lambda _r: liaison.close_stocktake(tags), done)

    def _save(self) -> None:
        path = ask_save(self, _("棚卸し.csv"), "CSV (*.csv)")
        if path is not None:
            content = self.table.csv()
            saved = _("「{name}」に保存しました。").format(name=path.name)
            self._run(_("棚卸し"), lambda _r: save(path, content()), lambda _n: self.say(saved))

    def _run(self, title: str, work: Callable[[Any], T], done: Callable[[T], object]) -> None:
        self._services.bridge.run(self, title, work, done, ended=self.ready, lane="liaison")
