"""The matcher's door: an ASGI application. Everything that comes in is bounded before it is looked at.

Answers are JSON. A refusal is an answer (200, ``accepted: false``); errors are as in ``auth.door``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth import wire
from auth.bulletins import Bulletins
from auth.door import Caller, bearer, chunks, guarded, in_thread, json_body, named_by_header
from auth.matcher.bulletins import BulletinDoors
from auth.matcher.face import Enrolment, FaceMatcher, Match
from auth.matcher.keyring import Keyrings
from auth.matcher.matcher import CHALLENGE_LIFETIME_S, Answer, Matcher
from auth.matcher.offline import Releases
from auth.matcher.own_data import OwnData

PERFORMED_WITHIN_S = 40.0  # a person performs the challenge meanwhile
_KEY = re.compile(r"[0-9a-f]{64}")
_QUEUE = re.compile(r"[0-9a-f]{16}")


def create_app(
    matcher: Matcher,
    own_data: OwnData,
    faces: Callable[[], FaceMatcher],
    caller: Caller = named_by_header,
    releases: Releases | None = None,
    bulletins: Bulletins | None = None,
    keyrings: Keyrings | None = None,
) -> Starlette:
    """The application. ``faces`` is asked at each use, so that a missing model stops faces, not PINs.
    ``releases``: None where nothing is given away for offline use; ``bulletins``: where there are none;
    ``keyrings``: where no key ring is opened."""
    doors = _Doors(matcher, own_data, faces, caller)
    return Starlette(
        routes=[
            *(_OfflineDoors(releases, caller).routes() if releases is not None else ()),
            *(BulletinDoors(matcher, bulletins, caller).routes() if bulletins is not None else ()),
            *(keyrings.routes(caller) if keyrings is not None else ()),
            Route("/v1/keys", guarded(doors.keys)),
            Route("/v1/challenges", guarded(doors.challenge), methods=["POST"]),
            Route("/v1/matches", guarded(doors.match), methods=["POST"]),
            Route("/v1/evidence/pin", guarded(doors.pin), methods=["POST"]),
            Route("/v1/evidence/totp", guarded(doors.totp), methods=["POST"]),
            Route("/v1/evidence/break-glass", guarded(doors.break_glass), methods=["POST"]),
            Route("/v1/evidence/start", guarded(doors.start), methods=["POST"]),
            Route("/v1/sign-ins", guarded(doors.sign_in_took), methods=["POST"]),
            Route("/v1/pins", guarded(doors.change_pin), methods=["POST"]),
            Route("/v1/templates", guarded(doors.enrol), methods=["POST"]),
            Route("/v1/templates/mine", guarded(doors.own_data), methods=["GET", "DELETE"]),
            Route("/v1/templates/mine/export", guarded(doors.export)),
        ]
    )


class _Doors:
    """One method a route: read and bound the request, ask the matcher off the event loop, answer."""

    def __init__(
        self, matcher: Matcher, own_data: OwnData, faces: Callable[[], FaceMatcher], caller: Caller
    ) -> None:
        self._matcher = matcher
        self._own_data = own_data
        self._faces = faces
        self._caller = caller

    async def keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [dict(self._matcher.public_key)]})

    async def challenge(self, request: Request) -> Response:
        head, device = await json_body(request), await self._caller(request)
        purpose = wire.text_field(head, "purpose")
        if purpose not in CHALLENGE_LIFETIME_S:
            raise wire.malformed()
        number, access = wire.optional_text(head, "staff_number"), bearer(request)
        steady = wire.optional_text(head, "colours", 16) == "steady"
        return JSONResponse(
            await in_thread(lambda: self._faces().challenge(purpose, number, device, access, steady=steady))
        )

    async def match(self, request: Request) -> Response:
        device = await self._caller(request)

        def open_match(head: Mapping[str, Any]) -> Match:
            prior = wire.optional_text(head, "prior", wire.MOST_JSON_BYTES)
            return self._faces().open_match(wire.text_field(head, "challenge_id"), device, prior, _key(head))

        return _answer(await _hear(request, open_match))

    async def enrol(self, request: Request) -> Response:
        device, access = await self._caller(request), bearer(request)

        def open_enrolment(head: Mapping[str, Any]) -> Enrolment:
            nonce, consent = (wire.text_field(head, n, 128) for n in ("challenge_id", "consent_version"))
            return self._faces().open_enrolment(nonce, device, access, consent)

        return JSONResponse(await _hear(request, open_enrolment))

    async def pin(self, request: Request) -> Response:
        head, device = await json_body(request), await self._caller(request)
        number, pin = wire.text_field(head, "staff_number"), wire.text_field(head, "pin")
        nonce, prior = wire.text_field(head, "nonce"), wire.optional_text(head, "prior", wire.MOST_JSON_BYTES)
        return _answer(
            await in_thread(lambda: self._matcher.pin(number, pin, device, nonce, prior, _key(head)))
        )

    async def totp(self, request: Request) -> Response:
        head, device = await json_body(request), await self._caller(request)
        number, code, nonce = (wire.text_field(head, n) for n in ("staff_number", "code", "nonce"))
        prior, key = wire.optional_text(head, "prior", wire.MOST_JSON_BYTES), _key(head)
        return _answer(await in_thread(lambda: self._matcher.totp(number, code, device, nonce, prior, key)))

    async def break_glass(self, request: Request) -> Response:
        head, device = await json_body(request), await self._caller(request)
        number, code, nonce = (wire.text_field(head, n) for n in ("staff_number", "code", "nonce"))
        return _answer(
            await in_thread(lambda: self._matcher.break_glass(number, code, device, nonce, _key(head)))
        )

    async def start(self, request: Request) -> Response:
        head, device = await json_body(request), await self._caller(request)
        number, code, pin, nonce = (
            wire.text_field(head, n) for n in ("staff_number", "code", "pin", "nonce")
        )
        return _answer(
            await in_thread(lambda: self._matcher.start(number, code, pin, device, nonce, _key(head)))
        )

    async def change_pin(self, request: Request) -> Response:
        head, device = await json_body(request), await self._caller(request)
        pin, access = wire.text_field(head, "pin"), bearer(request)
        await in_thread(lambda: self._matcher.change_pin(access, pin, device))
        return JSONResponse({})

    async def sign_in_took(self, request: Request) -> Response:
        head, device = await json_body(request), await self._caller(request)
        seconds, tickets, access = head.get("seconds"), head.get("tickets"), bearer(request)
        if not isinstance(seconds, int | float) or not isinstance(tickets, bool):
            raise wire.malformed()
        await in_thread(lambda: self._matcher.took(float(seconds), tickets, access, device))
        return JSONResponse({})

    async def own_data(self, request: Request) -> Response:
        device, access = await self._caller(request), bearer(request)
        if request.method == "DELETE":
            return JSONResponse(await in_thread(lambda: self._own_data.delete(access, device)))
        return JSONResponse(await in_thread(lambda: self._own_data.show(access, device)))

    async def export(self, request: Request) -> Response:
        device, access = await self._caller(request), bearer(request)
        return JSONResponse(await in_thread(lambda: self._own_data.export(access, device)))


class _OfflineDoors:
    """What terminals keep for the day nobody answers here, and what they decided on it."""

    def __init__(self, releases: Releases, caller: Caller) -> None:
        self._releases, self._caller = releases, caller

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("/v1/offline", guarded(self.standing)),
            Route("/v1/offline/mine", guarded(self.release)),
            Route("/v1/offline/rows", guarded(self.hear), methods=["POST"]),
        )

    async def standing(self, request: Request) -> Response:
        device = await self._caller(request)
        return JSONResponse(await in_thread(lambda: self._releases.standing(device)))

    async def release(self, request: Request) -> Response:
        device, access = await self._caller(request), bearer(request)
        return JSONResponse(await in_thread(lambda: self._releases.release(access, device)))

    async def hear(self, request: Request) -> Response:
        head, device = await json_body(request), await self._caller(request)
        queue, rows = wire.text_field(head, "queue", 32), head.get("rows")
        if not isinstance(rows, list) or not _QUEUE.fullmatch(queue):
            raise wire.malformed()
        return JSONResponse({"heard": await in_thread(lambda: self._releases.hear(device, queue, rows))})


async def _hear(request: Request, opened: Callable[[Mapping[str, Any]], Match | Enrolment]) -> Any:
    """Feed the frames as they come, each looked at before the next is read; then the conclusion."""
    reader, answer = wire.FrameReader(), None
    async for chunk in chunks(request, PERFORMED_WITHIN_S):
        pictures = reader.feed(chunk)
        if answer is None and (head := reader.head) is not None:
            answer = await in_thread(partial(opened, head))
        for picture in pictures:
            if answer is not None:
                await in_thread(partial(answer.push, picture))
    reader.finish()
    if answer is None:
        raise wire.malformed()
    return await in_thread(answer.conclude)


def _key(head: Mapping[str, Any]) -> str:
    """The hash of the key that the terminal wants certified; empty where it wants none."""
    key = wire.optional_text(head, "key", 64) or ""
    if key and not _KEY.fullmatch(key):
        raise wire.malformed()
    return key


def _answer(answer: Answer) -> Response:
    return JSONResponse(
        {
            "accepted": answer.accepted,
            "reason": str(answer.reason),
            "person": None if answer.person is None else asdict(answer.person),
            "statement": answer.statement,
            "for_signer": answer.for_signer,
            "access": answer.access,
            "next_factors": [str(f) for f in answer.next_factors],
            "timings": dict(answer.timings),
        }
    )
