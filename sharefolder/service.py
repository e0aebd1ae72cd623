"""The one facade of the shared folder: what a page or a command may do with the shares of this terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import SuiteError
from core.events import Events
from core.files import make_private_folder
from core.i18n import _
from core.jobs import Report
from core.secrets import SecretStore
from sharefolder import cases, errors, links, opened, plans, rule_book, trail, transfer
from sharefolder.activity import Activity
from sharefolder.beginnings import Beginnings
from sharefolder.cases import Cases
from sharefolder.changes import Changes
from sharefolder.connected import Connected
from sharefolder.documents.sandbox import Sandbox
from sharefolder.guard import MassGuard
from sharefolder.index import crawl
from sharefolder.index.readable import Found
from sharefolder.index.store import Hit, Wish
from sharefolder.inquiry import model as inquiry_model
from sharefolder.inquiry.drafts import Drafts
from sharefolder.inquiry.office import Office
from sharefolder.inquiry.reply import Reply
from sharefolder.journal import Journal
from sharefolder.library import shelf
from sharefolder.library.shelf import Shelf
from sharefolder.local import LocalStorage
from sharefolder.looks import Looks
from sharefolder.marks import Marks
from sharefolder.model import Entry, Rights
from sharefolder.places import Place, Places, Removed
from sharefolder.ports import Credential, Storage, Watch
from sharefolder.ruling import Ruling
from sharefolder.searching import ServiceBeside
from sharefolder.sending import Batch, Sending
from sharefolder.told import Told
from sharefolder.trail import Trail
from sharefolder.transfer import IfExists
from sharefolder.versions import Versions


@dataclass(frozen=True)
class ShareChanged:
    """Something in ``folder`` of ``place`` is otherwise than before."""

    place: str
    folder: str


class ShareService:
    """Safe from any thread. Everything that may take long wants a ``report`` and runs as a job."""

    def __init__(
        self,
        folder: Path,
        events: Events,
        actor: Callable[[], str],
        credential: Callable[[], Credential] = Credential,
        tell: Trail = trail.untold,
        secrets: SecretStore | None = None,
    ) -> None:
        self._folder, self._events, self._actor = folder, events, actor
        self._guard = MassGuard()
        self._told = Told(folder, actor, tell, lambda place, at: events.publish(ShareChanged(place, at)))
        make_private_folder(folder)
        self._places = Places(folder / "places.json", credential, secrets)
        self._sandbox = Sandbox()
        self._connected = Connected(folder, self._places, self._sandbox, self._told.of_folder)
        self._at = self._connected.at
        self.changes = Changes(self._storage, self._guard, actor, self._told.done)
        self.versions = Versions(self._storage, self.changes)
        self.sending = Sending(Journal(folder / "share.db", actor), self._storage, self._told.arrived)
        self.looks = Looks(self._storage)
        self.ruling = Ruling(lambda place: (self._at(place).storage, self._at(place).rules), self._told.done)
        self.beginnings = Beginnings(self._storage, self.cases, self.library, self.changes, self._told.done)
        self._beside: ServiceBeside | None = None

    @property
    def marks(self) -> Marks:
        """What whoever is signed in keeps at hand here: nobody else's."""
        return Marks(self._folder / f"marks-{self._told.owner}.json")

    def activity(self, place: str, path: str) -> Activity:
        """Who changed ``path`` and what is in it: everybody where the server keeps a record, else this person
        alone. An index service that is silent counts as none: the own record is better than nothing."""
        with suppress(SuiteError):
            if (acts := self._at(place).searching.activity(path)) is not None:
                return Activity(tuple(acts), everybody=True)
        return Activity(tuple(self._told.own.of(place, path)), everybody=False)

    def leave(self) -> None:
        """The person has left: from now on each server is asked anew, as whoever comes next. A server that
        does not answer keeps nobody waiting."""
        self._connected.leave()

    # places

    def places(self) -> list[Place]:
        """The shares of this terminal in their order."""
        return self._places.every()

    def add_place(self, name: str, address: str, account: str = "", password: str | None = None) -> Place:
        """One more share; it must answer. With ``account`` by its password, which goes to the system's secret
        store; else by the session's ticket. A name that another share has here is made free. SuiteError
        SHARE-031, SHARE-001, SHARE-012."""
        where = address.strip()
        wanted = name.strip() or re.split(r"[/\\]", where.rstrip("/\\"))[-1]
        place = Place(self._places.named(wanted, where), where, account)
        next(iter(self._places.open(place, password).list("")), None)
        self._places.keep(place, password)
        self._connected.forget(place.name)
        self._told.done("share.place.added", place.name, [""])
        return place

    def remove_place(self, name: str) -> Removed | None:
        """Take a share off this terminal; nothing on the share is touched. For ``bring_place_back``."""
        removed = self._places.remove(name)
        if removed is not None:
            self._connected.forget(name)
            self._told.done("share.place.removed", name, [""])
        return removed

    def bring_place_back(self, removed: Removed) -> None:
        """Undo of ``remove_place``."""
        self._places.bring_back(removed)
        self._connected.forget(removed.place.name)
        self._told.done("share.place.added", removed.place.name, [""])

    def _storage(self, place: str) -> Storage:
        return self._at(place).storage

    def office(self, place: str) -> Office:
        """The inquiries of a share."""
        return self._at(place).office

    def reply(self, place: str) -> Reply:
        """Answers to a share's inquiries, written on the screen."""
        here = self._at(place)
        return Reply(here.storage, self._sandbox, partial(self._told.of_folder, place))

    def drafts(self, place: str) -> Drafts:
        """This person's answers that are not handed in yet."""
        return Drafts(self._folder / "drafts", self._actor(), self._at(place).place.address)

    def library(self, place: str) -> Shelf:
        """The specifications of a share."""
        return self._at(place).library

    def cases(self, place: str) -> Cases:
        """The model cases of a share."""
        here = self._at(place)
        return Cases(here.storage, here.rules, tell=partial(self._told.of_folder, place))

    def link(self, place: str, path: str) -> str:
        """For a colleague's suite: see ``links``."""
        return links.link(self._at(place).place, path)

    # browsing

    def entries(self, place: str, folder: str) -> Iterator[list[Entry]]:
        """What is in ``folder``, in batches, without what is not for people."""
        for batch in self._at(place).storage.list(folder):
            yield [entry for entry in batch if not crawl.hidden(entry.name)]

    def sections(self, place: str) -> list[str]:
        """The first folders of the share but for those of the suite: the office's sections."""
        ours = (inquiry_model.PLACE, cases.PLACE, shelf.PLACE, rule_book.PLACE)
        found = [e.name for batch in self.entries(place, "") for e in batch if e.folder]
        return sorted(set(found) - set(ours))

    def rights(self, place: str, path: str) -> Rights:
        """What this person may do with ``path``, and who else."""
        return self._at(place).storage.rights(path)

    # sending

    def upload(
        self,
        place: str,
        folder: str,
        files: Sequence[Path],
        if_exists: IfExists,
        report: Report,
        confirmed: bool = False,
        seen: Mapping[str, float] | None = None,
    ) -> Batch:
        """Send files and folders. A taken name stops before anything is sent (SHARE-005, ``errors.Taken``)
        unless ``if_exists`` says what to do; a cut leaves a task that ``resume`` goes on with. ``seen``: what
        the person who chose to replace it was told of, without it what is there now; anything else stays.
        SHARE-030 before very many existing files are replaced, unless a person has ``confirmed``."""
        plan = plans.plan_upload(list(files), folder, lambda: report(0, None, _("調べています")))
        fitted = self.sending.fitted(place, plan, if_exists)
        if if_exists is not IfExists.KEEP_BOTH:
            if fitted.taken and if_exists is IfExists.ASK:
                raise errors.Taken(fitted.taken[0], fitted.seen)
            self._guard.admit(len(fitted.seen), confirmed)
        return self.sending.upload(place, fitted, if_exists, report, seen)

    def upload_mended(self, place: str, unnamed: Sequence[tuple[Path, str]], report: Report) -> Batch:
        """Send what a batch has left out for its name, each under the one proposed for it, made free."""
        sent: list[transfer.Sent] = []
        refused: list[tuple[str, str]] = []
        left: list[tuple[Path, str]] = []
        for plan, name in plans.plan_mended(unnamed, lambda: report(0, None, _("調べています"))):
            fitted = self.sending.fitted(place, plan, IfExists.KEEP_BOTH, name)
            batch = self.sending.upload(place, fitted, IfExists.KEEP_BOTH, report)
            sent, refused, left = [*sent, *batch.sent], [*refused, *batch.refused], [*left, *batch.unnamed]
        return Batch(tuple(sent), tuple(refused), tuple(left))

    def check_free(self, place: str, folder: str, files: Sequence[Path]) -> int:
        """How many bytes ``upload`` would send. SHARE-005 (``errors.Taken``) if it would have to ask."""
        plan = plans.plan_upload(list(files), folder)
        fitted = self.sending.fitted(place, plan, IfExists.ASK)
        if fitted.taken:
            raise errors.Taken(fitted.taken[0], fitted.seen)
        return plan.size

    def download(
        self, place: str, entries: Sequence[Entry], folder: Path, if_exists: IfExists, report: Report
    ) -> Batch:
        """Fetch files, and folders with all that is in them, into a local folder."""
        return self.sending.download(place, entries, folder, if_exists, report)

    # following, keeping at hand

    def watch(self, place: str, folder: str, tree: bool = False) -> Watch:
        """Publish ``ShareChanged`` whenever somebody changes something in ``folder``, with ``tree`` also in
        those below it."""
        told = self._events.publish
        return self._at(place).storage.watch(folder, lambda at: told(ShareChanged(place, at)), tree)

    def opened_by(self, place: str, entry: Entry) -> str | None:
        """Who has it open, as its owner file says; empty: somebody; None: nobody."""
        return opened.by_whom(self._at(place).storage, entry)

    def search(self, place: str, wish: Wish, limit: int = 100) -> list[Hit]:
        """Hits that this reader may open, names first, then the newest first."""
        return self.search_within(place, wish, limit).hits

    def search_within(self, place: str, wish: Wish, limit: int) -> Found:
        """``search``; and whether there was time to look at all."""
        return self._at(place).searching.search(wish, limit)

    def index_again(self, place: str, report: Report) -> dict[str, int]:
        """Bring the index up to date, or hear of the office's index service; how many entries are in which
        state."""
        return self._at(place).searching.look_again(report)

    def index_changed(self, place: str, folder: str, report: Report) -> None:
        """Bring the index up to date where something has changed (``ShareChanged``)."""
        self._at(place).searching.look_at(folder, report)

    def unread(self, place: str) -> list[tuple[str, str]]:
        """Documents whose inside is not searchable, with the reason's key."""
        return self._at(place).searching.unread()

    def used(self, place: str) -> dict[str, int]:
        """Month → how many people have used the share; nothing where no index service counts them."""
        return self._at(place).searching.used()

    def index_service(self, place: str) -> dict[str, Any] | None:
        """What the share's index service says of itself; see ``Searching.standing``."""
        return self._at(place).searching.standing()

    def serve_index(self, place: str, report: Report) -> None:
        """For the trial: run the index service of a local place until ``close``."""
        here = self._at(place)
        if self._beside is None and isinstance(here.storage, LocalStorage):
            self._beside = ServiceBeside(here.storage.on_disk(""), self._folder / "index-service")
            self._beside.ready(here.storage, report)

    def close(self) -> None:
        """End the children."""
        self._sandbox.close()
        self.looks.close()
        self._connected.close()
        if self._beside is not None:
            self._beside.close()
