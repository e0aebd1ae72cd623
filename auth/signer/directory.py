"""The account's state as an Active Directory has it, asked anew for each certificate, over LDAPS alone.

What the directory says of an account (MS-ADTS 3.1.1.4.5.17 and 6.1.5): switched off, past its end, locked
after wrong passwords. Its own name, UPN and SID stand in the certificate.
"""

from __future__ import annotations

import logging
import queue
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ldap3 import NONE, SAFE_SYNC, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPBindError, LDAPException, LDAPPasswordIsMandatoryError
from ldap3.utils.conv import escape_filter_chars

from auth.lockout import Clock
from auth.model import STAFF_NUMBER
from auth.signer.accounts import not_usable
from auth.signer.certificate import Account
from core.errors import SuiteError
from core.i18n import _
from core.settings import DirectorySettings

WITHIN_S = 3
"""To connect, and for each answer: a sign-in waits for two of them at most, on each server named."""
_ACCOUNTDISABLE, _LOCKOUT = 0x2, 0x10  # userAccountControl (MS-ADTS 2.2.16)
_NEVER = (0, 0x7FFF_FFFF_FFFF_FFFF)
_FILETIME_EPOCH_S = 11_644_473_600  # from 1601 to 1970; a FILETIME counts 100 ns
_STATE = ("userAccountControl", "msDS-User-Account-Control-Computed", "accountExpires")
_NAMES = ("sAMAccountName", "userPrincipalName", "objectSid")
_log = logging.getLogger(__name__)

Values = Mapping[str, Sequence[bytes]]
Ask = Callable[[Connection], list[Values]]


class DirectoryAccounts:
    """Implements ``auth.signer.accounts.Accounts``. Safe from any thread; each call has a connection."""

    def __init__(self, where: DirectorySettings, realm: str, password: str, clock: Clock) -> None:
        """``password``: of ``where.account``, which needs no right but to read. Connects to nobody yet."""
        self._where = where
        self._realm = realm
        self._password = password
        self._clock = clock
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue()

    def account(self, staff_number: str) -> Account:
        """SuiteError ACC-001 (switched off), ACC-002 (unknown), ACC-003 (past its end), ACC-004 (locked),
        DIR-001 (no answer), DIR-002 (does not take our password), DIR-003 (several such accounts)."""
        found: list[Values] = []
        if STAFF_NUMBER.fullmatch(staff_number.upper()):  # a directory may end a value at a NUL, and find it
            found = self._asked(lambda connection: self._search(connection, staff_number))
        if not found:
            raise not_usable(_("この職員番号の口座が、名簿（AD）にありません。"), "ACC-002")
        if len(found) > 1:
            raise _several()
        self._check_state(found[0])
        upn = _text(found[0], "userPrincipalName")
        sid = sid_text(found[0]["objectSid"][0]) if found[0].get("objectSid") else ""
        return Account(_text(found[0], "sAMAccountName"), self._realm, upn, sid)

    def _check_state(self, values: Values) -> None:
        if (_number(values, _STATE[0]) | _number(values, _STATE[1])) & _ACCOUNTDISABLE:
            raise not_usable(_("この職員の口座は、名簿（AD）で止められています。"), "ACC-001")
        ends = _number(values, "accountExpires")
        if ends not in _NEVER and ends / 10**7 - _FILETIME_EPOCH_S <= self._clock.now():
            raise not_usable(_("この職員の口座は、名簿（AD）での期限が過ぎています。"), "ACC-003")
        if _number(values, _STATE[1]) & _LOCKOUT:
            raise not_usable(_("この職員の口座は、名簿（AD）でロックされています。"), "ACC-004")

    def _search(self, connection: Connection, staff_number: str) -> list[Values]:
        wanted = f"({self._where.attribute}={escape_filter_chars(staff_number)})"
        _done, result, entries, _request = connection.search(
            self._where.base,
            f"(&(objectCategory=person)(objectClass=user){wanted})",
            SUBTREE,
            attributes=[*_STATE, *_NAMES],
            size_limit=2,
            time_limit=WITHIN_S,
        )
        if result["result"] not in (0, 4):  # success, sizeLimitExceeded (RFC 4511, 4.1.9)
            raise LDAPException(result["description"])
        return [e["raw_attributes"] for e in entries if e["type"] == "searchResEntry"]

    def _asked(self, ask: Ask) -> list[Values]:
        """By an idle connection, or a new one: an idle one may have been cut meanwhile."""
        try:
            idle = self._idle.get_nowait()
        except queue.Empty:
            return self._by_a_new_one(ask)
        try:
            found = ask(idle)
        except (LDAPException, OSError):
            _close(idle)
            return self._by_a_new_one(ask)
        self._idle.put(idle)
        return found

    def _by_a_new_one(self, ask: Ask) -> list[Values]:
        for server in self._where.servers:
            try:
                connection = self._open(server)
                found = ask(connection)
            except (LDAPBindError, LDAPPasswordIsMandatoryError) as error:
                raise _not_let_in() from error
            except (LDAPException, OSError) as error:
                _log.warning("the directory %s did not answer: %s", server, type(error).__name__)
                continue
            self._idle.put(connection)
            return found
        raise _unreachable()

    def _open(self, name: str) -> Connection:
        host, _colon, port = name.partition(":")
        tls = _CheckedTls(ca_certs_file=str(self._where.authority) if self._where.authority else None)
        server = Server(host, int(port or 636), True, tls=tls, get_info=NONE, connect_timeout=WITHIN_S)
        return Connection(
            server,
            self._where.account,
            self._password,
            auto_bind=True,
            client_strategy=SAFE_SYNC,
            receive_timeout=WITHIN_S,
            auto_referrals=False,
            read_only=True,
        )


class _CheckedTls(Tls):  # type: ignore[misc]
    """The standard library's own check of certificate and name; the package's knows no addresses."""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(
            connection.socket, do_handshake_on_connect=do_handshake, server_hostname=connection.server.host
        )


def sid_text(raw: bytes) -> str:
    """A SID in words (MS-DTYP 2.4.2.2); ValueError for anything else."""
    if len(raw) < 8 or len(raw) != 8 + 4 * raw[1]:
        raise ValueError("no SID")
    parts = [int.from_bytes(raw[at : at + 4], "little") for at in range(8, len(raw), 4)]
    return "-".join(["S", str(raw[0]), str(int.from_bytes(raw[2:8], "big")), *map(str, parts)])


def _number(values: Values, name: str) -> int:
    found = values.get(name)
    return int(found[0]) if found else 0


def _text(values: Values, name: str) -> str:
    found = values.get(name)
    return found[0].decode("utf-8", "replace") if found else ""


def _close(connection: Connection) -> None:
    try:
        connection.unbind()
    except (LDAPException, OSError) as error:
        _log.info("a lost connection to the directory was not closed: %s", type(error).__name__)


def _several() -> SuiteError:
    return not_usable(_("名簿（AD）に、この職員番号の口座が二つ以上あります。"), "DIR-003")


def _not_let_in() -> SuiteError:
    return SuiteError(
        _("サインインを完了できませんでした。"),
        _("署名サーバーが、名簿（AD）に入れませんでした。"),
        _("情報担当に、署名サーバーの名簿の口座とパスワードを確かめるよう伝えてください。"),
        "DIR-002",
    )


def _unreachable() -> SuiteError:
    return SuiteError(
        _("ネットワークのチケットを受け取れませんでした。"),
        _("名簿（AD）のサーバーが応答しません。"),
        _("この端末での仕事は続けられます。ネットワークが戻ったら、もう一度サインインしてください。"),
        "DIR-001",
    )
