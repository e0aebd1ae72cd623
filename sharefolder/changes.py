"""What a person changes on a share: made, renamed, moved, copied, put into the bin. Nothing is destroyed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import bins, copies, errors, names, transfer
from sharefolder.guard import MANY, MassGuard
from sharefolder.model import Entry
from sharefolder.ports import Storage

Done = Callable[[str, str, Sequence[str]], None]
"""(action, place, paths): audit line and event, once it is so."""


@dataclass(frozen=True)
class Trashed:
    """Where a deleted thing lies, for bringing it back."""

    path: str
    where: str


class Halfway(SuiteError):  # noqa: N818 - as Disconnected
    """``error`` came when ``done`` were in the bin already: they can be brought back."""

    def __init__(self, error: SuiteError, done: list[Trashed]) -> None:
        super().__init__(error.what, error.why, error.next_step, error.code)
        self.done = done


class Changes:
    """``guard`` stops what is suddenly very many; ``done`` is told what has come to be."""

    def __init__(
        self, storage: Callable[[str], Storage], guard: MassGuard, actor: Callable[[], str], done: Done
    ) -> None:
        self._storage, self._guard, self._actor, self._done = storage, guard, actor, done

    def make_folder(self, place: str, folder: str, name: str) -> None:
        """SHARE-005, also beside a name that another server or program takes for the same; SHARE-006."""
        path = names.writable(names.join(folder, name))
        storage = self._storage(place)
        _free(name, _names(storage, folder))
        storage.make_folder(path)
        self._done("share.folder.made", place, [path])

    def rename(self, place: str, entry: Entry, name: str, confirmed: bool = False) -> None:
        """A new name in the same folder; never over another. SHARE-030 as for ``trash``."""
        end = names.writable(names.join(entry.parent, name))
        storage = self._storage(place)
        _free(name, _names(storage, entry.parent, but=entry.name))
        self._guard.admit(1, confirmed)
        storage.move(entry.path, end)
        self._done("share.renamed", place, [entry.path, end])

    def move_into(
        self, place: str, entries: Sequence[Entry], folder: str, confirmed: bool = False
    ) -> list[tuple[Entry, SuiteError]]:
        """Move inside the share, on the server; never over another. What could not be moved, and why.
        SHARE-013 before anything has moved, SHARE-030 as for ``trash``."""
        for entry in entries:
            if _within(folder, entry):
                raise errors.into_itself(entry.name)
        wanted = [entry for entry in entries if entry.parent != folder]
        storage, refused = self._storage(place), []
        self._guard.admit(_weight(storage, wanted), confirmed)
        taken = _names(storage, folder) if wanted else {}
        for entry in wanted:
            end = names.join(folder, entry.name)
            try:
                _free(entry.name, taken)
                storage.move(entry.path, end)
            except errors.Disconnected:
                raise
            except SuiteError as error:
                refused.append((entry, error))
            else:
                taken[names.same(entry.name)] = entry.name
                self._done("share.moved", place, [entry.path, end])
        return refused

    def copy_into(
        self, place: str, entries: Sequence[Entry], folder: str, report: Report
    ) -> tuple[list[str], list[tuple[str, str]]]:
        """Copy inside the share, on the server where it can, folders with all that is in them, each under a
        free name: the paths that were made, and (path, why) of what could not be. SHARE-015 for a folder into
        itself."""
        for entry in entries:
            if entry.folder and _within(folder, entry):
                raise errors.copy_into_itself(entry.name)
        copying = copies.Copying(self._storage(place), report)
        try:
            copying.run(entries, folder)
        finally:
            for path in copying.tops:
                self._done("share.copied", place, [path])
        return copying.made, copying.refused

    def trash(self, place: str, entries: Sequence[Entry], confirmed: bool = False) -> list[Trashed]:
        """Put ``entries`` into the bins of their folders, from where ``bring_back`` takes them. Nothing is
        destroyed. SHARE-030 when it is suddenly very many, unless a person has ``confirmed``; SHARE-003 where
        this person may not; Halfway: some went."""
        storage = self._storage(place)
        self._guard.admit(_weight(storage, entries), confirmed)
        into: dict[str, tuple[str, set[str]]] = {}
        done: list[Trashed] = []
        try:
            for entry in entries:
                if entry.parent not in into:
                    into[entry.parent] = self._bin(storage, entry), set()
                bin_, taken = into[entry.parent]
                where = names.join(bin_, _free_in(taken, entry.name))
                storage.move(entry.path, where)
                done.append(Trashed(entry.path, where))
        except SuiteError as error:
            for bin_, _taken in into.values():
                bins.tidy(storage, bin_)
            if not done:
                raise
            raise Halfway(error, done) from error
        finally:
            if done:
                self._done("share.trashed", place, [each.path for each in done])
        return done

    def bring_back(self, place: str, trashed: Sequence[Trashed | bins.Lying]) -> None:
        """Undo of ``trash``; never over something that has that name now. A name that no longer may be given
        comes back as the one proposed for it."""
        storage, taken = self._storage(place), dict[str, dict[str, str]]()
        for each in trashed:
            folder, _slash, name = each.path.rpartition("/")
            path = names.join(folder, name := names.proposed(name))
            if folder not in taken:
                taken[folder] = _names(storage, folder)
            _free(name, taken[folder])
            storage.move(each.where, path)
            taken[folder][names.same(name)] = name
            bins.tidy(storage, each.where.rpartition("/")[0])
            self._done("share.restored", place, [path])

    def lying(self, place: str, folder: str, report: Report) -> tuple[list[bins.Lying], bool]:
        """What was deleted from ``folder`` and below it: see ``bins.look``."""
        return bins.look(self._storage(place), folder, report)

    def kept(self, place: str, entry: Entry, report: Report) -> Trashed:
        """A copy of ``entry`` in the bin, before something else takes its place."""
        storage = self._storage(place)
        bin_ = self._bin(storage, entry)
        return Trashed(entry.path, transfer.copy_inside(storage, entry.path, bin_, report, dated=True))

    def told(self, action: str, place: str, paths: Sequence[str]) -> None:
        """What another part has changed: audit line and event."""
        self._done(action, place, paths)

    def _bin(self, storage: Storage, entry: Entry) -> str:
        """SHARE-003, said of ``entry``, where this person may make nothing in its folder."""
        try:
            return bins.make(storage, entry.parent, self._actor())
        except SuiteError as error:
            if error.code == "SHARE-003":
                raise errors.no_right(entry.name) from error
            raise


def _weight(storage: Storage, entries: Sequence[Entry]) -> int:
    """How many things change: a folder counts with what lies in it, as far as the guard counts. What this
    person may not look into counts as one."""
    count, waiting = len(entries), [entry.path for entry in entries if entry.folder]
    while waiting and count < MANY:
        try:
            for batch in storage.list(waiting.pop()):
                count += len(batch)
                waiting += [entry.path for entry in batch if entry.folder]
                if count >= MANY:
                    break
        except errors.Disconnected:
            raise
        except SuiteError:
            continue
    return count


def _within(folder: str, entry: Entry) -> bool:
    """Whether ``folder`` is ``entry`` or below it, also where a server takes two spellings for one."""
    return f"{names.same(folder)}/".startswith(f"{names.same(entry.path)}/")


def _names(storage: Storage, folder: str, but: str = "") -> dict[str, str]:
    """What is in ``folder``, by what a server may take it for; without the one of the very name ``but``."""
    found = (each.name for batch in storage.list(folder) for each in batch)
    return {names.same(name): name for name in found if name != but}


def _free_in(taken: set[str], name: str) -> str:
    """A good name for ``name`` that none in ``taken`` (as ``names.same`` gives them) has; it is put there."""
    made = names.proposed(name)
    if names.same(made) in taken:
        made = names.free(made, taken)
    taken.add(names.same(made))
    return made


def _free(name: str, taken: Mapping[str, str]) -> None:
    """SHARE-005 where one of ``taken`` is the same but for case or how its accents are written: some servers
    would keep both, others neither."""
    if (twin := taken.get(names.same(name))) is not None:
        raise errors.exists(twin)
