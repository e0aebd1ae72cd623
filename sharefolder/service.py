"""The one facade of the shared folder: what a page or a command may do with the shares of this terminal."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from blake3 import blake3

from core.errors import SuiteError
from core.events import Events
from core.files import make_private_folder
from core.i18n import _
from core.jobs import Report
from sharefolder import errors, names, places, transfer
from sharefolder.documents.sandbox import Answer, Sandbox
from sharefolder.index import crawl
from sharefolder.index.snippet import Snippet, snippet
from sharefolder.index.store import Hit, IndexStore, Wish
from sharefolder.inquiry.model import PLACE
from sharefolder.inquiry.office import Office
from sharefolder.journal import Journal, Task
from sharefolder.model import Entry, Rights
from sharefolder.places import Place
from sharefolder.ports import Credential, Storage
from sharefolder.transfer import IfExists

TRASH = ".recycle"
MANY, MINUTE = 30, 60.0
"""So many deletions in a minute are a mistake or a malicious program until a person says otherwise."""


@dataclass(frozen=True)
class ShareChanged:
    """Something in ``folder`` of ``place`` is otherwise than before."""

    place: str
    folder: str


@dataclass(frozen=True)
class Batch:
    """What came of sending several files. ``refused``: name and why."""

    sent: tuple[transfer.Sent, ...]
    refused: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Trashed:
    """Where a deleted thing lies, for bringing it back."""

    path: str
    where: str


class _Open:
    """A place with its adapter, index and inquiries."""

    def __init__(self, place: Place, storage: Storage, index: IndexStore, office: Office) -> None:
        self.place, self.storage, self.index, self.office = place, storage, index, office


class ShareService:
    """Safe from any thread. Everything that may take long wants a ``report`` and runs as a job."""

    def __init__(
        self,
        folder: Path,
        events: Events,
        actor: Callable[[], str],
        credential: Callable[[], Credential] = Credential,
    ) -> None:
        self._folder, self._events, self._actor, self._credential = folder, events, actor, credential
        make_private_folder(folder)
        self._journal = Journal(folder / "share.db")
        self._sandbox, self._looking = Sandbox(), Sandbox(timeout=5.0)
        self._lock = Lock()
        self._opened: dict[str, _Open] = {}
        self._deletions: deque[float] = deque(maxlen=MANY)

    # places

    def places(self) -> list[Place]:
        """The shares of this terminal in their order."""
        return places.load(self._folder / "places.json")

    def add_place(self, name: str, address: str) -> Place:
        """One more share; it must answer. SuiteError SHARE-031, SHARE-001, SHARE-012."""
        place = Place(name.strip() or address.strip().rpartition("/")[2], address.strip())
        storage = places.open_storage(place, self._credential)
        next(iter(storage.list("")), None)
        kept = [each for each in self.places() if each.name != place.name]
        places.save(self._folder / "places.json", [*kept, place])
        with self._lock:
            self._opened.pop(place.name, None)
        self._events.publish(ShareChanged(place.name, ""))
        return place

    def _at(self, name: str) -> _Open:
        with self._lock:
            if name not in self._opened:
                place = next((each for each in self.places() if each.name == name), None)
                if place is None:
                    raise errors.not_found(name)
                storage = places.open_storage(place, self._credential)
                key = blake3(place.address.encode()).hexdigest()[:16]
                index = IndexStore(self._folder / f"index-{key}.db")
                self._opened[name] = _Open(place, storage, index, Office(storage, self._sandbox))
            return self._opened[name]

    def office(self, place: str) -> Office:
        """The inquiries of a share."""
        return self._at(place).office

    # browsing

    def entries(self, place: str, folder: str) -> Iterator[list[Entry]]:
        """What is in ``folder``, in batches, without what is not for people."""
        for batch in self._at(place).storage.list(folder):
            yield [entry for entry in batch if not crawl.hidden(entry.name)]

    def sections(self, place: str) -> list[str]:
        """The first folders of the share: the office's sections."""
        found = [e.name for batch in self.entries(place, "") for e in batch if e.folder and e.name != PLACE]
        return sorted(found)

    def rights(self, place: str, path: str) -> Rights:
        """What this person may do with ``path``, and who else."""
        return self._at(place).storage.rights(path)

    def preview(self, place: str, entry: Entry) -> Answer:
        """The words in a document, read by the limited child; ``reason`` where there are none."""
        if not crawl.is_readable(entry):
            return Answer(None, "")
        return crawl.look_into(self._at(place).storage, entry, self._looking, "text")

    def make_folder(self, place: str, folder: str, name: str) -> None:
        """SHARE-005, SHARE-006."""
        self._at(place).storage.make_folder(names.join(folder, name))
        self._events.publish(ShareChanged(place, folder))

    def rename(self, place: str, entry: Entry, name: str) -> None:
        """A new name in the same folder; never over another."""
        self._at(place).storage.move(entry.path, names.join(entry.parent, name))
        self._events.publish(ShareChanged(place, entry.parent))

    def trash(self, place: str, entries: Sequence[Entry], confirmed: bool = False) -> list[Trashed]:
        """Put ``entries`` into the share's bin, from where ``bring_back`` takes them. Nothing is destroyed.
        SHARE-030 when it is suddenly very many, unless a person has ``confirmed``."""
        now = time.monotonic()
        recent = sum(now - then < MINUTE for then in self._deletions)
        if not confirmed and recent + len(entries) >= MANY:
            raise SuiteError(
                _("削除を止めました。"),
                _("1分間に{count}件を超える削除です。").format(count=MANY),
                _("本当に削除するときは、もう一度確かめてから続けてください。"),
                "SHARE-030",
            )
        self._deletions.extend([now] * len(entries))
        storage = self._at(place).storage
        bin_ = self._bin(storage)
        done = []
        for entry in entries:
            taken = [each.name for batch in storage.list(bin_) for each in batch]
            where = names.join(bin_, names.free(entry.name, taken))
            storage.move(entry.path, where)
            done.append(Trashed(entry.path, where))
        for folder in {entry.parent for entry in entries}:
            self._events.publish(ShareChanged(place, folder))
        return done

    def bring_back(self, place: str, trashed: Sequence[Trashed]) -> None:
        """Undo of ``trash``; never over something that has that name now."""
        for each in trashed:
            self._at(place).storage.move(each.where, each.path)
        for folder in {each.path.rpartition("/")[0] for each in trashed}:
            self._events.publish(ShareChanged(place, folder))

    def _bin(self, storage: Storage) -> str:
        path = TRASH
        for part in ("", self._actor() or "unknown", time.strftime("%Y%m%d")):
            path = names.join(path, part) if part else path
            if storage.stat(path) is None:
                storage.make_folder(path)
        return path

    # sending

    def upload(
        self, place: str, folder: str, files: Sequence[Path], if_exists: IfExists, report: Report
    ) -> Batch:
        """Send files and folders. A taken name stops before anything is sent (SHARE-005) unless
        ``if_exists`` says what to do; a cut leaves a task that ``resume`` goes on with."""
        storage = self._at(place).storage
        plan = transfer.plan_upload(list(files), folder, lambda: report(0, None, _("調べています")))
        if if_exists is IfExists.ASK:
            self._refuse_taken(storage, plan)
        for each in plan.folders:
            if storage.stat(each) is None:
                storage.make_folder(each)
        tasks = [Task(place, True, str(path), into, if_exists) for path, into in plan.files]
        sent = self._work(self._journal.begin(tasks), report)
        return Batch(tuple(sent), plan.refused)

    def check_free(self, place: str, folder: str, files: Sequence[Path]) -> None:
        """SHARE-005 if ``upload`` would have to ask."""
        self._refuse_taken(self._at(place).storage, transfer.plan_upload(list(files), folder))

    def _refuse_taken(self, storage: Storage, plan: transfer.Plan) -> None:
        for path, into in plan.files:
            if storage.stat(names.join(into, path.name)) is not None:
                raise errors.exists(path.name)

    def download(
        self, place: str, entries: Sequence[Entry], folder: Path, if_exists: IfExists, report: Report
    ) -> Batch:
        """Fetch files into a local folder."""
        files = [entry for entry in entries if not entry.folder]
        tasks = [Task(place, False, str(folder), entry.path, if_exists) for entry in files]
        return Batch(tuple(self._work(self._journal.begin(tasks), report)), ())

    def pending(self) -> list[Task]:
        """What an earlier run of the suite has begun and not finished."""
        return self._journal.open()

    def resume(self, report: Report) -> Batch:
        """Go on with everything pending; what can no longer be sent is taken off the list and told."""
        refused = []
        sent: list[transfer.Sent] = []
        for task in self.pending():
            try:
                sent += self._work([task], report)
            except errors.Disconnected:
                raise
            except SuiteError as error:
                self._journal.end(task.number)
                refused.append((Path(task.here if task.up else task.there).name, str(error)))
        return Batch(tuple(sent), tuple(refused))

    def drop_pending(self) -> None:
        """Nobody wants them any more."""
        for task in self.pending():
            self._journal.end(task.number)

    def _work(self, tasks: Sequence[Task], report: Report) -> list[transfer.Sent]:
        done: list[transfer.Sent] = []
        for number, task in enumerate(tasks, 1):
            name = Path(task.here if task.up else task.there).name
            words = f"{name}（{number} / {len(tasks)}）" if len(tasks) > 1 else name
            step = _named(report, words)
            try:
                done.append(self._one(task, step))
            except SuiteError as error:
                if error.code not in ("SHARE-001", "SHARE-007"):  # those may be better in a while
                    self._journal.end(task.number)
                raise
            self._journal.end(task.number)
        for place, folder in {(task.place, task.there) for task in tasks if task.up}:
            self._events.publish(ShareChanged(place, folder))
        return done

    def _one(self, task: Task, report: Report) -> transfer.Sent:
        storage = self._at(task.place).storage
        if task.up:
            return transfer.upload(Path(task.here), storage, task.there, report, task.if_exists)
        return transfer.download(storage, task.there, Path(task.here), report, task.if_exists)

    # searching

    def search(self, place: str, wish: Wish, limit: int = 200) -> list[Hit]:
        """Hits that this reader may open, names first, then newest first."""
        here = self._at(place)
        found: list[Hit] = []
        for hit in here.index.search(wish):
            if here.storage.readable(hit.entry.path):
                found.append(hit)
            if len(found) >= limit:
                break
        return found

    def sentence(self, place: str, entry: Entry, words: str) -> Snippet | None:
        """Where the words stand in a document, read now with this reader's own rights."""
        text = self.preview(place, entry).value
        return snippet(text, words) if isinstance(text, str) else None

    def index_again(self, place: str, report: Report) -> dict[str, int]:
        """Bring the index up to date; how many entries are in which state."""
        here = self._at(place)
        crawl.list_again(here.storage, here.index, report)
        crawl.read_waiting(here.storage, here.index, self._sandbox, report)
        return here.index.counts()

    def unread(self, place: str) -> list[tuple[str, str]]:
        """Documents whose inside is not searchable, with the reason's key."""
        return self._at(place).index.unread()

    def close(self) -> None:
        """End the children."""
        self._sandbox.close()
        self._looking.close()


def _named(report: Report, words: str) -> Report:
    return Report(lambda done, total, text: report(done, total, f"{words}　{text}"))
