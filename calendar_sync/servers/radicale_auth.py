"""Radicale's door: app passwords, one a device, named and revocable. A stolen phone loses its own password
only.

The table holds SHA-256 digests. That is enough because a password is 160 random bits, never a person's
choice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from radicale.auth import BaseAuth
from radicale.config import Configuration

from core.db import Connections, Migration, transaction
from core.sqlite import Database


def _create(database: Database) -> None:
    database.conn.execute(
        "CREATE TABLE device (id INTEGER PRIMARY KEY, user TEXT NOT NULL, name TEXT NOT NULL,"
        " digest TEXT NOT NULL,"
        " made_at TEXT NOT NULL, used_at TEXT NOT NULL DEFAULT '', revoked_at TEXT NOT NULL DEFAULT '')"
    )
    database.conn.execute("CREATE INDEX device_user ON device (user) WHERE revoked_at = ''")


@dataclass(frozen=True, slots=True)
class Device:
    """A phone or program that may sign in. ``used_at`` empty: never yet."""

    id: int
    user: str
    name: str
    made_at: str
    used_at: str


class AppPasswords:
    """The devices of all users of one server."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path, (Migration(1, "devices", _create),))

    def issue(self, user: str, name: str) -> str:
        """A new password for ``user``'s device ``name``, shown once and kept only as a digest."""
        password = base64.b32encode(secrets.token_bytes(20)).decode().lower()
        with transaction(self._connections.get()) as database:
            database.conn.execute(
                "INSERT INTO device (user, name, digest, made_at) VALUES (?, ?, ?, ?)",
                (user, name, _digest(password), _now()),
            )
        return password

    def devices(self, user: str) -> list[Device]:
        query = (
            "SELECT id, user, name, made_at, used_at FROM device"
            " WHERE user = ? AND revoked_at = '' ORDER BY id"
        )
        return [Device(*row) for row in self._connections.get().conn.execute(query, (user,))]

    def revoke(self, user: str, device: int) -> None:
        """It can no longer sign in, from its next request on."""
        with transaction(self._connections.get()) as database:
            database.conn.execute(
                "UPDATE device SET revoked_at = ? WHERE id = ? AND user = ?", (_now(), device, user)
            )

    def count(self, user: str) -> int:
        """How many devices of ``user`` (in whatever case it was issued) may sign in. SuiteError DB-00x."""
        with transaction(self._connections.get()) as database:
            query = "SELECT count(*) FROM device WHERE user = ? COLLATE NOCASE AND revoked_at = ''"
            return int(database.conn.execute(query, (user,)).fetchone()[0])

    def revoke_all(self, user: str) -> int:
        """None of ``user``'s devices can sign in any more; how many they were. SuiteError DB-00x."""
        with transaction(self._connections.get()) as database:
            gone = "UPDATE device SET revoked_at = ? WHERE user = ? COLLATE NOCASE AND revoked_at = ''"
            return database.conn.execute(gone, (_now(), user)).rowcount

    def check(self, user: str, password: str) -> bool:
        """Whether it is one of ``user``'s; its last use is noted at most once a minute."""
        digest, found = _digest(password), None
        connection = self._connections.get().conn
        query = "SELECT id, digest, used_at FROM device WHERE user = ? AND revoked_at = ''"
        for number, known, used_at in connection.execute(query, (user,)).fetchall():
            if hmac.compare_digest(known, digest):
                found = (number, used_at)
        if found is not None and found[1][:16] != _now()[:16]:
            with transaction(self._connections.get()) as database:
                database.conn.execute("UPDATE device SET used_at = ? WHERE id = ?", (_now(), found[0]))
        return found is not None


class Auth(BaseAuth):
    """The plug-in that Radicale loads by this module's name; its table is ``auth.htpasswd_filename``."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__(configuration)
        self._passwords = AppPasswords(Path(configuration.get("auth", "htpasswd_filename")))

    def _login(self, login: str, password: str) -> str:
        return login if self._passwords.check(login, password) else ""


def _digest(password: str) -> str:
    return hashlib.sha256(password.strip().encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
