"""The session's tickets from the certificate to the sign-out: first ticket, renewal, words.

Everything slow runs on a thread of its own: the session is open as soon as the person is known, and the
tickets are there a moment later. What becomes of them is said by the event ``TicketsChanged``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Literal, Protocol

from auth.agent.certificate import InToken
from auth.agent.ticket import NoRealm, TicketCache
from auth.model import Locked, SignedOut, WithoutTickets
from core.clock import TOKYO
from core.crash import unexpected
from core.errors import SuiteError
from core.events import Events
from core.i18n import _
from core.settings import TicketSettings

CHECK_S = 1800.0
"""Between renewals; each also hears whether the account still stands."""
RETRY_S = 20.0
log = logging.getLogger(__name__)


class Identity(Protocol):
    """A sign-in's certificate and its key, good until ``ends``: ``auth.agent.certificate``."""

    @property
    def principal(self) -> str: ...
    @property
    def ends(self) -> datetime: ...
    def identity(self) -> bytes | InToken: ...


class State(Enum):
    """What is the matter with the tickets."""

    NO_REALM = "no-realm"
    NONE = "none"
    COMING = "coming"
    GOOD = "good"
    FAILED = "failed"


@dataclass(frozen=True)
class Service:
    """What tickets open: a ``kind`` for words, and the service that the KDC knows."""

    kind: Literal["internet", "share", "applications"]
    service: str
    host: str


@dataclass(frozen=True)
class Tickets:
    """``until``: when the tickets end unless renewed. ``error``: why there are none, or no new ones.
    ``refused``: services of which the KDC gave no ticket. ``again``: it is tried again without the person."""

    state: State
    until: datetime | None = None
    error: SuiteError | None = None
    refused: frozenset[Service] = frozenset()
    again: bool = False


@dataclass(frozen=True)
class TicketsChanged:
    tickets: Tickets


