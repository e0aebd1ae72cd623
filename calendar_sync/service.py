"""The schedules of whoever signs in at this machine, and their server: what the feature opens with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from calendar_sync.accounts import Accounts, Ticket, no_ticket
from calendar_sync.model import Owner
from calendar_sync.remote import Remote, unreachable
from calendar_sync.schedule import Schedule, Undo
from calendar_sync.servers.embedded import EmbeddedServer
from calendar_sync.store import Store
from core.events import Events
from core.paths import Paths
from core.secrets import SecretStore

__all__ = ["Schedule", "Schedules", "Undo"]


class Schedules:
    """The schedules of the people who sign in at this machine, and the server they are on."""

    def __init__(
        self,
        paths: Paths,
        secrets: SecretStore,
        events: Events,
        out_of_reach: Callable[[], bool] = lambda: False,
        ticket: Ticket = no_ticket,
    ) -> None:
        """``out_of_reach``: whether a trial plays 圏外 just now. ``ticket``: for servers that want one."""
        self._paths, self._secrets, self._events = paths, secrets, events
        self._out_of_reach, self._ticket = out_of_reach, ticket
        self._lock = threading.Lock()
        self._open: dict[str, Schedule] = {}
        self.server = EmbeddedServer(paths.data / "calendar-server", secrets)

    def of(self, owner: Owner) -> Schedule:
        """The schedule of ``owner``; works without a server."""
        with self._lock:
            if owner.staff_number not in self._open:
                name = quote(owner.staff_number, safe="")
                store = Store(self._paths.data / "calendar" / f"{name}.db")
                embedded = partial(self.server.remote, owner.staff_number)
                accounts = Accounts(owner, store, self._secrets, embedded, self._ticket)
                connect = partial(self._connect, accounts)
                self._open[owner.staff_number] = Schedule(owner, store, connect, self._events, accounts)
            return self._open[owner.staff_number]

    def _connect(self, accounts: Accounts) -> Remote:
        if self._out_of_reach():
            raise unreachable()
        return accounts.connect()

    def close(self) -> None:
        self.server.stop()
