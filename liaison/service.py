"""The one facade of the liaison laptops: what the page and the command line do."""

from __future__ import annotations

import base64
import contextlib
import random
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path

from core.audit import Detail
from core.clock import TOKYO
from core.events import Events
from core.files import make_private_folder, write_atomically
from core.i18n import _
from core.secrets import SecretStore
from liaison import bundle as bundles
from liaison import certificate, errors, fleet, lab, profile
from liaison.bundle import Bundle
from liaison.certificate import Certificate
from liaison.drill import INJECTS, Drill, drills
from liaison.fleet import Laptop, Outcome
from liaison.ledger import Borrower, Ledger, Loan, Place, Unit
from liaison.merge import Counters, export
from liaison.reports import Report, Reports
from liaison.signing import Signer
from liaison.tags import Office
from liaison.wipe import wipe_folder

SHIPPED = Path(__file__).with_name("profiles")
TARGET = 50


class Standing(Enum):
    """What a tile says. Only READY counts."""

    READY = "ready"
    PREPARING = "preparing"
    LENT = "lent"
    OVERDUE = "overdue"
    RETURNED = "returned"
    ATTENTION = "attention"
    UNKNOWN = "unknown"
    AWAY = "away"  # repair, missing: not here


@dataclass(frozen=True)
class Tile:
    """One laptop on the wall: where it stands and why it is not ready."""

    tag: str
    standing: Standing
    reason: str
    unit: Unit
    report: Report | None
    simulated: bool


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
        self.counters = Counters(folder / "counters", self.ledger, self._trusted)
        self._events = events
        self._actor = actor
        self._running: set[str] = set()
        self._bundle: Bundle | None = None

    # profiles and bundles

    def profiles(self) -> list[Path]:
        """The profile files; the shipped ones are put beside the person's own at the first use."""
        mine = make_private_folder(self.folder / "profiles")
        for shipped in SHIPPED.glob("*.toml"):
            if not (mine / shipped.name).exists():
                shutil.copyfile(shipped, mine / shipped.name)
        return sorted(path for path in mine.glob("*.toml") if path.name != "base.toml")

    def build(self, path: Path, issued: date | None = None) -> Bundle:
        """Build, keep and make current. SuiteError LIAISON-001."""
        loaded = profile.load(path)
        built = bundles.build(loaded, path, self.signer, issued or datetime.now(TOKYO).date())
        built.save(self.folder / "bundles")
        self.reports.set_current(built.profile, built.id, built.plan)
        self._bundle = built
        self._events.publish(LaptopsChanged())
        return built

    def preview(self, path: Path) -> list[tuple[str, str, str]]:
        """What building ``path`` now would change against the current bundle."""
        loaded = profile.load(path)
        built = bundles.build(loaded, path, self.signer, datetime.now(TOKYO).date())
        return bundles.changes(self.reports.current()[2], built.plan)

    def current_bundle(self) -> Bundle:
        """The bundle in force, from memory or from its file. SuiteError LIAISON-002 if there is none."""
        _profile, wanted, _plan = self.reports.current()
        if self._bundle is None or self._bundle.id != wanted:
            found = sorted((self.folder / "bundles").glob(f"*-{wanted[:12]}.tar")) if wanted else []
            if not found:
                raise errors.bundle_refused(_("まだ一度も作っていません。"))
            self._bundle = bundles.read(found[0].read_bytes(), self.signer.public, datetime.now(UTC))
        return self._bundle

    # laptops

    def laptops(self) -> dict[str, Laptop]:
        """How each laptop is reached."""
        return {laptop.tag: laptop for laptop in lab.folders(self.folder / "lab")}

    def move_in_trial(self, count: int = 12) -> None:
        """The trial's simulated laptops and a first bundle, once."""
        if not self.laptops():
            self.make_lab(count)
        if not self.reports.current()[1]:
            self.build(next(path for path in self.profiles() if path.stem == "liaison"))

    def make_lab(self, count: int) -> None:
        """Simulated laptops, registered in the ledger."""
        known = self.ledger.state().units
        for laptop in lab.make_folders(self.folder / "lab", count):
            if laptop.tag not in known:
                self.ledger.register(laptop.tag, self._actor(), _("見本の端末"))
        self._events.publish(LaptopsChanged())

    def tiles(self, now: datetime | None = None) -> list[Tile]:
        """The wall, in the order of the numbers; retired laptops are not on it."""
        moment = now or datetime.now(UTC)
        known, current, reached = self.reports.all(), self.reports.current()[1], self.laptops()
        units = sorted(self.ledger.state().units.values(), key=lambda unit: _natural(unit.tag))
        return [
            self._tile(unit, known.get(unit.tag), current, unit.tag in reached, moment)
            for unit in units
            if unit.place is not Place.RETIRED
        ]

    def _tile(self, unit: Unit, report: Report | None, current: str, simulated: bool, now: datetime) -> Tile:
        standing, reason = self._standing(unit, report, current, now)
        return Tile(unit.tag, standing, reason, unit, report, simulated)

    def _standing(
        self, unit: Unit, report: Report | None, current: str, now: datetime
    ) -> tuple[Standing, str]:
        if unit.tag in self._running:
            return Standing.PREPARING, _("準備しています")
        if unit.doubt:
            return Standing.ATTENTION, unit.doubt
        if unit.place is Place.LENT and unit.loan is not None:
            late = unit.loan.due < now.astimezone(TOKYO).date()
            return (Standing.OVERDUE, _("返却日を過ぎています")) if late else (Standing.LENT, _("貸出中"))
        if unit.place in (Place.REPAIR, Place.MISSING):
            return Standing.AWAY, _("修理中") if unit.place is Place.REPAIR else _("所在不明")
        if unit.place is Place.RETURNED or unit.wipe_pending:
            return Standing.RETURNED, _("消去待ち")
        if report is None:
            return Standing.UNKNOWN, _("まだ確かめていません")
        if report.ready(current, now):
            return Standing.READY, _("準備済み")
        if report.outcome.bundle not in ("", current):
            return Standing.UNKNOWN, _("前の設定のままです")
        if report.outcome.ready:
            return Standing.UNKNOWN, _("報告が古くなっています")
        only_unknown = report.outcome.unknown > 0 and report.outcome.failed == 0
        return Standing.UNKNOWN if only_unknown else Standing.ATTENTION, report.outcome.reason

    def prepare(
        self, tags: Sequence[str], progress: Callable[[float, float | None, str], None], verb: str = "apply"
    ) -> list[Outcome]:
        """Check or prepare these laptops at once; each is published as it answers."""
        built, reached = self.current_bundle(), self.laptops()
        chosen = [reached[tag] for tag in tags if tag in reached]
        self._running |= {laptop.tag for laptop in chosen}
        self._events.publish(LaptopsChanged())
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
            self._events.publish(LaptopsChanged())

    # drills

    def drills(self) -> list[Drill]:
        """All drills, oldest first, computed from the ledger."""
        return drills(self.ledger.events())

    def start_drill(self) -> Drill:
        """From now on the clock runs. A drill that was left open ends here."""
        self.end_drill()
        number = f"D{len(self.drills()) + 1}"
        self.ledger.mark("drill-start", number, self._actor())
        self._events.publish(LaptopsChanged())
        return self.drills()[-1]

    def end_drill(self) -> Drill | None:
        """Stop the clock; the drill that ran, or None."""
        known = self.drills()
        if not known or known[-1].ended:
            return None
        self.ledger.mark("drill-end", known[-1].id, self._actor())
        self._events.publish(LaptopsChanged())
        return self.drills()[-1]

    def inject(self, what: str) -> list[str]:
        """Something goes wrong, on purpose; simulated laptops really fail. Which laptops it struck."""
        known = self.drills()
        if what not in INJECTS or not known or known[-1].ended:
            return []
        ready = [tile for tile in self.tiles() if tile.standing is Standing.READY]
        struck = random.SystemRandom().sample(ready, min(3, len(ready))) if what == "laptops-fail" else []
        for tile in struck:
            laptop = self.laptops().get(tile.tag)
            if laptop is not None and laptop.root is not None:
                lab.break_laptop(laptop.root)
            self.reports.forget(tile.tag)
        tags = [tile.tag for tile in struck]
        self.ledger.mark(
            "drill-inject", known[-1].id, self._actor(), {"inject": what, "laptops": "、".join(tags)}
        )
        self._events.publish(LaptopsChanged())
        return tags

    def repair_lab(self) -> None:
        """A person has seen to the simulated laptops that a drill broke."""
        for laptop in self.laptops().values():
            if laptop.root is not None:
                lab.make_laptop(laptop.root)

    # two counters

    def trust(self, key: str) -> None:
        """Accept another counter's records signed with ``key`` (shown by ``mahoroba liaison key``)."""
        raw = _raw_key(key)
        if raw is None:
            raise errors.merge_refused(_("鍵の形が正しくありません。"))
        known = self._trusted_keys()
        text = "".join(f"{each}\n" for each in sorted({*known, raw.hex()}))
        write_atomically(self.folder / "trusted-counters", text.encode())

    def _trusted(self, key: bytes) -> bool:
        return key.hex() in self._trusted_keys()

    def _trusted_keys(self) -> set[str]:
        try:
            return set((self.folder / "trusted-counters").read_text("ascii").split())
        except (OSError, ValueError):
            return set()

    def export_counter(self) -> bytes:
        """This counter's chain, to carry to the other one."""
        return export(self.ledger, self.signer)

    def take_counter(self, content: bytes) -> int:
        """Another counter's chain; how many events were new. SuiteError LIAISON-007."""
        new = self.counters.take(content)
        self._events.publish(LaptopsChanged())
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
        tag = self.scanned(text)
        tile = next((each for each in self.tiles() if each.tag == tag), None)
        if tile is not None and tile.standing in (Standing.UNKNOWN, Standing.ATTENTION, Standing.PREPARING):
            why = _("{tag} はまだ準備済みではありません（{reason}）。").format(tag=tag, reason=tile.reason)
            raise errors.ledger_refused(why, _("先に「準備する」を実行してください。"))
        due = datetime.now(TOKYO).date() + timedelta(days=days)
        loan = self.ledger.lend(tag, borrower, due, self._actor(), accessories, consent)
        self._events.publish(LaptopsChanged())
        return loan

    def give_back(self, text: str, missing: tuple[str, ...] = ()) -> Loan:
        """Take back what was scanned; nothing that was known of the laptop holds any longer."""
        loan = self.ledger.give_back(self.scanned(text), self._actor(), missing)
        self.reports.forget(loan.tag)
        self._events.publish(LaptopsChanged())
        return loan

    def wipe(self, tag: str) -> Certificate:
        """Wipe a returned laptop, verify, sign. A laptop that does not answer stays pending."""
        unit = self.ledger.state().units.get(tag)
        laptop = self.laptops().get(tag)
        if unit is None or unit.place is Place.LENT:
            raise errors.wipe_refused(_("{tag} は返却されていません。").format(tag=tag))
        if laptop is None or laptop.root is None:
            raise errors.wipe_failed(_("{tag} につながりません。消去待ちのままにします。").format(tag=tag))
        name, owner = self._guest(laptop.root)
        wiped = wipe_folder(laptop.root / "home", name, owner=owner)
        last = [e for e in self.ledger.history(tag) if e.action == "return"]
        loan = str(last[-1].detail.get("loan", "")) if last else ""
        signed = certificate.issue(tag, loan, wiped, self.signer, simulated=True)
        path = signed.save(self.folder / "certificates")
        detail: Detail = {"certificate": path.name, "entries": wiped.entries}
        self.ledger.note("wiped", tag, self._actor(), detail)
        self._events.publish(LaptopsChanged())
        return signed

    def _guest(self, root: Path) -> tuple[str, tuple[int, int]]:
        """The guest's name and ids as the bundle in force says, never as the laptop says."""
        for line in self.reports.current()[2].splitlines():
            fields = line.split("\t")
            if fields[0] == "line" and fields[2] == "/etc/passwd":
                account = fields[6].split(":")
                return account[0], (int(account[2]), int(account[3]))
        raise errors.wipe_refused(_("利用者の名前を定めた設定一式がありません。"))


def _raw_key(text: str) -> bytes | None:
    """The 32 bytes of an OpenSSH Ed25519 public key in base64 (its last word may be a comment)."""
    for word in text.split()[:6]:
        if word.startswith("AAAAC3NzaC1lZDI1NTE5") and len(word) < 100:
            with contextlib.suppress(ValueError):
                blob = base64.b64decode(word, validate=True)
                if len(blob) == 51:
                    return blob[-32:]
    return None


def _natural(tag: str) -> tuple[str, int]:
    letters = tag.rstrip("0123456789")
    return letters, int(tag[len(letters) :] or 0)
