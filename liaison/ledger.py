"""The ledger: what happened to each laptop, on the audit trail's chain, and where each stands now.

The state is only ever the fold of the events, so it cannot disagree with them. The chain holds numbers, codes
and dates; who borrowed (a name, an organisation) lies in a table beside it, bound to the event by a salted
hash, so that it can be deleted when the law says so without breaking the chain.
"""

from __future__ import annotations

import hashlib
import json
import secrets as random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from pathlib import Path

from sqlite_utils import Database

from core.audit import AuditLog, AuditReport, Detail, Entry
from core.db import Connections, Migration, database_errors, transaction
from core.errors import SuiteError
from core.i18n import _
from core.secrets import SecretStore
from liaison import errors

PREFIX = "liaison."
Mutable = dict[str, str | int | float | bool]


class Place(Enum):
    """Where a laptop is."""

    SHELF = "shelf"
    LENT = "lent"
    RETURNED = "returned"  # back, not wiped yet
    REPAIR = "repair"
    MISSING = "missing"
    RETIRED = "retired"


@dataclass(frozen=True)
class Borrower:
    """Personal data: shown and printed, never logged, not in the chain."""

    name: str
    organisation: str
    purpose: str = ""

    def __post_init__(self) -> None:
        for value, most in ((self.name, 60), (self.organisation, 120), (self.purpose, 200)):
            if len(value) > most or any(not c.isprintable() for c in value):
                why = _("氏名は 60 字、所属は 120 字、目的は 200 字までです（改行なし）。")
                raise errors.ledger_refused(why, _("短くして、もう一度お試しください。"))
        if not self.name.strip() or not self.organisation.strip():
            raise errors.ledger_refused(
                _("氏名と所属がありません。"), _("借りる人の氏名と所属を入れてください。")
            )


@dataclass(frozen=True)
class Loan:
    """One loan. ``due``: the last day. ``back``: when it came back, ISO 8601, or empty."""

    id: str
    tag: str
    since: str
    due: date
    accessories: tuple[str, ...]
    consent: bool
    counter: str
    back: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unit:
    """A laptop as the events leave it. ``doubt``: two counters contradict each other, in words."""

    tag: str
    place: Place
    model: str = ""
    loan: Loan | None = None
    wipe_pending: bool = False
    doubt: str = ""
    seen: str = ""


@dataclass(frozen=True)
class Event:
    """One row of one counter's chain. ``when``: never earlier than the row before it in the same chain."""

    when: str
    counter: str
    number: int
    action: str
    actor: str
    tag: str
    detail: Detail

    @property
    def order(self) -> tuple[str, str, int]:
        return (self.when, self.counter, self.number)


@dataclass
class State:
    """The fold. ``loans``: every loan there ever was, by its number."""

    units: dict[str, Unit] = field(default_factory=dict)
    loans: dict[str, Loan] = field(default_factory=dict)


def events_of(counter: str, entries: Iterable[Entry], latest: str = "") -> list[Event]:
    """A chain's entries (oldest first) as events; a clock that went back does not change their order.

    ``latest``: the time of the event before them."""
    found = []
    for entry in entries:
        latest = max(latest, entry.time)
        if entry.action.startswith(PREFIX):
            action = entry.action.removeprefix(PREFIX)
            found.append(Event(latest, counter, entry.id, action, entry.actor, entry.subject, entry.detail))
    return found


def fold(events: Iterable[Event]) -> State:
    """The state after ``events`` of any counters, in the one order that all of them agree on."""
    state = State()
    for event in sorted(events, key=lambda each: each.order):
        _take(state, event)
    return state


def _take(state: State, event: Event) -> None:
    unit = state.units.get(event.tag)
    if event.action == "register":
        if unit is None or unit.place is Place.RETIRED:
            model = str(event.detail.get("model", ""))
            state.units[event.tag] = Unit(event.tag, Place.SHELF, model, seen=event.when)
        return
    if unit is None:
        return
    if event.action == "lend":
        _lend(state, unit, event)
    elif event.action == "return":
        _return(state, unit, event)
    elif event.action in _SIMPLE:
        place, pending = _SIMPLE[event.action]
        wiped = unit.wipe_pending if pending is None else pending
        doubt = "" if event.action == "settled" else unit.doubt
        loan = None if place in (Place.SHELF, Place.RETIRED) else unit.loan
        state.units[event.tag] = replace(
            unit, place=place or unit.place, wipe_pending=wiped, doubt=doubt, loan=loan, seen=event.when
        )


