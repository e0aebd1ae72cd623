"""The session's Kerberos ticket as a credential for HTTP (SPNEGO, RFC 4559): CalDAV and the office's pages.

A ticket is shown to the servers that the policy names and to no other, over TLS only, to one that asks for
it; and the server must show in its answer that it could read it (mutual authentication, RFC 4120 3.2.5).
Anything else stops before a byte of a ticket has left.
"""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Protocol

import httpx

from core import gss
from core.errors import SuiteError
from core.i18n import _

_ROUNDS = 3  # a Kerberos exchange has one; what goes on for longer is none
_MOST_TOKEN = 65_536


class Unproved(SuiteError):  # noqa: N818 - says what is wrong
    """The server answered, but could not read the ticket: what it says is worth nothing."""


class Exchange(Protocol):
    """One exchange of tokens: ``core.gss.Context``, or pyspnego's where the system has SSPI."""

    @property
    def complete(self) -> bool: ...
    def step(self, token: bytes | None = None) -> bytes | None: ...


class TicketAuth(httpx.Auth):
    """For one client, from the tickets in ``cache``. ``servers``: names as in the address, whole.

    ``principal``: whose ticket alone it may be; "" takes whoever's is there now and stays with it, so that
    after a change of persons nothing is sent in the next one's name. Blocks while the KDC is asked.
    Raises SuiteError TICKET-009 (not a named server, or no TLS), TICKET-010 (no ticket for it), Unproved.
    """

    def __init__(self, cache: Path, servers: Collection[str], principal: str = "") -> None:
        self._cache = cache
        self._servers = frozenset(name.lower().rstrip(".") for name in servers)
        self._asked = False
        try:
            self.principal = principal or gss.principal_of(cache)
        except (gss.GssError, OSError) as error:
            raise _no_ticket(error) from error

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Ask without a ticket until the server has wanted one; from then on show a fresh one each time."""
        self._check(request.url)
        if not self._asked:
            response = yield request
            if response.status_code != 401 or _offered(response) is None:
                return
            self._asked = True
        try:
            exchange = self._exchange(request.url.host)
            token = exchange.step()
        except (gss.GssError, OSError) as error:
            raise _no_ticket(error) from error
        for _round in range(_ROUNDS):
            request.headers["Authorization"] = "Negotiate " + base64.b64encode(token or b"").decode()
            response = yield request
            token = _proof(exchange, _offered(response))
            if response.status_code != 401 or not token:
                break
        if response.status_code != 401 and not exchange.complete:
            raise _unproved()

    def _check(self, url: httpx.URL) -> None:
        if url.scheme != "https" or url.host.lower() not in self._servers:
            raise SuiteError(
                _("チケットを見せませんでした。"),
                _("「{host}」は、チケットを見せてよいサーバーに入っていません（https だけです）。").format(
                    host=url.host
                ),
                _("アプリパスワードを入れるか、情報担当に連絡してください。"),
                "TICKET-009",
            )

    def _exchange(self, host: str) -> Exchange:
        if sys.platform == "win32":  # not tested: no such machine was at hand
            import spnego

            options = spnego.ContextReq.mutual_auth
            made: Exchange = spnego.client(
                hostname=host, service="HTTP", protocol="kerberos", context_req=options
            )
            return made
        return gss.Context("HTTP", host, self._cache, gss.Mechanism.SPNEGO, self.principal)


def _offered(response: httpx.Response) -> bytes | None:
    """The server's token (RFC 4559 4.1); b"" where it only asks, None where it does not speak Negotiate."""
    for value in response.headers.get_list("www-authenticate", split_commas=True):
        scheme, _space, token = value.strip().partition(" ")
        if scheme.lower() == "negotiate" and len(token) <= _MOST_TOKEN:
            try:
                return base64.b64decode(token.strip(), validate=True)
            except binascii.Error:
                return b""
    return None


def _proof(exchange: Exchange, token: bytes | None) -> bytes | None:
    """What to send on after the server's ``token``; it is complete when the server has proved itself."""
    if not token:
        return None
    try:
        return exchange.step(token)
    except gss.GssError as error:
        raise _unproved() from error


def _no_ticket(error: Exception) -> SuiteError:
    refusal = error.refusal if isinstance(error, gss.GssError) else gss.Refusal.OTHER
    why = {
        gss.Refusal.REVOKED: _("この職員の口座は止められています。"),
        gss.Refusal.POLICY: _("この職員の口座は止められています。"),
        gss.Refusal.UNREACHABLE: _("認証サーバー（KDC）が応答しません。"),
        gss.Refusal.UNKNOWN_SERVICE: _("認証サーバーは、このサービスを知りません。"),
    }.get(refusal, _("この端末に、いま使えるあなたのチケットがありません。"))
    return SuiteError(
        _("チケットでサーバーを開けませんでした。"),
        why,
        _("サインインし直すか、アプリパスワードを使ってください。"),
        "TICKET-010",
    )


def _unproved() -> Unproved:
    return Unproved(
        _("サーバーの返事を使いませんでした。"),
        _("サーバーが、チケットを読めることを示しませんでした。"),
        _("情報担当に、サーバーの設定（キータブ）を確かめるよう伝えてください。"),
        "TICKET-011",
    )
