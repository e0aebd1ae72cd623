"""The one facade of the liaison laptops: what the page and the command line do."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.audit import Detail
from core.clock import TOKYO
from core.events import Events
from core.files import make_private_folder
from core.i18n import _
from core.secrets import SecretStore
from liaison import certificate, errors, fleet, retirement
from liaison.answer import Outcome
from liaison.borrowers import Borrower
from liaison.certificate import Certificate
from liaison.disk import Progress
from liaison.exercise import Exercise
from liaison.history import Loan, Place, Unit
from liaison.laptop import Laptop
from liaison.ledger import Ledger
from liaison.merge import Counters, export
from liaison.reach import Host, Reach
from liaison.reports import Report, Reports
from liaison.retirement import Witness
from liaison.signing import Signer
from liaison.standing import Standing, Tile, standing
from liaison.stocktake import Found, Line, stocktake
from liaison.tags import Office
from liaison.wipe import mark_laptop, wipe_laptop
from liaison.workshop import Workshop


@dataclass(frozen=True)
class LaptopsChanged:
    """The ledger, a report or the current bundle has changed."""


@dataclass(frozen=True)
class LaptopReported:
    """A laptop of a running batch has answered."""

    outcome: Outcome


class LiaisonService:
    """``actor``: the staff number of whoever is signed in. Synchronous: no call belongs on a UI thread."""

    def __init__(
        self,
        folder: Path,
        secrets: SecretStore,
        events: Events,
        actor: Callable[[], str],
        office: str = "KEN",
        counter: str = "A",
    ) -> None:
        self.folder = make_private_folder(folder)
        self.office = Office(office)
        self.signer = Signer(secrets)
        self.ledger = Ledger(folder / "ledger", secrets, counter)
        self.reports = Reports(folder / "liaison.db")
        self.counters = Counters(folder / "counters", self.ledger)
        self.reach = Reach(self.folder)
        self._events = events
        self._actor = actor
        self.exercise = Exercise(self.ledger, self.reports, self.reach, self.tiles, actor, self._changed)
        self._running: set[str] = set()
        self.workshop = Workshop(self.folder, self.signer, self.reports, self._changed)

    def _changed(self) -> None:
        self._events.publish(LaptopsChanged())

    def close(self) -> None:
        """End the trial's laptops."""
        self.reach.close()

    # laptops

    def laptops(self) -> dict[str, Laptop]:
        """How each laptop is reached."""
        return self.reach.laptops()

    def move_in_trial(self, count: int = 12, namespaces: bool = False) -> None:
        """The trial's simulated laptops and a first bundle, once. ``namespaces``: reached over SSH."""
        if namespaces or not self.laptops():
            self.make_lab(count, namespaces)
        if not self.reports.current()[1]:
            self.workshop.build(next(path for path in self.workshop.profiles() if path.stem == "liaison"))

    def make_lab(self, count: int, namespaces: bool = False) -> None:
        """Simulated laptops, registered in the ledger; fresh ones have no report yet."""
        known = self.ledger.state().units
        for laptop in self.reach.simulate(count, namespaces):
            if laptop.tag not in known:
                self.ledger.register(laptop.tag, self._actor(), _("見本の端末"))
            elif laptop.root is None:
                self.reports.forget(laptop.tag)
        self._changed()

    def register(self, tag: str, host: Host, known_key: str = "", model: str = "") -> None:
        """A real laptop: in the ledger, reached over SSH, its guest root marked."""
        if tag not in self.ledger.state().units:
            self.ledger.register(tag, self._actor(), model)
        mark_laptop(self.reach.register(tag, host, known_key))
        self._changed()

    def tiles(self, now: datetime | None = None) -> list[Tile]:
        """The wall, in the order of the numbers; retired laptops are not on it."""
        moment = now or datetime.now(UTC)
        known, current, reached = self.reports.all(), self.reports.current()[1], self.laptops()
        units = sorted(self.ledger.state().units.values(), key=lambda unit: _natural(unit.tag))
        return [
            self._tile(unit, known.get(unit.tag), current, _simulated(reached.get(unit.tag)), moment)
            for unit in units
            if unit.place is not Place.RETIRED
        ]

    def _tile(self, unit: Unit, report: Report | None, current: str, simulated: bool, now: datetime) -> Tile:
        stands, reason = standing(unit, report, current, now, unit.tag in self._running)
        return Tile(unit.tag, stands, reason, unit, report, simulated)

    def prepare(
        self, tags: Sequence[str], progress: Callable[[float, float | None, str], None], verb: str = "apply"
    ) -> list[Outcome]:
        """Check or prepare these laptops at once; each is published as it answers."""
        built, reached = self.workshop.current_bundle(), self.laptops()
        chosen = [reached[tag] for tag in tags if tag in reached]
        self._running |= {laptop.tag for laptop in chosen}
        self._changed()
        finished = 0

        def done(outcome: Outcome) -> None:
            nonlocal finished
            finished += 1
            self._running.discard(outcome.tag)
            self.reports.put(outcome, datetime.now(UTC))
            if outcome.ready and verb == "apply":
                self.ledger.note("prepared", outcome.tag, self._actor(), {"changed": outcome.changed})
            self._events.publish(LaptopReported(outcome))
            progress(finished, len(chosen), outcome.tag)

        try:
            progress(0, len(chosen), "")
            signers = self.signer.allowed_signers()
            return fleet.run(verb, built, signers, chosen, int(time.time()), done)
        finally:
            self._running -= {laptop.tag for laptop in chosen}
            self._changed()

    # two counters

    def export_counter(self) -> bytes:
        """This counter's chain, to carry to the other one."""
        return export(self.ledger, self.signer)

    def take_counter(self, content: bytes) -> int:
        """Another counter's chain; how many events were new. SuiteError LIAISON-007."""
        new = self.counters.take(content)
        self._changed()
        return new

    # the ledger

    def scanned(self, text: str) -> str:
        return self.office.scanned(text)

    def lend(
        self,
        text: str,
        borrower: Borrower,
        days: int = 7,
        accessories: tuple[str, ...] = (),
        consent: bool = False,
    ) -> Loan:
        """Hand out what was scanned. Only a laptop that is ready leaves the counter."""
        self.counters.refuse_damaged()
        tag = self.scanned(text)
        tile = next((each for each in self.tiles() if each.tag == tag), None)
        if tile is not None and tile.standing in (Standing.UNKNOWN, Standing.ATTENTION, Standing.PREPARING):
            why = _("{tag} はまだ準備済みではありません（{reason}）。").format(tag=tag, reason=tile.reason)
            raise errors.ledger_refused(why, _("先に「準備する」を実行してください。"))
        due = datetime.now(TOKYO).date() + timedelta(days=days)
        loan = self.ledger.lend(tag, borrower, due, self._actor(), accessories, consent)
        self._changed()
        return loan

    def give_back(self, text: str, missing: tuple[str, ...] = ()) -> Loan:
        """Take back what was scanned; nothing that was known of the laptop holds any longer."""
        loan = self.ledger.give_back(self.scanned(text), self._actor(), missing)
        self.reports.forget(loan.tag)
        self._changed()
        return loan

    def enter(self, text: str, model: str = "") -> str:
        """A laptop that was scanned comes into the ledger; its number."""
        tag = self.scanned(text)
        self.ledger.register(tag, self._actor(), model)
        self._changed()
        return tag

    def note(self, action: str, text: str) -> str:
        """To repair, back from it, retired, missing, found; the scanned laptop's number."""
        tag = self.scanned(text)
        self.ledger.note(action, tag, self._actor())
        if action != "settled":
            self.reports.forget(tag)
        self._changed()
        return tag

    def close_stocktake(self, tags: Sequence[str]) -> list[Line]:
        """Write down what was seen on the shelf and what is missing from it."""
        lines = stocktake(self.ledger.state().units, tags)
        words = {Found.PRESENT: "shelf", Found.MISSING: "missing"}
        for line in lines:
            if line.found in words:
                self.ledger.note(words[line.found], line.tag, self._actor())
        self._changed()
        return lines

    def take_back(self, text: str, missing: tuple[str, ...] = ()) -> Certificate:
        """Take back and wipe what was scanned; one that is back and waits for its wipe is wiped now."""
        tag = self.scanned(text)
        unit = self.ledger.state().units.get(tag)
        if unit is None or not unit.wipe_pending:
            self.give_back(tag, missing)
        return self.wipe(tag)

    def wipe(self, tag: str) -> Certificate:
        """Wipe a returned laptop, verify, sign. A laptop that does not answer stays pending."""
        unit = self.ledger.state().units.get(tag)
        laptop = self.laptops().get(tag)
        if unit is None or unit.place in (Place.LENT, Place.RETIRED):
            raise errors.wipe_refused(_("{tag} は返却されていません。").format(tag=tag))
        if laptop is None:
            raise errors.wipe_failed(_("{tag} につながりません。消去待ちのままにします。").format(tag=tag))
        wiped = wipe_laptop(laptop, *self._guest())
        last = [e for e in self.ledger.history(tag) if e.action == "return"]
        loan = str(last[-1].detail.get("loan", "")) if last else ""
        signed = certificate.issue(tag, loan, wiped, self.signer, laptop.simulated)
        path = signed.save(self.folder / "certificates")
        detail: Detail = {"certificate": path.name, "entries": wiped.entries}
        self.ledger.note("wiped", tag, self._actor(), detail)
        self._changed()
        return signed

    def retire(self, tag: str, device: Path, witness: Witness, progress: Progress) -> Certificate:
        """Clear the whole disk of a laptop that leaves for good, agreed by two people."""
        proofs = self.folder / "certificates"
        try:
            return retirement.retire(self.ledger, self.signer, proofs, tag, device, witness, progress)
        finally:
            self.reports.forget(tag)
            self._changed()

    def _guest(self) -> tuple[str, tuple[int, int]]:
        """The guest's name and ids as the bundle in force says, never as the laptop says."""
        for line in self.reports.current()[2].splitlines():
            fields = line.split("\t")
            if fields[0] == "line" and fields[2] == "/etc/passwd":
                account = fields[6].split(":")
                return account[0], (int(account[2]), int(account[3]))
        raise errors.wipe_refused(_("利用者の名前を定めた設定一式がありません。"))


def _simulated(laptop: Laptop | None) -> bool:
    return laptop is not None and laptop.simulated


def _natural(tag: str) -> tuple[str, int]:
    letters = tag.rstrip("0123456789")
    return letters, int(tag[len(letters) :] or 0)
