"""What can happen to a laptop, and where the events leave it: the fold, pure, the same at every counter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from core.audit import Detail, Entry
from core.i18n import _

PREFIX = "liaison."
AFTER = "after"
"""In an event's detail: the time of the latest event of another counter that was known when it happened."""


_TICK = timedelta(microseconds=1)


class Place(Enum):
    """Where a laptop is."""

    SHELF = "shelf"
    LENT = "lent"
    RETURNED = "returned"  # back, not wiped yet
    REPAIR = "repair"
    MISSING = "missing"
    RETIRED = "retired"


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
    """A chain's entries (oldest first) as events; neither a clock that went back nor another counter's that
    is ahead changes the order in which they happened.

    ``latest``: the time of the event before them."""
    found = []
    for entry in entries:
        latest = max(latest, entry.time, _just_after(entry.detail.get(AFTER)))
        if entry.action.startswith(PREFIX):
            action = entry.action.removeprefix(PREFIX)
            found.append(Event(latest, counter, entry.id, action, entry.actor, entry.subject, entry.detail))
    return found


def _just_after(known: object) -> str:
    try:
        moment = datetime.fromisoformat(str(known)).astimezone(UTC) if known else None
        return "" if moment is None else (moment + _TICK).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return ""


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
    elif event.action in SIMPLE and unit.place is not Place.RETIRED:  # only registering brings it back
        place, pending = SIMPLE[event.action]
        if event.action == "wiped" and unit.place is Place.MISSING:
            place = None  # from afar: it is still not here
        if unit.loan is not None and place in (Place.SHELF, Place.RETURNED, Place.REPAIR):
            _end(state, unit.loan, event)  # here again, by whatever way
            unit = replace(unit, loan=None)
        wiped = unit.wipe_pending if pending is None else pending
        doubt = "" if event.action == "settled" else unit.doubt
        loan = None if place in (Place.SHELF, Place.RETIRED) else unit.loan
        state.units[event.tag] = replace(
            unit, place=place or unit.place, wipe_pending=wiped, doubt=doubt, loan=loan, seen=event.when
        )


SIMPLE: Mapping[str, tuple[Place | None, bool | None]] = {
    "wiped": (Place.SHELF, False),
    "missing": (Place.MISSING, None),
    "found": (Place.RETURNED, True),
    "repair": (Place.REPAIR, None),
    "repaired": (Place.RETURNED, True),
    "retire": (Place.RETIRED, None),
    "shelf": (None, None),
    "settled": (None, None),
    "prepared": (None, None),
    "erase-begun": (None, True),
    "erased": (Place.RETIRED, False),
}


def _end(state: State, loan: Loan, event: Event) -> None:
    state.loans[loan.id] = replace(loan, back=event.when)


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
