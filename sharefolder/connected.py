"""The places that somebody has gone to in this session: each with its adapter and what stands on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock, Thread

from blake3 import blake3

from sharefolder import errors
from sharefolder.documents.sandbox import Sandbox
from sharefolder.index.store import IndexStore
from sharefolder.inquiry.office import Office
from sharefolder.library.shelf import Shelf
from sharefolder.places import Place, Places
from sharefolder.ports import Storage
from sharefolder.rule_book import RuleBook
from sharefolder.searching import Searching


class Here:
    """A place with its adapter, search, inquiries and library."""

    def __init__(
        self, place: Place, storage: Storage, searching: Searching, office: Office, library: Shelf
    ) -> None:
        self.place, self.storage, self.searching = place, storage, searching
        self.office, self.library, self.rules = office, library, RuleBook(storage)


class Connected:
    """Safe from any thread. ``folder`` holds the indexes; ``tell`` is told a place, an act and a folder."""

    def __init__(
        self, folder: Path, places: Places, sandbox: Sandbox, tell: Callable[[str, str, str], None]
    ) -> None:
        self._folder, self._places, self._sandbox, self._tell = folder, places, sandbox, tell
        self._lock = Lock()
        self._opened: dict[str, Here] = {}

    def at(self, name: str) -> Here:
        """The place of that name. SHARE-002 where this terminal has none."""
        with self._lock:
            if name not in self._opened:
                place = next((each for each in self._places.every() if each.name == name), None)
                if place is None:
                    raise errors.not_found(name)
                self._opened[name] = self._open(place)
            return self._opened[name]

    def _open(self, place: Place) -> Here:
        storage = self._places.open(place)
        key = blake3(place.address.encode()).hexdigest()[:16]
        searching = Searching(storage, IndexStore(self._folder / f"index-{key}.db"), self._sandbox)
        tell = partial(self._tell, place.name)
        return Here(
            place, storage, searching, Office(storage, self._sandbox, tell=tell), Shelf(storage, tell)
        )

    def forget(self, name: str) -> None:
        """Its address or account is another one now."""
        with self._lock:
            self._opened.pop(name, None)

    def leave(self) -> None:
        """The person has left: from now on each server is asked anew, as whoever comes next. A server that
        does not answer keeps nobody waiting."""
        with self._lock:
            former, self._opened = self._opened, {}
        for each in former.values():
            each.searching.close()
            Thread(target=each.storage.close, name="share-leave", daemon=True).start()

    def close(self) -> None:
        """No more searches."""
        with self._lock:
            opened = list(self._opened.values())
        for each in opened:
            each.searching.close()
