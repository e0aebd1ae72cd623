"""Batches on their way: written down before anything is sent, gone on with after a restart."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report, after
from sharefolder import leavings, many, names, plans, transfer
from sharefolder.fitting import Fitted, fit
from sharefolder.inquiry.model import handed_in
from sharefolder.journal import Journal, Task
from sharefolder.model import Entry
from sharefolder.ports import SMALL, Storage
from sharefolder.transfer import IfExists

_GROUP = 200
_OF_THE_PLACE = ("SHARE-001", "SHARE-007", "SHARE-012")
"""Away, full, or not letting this person in: that goes for all of the place, and may pass."""


@dataclass(frozen=True)
class Batch:
    """What came of sending several files. ``refused``: name and why."""

    sent: tuple[transfer.Sent, ...]
    refused: tuple[tuple[str, str], ...]
    unnamed: tuple[tuple[Path, str], ...] = ()  # see plans.Plan


class Sending:
    """``storage`` gives the adapter of a place; ``arrived`` is told what has come to be on the share, also
    when the rest of its batch did not."""

    def __init__(
        self,
        journal: Journal,
        storage: Callable[[str], Storage],
        arrived: Callable[[str, Sequence[transfer.Sent]], None],
    ) -> None:
        self._journal, self._storage, self._arrived = journal, storage, arrived
        self._under_way: dict[int, str] = {}
        """Numbers of tasks, and their parts."""
        self._lock = Lock()

    def fitted(self, place: str, plan: plans.Plan, if_exists: IfExists, name: str = "") -> Fitted:
        """``plan`` on what lies there; see ``fitting.fit``."""
        return fit(self._storage(place), plan, if_exists, name)

    def upload(
        self,
        place: str,
        fitted: Fitted,
        if_exists: IfExists,
        report: Report,
        seen: Mapping[str, float] | None = None,
    ) -> Batch:
        """Send everything of ``fitted``. Only what is as in ``seen`` (without it: as it was fitted) is
        replaced; of two files for one place the second gets a free name. A cut leaves tasks that ``resume``
        goes on with."""
        storage = self._storage(place)
        self.tidy(report)
        for each in fitted.folders:
            if storage.stat(each) is None:
                storage.make_folder(each)
        decided = fitted.seen if seen is None else seen
        tasks = []
        for number, (path, into, name) in enumerate(fitted.files):
            how = IfExists.KEEP_BOTH if number in fitted.second else if_exists
            was = decided.get(names.join(into, name or path.name))
            tasks.append(Task(place, True, str(path), into, how, name=name, seen=was))
        return Batch(tuple(self._work(self._begun(tasks), report)), fitted.refused, fitted.unnamed)

    def download(
        self, place: str, entries: Sequence[Entry], folder: Path, if_exists: IfExists, report: Report
    ) -> Batch:
        """Fetch files, and folders with all that is in them, into a local folder."""
        plan = plans.plan_download(
            self._storage(place), entries, folder, lambda: report(0, None, _("調べています"))
        )
        for each in plan.folders:
            each.mkdir(parents=True, exist_ok=True)
        tasks = [
            Task(place, False, str(into), path, if_exists, seen=_local_time(into, path))
            for path, into in plan.files
        ]
        return Batch(tuple(self._work(self._begun(tasks), report)), plan.refused)

    def pending(self) -> list[Task]:
        """What has been begun and not finished, by this run of the suite or an earlier one, and is not under
        way."""
        with self._lock:
            return self._pending()

    def resume(self, report: Report) -> Batch:
        """Go on with everything pending. What cannot go on is told; it stays pending where that may pass.
        Where a whole place cannot (away, full, closed to this person), the rest of it waits. SuiteError when
        nothing of any place could go on so."""
        refused = []
        sent: list[transfer.Sent] = []
        waits: dict[str, SuiteError] = {}
        try:
            for task in self.pending():
                if task.place in waits or not self._claimed(task):
                    continue
                try:
                    sent += self._work([task], report, again=True)
                except SuiteError as error:
                    if error.code in _OF_THE_PLACE:
                        waits[task.place] = error
                    refused.append((Path(task.here if task.up else task.there).name, str(error)))
        finally:
            self.tidy(report)
        if waits and len(refused) == len(waits) and not sent:
            raise next(iter(waits.values()))
        return Batch(tuple(sent), tuple(refused))

    def drop_pending(self, report: Report) -> int:
        """Nobody wants them any more: what they have left goes. How many have left something that cannot go
        now; it goes at the next start or sending."""
        with self._lock:
            self._journal.drop(*(task.number for task in self._pending()))
        return self.tidy(report)

    def tidy(self, report: Report) -> int:
        """Take away what is left of what nobody wants any more; of how many that could not be done now."""
        with self._lock:
            dropped = self._journal.dropped()
            in_use = {task.part for task in self._journal.open()} if dropped else set()
        if not dropped:
            return 0
        gone = leavings.clear(dropped, self._journal.mark, self._storage, in_use, report)
        self._journal.end(*gone)
        return len(dropped) - len(gone)

    def _pending(self) -> list[Task]:
        return [task for task in self._journal.open() if task.number not in self._under_way]

    def _begun(self, tasks: list[Task]) -> list[Task]:
        """Written down, and under way; no two fill one part."""
        with self._lock:
            mark, busy = self._journal.mark, set(self._under_way.values())
            named: list[Task] = []
            for task in tasks:
                part = leavings.part_of(mark, task)
                if part in busy:
                    part = leavings.part_of(secrets.token_hex(16), task)
                busy.add(part)
                named.append(replace(task, part=part))
            made = self._journal.begin(named)
            self._under_way |= {task.number: task.part for task in made}
        return made

    def _claimed(self, task: Task) -> bool:
        """Whether it is now under way by whoever asks, and was not before, nor dropped meanwhile."""
        with self._lock:
            busy = task.number in self._under_way or (task.part and task.part in self._under_way.values())
            if busy or not self._journal.is_open(task.number):
                return False
            self._under_way[task.number] = task.part
        return True

    def _work(self, tasks: Sequence[Task], report: Report, again: bool = False) -> list[transfer.Sent]:
        """Send what is under way by whoever asks; afterwards nothing of it is. ``again``: an earlier try was
        cut."""
        done: list[transfer.Sent] = []
        small = _small_ones(tasks)
        apart = {task.number for task in small}
        try:
            self._send_small(small, report, done)
            rest = [task for task in tasks if task.number not in apart]
            for number, task in enumerate(rest, len(apart) + 1):
                name = Path(task.here if task.up else task.there).name
                step = _named(report, f"{name}（{number} / {len(tasks)}）" if len(tasks) > 1 else name)
                done.append(self._settled(task, step, again))
        finally:
            with self._lock:
                for task in tasks:
                    del self._under_way[task.number]
            for place in {task.place for task in tasks if task.up} if done else ():
                self._arrived(place, done)
        return done

    def _send_small(self, tasks: Sequence[Task], report: Report, done: list[transfer.Sent]) -> None:
        """Many at once; the journal hears of them in groups, as each word of it waits for the disk."""
        if not tasks:
            return
        files = [
            many.Wanted(
                Path(task.here),
                task.there,
                task.if_exists,
                task.seen,
                not handed_in(task.there),
                self._tries(task),
            )
            for task in tasks
        ]
        arrived: list[int] = []
        storage, mark = self._storage(tasks[0].place), self._journal.mark
        try:
            for task, sent in zip(tasks, many.upload_many(files, storage, report, mark), strict=False):
                done.append(sent)
                arrived.append(task.number)
                if len(arrived) >= _GROUP:
                    self._journal.end(*arrived)
                    arrived.clear()
        except SuiteError as error:
            if not _may_pass(error, tasks[len(done)]):
                self._journal.drop(tasks[len(done)].number)
            raise
        finally:
            self._journal.end(*arrived)

    def _settled(self, task: Task, report: Report, again: bool) -> transfer.Sent:
        try:
            sent = self._one(task, report, again)
        except SuiteError as error:
            if not _may_pass(error, task):
                self._journal.drop(task.number)
            raise
        if again:  # what earlier tries have left elsewhere goes as well
            self._journal.drop(task.number)
        else:
            self._journal.end(task.number)
        return sent

    def _one(self, task: Task, report: Report, again: bool) -> transfer.Sent:
        storage, here, how, seen = self._storage(task.place), Path(task.here), task.if_exists, task.seen
        tries = self._tries(task, again)
        if task.up:
            dated = not handed_in(task.there)
            return transfer.upload(here, storage, task.there, report, how, task.name, seen, dated, tries)
        return transfer.download(storage, task.there, here, report, how, seen, tries)

    def _tries(self, task: Task, again: bool = False) -> transfer.Tries:
        ends = (task.end,) if again and task.end else ()
        if again and not ends and task.if_exists is IfExists.KEEP_BOTH and task.seen is None:
            folder, name = (task.there, task.name or Path(task.here).name) if task.up else ("", "")
            ends = (names.join(folder, name or names.proposed(task.there.rpartition("/")[2])),)
        return transfer.Tries(task.part, ends, lambda end: self._journal.aimed(task.number, end))


def _may_pass(error: SuiteError, task: Task) -> bool:
    """Whether it may be otherwise in a while: the task stays. A right to write is given when asked for; what
    may not be read is no transfer that was cut."""
    return error.code in _OF_THE_PLACE or (error.code == "SHARE-003" and task.up)


def _small_ones(tasks: Sequence[Task]) -> Sequence[Task]:
    """Those that can be on their way at once: small, under their own names, no two for one place."""
    found: dict[tuple[str, str], Task] = {}
    for task in tasks:
        if task.up and not task.name and _is_small(Path(task.here)):
            found.setdefault((task.there, names.same(Path(task.here).name)), task)
    return [*found.values()] if len(found) > 1 else []


def _local_time(folder: Path, path: str) -> float | None:
    """When what a file of the share would replace in a local folder was changed."""
    try:
        return (folder / names.proposed(path.rpartition("/")[2])).lstat().st_mtime
    except OSError:  # nothing is there
        return None


def _is_small(file: Path) -> bool:
    try:
        return file.stat().st_size <= SMALL
    except OSError:  # gone meanwhile: sending it says so
        return False


def _named(report: Report, words: str) -> Report:
    return Report(lambda done, total, text: report(done, total, after(words, text)))
