"""The matcher's door: an ASGI application. Everything that comes in is bounded before it is looked at.

Answers are JSON. A refusal is an answer (200, ``accepted: false``); an error is ``{what, why, next_step,
code}``. The terminal names itself in a header; behind mutual TLS the certificate will.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth import wire
from auth.matcher.face import Enrolment, FaceMatcher, Match
from auth.matcher.matcher import CHALLENGE_LIFETIME_S, Answer, Matcher
from auth.matcher.own_data import OwnData
from core.crash import unexpected
from core.errors import SuiteError

TERMINAL_HEADER = "mahoroba-terminal"
BODY_WITHIN_S = 10.0
PERFORMED_WITHIN_S = 40.0  # a person performs the challenge meanwhile
_TERMINAL = re.compile(r"[A-Za-z0-9._-]{1,64}")
_STATUS = {"WIRE": 400, "LOCK": 429, "DB": 503, "CLOCK": 503, "SEC": 503, "CORE": 500}
_STATUS_OF_CODE = {"AUTH-020": 401, "AUTH-021": 429, "AUTH-022": 403, "AUTH-023": 403, "AUTH-024": 410}
_log = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]


def create_app(matcher: Matcher, own_data: OwnData, faces: Callable[[], FaceMatcher]) -> Starlette:
    """The application. ``faces`` is asked at each use, so that a missing model stops faces, not PINs."""
    doors = _Doors(matcher, own_data, faces)
    return Starlette(
        routes=[
            Route("/v1/keys", _guarded(doors.keys)),
            Route("/v1/challenges", _guarded(doors.challenge), methods=["POST"]),
            Route("/v1/matches", _guarded(doors.match), methods=["POST"]),
            Route("/v1/evidence/pin", _guarded(doors.pin), methods=["POST"]),
            Route("/v1/evidence/break-glass", _guarded(doors.break_glass), methods=["POST"]),
            Route("/v1/evidence/start", _guarded(doors.start), methods=["POST"]),
            Route("/v1/pins", _guarded(doors.change_pin), methods=["POST"]),
            Route("/v1/templates", _guarded(doors.enrol), methods=["POST"]),
            Route("/v1/templates/mine", _guarded(doors.own_data), methods=["GET", "DELETE"]),
            Route("/v1/templates/mine/export", _guarded(doors.export)),
        ]
    )


class _Doors:
    """One method a route: read and bound the request, ask the matcher off the event loop, answer."""

    def __init__(self, matcher: Matcher, own_data: OwnData, faces: Callable[[], FaceMatcher]) -> None:
        self._matcher = matcher
        self._own_data = own_data
        self._faces = faces

    async def keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [dict(self._matcher.public_key)]})

    async def challenge(self, request: Request) -> Response:
        head, device = wire.parse_json(await _body(request)), _terminal(request)
        purpose = wire.text_field(head, "purpose")
        if purpose not in CHALLENGE_LIFETIME_S:
            raise wire.malformed()
        number, access = wire.optional_text(head, "staff_number"), _access(request)
        return JSONResponse(
            await _in_thread(lambda: self._faces().challenge(purpose, number, device, access))
        )

    async def match(self, request: Request) -> Response:
        device = _terminal(request)

        def open_match(head: Mapping[str, Any]) -> Match:
            prior = wire.optional_text(head, "prior", wire.MOST_JSON_BYTES)
            return self._faces().open_match(wire.text_field(head, "challenge_id"), device, prior)

        return _answer(await _hear(request, open_match))

    async def enrol(self, request: Request) -> Response:
        device, access = _terminal(request), _access(request)

        def open_enrolment(head: Mapping[str, Any]) -> Enrolment:
            nonce, consent = (wire.text_field(head, n, 128) for n in ("challenge_id", "consent_version"))
            return self._faces().open_enrolment(nonce, device, access, consent)

        return JSONResponse(await _hear(request, open_enrolment))

    async def pin(self, request: Request) -> Response:
        head, device = wire.parse_json(await _body(request)), _terminal(request)
        number, pin = wire.text_field(head, "staff_number"), wire.text_field(head, "pin")
        nonce, prior = wire.text_field(head, "nonce"), wire.optional_text(head, "prior", wire.MOST_JSON_BYTES)
        return _answer(await _in_thread(lambda: self._matcher.pin(number, pin, device, nonce, prior)))

    async def break_glass(self, request: Request) -> Response:
        head, device = wire.parse_json(await _body(request)), _terminal(request)
        number, code, nonce = (wire.text_field(head, n) for n in ("staff_number", "code", "nonce"))
        return _answer(await _in_thread(lambda: self._matcher.break_glass(number, code, device, nonce)))

    async def start(self, request: Request) -> Response:
        head, device = wire.parse_json(await _body(request)), _terminal(request)
        number, code, pin, nonce = (
            wire.text_field(head, n) for n in ("staff_number", "code", "pin", "nonce")
        )
        return _answer(await _in_thread(lambda: self._matcher.start(number, code, pin, device, nonce)))

    async def change_pin(self, request: Request) -> Response:
        head, device = wire.parse_json(await _body(request)), _terminal(request)
        pin, access = wire.text_field(head, "pin"), _access(request)
        await _in_thread(lambda: self._matcher.change_pin(access, pin, device))
        return JSONResponse({})

    async def own_data(self, request: Request) -> Response:
        device, access = _terminal(request), _access(request)
        if request.method == "DELETE":
            return JSONResponse(await _in_thread(lambda: self._own_data.delete(access, device)))
        return JSONResponse(await _in_thread(lambda: self._own_data.show(access, device)))

    async def export(self, request: Request) -> Response:
        device, access = _terminal(request), _access(request)
        return JSONResponse(await _in_thread(lambda: self._own_data.export(access, device)))


def _guarded(handler: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except SuiteError as error:
            return _error(
                error, _STATUS_OF_CODE.get(error.code) or _STATUS.get(error.code.split("-")[0], 422)
            )
        except Exception as error:  # noqa: BLE001 - a fault in one request must not close the door
            _log.exception("the matcher failed at %s", request.url.path)
            return _error(unexpected(error), 500)

    return handle


async def _in_thread(work: Callable[[], Any]) -> Any:
    return await anyio.to_thread.run_sync(work)


async def _hear(request: Request, opened: Callable[[Mapping[str, Any]], Match | Enrolment]) -> Any:
    """Feed the frames as they come, each looked at before the next is read; then the conclusion."""
    reader, answer = wire.FrameReader(), None
    async for chunk in _chunks(request, PERFORMED_WITHIN_S):
        pictures = reader.feed(chunk)
        if answer is None and (head := reader.head) is not None:
            answer = await _in_thread(partial(opened, head))
        for picture in pictures:
            if answer is not None:
                await _in_thread(partial(answer.push, picture))
    reader.finish()
    if answer is None:
        raise wire.malformed()
    return await _in_thread(answer.conclude)


async def _body(request: Request) -> bytes:
    """A whole JSON body."""
    body = bytearray()
    async for chunk in _chunks(request, BODY_WITHIN_S):
        body += chunk
        if len(body) > wire.MOST_JSON_BYTES:
            raise wire.malformed()
    return bytes(body)


async def _chunks(request: Request, within: float) -> AsyncIterator[bytes]:
    """The body's chunks; a sender that takes longer than ``within`` seconds in all is cut off."""
    end = anyio.current_time() + within
    chunks = request.stream()
    while True:
        with anyio.move_on_at(end) as scope:
            try:
                chunk = await anext(chunks, None)
            except ClientDisconnect:
                raise wire.malformed() from None
        if scope.cancelled_caught:
            raise wire.malformed()
        if chunk is None:
            return
        yield chunk


def _terminal(request: Request) -> str:
    name = request.headers.get(TERMINAL_HEADER, "")
    if not _TERMINAL.fullmatch(name):
        raise wire.malformed()
    return name


def _access(request: Request) -> str:
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


def _answer(answer: Answer) -> Response:
    return JSONResponse(
        {
            "accepted": answer.accepted,
            "reason": str(answer.reason),
            "person": None if answer.person is None else asdict(answer.person),
            "statement": answer.statement,
            "access": answer.access,
            "next_factors": [str(f) for f in answer.next_factors],
            "timings": dict(answer.timings),
        }
    )


def _error(error: SuiteError, status: int) -> Response:
    parts: Mapping[str, str] = {
        "what": error.what,
        "why": error.why,
        "next_step": error.next_step,
        "code": error.code,
    }
    return JSONResponse(parts, status_code=status)
