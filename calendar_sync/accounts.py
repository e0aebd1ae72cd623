"""Which server a person's schedule is on: this machine's own, or one they have given an account of.

The account stands in the cache itself, written in the transaction that moves the calendars to it: whatever
happens, the hrefs in the cache belong to the server that is asked. Its password lies in the secret store.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from calendar_sync.discovery import Account, discover, discover_by_ticket
from calendar_sync.model import Owner
from calendar_sync.remote import Credential, Remote
from calendar_sync.servers.embedded import secret_name
from calendar_sync.store import Store
from core.errors import SuiteError
from core.i18n import _
from core.negotiate import TicketAuth
from core.secrets import SecretStore

_FACT = "account"
Ticket = Callable[[str], TicketAuth]
"""Shows the ticket of a principal, or ("") of whoever is signed in. SuiteError TICKET-010."""


def no_ticket(_principal: str) -> TicketAuth:
    """Where no realm is configured."""
    raise SuiteError(
        _("サーバーにつなげませんでした。"),
        _("この端末には領域（Kerberos）が設定されていません。"),
        _("アプリパスワードを入れてください。"),
        "TICKET-010",
    )


class Accounts:
    """The account of one person. ``embedded`` connects to this machine's own server."""

    def __init__(
        self,
        owner: Owner,
        store: Store,
        secrets: SecretStore,
        embedded: Callable[[], Remote],
        ticket: Ticket = no_ticket,
    ) -> None:
        self._owner, self._store, self._secrets, self._embedded = owner, store, secrets, embedded
        self._ticket = ticket
        self._secret = secret_name(f"account of {owner.staff_number}")

    def current(self) -> Account | None:
        """The account in use; None: this machine's own server."""
        return account_in(self._store)

    def connect(self) -> Remote:
        """SuiteError CAL-010 … where the server cannot be reached, CAL-011 where the password is gone,
        TICKET-010 where the person has no ticket now."""
        account = self.current()
        if account is None:
            return self._embedded()
        if account.ticket:
            return Remote(account.url, self._ticket(account.user))
        password = self._secrets.get(self._secret) or b""  # gone: the server says that it is wrong
        return Remote(account.url, Credential(account.user, password.decode()))

    def use(self, url: str, user: str, password: str) -> Account:
        """Look for the account and put the schedule on it; what is here is sent there at the next
        synchronisation. Without a password it is the session's ticket that opens it. SuiteError CAL-011,
        CAL-015, CAL-016, TICKET-009 … 011: nothing has changed then. Takes seconds."""
        if password.strip():
            account = discover(url, Credential(user.strip(), password.strip()))
            self._secrets.set(self._secret, password.strip().encode())
        else:
            account = discover_by_ticket(url, self._ticket(""))
        self._store.move_home(self._home(), account.home, _FACT, _written(account))
        if account.ticket:
            self._secrets.delete(self._secret)
        return account

    def leave(self) -> None:
        """Back to this machine's own server; what is here is sent there. What the other server has stays."""
        own = f"/{quote(self._owner.staff_number, safe='')}/"
        self._store.move_home(self._home(), own, _FACT, "")
        self._secrets.delete(self._secret)

    def _home(self) -> str:
        return home_of(self._store, self._owner)


def account_in(store: Store) -> Account | None:
    kept = store.fact(_FACT)
    if not kept:
        return None
    account = json.loads(kept)
    return Account(**{**account, "addresses": tuple(account.get("addresses", ()))})


def addresses_kept(folder: Path) -> list[str]:
    """Of each person's cache in ``folder``, read only: the server their schedule is on, or "" for this
    machine's own. A cache that is in use or damaged says nothing here."""
    found = []
    for path in sorted(folder.glob("*.db")):
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)) as database:
                row = database.execute("SELECT value FROM fact WHERE name = ?", (_FACT,)).fetchone()
            found.append(str(json.loads(row[0])["url"]) if row and row[0] else "")
        except (sqlite3.Error, ValueError, KeyError, TypeError):
            continue
    return found


def home_of(store: Store, owner: Owner) -> str:
    """Where the person's own calendars lie on their server."""
    account = account_in(store)
    return account.home if account is not None else f"/{quote(owner.staff_number, safe='')}/"


def _written(account: Account) -> str:
    return json.dumps(asdict(account))
