"""What stands beside the grid, one card at a time: an opened event, free time, a search, phones, files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from calendar_sync.devices import Device
from calendar_sync.files import Incoming
from calendar_sync.freeslots import Slot
from calendar_sync.model import Change, Collection, Detail, Occurrence, Scope
from calendar_sync.service import Schedule, Undo
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _
from desktop.pages.calendar import words
from desktop.pages.calendar.account import AccountCard
from desktop.pages.calendar.changes import ChangesCard
from desktop.pages.calendar.detail import DetailCard
from desktop.pages.calendar.files import FilesCard
from desktop.pages.calendar.find import FindCard
from desktop.pages.calendar.phone import PhoneCard
from desktop.pages.calendar.slots import SlotCard
from desktop.ui import page
from desktop.ui.announce import announce

T = TypeVar("T")
ROWS = ("own", "section", "person", "room")  # the order of the group's rows


class Desk(Protocol):
    """What the cards ask of the page."""

    @property
    def collections(self) -> dict[int, Collection]: ...
    def work(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[SuiteError], object] | None = None,
    ) -> None: ...
    def sync(self) -> None: ...
    def edit(self, work: Callable[[], Undo], said: str) -> None: ...
    def refocus(self) -> None: ...


class Beside(QObject):
    """``went_to``: the person wants to see that event where it is. ``filled``: a card has come or gone."""

    went_to = Signal(object)
    filled = Signal()

    def __init__(self, parent: QWidget, place: QVBoxLayout, schedule: Schedule, desk: Desk) -> None:
        super().__init__(parent)
        self._parent, self._place, self._schedule, self._desk = parent, place, schedule, desk
        self.card: QFrame | None = None

    def close(self) -> None:
        if self.card is None:
            return
        inside = self._has_focus()
        self.card = None
        page.clear(self._place)
        self.filled.emit()
        if inside:
            self._desk.refocus()

    def _put(self, card: QFrame) -> None:
        """``card`` instead of the one before, and the focus with it."""
        inside = self._has_focus()
        page.clear(self._place)
        self.card = card
        self._place.addWidget(card)
        self.filled.emit()
        if inside:
            first = next(w for w in card.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus)
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _has_focus(self) -> bool:
        focus = self._parent.window().focusWidget()
        return self.card is not None and focus is not None and self.card.isAncestorOf(focus)

    # an event

    def open_event(self, o: Occurrence) -> None:
        self._desk.work(lambda: self._schedule.detail(o), self._show_detail)

    def _show_detail(self, detail: Detail) -> None:
        card = DetailCard(detail, self._desk.collections)
        card.saved.connect(self._save)
        card.deleted.connect(self.delete)
        card.confirmed.connect(self._confirm)
        card.closed.connect(self.close)
        self._put(card)
        o = detail.occurrence
        announce(card, words.spoken(o, self._desk.collections.get(o.collection)))

    def delete(self, o: Occurrence, scope: Scope) -> None:
        said = _("「{title}」を消しました。").format(title=o.summary)
        self.close()
        self._desk.edit(lambda: self._schedule.delete(o.event, o.recurrence, scope), said)

    def _save(self, o: Occurrence, change: Change, to: int, scope: Scope) -> None:
        said = _("「{title}」を変えました。").format(title=o.summary)
        schedule = self._schedule

        def work() -> Undo:
            act = schedule.change(o.event, change, o.recurrence, scope)
            return act if not to else Undo((*act.steps, *schedule.move(o.event, to).steps))

        self.close()
        self._desk.edit(work, said)

    def _confirm(self, o: Occurrence) -> None:
        said = _("「{title}」を {when} に決め、ほかの仮押さえを外しました。").format(
            title=o.summary, when=words.when_words(o.start, o.end, o.all_day)
        )
        self.close()
        self._desk.edit(lambda: self._schedule.confirm(o.event), said)

    # free time

    def open_slots(self) -> None:
        rows = sorted(self._desk.collections.values(), key=lambda c: ROWS.index(c.kind))
        card = SlotCard([c for c in rows if c.kind in ("own", "person")])
        card.searched.connect(self._search_slots)
        card.taken.connect(self._take_slot)
        card.held.connect(self._hold_slots)
        card.closed.connect(self.close)
        self._put(card)
        card.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def _search_slots(self, chosen: list[int], minutes: int, margin: int) -> None:
        card = self.card
        now = datetime.now(TOKYO).replace(tzinfo=None)
        if isinstance(card, SlotCard):
            schedule = self._schedule
            self._desk.work(lambda: schedule.free_slots(chosen, minutes, now, margin=margin), card.put)

    def _take_slot(self, slot: Slot, title: str) -> None:
        said = _("「{title}」を {when} に入れました。").format(
            title=title, when=words.when_words(slot.start, slot.end, False)
        )
        self._desk.edit(lambda: self._schedule.book(title, [slot]), said)

    def _hold_slots(self, slots: Sequence[Slot], title: str) -> None:
        said = _("「{title}」を {count} か所で仮押さえしました。").format(title=title, count=len(slots))
        self._desk.edit(lambda: self._schedule.book(title, slots), said)

    # searching

    def open_find(self) -> None:
        card = FindCard()
        today = datetime.now(TOKYO).date()
        card.searched.connect(
            lambda text: self._desk.work(
                lambda: self._schedule.search(text, today),
                lambda found: card.put(found, self._desk.collections) if self.card is card else None,
            )
        )
        card.chosen.connect(self.went_to)
        card.closed.connect(self.close)
        self._put(card)
        card.field.setFocus(Qt.FocusReason.OtherFocusReason)

    # what has changed

    def open_changes(self, since: str) -> None:
        card = ChangesCard()
        card.closed.connect(self.close)
        self._put(card)
        self._desk.work(
            lambda: self._schedule.history(since=since),
            lambda found: card.put(found, self._desk.collections) if self.card is card else None,
        )

    # the server

    def open_account(self) -> None:
        accounts = self._schedule.accounts
        if accounts is None:
            return
        card = AccountCard(accounts.current())
        card.wanted.connect(lambda *words: self._move(card, lambda: accounts.use(*words)))
        card.left.connect(lambda: self._move(card, accounts.leave))
        card.closed.connect(self.close)
        self._put(card)
        card.url.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, card: AccountCard, work: Callable[[], object]) -> None:
        accounts = self._schedule.accounts

        def done(_found: object) -> None:
            self._desk.sync()
            if self.card is card and accounts is not None:
                card.put(accounts.current())

        failed = lambda error: card.failed(error) if self.card is card else None  # noqa: E731
        self._desk.work(work, done, failed)

    # phones

    def open_phone(self) -> None:
        card = PhoneCard()
        card.wanted.connect(
            lambda name: self._desk.work(lambda: self._schedule.exchange.add_device(name), self._phone_made)
        )
        card.revoked.connect(self._revoke)
        card.closed.connect(self.close)
        self._put(card)
        self._list_devices()

    def _phone_made(self, phone: object) -> None:
        if isinstance(self.card, PhoneCard):
            self.card.show_phone(phone)  # type: ignore[arg-type]
            self._list_devices()

    def _list_devices(self) -> None:
        card = self.card
        self._desk.work(
            self._schedule.exchange.devices,
            lambda found: card.put(found) if isinstance(card, PhoneCard) and self.card is card else None,
        )

    def _revoke(self, device: Device) -> None:
        self._desk.work(
            lambda: self._schedule.exchange.revoke_device(device.id), lambda _none: self._list_devices()
        )

    # files

    def open_files(self) -> None:
        card = FilesCard([c for c in self._desk.collections.values() if c.writable])
        card.chosen.connect(self._read_file)
        card.confirmed.connect(self._take_in)
        card.exported.connect(self._export)
        card.closed.connect(self.close)
        self._put(card)

    def _read_file(self, path: Path, collection: int) -> None:
        card = self.card
        if isinstance(card, FilesCard):
            self._desk.work(lambda: self._schedule.files.preview(path, collection), card.put)

    def _take_in(self, incoming: Incoming) -> None:
        said = _("{count} 件を取り込みました。").format(count=incoming.count)
        self.close()
        self._desk.edit(lambda: Undo(tuple(self._schedule.files.take_in(incoming))), said)

    def _export(self, path: Path, collection: int) -> None:
        card = self.card
        if isinstance(card, FilesCard):
            self._desk.work(lambda: self._schedule.files.export(path, collection), card.exported_to)
