"""What stands beside the grid, one card at a time: an opened event, free time, a search, phones, files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal

from calendar_sync.devices import Device
from calendar_sync.files import Incoming
from calendar_sync.service import Undo
from core.clock import TOKYO
from core.i18n import _
from desktop.pages.calendar.account import AccountCard
from desktop.pages.calendar.beside_meeting import MeetingCards
from desktop.pages.calendar.changes import ChangesCard
from desktop.pages.calendar.files import FilesCard
from desktop.pages.calendar.find import FindCard
from desktop.pages.calendar.phone import PhoneCard


class Beside(MeetingCards):
    """``went_to``: the person wants to see that event where it is."""

    went_to = Signal(object)

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
