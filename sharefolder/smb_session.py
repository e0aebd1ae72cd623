"""Being connected to a share on an SMB server: signing in, a broken connection, errors in words."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import smbclient
from smbclient._pool import get_smb_tree
from smbprotocol.connection import Connection
from smbprotocol.exceptions import (
    SMBAuthenticationError,
    SMBException,
    SMBOSError,
    SMBResponseException,
)
from smbprotocol.header import NtStatus
from smbprotocol.tree import TreeConnect
from spnego.exceptions import SpnegoError

from core.errors import SuiteError
from core.i18n import _
from sharefolder import errors, smb_answers
from sharefolder.ports import Credential

_CONNECT_S = 10

_GONE = (
    NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
    NtStatus.STATUS_OBJECT_PATH_NOT_FOUND,
    NtStatus.STATUS_NOT_FOUND,
    NtStatus.STATUS_NO_SUCH_FILE,
)

_NOT_YET = (
    0xC0000017,  # STATUS_NO_MEMORY: what Samba says to who connects while it mends what a kill has left
    NtStatus.STATUS_INSUFFICIENT_RESOURCES,
    NtStatus.STATUS_INSUFF_SERVER_RESOURCES,
    NtStatus.STATUS_BAD_NETWORK_NAME,
    NtStatus.STATUS_USER_SESSION_DELETED,
)
"""The server is only just coming back, or going."""


class SmbSession:
    """One connection, shared by all threads, made again when it breaks; a second one on demand."""

    def __init__(
        self,
        server: str,
        share: str,
        credential: Callable[[], Credential],
        port: int,
        encrypt: bool | None,
        name: str,
    ) -> None:
        """``name``: of the share, for people."""
        self._server, self._share, self._port, self._encrypt = server, share, port, encrypt
        self._credential, self._name = credential, name
        self._connections: tuple[dict[str, Connection], dict[str, Connection]] = ({}, {})
        self._connecting = threading.Lock()
        self._ended = False

    def unc(self, path: str, share: str = "") -> str:
        """``path`` as SMB names it; in another ``share`` of the server (its pipes) if one is given."""
        inside = path.replace("/", "\\")
        return f"\\\\{self._server}\\{share or self._share}\\{inside}".rstrip("\\")

    def options(self, beside: bool = False) -> dict[str, Any]:
        """Keywords of smbclient for our own connection (or the second one, ``beside`` it), made here so that
        two threads do not make two."""
        who, connections = self._credential(), self._connections[beside]
        options: dict[str, Any] = {
            "username": who.user or None,
            "password": who.password,
            "port": self._port,
            "encrypt": self._encrypt,
            "connection_timeout": _CONNECT_S,
            "connection_cache": connections,
            "auth_protocol": "negotiate" if who.password is not None else "kerberos",
        }
        with self._connecting:
            if self._ended:
                raise errors.disconnected(self._name)
            if beside:
                self._apart(connections)
            smb_answers.taken(smbclient.register_session(self._server, **options))
        return options

    def _apart(self, connections: dict[str, Connection]) -> None:
        """The second connection under a client's name of its own: one server process serves all connections
        of a client (MS-SMB2 3.3.5.4, multichannel), one after the other."""
        key = f"{self._server.lower()}:{self._port}"  # as smbclient looks it up
        known = connections.get(key)
        if known is None or not known.transport.connected:
            connection = Connection(uuid.uuid4(), self._server, self._port)
            connection.connect(timeout=_CONNECT_S)
            connections[key] = connection

    def tree(self, beside: bool = False) -> TreeConnect:
        """The share itself, for requests that we pack by hand."""
        tree, _path = get_smb_tree(self.unc(""), **self.options(beside))
        return tree

    def close(self) -> None:
        """End the connection for good: nothing that is still under way goes on as somebody else."""
        self._ended = True
        with self._connecting:
            for cache in self._connections:
                smbclient.reset_connection_cache(fail_on_error=False, connection_cache=cache)

    @contextmanager
    def failing(self, path: str) -> Iterator[None]:
        """Whatever goes wrong inside about ``path`` becomes a SuiteError SHARE-0xx."""
        name = path.rpartition("/")[2] or self._name
        try:
            yield
        except (SMBOSError, SMBResponseException) as error:
            status = error.ntstatus if isinstance(error, SMBOSError) else error.status
            raise self.readable(status, name) from error
        except (SpnegoError, SMBAuthenticationError) as error:
            raise errors.sign_in_refused(self._name) from error
        except (SMBException, OSError, ValueError, socket.gaierror) as error:
            self._drop()
            raise errors.disconnected(self._name) from error

    def _drop(self) -> None:
        """Forget a connection that broke, without talking over it."""
        with self._connecting:
            broken = [each for cache in self._connections for each in cache.values()]
            for cache in self._connections:
                cache.clear()
        for connection in broken:
            connection.transport.close()

    def readable(self, status: int, name: str) -> SuiteError:
        """A server's ``status`` (MS-ERREF 2.3) about ``name``, for the person."""
        if status in _GONE:
            return errors.not_found(name)
        if status in (NtStatus.STATUS_LOGON_FAILURE, NtStatus.STATUS_PASSWORD_EXPIRED):
            return errors.sign_in_refused(self._name)
        if status in (NtStatus.STATUS_ACCESS_DENIED, NtStatus.STATUS_PRIVILEGE_NOT_HELD):
            return errors.no_right(name)
        if status in (NtStatus.STATUS_SHARING_VIOLATION, NtStatus.STATUS_DELETE_PENDING):
            return errors.in_use(name)
        if status == NtStatus.STATUS_OBJECT_NAME_COLLISION:
            return errors.exists(name)
        if status == NtStatus.STATUS_DISK_FULL:
            return errors.full(self._name)
        if status in _NOT_YET:
            self._drop()
            return errors.disconnected(self._name)
        return errors.refused(
            _("「{name}」を扱えませんでした。").format(name=name),
            _("サーバの返事: 0x{status:08x}。").format(status=status),
        )
