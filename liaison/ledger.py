"""The ledger: what happened to each laptop, on the audit trail's chain; what cannot happen is refused.

The state is only ever the fold of the events, so it cannot disagree with them. The chain holds numbers, codes
and dates; who borrowed (a name, an organisation) lies in a table beside it (``liaison.borrowers``).
"""

from __future__ import annotations

import secrets as random
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from core.audit import AuditLog, AuditReport, Detail, Entry
from core.errors import SuiteError
from core.i18n import _
from core.secrets import SecretStore
from liaison import errors
from liaison.borrowers import Borrower, Borrowers, bind
from liaison.history import AFTER, PREFIX, SIMPLE, Event, Loan, Place, State, Unit, events_of, fold

Mutable = dict[str, str | int | float | bool]
_OF_THE_LENT = ("missing", "shelf", "settled", "prepared")
"""What can happen to a laptop while somebody has it."""


class Ledger:
    """One counter's chain with the events of other counters beside it (read-only, verified on arrival)."""

    def __init__(self, folder: Path, secrets: SecretStore, counter: str) -> None:
        """``counter``: this desk's name, 1-20 ASCII letters and digits; two counters must differ."""
        self.counter = counter
        self._chain = AuditLog(folder / "ledger.db", secrets)
        self._people = Borrowers(folder / "borrowers.db")
        self._others: list[Event] = []
        self._heard = ""  # the time of the latest event of another counter
        self._own: tuple[int, tuple[Event, ...]] = (0, ())  # rows read, their events

    def state(self) -> State:
        """The fold of everything known now."""
        return fold([*self._events(), *self._others])

    def put_others(self, events: list[Event]) -> None:
        """The events of the other counters, as ``liaison.merge`` has verified them."""
        self._others = events
        self._heard = max((event.when for event in events), default="")

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
        bound = bind(borrower, salt)
        detail: Mutable = {
            "loan": number,
            "due": due.isoformat(),
            "accessories": "、".join(accessories)[:200],
            "consent": consent,
            "borrower": bound,
        }
        self._people.keep(number, borrower, salt)
        try:
            self._append("lend", tag, actor, detail, lambda: self._may_lend(tag))
        except SuiteError:
            self._people.delete(number)  # there is no loan that this could be the borrower of
            raise
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
        if action not in SIMPLE:
            raise ValueError(action)

        def allowed() -> None:
            unit = self._unit(tag)
            if unit.place is Place.RETIRED:
                raise _refuse(_not_on_shelf(unit))
            if unit.place is Place.LENT and action not in _OF_THE_LENT:
                raise _refuse(_("{tag} は貸出中です。先に返却を受けてください。").format(tag=tag))

        self._append(action, tag, actor, dict(detail or {}), allowed)

    def mark(self, action: str, subject: str, actor: str, detail: Detail | None = None) -> None:
        """An event of a drill, of no laptop: drill-start, drill-inject, drill-end."""
        self._append(action, subject, actor, dict(detail or {}), lambda: None)

    def borrower(self, loan: str) -> Borrower | None:
        """Who it was; None once deleted. SuiteError if the row was changed after the loan."""
        kept = self._people.read(loan)
        if kept is None:
            return None
        bound = {str(e.detail.get("borrower")) for e in self._events() if e.detail.get("loan") == loan}
        if bound and bind(*kept) not in bound:
            raise _refuse(_("借りた人の記録が、あとから書き換えられています。"))
        return kept[0]

    def forget(self, loan: str) -> None:
        """Delete the personal data of a loan that is over; the chain stays whole."""
        state = self.state()
        known = state.loans.get(loan)
        unit = state.units.get(known.tag) if known is not None else None
        gone = unit is not None and unit.place is Place.RETIRED  # it never came back, and never will
        if known is None or not (known.back or gone):
            raise _refuse(_("まだ返却されていない貸出の記録は消せません。"))
        self._people.delete(loan)

    # inside

    def _append(
        self, action: str, tag: str, actor: str, detail: Mutable, allowed: Callable[[], None]
    ) -> None:
        if self._heard >= datetime.now(UTC).isoformat(timespec="microseconds"):
            detail = {**detail, AFTER: self._heard}  # the other counter's clock is ahead of this one
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
        if unit.place is not Place.SHELF or unit.wipe_pending:
            raise _refuse(_not_on_shelf(unit))


def _not_on_shelf(unit: Unit) -> str:
    place = Place.RETURNED if unit.place is Place.SHELF else unit.place
    return {
        Place.LENT: _("{tag} はもう貸し出されています。"),
        Place.RETURNED: _("{tag} は返却されたままで、まだ消去していません。"),
        Place.REPAIR: _("{tag} は修理中です。"),
        Place.MISSING: _("{tag} は所在不明です。"),
        Place.RETIRED: _("{tag} は廃棄済みです。"),
    }[place].format(tag=unit.tag)


def _refuse(why: str) -> SuiteError:
    return errors.ledger_refused(why, _("端末と番号を確かめて、もう一度読み取ってください。"))
