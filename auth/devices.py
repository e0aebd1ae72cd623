"""The terminals: enrolled by a one-time code, known by their certificate, refused once they are revoked.

A terminal's name is asked for in the register at each request: a lost laptop is dead at the next one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from auth.lockout import Clock
from auth.matcher.ports import Trail
from auth.signer.certificate import device_name
from core.errors import SuiteError
from core.i18n import _
from core.sql import Row, Sql

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")
_COLUMNS = "name, place, enrolled, fingerprint, former, expires, revoked"


@dataclass(frozen=True)
class Device:
    """A terminal. Times are seconds since the epoch; ``enrolled`` is 0 while its code waits to be used."""

    name: str
    place: str
    enrolled: float
    expires: float
    revoked: float | None


class Devices:
    """The list of terminals, in the register's database."""

    def __init__(self, sql: Sql, audit: Trail, clock: Clock) -> None:
        self._sql = sql
        self._audit = audit
        self._clock = clock

    def expect(self, name: str, place: str) -> None:
        """Note that a terminal is to be enrolled (anew). SuiteError DEV-004 for a name that cannot be one."""
        if not _NAME.fullmatch(name) or len(place) > 100 or not (place + " ").isprintable():
            raise _bad_name()
        with self._sql.write() as change:
            change.run(
                f"INSERT INTO devices ({_COLUMNS}) VALUES (?, ?, 0, '', '', 0, NULL)"  # noqa: S608
                " ON CONFLICT (name) DO UPDATE SET place = excluded.place",
                name,
                place,
            )

    def keep(self, name: str, certificate: x509.Certificate, *, renewed: bool = False) -> None:
        """The terminal's certificate from now on. Renewed: the former is good until the new one is used."""
        former = "fingerprint" if renewed else "''"
        with self._sql.write() as change:
            kept = change.run(
                f"UPDATE devices SET former = {former}, fingerprint = ?, enrolled = ?, expires = ?,"  # noqa: S608
                " revoked = CASE WHEN ? = 1 THEN revoked END WHERE name = ?",
                _fingerprint(certificate),
                self._clock.now(),
                certificate.not_valid_after_utc.timestamp(),
                int(renewed),
                name,
            )
        if not kept:
            raise unknown()
        self._audit.append(
            "device.renewed" if renewed else "device.enrolled", actor="", detail={"terminal": name}
        )

    def revoke(self, name: str, actor: str) -> None:
        """From now on nothing this terminal asks for is heard. SuiteError DEV-001 if there is none."""
        with self._sql.write() as change:
            changed = change.run("UPDATE devices SET revoked = ? WHERE name = ?", self._clock.now(), name)
            change.run("UPDATE codes SET expires = 0 WHERE purpose = 'device' AND staff_number = ?", name)
        if not changed:
            raise _no_such()
        self._audit.append("device.revoked", actor=actor, detail={"terminal": name})

    def look_for(self, name: str) -> None:
        """SuiteError DEV-001 if there is no such terminal."""
        if not self._sql.rows("SELECT name FROM devices WHERE name = ?", name):
            raise _no_such()

    def check(self, certificate: x509.Certificate) -> str:
        """The name of the terminal that ``certificate`` (checked by TLS) is now. SuiteError DEV-001 (none of
        ours, or replaced), DEV-002 (revoked), DEV-003 (over)."""
        name, print_ = device_name(certificate), _fingerprint(certificate)
        rows = self._sql.rows(f"SELECT {_COLUMNS} FROM devices WHERE name = ?", name)  # noqa: S608
        if not rows or print_ not in (rows[0]["fingerprint"], rows[0]["former"]):
            raise unknown()
        if rows[0]["revoked"] is not None:
            raise _revoked()
        if self._clock.now() >= certificate.not_valid_after_utc.timestamp():
            raise _over()
        if rows[0]["former"] and print_ == rows[0]["fingerprint"]:
            with self._sql.write() as change:
                change.run("UPDATE devices SET former = '' WHERE name = ? AND fingerprint = ?", name, print_)
        return name

    def enrolled(self) -> list[str]:
        """The names of all that are enrolled and not revoked."""
        text = "SELECT name FROM devices WHERE enrolled > 0 AND revoked IS NULL"
        return [row["name"] for row in self._sql.rows(text)]

    def all(self, text: str = "", limit: int = 10_000) -> list[Device]:
        """Those whose name or place holds ``text``, by name."""
        like = "%" + text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        rows = self._sql.rows(
            f"SELECT {_COLUMNS} FROM devices"  # noqa: S608
            " WHERE lower(name) LIKE ? ESCAPE '\\' OR lower(place) LIKE ? ESCAPE '\\' ORDER BY name LIMIT ?",
            like,
            like,
            limit,
        )
        return [_device_of(row) for row in rows]


def _device_of(row: Row) -> Device:
    return Device(row["name"], row["place"], row["enrolled"], row["expires"], row["revoked"])


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(SHA256()).hex()


def _no_such() -> SuiteError:
    return SuiteError(
        _("端末を止められませんでした。"),
        _("この名前の端末は登録されていません。"),
        _("「庁内端末」で名前を確かめてください（大文字と小文字を区別します）。"),
        "DEV-001",
    )


def unknown() -> SuiteError:
    return _refused(_("この端末は登録されていません。"), "DEV-001")


def _revoked() -> SuiteError:
    return _refused(_("この端末の利用は止められています。"), "DEV-002")


def _over() -> SuiteError:
    return _refused(_("この端末の証明書の期限が切れています。"), "DEV-003")


def _bad_name() -> SuiteError:
    return SuiteError(
        _("端末を登録できません。"),
        _("端末の名前は 2〜64 文字の英数字、点、下線、ハイフンです。"),
        _("名前と場所を見直してください。"),
        "DEV-004",
    )


def _refused(why: str, code: str) -> SuiteError:
    step = _("情報担当に端末の登録を依頼してください。")
    return SuiteError(_("この端末を確かめられませんでした。"), why, step, code)
