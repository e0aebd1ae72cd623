"""Searching one share: by the office's index service where the share names one, else by our own."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from core.errors import SuiteError
from core.files import make_private_folder
from core.i18n import _
from core.jobs import Report
from sharefolder.activity import Act
from sharefolder.documents.sandbox import Sandbox
from sharefolder.index import crawl
from sharefolder.index.readable import Found, first_readable
from sharefolder.index.remote import LIMIT, RemoteIndex, silent
from sharefolder.index.store import WAITING, IndexStore, Wish
from sharefolder.index.vouching import DESCRIPTION
from sharefolder.ports import Storage

log = logging.getLogger(__name__)
_READY_S = 180.0  # a machine that runs much else is slow to start it
_SOON = 200  # documents read at once because something has changed
_UNREAD = 500  # documents named at once


class Searching:
    """Safe from any thread."""

    def __init__(self, storage: Storage, index: IndexStore, sandbox: Sandbox) -> None:
        self._storage, self._index, self._sandbox = storage, index, sandbox
        self._remote: RemoteIndex | None = None

    def search(self, wish: Wish, limit: int) -> Found:
        """Hits that this reader may open, names first, then the newest first. A service's answer is the
        reader's own already; the file server is asked once more, as it may be stricter than its disk."""
        may_read = self._storage.all_readable
        if self._remote is None:
            return first_readable(may_read, self._index.found(wish), limit)
        said = self._remote.search(wish, limit)
        found = first_readable(may_read, said.hits, limit)
        if len(found.hits) < limit <= len(said.hits):
            said = self._remote.search(wish, LIMIT)
            found = first_readable(may_read, said.hits, limit)
            said = said._replace(whole=said.whole and len(said.hits) < LIMIT)
        return Found(found.hits, len(found.hits) >= limit or (found.whole and said.whole))

    def look_again(self, report: Report) -> dict[str, int]:
        """How many entries are in which state: as the service says, else after bringing our own index up to
        date."""
        if (found := RemoteIndex.found(self._storage)) is not None:
            with suppress(SuiteError):  # what was left behind by a service that has gone is no service
                counts = found.standing()["counts"]
                self._remote = found
                return {str(state): int(count) for state, count in counts.items()}
        self._remote = None
        crawl.list_again(self._storage, self._index, report)
        crawl.read_waiting(self._storage, self._index, self._sandbox, report)
        return self._index.counts()

    def look_at(self, folder: str, report: Report) -> None:
        """Something in ``folder`` has changed: our own index is brought up to date there, and reads what is
        new. Nothing where a service does that."""
        if self._remote is None:
            crawl.list_changed(self._storage, self._index, report, folder)
            crawl.read_waiting(self._storage, self._index, self._sandbox, report, _SOON)

    def unread(self) -> list[tuple[str, str]]:
        """Documents whose inside is not searchable, with the reason's key: the first 500 of those that this
        reader may open, as the file server says now."""
        if self._remote is not None:
            rows = [(str(path), str(why)) for path, why in self._remote.standing().get("unread", ())]
        else:
            rows = self._index.unread()
        found: list[tuple[str, str]] = []
        for start in range(0, len(rows), _UNREAD):
            part = rows[start : start + _UNREAD]
            may = self._storage.all_readable([path for path, _why in part])
            found += [row for row, allowed in zip(part, may, strict=True) if allowed]
            if len(found) >= _UNREAD:
                break
        return found[:_UNREAD]

    def used(self) -> dict[str, int]:
        """Month (``2026-11``) → how many people have used the share, as its index service has counted them;
        nothing where there is no service, or it does not count."""
        with self._service() as service:
            said = service.standing().get("used", {}) if service is not None else {}
        try:
            return {str(month): int(people) for month, people in said.items()}
        except (AttributeError, TypeError, ValueError) as error:
            raise silent() from error

    def standing(self) -> dict[str, Any] | None:
        """What the index service says of itself (``RemoteIndex.standing``); None where the share names
        none. SHARE-041 where the one that it names is silent or not to be understood."""
        if self._storage.stat(DESCRIPTION) is None:
            return None
        with self._service() as service:
            if service is None:
                raise silent()
            return service.standing()

    def activity(self, path: str) -> list[Act] | None:
        """What everybody did to ``path`` and in it, where the server keeps a record that a service reads;
        None otherwise."""
        with self._service() as service:
            return service.activity(path) if service is not None else None

    @contextmanager
    def _service(self) -> Iterator[RemoteIndex | None]:
        """The one in use, or the one that the share names now."""
        found = self._remote or RemoteIndex.found(self._storage)
        try:
            yield found
        finally:
            if found is not None and found is not self._remote:
                found.close()

    def close(self) -> None:
        """End the connection to a service."""
        if self._remote is not None:
            self._remote.close()


def _asked(storage: Storage) -> dict[str, Any]:
    """One question; the connection ends with it, or the service would wait for it when it is to end."""
    if (found := RemoteIndex.found(storage)) is None:
        return {}
    with closing(found):
        return found.standing()


class ServiceBeside:
    """The trial's index service: a process that ends with this one, whatever becomes of it."""

    def __init__(self, root: Path, folder: Path, audit: Path | None = None) -> None:
        call = [sys.executable, "-m", "sharefolder.index.program", "serve", "--with-stdin"]
        where = ["--root", str(root), "--folder", str(folder), "--host", "127.0.0.1", "--name", "127.0.0.1"]
        self._said = make_private_folder(folder) / "service.log"
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [*call, *where, "--port", "0", *(["--audit", str(audit)] if audit else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                cwd=Path(__file__).parents[1],
            )

    def ready(self, storage: Storage, report: Report) -> None:
        """Wait until it has looked at everything. SHARE-041 when it does not come."""
        assert self._process.stdout is not None  # noqa: S101 - made with a pipe
        self._process.stdout.readline()  # it says its address, or is gone
        end = time.monotonic() + _READY_S
        why: object = "it does not look"
        while time.monotonic() < end and self._process.poll() is None:
            report(0, None, _("索引サービスを始めています"))
            try:
                standing = _asked(storage)
                if standing.get("looked") and not standing["counts"].get(WAITING):
                    return
                why = standing.get("failure") or why
            except (SuiteError, httpx.HTTPError) as error:
                why = repr(error.__cause__ or error)
            time.sleep(0.1)
        said = self._said.read_bytes()[-2_000:].decode("utf-8", "replace")
        log.warning("no index service (ended: %s): %s %s", self._process.poll(), why, said)
        raise silent()

    def close(self) -> None:
        """End it; returns when it has gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