class TicketKeeper:
    """One for a terminal. Thread-safe; ``close`` at the program's end."""

    def __init__(
        self, cache: TicketCache, services: Sequence[Service], events: Events, destroy_at_lock: bool
    ) -> None:
        self._cache, self.services, self._events = cache, tuple(services), events
        self._configured = not isinstance(cache, NoRealm)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="tickets")
        self._lock = threading.Lock()
        self._session = 0  # grows with each session: what an earlier one began must not finish in this one
        self._timer: threading.Timer | None = None
        self._now = Tickets(State.NONE if self._configured else State.NO_REALM)
        events.subscribe(SignedOut, lambda _event: self.destroy())
        if destroy_at_lock:
            events.subscribe(Locked, lambda _event: self.destroy())
        events.subscribe(WithoutTickets, lambda event: self.without(event.error))
        cache.destroy()  # of a program that was killed

    @property
    def now(self) -> Tickets:
        with self._lock:
            return self._now

    def open(self, identity: Identity) -> Future[None]:
        """Begin to turn a certificate into tickets; the session need not wait. Where no service is named
        there is nothing to get."""
        if not self._configured:
            nothing: Future[None] = Future()
            nothing.set_result(None)
            return nothing
        session = self._begin()
        self._become(session, Tickets(State.COMING))
        return self._worker.submit(self._guarded, session, lambda: self._obtain(session, identity))

    def without(self, error: SuiteError) -> None:
        """A session without a certificate: ``error`` says why. Tickets that were kept over a lock go on."""
        if self._configured and self.now.state is not State.GOOD:
            self._become(self._begin(), Tickets(State.FAILED, error=error))

    def check(self) -> None:
        """Renew now, on the calling thread's behalf: the page's 「もう一度」."""
        with self._lock:
            session = self._session
        self._worker.submit(self._guarded, session, lambda: self._renew(session))

    def destroy(self) -> None:
        """Nothing of the former session's tickets is left when this returns."""
        session = self._begin()
        self._cache.destroy()  # what is under way is destroyed when it ends
        if self._configured:
            self._become(session, Tickets(State.NONE))

    def close(self) -> None:
        self.destroy()
        self._worker.shutdown()

    def _begin(self) -> int:
        with self._lock:
            self._session += 1
            self._stop_timer()
            return self._session

    # on the worker

    def _guarded(self, session: int, work: Callable[[], None]) -> None:
        """Do ``work`` for a session that is still there; what one that has ended got meanwhile goes again."""
        if not self._is_current(session):
            return
        try:
            work()
        except Exception as error:
            log.exception("the tickets failed")
            self._become(session, Tickets(State.FAILED, error=unexpected(error)))
        if not self._is_current(session):
            self._cache.destroy()

    def _obtain(self, session: int, identity: Identity) -> None:
        """Once more while the certificate still holds, if the KDC is away."""
        try:
            self._cache.obtain(identity.principal, identity.identity())
        except SuiteError as error:
            log.warning("no tickets: %s", error.code)
            next_try = datetime.now(UTC) + timedelta(seconds=RETRY_S)
            again = error.code == "TICKET-001" and next_try < identity.ends
            self._become(session, Tickets(State.FAILED, error=error, again=again))
            if again:
                self._later(session, RETRY_S, lambda: self._obtain(session, identity))
            return
        self._look(session)

    def _renew(self, session: int) -> None:
        try:
            self._cache.renew()
        except SuiteError as error:
            log.warning("tickets not renewed: %s", error.code)
            left = self._cache.seconds_left()
            gone = error.code == "TICKET-003" or not left
            self._become(session, Tickets(State.FAILED if gone else State.GOOD, _until(left), error))
            self._later(session, RETRY_S, lambda: self._renew(session))
            return
        self._look(session)

    def _look(self, session: int) -> None:
        """Ask for each service's ticket: what the page says is what the KDC has said."""
        left = self._cache.seconds_left()
        found = Tickets(State.GOOD, _until(left))
        for service in self.services:
            try:
                self._cache.ask(service.service, service.host)
            except SuiteError as error:
                found = replace(found, error=error, refused=found.refused | {service})
        self._become(session, found)
        soon = max(RETRY_S, min(CHECK_S, left / 2))  # also where a KDC gives short ones
        self._later(session, RETRY_S if found.refused else soon, lambda: self._renew(session))

    def _become(self, session: int, tickets: Tickets) -> None:
        with self._lock:
            if session != self._session:
                return
            self._now = tickets
        self._events.publish(TicketsChanged(tickets))

    def _is_current(self, session: int) -> bool:
        with self._lock:
            return session == self._session

    def _later(self, session: int, seconds: float, work: Callable[[], None]) -> None:
        with self._lock:
            if session != self._session:
                return
            self._stop_timer()
            self._timer = threading.Timer(seconds, self._worker.submit, (self._guarded, session, work))
            self._timer.daemon = True
            self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def words(keeper: TicketKeeper) -> list[tuple[str, str]]:
    """(name, sentence) of each service, as the page *today* says it."""
    tickets = keeper.now
    if tickets.state is State.NO_REALM:
        return [(_("庁内のサービス"), _("この端末には領域（Kerberos）が設定されていません"))]
    return [(_name(each), _sentence(each, tickets)) for each in keeper.services]


def _name(service: Service) -> str:
    return {
        "internet": _("インターネット"),
        "share": _("共有フォルダ"),
        "applications": _("業務アプリ"),
    }[service.kind]


def _sentence(service: Service, tickets: Tickets) -> str:
    why = tickets.error.why if tickets.error else ""
    if tickets.state is State.COMING:
        return _("つないでいます…")
    if tickets.state is State.NONE:
        return _("サインインするとつながります")
    if tickets.state is State.FAILED or tickets.until is None:
        step = (
            _("自動でやり直します。") if tickets.again else tickets.error.next_step if tickets.error else ""
        )
        return _("つながりません。{why}{step}").format(why=why, step=step)
    if service in tickets.refused:
        return _("新しい接続はできません。{why}").format(why=why)
    today = tickets.until.date() == datetime.now(TOKYO).date()
    until = (
        _("つながります（{hour}:{minute:02d} まで）")
        if today
        else _("つながります（翌日 {hour}:{minute:02d} まで）")
    )
    good = until.format(hour=tickets.until.hour, minute=tickets.until.minute)
    return f"{good}。{why}" if why else good


def _until(seconds: int) -> datetime | None:
    return datetime.now(TOKYO) + timedelta(seconds=seconds) if seconds else None


def services_of(settings: TicketSettings) -> tuple[Service, ...]:
    """What the policy says that tickets open."""
    named = (
        Service("internet", "HTTP", settings.proxy),
        Service("share", "cifs", settings.share),
        Service("applications", "HTTP", settings.applications),
    )
    return tuple(each for each in named if each.host)
