"""What the doors of matcher and signer have in common: bounded reading, readable refusals, who is calling.

A refusal by a decision is an answer (200); an error is ``{what, why, next_step, code}``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import anyio
import anyio.to_thread
from cryptography import x509
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from auth import wire
from core.crash import unexpected
from core.errors import SuiteError
from core.i18n import _

TERMINAL_HEADER = "mahoroba-terminal"
BODY_WITHIN_S = 10.0
_TERMINAL = re.compile(r"[A-Za-z0-9._-]{1,64}")
_STATUS = {"WIRE": 400, "LOCK": 429, "DEV": 403, "DB": 503, "CLOCK": 503, "SEC": 503, "DIR": 503, "CORE": 500}
_STATUS_OF_CODE = {
    "AUTH-020": 401,
    "AUTH-021": 429,
    "AUTH-022": 403,
    "AUTH-023": 403,
    "AUTH-024": 410,
    "AUTH-025": 403,
}
_log = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]
Caller = Callable[[Request], Awaitable[str]]
"""Which terminal a request comes from, or SuiteError."""


async def named_by_header(request: Request) -> str:
    """In one process: the terminal is this machine, and says so. Never behind a network."""
    name = request.headers.get(TERMINAL_HEADER, "")
    if not _TERMINAL.fullmatch(name):
        raise wire.malformed()
    return name


def named_by_certificate(check: Callable[[x509.Certificate], str]) -> Caller:
    """Behind mutual TLS: the certificate of the connection, looked up anew at each request by ``check``."""

    async def caller(request: Request) -> str:
        der = request.scope.get("extensions", {}).get("tls", {}).get("client_cert")
        if not isinstance(der, bytes):
            raise _no_certificate()
        return str(await in_thread(lambda: check(_certificate(der))))

    return caller


def _certificate(der: bytes) -> x509.Certificate:
    """Of the connection. TLS has checked who signed it, not that every part of it can be read."""
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, TypeError, x509.InvalidVersion) as error:
        raise _no_certificate() from error


def guarded(handler: Handler) -> Handler:
    """``handler`` whose errors are answers: a fault in one request must not close the door."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except SuiteError as error:
            return _error(error, _STATUS_OF_CODE.get(error.code) or _STATUS.get(error.code[:-4], 422))
        except Exception as error:  # noqa: BLE001
            _log.exception("a request failed at %s", request.url.path)
            return _error(unexpected(error), 500)

    return handle


def bearer(request: Request) -> str:
    """The access of a sign-in (RFC 6750, 2.1), or empty."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


async def in_thread(work: Callable[[], Any]) -> Any:
    return await anyio.to_thread.run_sync(work)


async def json_body(request: Request) -> dict[str, Any]:
    """A whole JSON object of bounded size, sent within ``BODY_WITHIN_S``. SuiteError WIRE-001."""
    body = bytearray()
    async for chunk in chunks(request, BODY_WITHIN_S):
        body += chunk
        if len(body) > wire.MOST_JSON_BYTES:
            raise wire.malformed()
    return wire.parse_json(bytes(body))


async def chunks(request: Request, within: float) -> AsyncIterator[bytes]:
    """The body's chunks; a sender that takes longer than ``within`` seconds in all is cut off."""
    end = anyio.current_time() + within
    stream = request.stream()
    while True:
        with anyio.move_on_at(end) as scope:
            try:
                chunk = await anext(stream, None)
            except ClientDisconnect:
                raise wire.malformed() from None
        if scope.cancelled_caught:
            raise wire.malformed()
        if chunk is None:
            return
        yield chunk


def _error(error: SuiteError, status: int) -> Response:
    parts: Mapping[str, str] = {
        "what": error.what,
        "why": error.why,
        "next_step": error.next_step,
        "code": error.code,
    }
    return JSONResponse(parts, status_code=status)


def _no_certificate() -> SuiteError:
    return SuiteError(
        _("この端末を確かめられませんでした。"),
        _("この端末は登録されていません。"),
        _("情報担当に端末の登録を依頼してください。"),
        "DEV-001",
    )
