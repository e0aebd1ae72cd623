"""Three people with a schedule each on one server: the office's, Xandikos, or Cyrus, which schedules."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from calendar_sync import organisation
from calendar_sync.accounts import Accounts
from calendar_sync.attendance import Attendee
from calendar_sync.meetings import Invitation
from calendar_sync.model import Detail, Draft, Occurrence, Owner
from calendar_sync.remote import Credential, Remote
from calendar_sync.schedule import Schedule
from calendar_sync.servers import office_list
from calendar_sync.servers.radicale_auth import AppPasswords
from calendar_sync.servers.radicale_server import application, serving
from calendar_sync.store import Store
from core.events import Events
from core.secrets import MemorySecrets
from tests.fakes import cyrus_server, xandikos_server

WAYS = ("office", "xandikos", "cyrus")
NAMES = {"anna": "佐藤 健", "bert": "髙橋 一郎", "cora": "鈴木 陽子"}
TABLE = "種別,番号,名前,部局,所属,異動日\n" + "".join(
    f"職員,{number},{name},土木部,河川課,\n" for number, name in NAMES.items()
)
TODAY = date(2026, 11, 26)
START = datetime(2026, 12, 2, 10)


@dataclass
class Somebody:
    """One of the people: what a test does with their schedule."""

    number: str
    schedule: Schedule
    address: str

    @property
    def who(self) -> Attendee:
        return Attendee(self.address, NAMES[self.number])

    def sync(self) -> None:
        self.schedule.sync()

    def meets(self, title: str, *others: Somebody, start: datetime = START) -> int:
        """A meeting of ``title`` with ``others``, in the own calendar; its event."""
        draft = Draft(1, title, start, start.replace(hour=start.hour + 1))
        event = self.schedule.create(draft).steps[0][0]
        self.schedule.invite(event, [other.who for other in others])
        return event

    def waiting(self) -> list[Invitation]:
        return self.schedule.meetings.waiting(START.replace(day=1))

    def found(self, title: str) -> list[Occurrence]:
        own = {c.id for c in self.schedule.collections() if c.kind == "own"}
        last = START.replace(month=12, day=31)
        return [
            o for o in self.schedule.between(START.replace(day=1), last, True)
            if o.summary == title and o.collection in own
        ]  # fmt: skip

    def one(self, title: str) -> Occurrence:
        (found,) = self.found(title)
        return found

    def detail(self, title: str) -> Detail:
        return self.schedule.detail(self.found(title)[0])

    def heard(self, title: str) -> dict[str, str]:
        """Who has answered what, as this person sees it."""
        return {a.name: a.answer.value for a in self.detail(title).attendees}


@contextmanager
def together(way: str, folder: Path) -> Iterator[tuple[Somebody, Somebody, Somebody]]:
    """anna, bert and cora, who know each other, on a running server."""
    with ExitStack() as stack:
        make = {"office": _office, "xandikos": _xandikos, "cyrus": _cyrus}[way]
        people = [stack.enter_context(make_one) for make_one in make(stack, folder)]
        if way != "cyrus":
            for each in people:
                each.sync()
                each.schedule.join(organisation.read(TABLE.encode(), []), TODAY)
        yield people[0], people[1], people[2]


def settle(*people: Somebody) -> None:
    """They synchronise, one after the other: what the first has done is with the others then."""
    for each in people:
        each.sync()


People = Iterator[AbstractContextManager[Somebody]]


def _office(stack: ExitStack, folder: Path) -> People:
    server = serving(application(folder / "server", office=True), ("127.0.0.1", 0))
    office_list.put(folder / "server", TABLE.encode())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    stack.callback(server.server_close)
    stack.callback(thread.join)
    stack.callback(server.shutdown)
    passwords = AppPasswords(folder / "server" / "devices.db")
    url = f"http://127.0.0.1:{server.server_port}/"
    for number in NAMES:
        connect = partial(Remote, url, Credential(number, passwords.issue(number, "机")))
        yield _somebody(number, folder, connect)


def _xandikos(stack: ExitStack, folder: Path) -> People:
    url = stack.enter_context(xandikos_server.running(folder))
    for number in NAMES:
        yield _somebody(number, folder, partial(Remote, url, Credential(number, "")))


@contextmanager
def _somebody(number: str, folder: Path, connect: Callable[[], Remote]) -> Iterator[Somebody]:
    store = Store(folder / f"{number}.db")
    yield Somebody(number, Schedule(Owner(number, NAMES[number]), store, connect, Events()), f"/{number}/")
    store.close()


def _cyrus(stack: ExitStack, folder: Path) -> People:
    url = stack.enter_context(cyrus_server.running(tuple(NAMES)))
    for number in NAMES:
        yield _with_account(number, folder, url)


@contextmanager
def _with_account(number: str, folder: Path, url: str) -> Iterator[Somebody]:
    store, owner = Store(folder / f"{number}.db"), Owner(number, NAMES[number])
    accounts = Accounts(owner, store, MemorySecrets(), _nowhere)
    schedule = Schedule(owner, store, accounts.connect, Events(), accounts)
    account = accounts.use(url, number, cyrus_server.PASSWORD)
    yield Somebody(number, schedule, account.addresses[0])
    store.close()


def _nowhere() -> Remote:
    raise AssertionError("this person is on another server")
