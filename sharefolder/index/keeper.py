"""The index of a share kept in step beside the file server: by change notices, and by a look at all of it now
and then for whatever raised none."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime

from core.clock import TOKYO
from core.crash import describe, unexpected
from core.errors import SuiteError
from core.jobs import Cancelled, Report
from sharefolder.documents.sandbox import Sandbox
from sharefolder.index import crawl
from sharefolder.index.store import WAITING, IndexStore
from sharefolder.ports import Storage, Watch

log = logging.getLogger(__name__)
_GATHER_S = 0.2  # notices of one change come in a bunch
_AT_ONCE = 20  # documents read before notices are looked at again
_MOST_FOLDERS = 5_000  # told at once: from here on all of it is looked at
_AGAIN_S = 5.0


class Keeper:
    """Runs on a thread of its own from ``start`` to ``stop``. A share that vanishes costs nothing: the index
    stays as it was until it is there again."""

    def __init__(self, storage: Storage, index: IndexStore, every_s: float = 900.0) -> None:
        """``every_s``: how often everything is listed again."""
        self._storage, self._index, self._every = storage, index, every_s
        self._sandbox = Sandbox()
        self._stop, self._told = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._folders: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="share index", daemon=True)
        self.looked: datetime | None = None
        """When everything was last listed to its end."""
        self.failure = ""
        """Why it could not be the last time, in a sentence."""
        self.notices = False
        """Whether changes are told; otherwise only the look now and then finds them."""

    def start(self) -> None:
        """Begin with everything."""
        self._thread.start()

    def stop(self) -> None:
        """End it, and its children."""
        self._stop.set()
        self._told.set()
        self._thread.join(30)
        self._sandbox.close()

    def _run(self) -> None:
        watch: Watch | None = None
        due = 0.0
        while not self._stop.is_set():
            try:
                watch = watch or self._watching()
                if time.monotonic() >= due:
                    self._all()
                    due = time.monotonic() + self._every
                for folder in self._taken():
                    crawl.list_again(self._storage, self._index, self._report(), folder, deep=False)
                read = crawl.read_waiting(self._storage, self._index, self._sandbox, self._report(), _AT_ONCE)
                if not read or not self._index.counts().get(WAITING):
                    self._told.wait(max(0.0, min(due - time.monotonic(), self._every)))
                    self._stop.wait(_GATHER_S)
            except Cancelled:
                break
            except Exception as error:  # noqa: BLE001 - a service that answers on must not stop looking
                if not isinstance(error, SuiteError):
                    log.error("the look at the share broke off: %s", describe(error))
                self.failure = (error if isinstance(error, SuiteError) else unexpected(error)).why
                self._stop.wait(_AGAIN_S)
                due = 0.0
        if watch is not None:
            watch.stop()

    def _watching(self) -> Watch | None:
        """None where so many folders cannot be watched: the look now and then remains."""
        try:
            watch = self._storage.watch("", self._tell, tree=True)
        except SuiteError:
            self.notices = False
            return None
        self.notices = True
        return watch

    def _tell(self, folder: str) -> None:
        with self._lock:
            self._folders.add(folder)
        self._told.set()

    def _taken(self) -> list[str]:
        self._told.clear()
        with self._lock:
            folders, self._folders = self._folders, set()
        if len(folders) > _MOST_FOLDERS:
            return [""]
        return sorted(folder for folder in folders if not any(map(crawl.hidden, folder.split("/"))))

    def _all(self) -> None:
        crawl.list_again(self._storage, self._index, self._report())
        self.looked, self.failure = datetime.now(TOKYO), ""

    def _report(self) -> Report:
        """Ends a long look when the service ends."""

        def alive(_done: float, _total: float | None, _text: str) -> None:
            if self._stop.is_set():
                raise Cancelled

        return Report(alive)
