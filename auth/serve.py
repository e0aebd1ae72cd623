"""A door on the network: uvicorn with mutual TLS, and bounds on what a client may take of it.

Bounded before any of our code runs: connections, header bytes, and the time until a request is whole in its
head. Bodies are bounded by ``auth.door``. TLS 1.3 only.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread
import uvicorn
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from core.errors import SuiteError
from core.i18n import _

MOST_CONNECTIONS = 500
MOST_HEADER_BYTES = 16_384
HEAD_WITHIN_S = 10.0
IDLE_S = 10
BACKLOG = 2048
MOST_THREADS = 8  # at work at a time; each holds a connection to the database and its share of memory
_log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


@dataclass(frozen=True)
class Tls:
    """PEM files: who this server is, and which authorities' certificates it takes from its callers."""

    certificate: Path
    key: Path
    callers: Path
    certificate_optional: bool = False


class MutualTlsProtocol(H11Protocol):
    """Puts the caller's certificate (DER) where ``auth.door`` looks, as ASGI's TLS extension names it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert(binary_form=True) if tls is not None else None
        inner: App = self.app

        async def with_caller(scope: Scope, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})["tls"] = {"client_cert": certificate}
            await inner(scope, receive, send)

        self.app = with_caller
        self._silent = self.loop.call_later(HEAD_WITHIN_S, self._close_if_silent)

    def _close_if_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._silent.cancel()
        super().connection_lost(exc)


def _few_at_work(app: App) -> App:
    async def bounded(scope: Scope, receive: Any, send: Any) -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = MOST_THREADS
        size = sum(len(name) + len(value) for name, value in scope.get("headers", ()))
        if size > MOST_HEADER_BYTES:  # h11 bounds what is incomplete; what comes whole is bounded here
            await Response(status_code=431)(scope, receive, send)
            return
        await app(scope, receive, send)

    return bounded


def serve(app: App, address: tuple[str, int], tls: Tls, *, shared: bool = False) -> None:
    """Answer at ``address`` until a signal. ``shared``: several processes of one machine at one address.
    SuiteError SERVE-001 where the address cannot be had, SERVE-002 where a file of ``tls`` cannot be read."""
    config = uvicorn.Config(
        _few_at_work(app),
        http=MutualTlsProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        ssl_certfile=str(tls.certificate),
        ssl_keyfile=str(tls.key),
        ssl_ca_certs=str(tls.callers),
        ssl_cert_reqs=ssl.CERT_OPTIONAL if tls.certificate_optional else ssl.CERT_REQUIRED,
    )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one
        raise _no_certificate(tls) from error
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
    listening = _listen(address, shared)
    _log.info("pid %d listens at port %d", os.getpid(), listening.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listening])


def _listen(address: tuple[str, int], shared: bool) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind(address)
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:  # no such port
        listening.close()
        raise SuiteError(
            _("サーバーを始められません。"),
            _("{host} の {port} 番で待ち受けられません。").format(host=address[0], port=address[1]),
            _("ほかのプログラムが使っていないか、この機械の番地かを確かめてください。"),
            "SERVE-001",
        ) from error
    return listening


def _no_certificate(tls: Tls) -> SuiteError:
    return SuiteError(
        _("サーバーを始められません。"),
        _("フォルダ「{folder}」の証明書か鍵を読めません。").format(folder=tls.certificate.parent.name),
        _("三つのファイルがそろい、サーバーを動かす利用者が読めることを確かめてください。"),
        "SERVE-002",
    )
