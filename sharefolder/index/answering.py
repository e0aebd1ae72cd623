"""What the index service answers, as an ASGI application: every answer is the reader's own."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import SuiteError
from sharefolder import names
from sharefolder.index import audit_log
from sharefolder.index.judge import Judges, Reader
from sharefolder.index.keeper import Keeper
from sharefolder.index.readable import Found, first_readable
from sharefolder.index.store import IndexStore, Wish
from sharefolder.index.usage import Usage
from sharefolder.index.vouching import Vouching

_BODY = 16_384  # bytes of a request
_HITS = 200
_PATH = 4_000
_UNREAD = 500
_TOLD = 5  # of an entry: up to when it was changed, as every terminal knows it


@dataclass(frozen=True)
class Answering:
    """The parts of the service that answers need."""

    index: IndexStore
    keeper: Keeper
    judges: Judges
    vouching: Vouching
    usage: Usage
    root: Path
    audit: Path | None = None  # where the file server writes who changed what

    def application(self) -> Starlette:
        """``POST /name``, ``POST /reader``, ``POST /search``, ``POST /activity``, ``GET /standing``."""
        return Starlette(
            routes=[
                Route("/name", self._name, methods=["POST"]),
                Route("/reader", self._reader, methods=["POST"]),
                Route("/search", self._search, methods=["POST"]),
                Route("/activity", self._activity, methods=["POST"]),
                Route("/standing", self._standing, methods=["GET"]),
            ]
        )

    async def _name(self, _request: Request) -> Response:
        return JSONResponse({"name": await run_in_threadpool(self.vouching.name)})

    async def _reader(self, request: Request) -> Response:
        body = await _body(request)
        token = await run_in_threadpool(self._admit, str((body or {}).get("hello", "")))
        return JSONResponse({"token": token}) if token else JSONResponse({}, 401)

    def _admit(self, hello: str) -> str | None:
        token = self.vouching.admit(hello)
        reader = self.vouching.reader(token) if token is not None else None
        if reader is not None:
            self.usage.came(reader.uid)
        return token

    async def _search(self, request: Request) -> Response:
        reader, body = self._asked_by(request), await _body(request)
        if reader is None:
            return JSONResponse({}, 401)
        wish = _wish(body)
        if body is None or wish is None:
            return JSONResponse({}, 400)
        limit = max(1, min(_HITS, int(body.get("limit", 100))))
        found = await run_in_threadpool(self.hits, reader, wish, limit)
        rows = [[*hit.entry[:_TOLD], hit.in_name, hit.in_text] for hit in found.hits]
        return JSONResponse({"hits": rows, "whole": found.whole})

    async def _activity(self, request: Request) -> Response:
        reader, body = self._asked_by(request), await _body(request)
        if reader is None:
            return JSONResponse({}, 401)
        path = (body or {}).get("path")
        if not isinstance(path, str) or len(path) > _PATH:
            return JSONResponse({}, 400)
        try:
            return JSONResponse(await run_in_threadpool(self.activity, reader, names.inside(path)))
        except SuiteError:
            return JSONResponse({}, 400)

    def activity(self, reader: Reader, path: str) -> dict[str, Any]:
        """What was done to ``path`` and in it, of what ``reader`` may open; ``kept``: whether the file server
        keeps a record at all. What is gone is shown to whoever may open the folder that it was in; with that
        folder gone too, to nobody: who might open it is known no more, and a folder above may be open to
        all."""

        def may_see(paths: list[str]) -> list[bool]:
            where = [self._still(each) for each in paths]
            asked = iter(self.judges.may_read(reader, [each for each in where if each is not None]))
            return [each is not None and next(asked) for each in where]

        if self.audit is None:
            return {"kept": False, "acts": []}
        try:
            found = audit_log.acts(self.audit, self.root, path, may_see)
        except OSError:
            return {"kept": False, "acts": []}
        return {"kept": True, "acts": [[a.time, a.who, a.what.value, a.path, a.to] for a in found]}

    def _still(self, path: str) -> str | None:
        """``path``, or the folder that it was in, whichever is there; None: neither."""
        for each in (path, path.rpartition("/")[0]):
            if os.path.lexists(self.root / each):
                return each
        return None

    async def _standing(self, request: Request) -> Response:
        reader = self._asked_by(request)
        if reader is None:
            return JSONResponse({}, 401)
        return JSONResponse(await run_in_threadpool(self.standing, reader))

    def _asked_by(self, request: Request) -> Reader | None:
        return self.vouching.reader(request.headers.get("authorization", "").removeprefix("Bearer "))

    def hits(self, reader: Reader, wish: Wish, limit: int) -> Found:
        """What ``reader`` may open of what is found, names first, then the newest first."""
        return first_readable(
            lambda paths: self.judges.may_read(reader, paths), self.index.found(wish), limit
        )

    def standing(self, reader: Reader) -> dict[str, Any]:
        """How far the index is, and by name the documents that could not be read, of those that ``reader``
        may open; and how many people have come, by month."""
        looked = self.keeper.looked
        return {
            "counts": self.index.counts(),
            "unread": self._unread(reader),
            "looked": looked.isoformat() if looked else "",
            "notices": self.keeper.notices,
            "failure": self.keeper.failure,
            "used": self.usage.months(),
        }

    def _unread(self, reader: Reader) -> list[tuple[str, str]]:
        """The first ``_UNREAD`` of those that ``reader`` may open, however many are not for that reader."""
        rows, found = self.index.unread(), list[tuple[str, str]]()
        for start in range(0, len(rows), _UNREAD):
            part = rows[start : start + _UNREAD]
            may = self.judges.may_read(reader, [path for path, _why in part])
            found += [row for row, allowed in zip(part, may, strict=True) if allowed]
            if len(found) >= _UNREAD:
                break
        return found[:_UNREAD]


async def _body(request: Request) -> dict[str, Any] | None:
    """The JSON object of a request; None if it is none, or too long."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > _BODY:
            return None
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _wish(body: dict[str, Any] | None) -> Wish | None:
    try:
        said = body or {}
        year = None if said.get("year") is None else int(said["year"])
        kinds = frozenset(str(kind) for kind in said.get("kinds", ()))
        int(said.get("limit", 100))
        return Wish(str(said["words"])[:400], str(said.get("section", ""))[:400], kinds, year)
    except (KeyError, TypeError, ValueError, OverflowError):  # JSON's 1e999 is infinite
        return None