_SIMPLE: Mapping[str, tuple[Place | None, bool | None]] = {
    "wiped": (Place.SHELF, False),
    "missing": (Place.MISSING, None),
    "found": (Place.RETURNED, True),
    "repair": (Place.REPAIR, None),
    "repaired": (Place.RETURNED, True),
    "retire": (Place.RETIRED, None),
    "shelf": (None, None),
    "settled": (None, None),
    "prepared": (None, None),
}


def _lend(state: State, unit: Unit, event: Event) -> None:
    loan = _loan(event)
    state.loans[loan.id] = loan
    doubt = unit.doubt
    if unit.loan is not None and unit.loan.counter != loan.counter:
        doubt = _("{one} と {other} の両方の窓口で貸し出されています。").format(
            one=unit.loan.counter, other=loan.counter
        )
    state.units[unit.tag] = replace(unit, place=Place.LENT, loan=loan, doubt=doubt, seen=event.when)


def _return(state: State, unit: Unit, event: Event) -> None:
    number = str(event.detail.get("loan", ""))
    missing = _words(event.detail.get("missing", ""))
    if number in state.loans:
        state.loans[number] = replace(state.loans[number], back=event.when, missing=missing)
    current = unit.loan is None or unit.loan.id == number
    if current:
        state.units[unit.tag] = replace(
            unit, place=Place.RETURNED, loan=None, wipe_pending=True, seen=event.when
        )


def _loan(event: Event) -> Loan:
    detail = event.detail
    try:
        due = date.fromisoformat(str(detail.get("due", "")))
    except ValueError:
        due = date.max
    accessories = _words(detail.get("accessories", ""))
    consent = detail.get("consent") is True
    return Loan(str(detail.get("loan", "")), event.tag, event.when, due, accessories, consent, event.counter)


def _words(value: object) -> tuple[str, ...]:
    return tuple(word for word in str(value).split("、") if word)


_SCHEMA = """CREATE TABLE borrowers (
    loan TEXT PRIMARY KEY, name TEXT NOT NULL, organisation TEXT NOT NULL, purpose TEXT NOT NULL,
    salt TEXT NOT NULL
) STRICT"""


