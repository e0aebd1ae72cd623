"""The matcher in this process, reached as if it were a server: httpx runs the ASGI application.

Moving the matcher to a host replaces this transport by httpx's own and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

import httpx


class InProcessTransport(httpx.BaseTransport):
    """Runs one ASGI request to its end on the calling thread (never the window's). A body that is still
    being made is handed over piece by piece; waiting for the next piece blocks only this request."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._handle(request))

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        pieces = _pieces(cast(httpx.SyncByteStream, request.stream))
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=pieces)
        response = await self._inner.handle_async_request(sent)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)


async def _pieces(stream: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in stream:
        yield piece