class Ledger:
    """One counter's chain with the events of other counters beside it (read-only, verified on arrival)."""

    def __init__(self, folder: Path, secrets: SecretStore, counter: str) -> None:
        """``counter``: this desk's name, 1-20 ASCII letters and digits; two counters must differ."""
        self.counter = counter
        self._chain = AuditLog(folder / "ledger.db", secrets)
        self._people = Connections(folder / "borrowers.db", [Migration(1, "borrowers", _create)])
        self._others: list[Event] = []
        self._own: tuple[int, tuple[Event, ...]] = (0, ())  # rows read, their events

    def state(self) -> State:
        """The fold of everything known now."""
        return fold([*self._events(), *self._others])

    def put_others(self, events: list[Event]) -> None:
        """The events of the other counters, as ``liaison.merge`` has verified them."""
        self._others = events

    def history(self, tag: str) -> list[Event]:
        """What happened to one laptop at all counters, oldest first."""
        known = [e for e in (*self._events(), *self._others) if e.tag == tag]
        return sorted(known, key=lambda each: each.order)

    def events(self) -> list[Event]:
        return sorted((*self._events(), *self._others), key=lambda each: each.order)

    def entries(self) -> list[Entry]:
        """The whole own chain, oldest first."""
        return self._chain.entries(limit=10_000_000)[::-1]

    def verify(self) -> AuditReport:
        return self._chain.verify()

    # what can happen; each is refused with a reason when it cannot

    def register(self, tag: str, actor: str, model: str = "") -> None:
        def allowed() -> None:
            unit = self.state().units.get(tag)
            if unit is not None and unit.place is not Place.RETIRED:
                raise _refuse(_("{tag} はもう登録されています。").format(tag=tag))

        self._append("register", tag, actor, {"model": model[:80]}, allowed)

    def lend(
        self,
        tag: str,
        borrower: Borrower,
        due: date,
        actor: str,
        accessories: tuple[str, ...] = (),
        consent: bool = False,
    ) -> Loan:
        """Hand out. Refused unless it stands on the shelf, wiped: a double loan cannot be written."""
        number, salt = random.token_hex(6), random.token_hex(16)
        bound = _bind(borrower, salt)
        detail: Mutable = {
            "loan": number,
            "due": due.isoformat(),
            "accessories": "、".join(accessories)[:200],
            "consent": consent,
            "borrower": bound,
        }
        self._keep(number, borrower, salt)
        self._append("lend", tag, actor, detail, lambda: self._may_lend(tag))
        return self.state().loans[number]

    def give_back(self, tag: str, actor: str, missing: tuple[str, ...] = ()) -> Loan:
        """Take back; the laptop then waits for its wipe. ``missing``: accessories that did not come back."""
        unit = self._unit(tag)
        if unit.loan is None:
            raise _refuse(_("{tag} は貸し出されていません。").format(tag=tag))
        number = unit.loan.id

        def allowed() -> None:
            now = self._unit(tag).loan
            if now is None or now.id != number:
                raise _refuse(_("{tag} は、いま別の窓口で返却されました。").format(tag=tag))

        self._append("return", tag, actor, {"loan": number, "missing": "、".join(missing)[:200]}, allowed)
        return self.state().loans[number]

    def note(self, action: str, tag: str, actor: str, detail: Detail | None = None) -> None:
        """Any of the plain events: wiped, missing, found, repair, repaired, retire, shelf, settled."""
        if action not in _SIMPLE:
            raise ValueError(action)

        def allowed() -> None:
            unit = self._unit(tag)
            if unit.place is Place.LENT and action in ("wiped", "retire", "repair"):
                raise _refuse(_("{tag} は貸出中です。先に返却を受けてください。").format(tag=tag))

        self._append(action, tag, actor, dict(detail or {}), allowed)

    def mark(self, action: str, subject: str, actor: str, detail: Detail | None = None) -> None:
        """An event of a drill, of no laptop: drill-start, drill-inject, drill-end."""
        self._append(action, subject, actor, dict(detail or {}), lambda: None)

    def borrower(self, loan: str) -> Borrower | None:
        """Who it was; None once deleted. SuiteError if the row was changed after the loan."""
        with database_errors(self._people.path):
            row = (
                self._people.get()
                .conn.execute(
                    "SELECT name, organisation, purpose, salt FROM borrowers WHERE loan = ?", (loan,)
                )
                .fetchone()
            )
        if row is None:
            return None
        found = Borrower(*row[:3])
        bound = {str(e.detail.get("borrower")) for e in self._events() if e.detail.get("loan") == loan}
        if bound and _bind(found, row[3]) not in bound:
            raise _refuse(_("借りた人の記録が、あとから書き換えられています。"))
        return found

    def forget(self, loan: str) -> None:
        """Delete the personal data of a loan that is over; the chain stays whole."""
        known = self.state().loans.get(loan)
        if known is None or not known.back:
            raise _refuse(_("まだ返却されていない貸出の記録は消せません。"))
        with transaction(self._people.get()) as database:
            database.conn.execute("DELETE FROM borrowers WHERE loan = ?", (loan,))

    # inside

    def _append(
        self, action: str, tag: str, actor: str, detail: Mutable, allowed: Callable[[], None]
    ) -> None:
        self._chain.append(PREFIX + action, actor=actor, subject=tag, detail=detail, allowed=allowed)

    def _events(self) -> tuple[Event, ...]:
        """The own chain; only what is new is read."""
        rows, known = self._own
        fresh = self._chain.head().count - rows
        if fresh > 0:
            latest = known[-1].when if known else ""
            added = events_of(self.counter, self._chain.entries(limit=fresh)[::-1], latest)
            known = (*known, *added)
            self._own = (rows + fresh, known)
        return known

    def _unit(self, tag: str) -> Unit:
        unit = self.state().units.get(tag)
        if unit is None:
            raise errors.ledger_refused(
                _("{tag} は台帳にありません。").format(tag=tag), _("先に登録してください。")
            )
        return unit

    def _may_lend(self, tag: str) -> None:
        unit = self._unit(tag)
        if unit.place is not Place.SHELF:
            raise _refuse(_not_on_shelf(unit))

    def _keep(self, loan: str, borrower: Borrower, salt: str) -> None:
        row = (loan, borrower.name, borrower.organisation, borrower.purpose, salt)
        with transaction(self._people.get()) as database:
            database.conn.execute("INSERT INTO borrowers VALUES (?, ?, ?, ?, ?)", row)


def _create(database: Database) -> None:
    database.conn.execute(_SCHEMA)


def _bind(borrower: Borrower, salt: str) -> str:
    text = json.dumps([salt, borrower.name, borrower.organisation, borrower.purpose])
    return hashlib.sha256(text.encode()).hexdigest()


def _not_on_shelf(unit: Unit) -> str:
    return {
        Place.LENT: _("{tag} はもう貸し出されています。"),
        Place.RETURNED: _("{tag} は返却されたままで、まだ消去していません。"),
        Place.REPAIR: _("{tag} は修理中です。"),
        Place.MISSING: _("{tag} は所在不明です。"),
        Place.RETIRED: _("{tag} は廃棄済みです。"),
    }[unit.place].format(tag=unit.tag)


def _refuse(why: str) -> SuiteError:
    return errors.ledger_refused(why, _("端末と番号を確かめて、もう一度読み取ってください。"))
