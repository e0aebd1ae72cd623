"""A network that goes wrong as networks do: between client and server, one fault a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

import httpx


class Fault(StrEnum):
    """What happens to one request. All but the first four happen after the server has acted."""

    NONE = "none"
    NO_WAY = "no way"  # never reaches the server
    BUSY = "busy"  # 503, the server has done nothing
    TWICE = "twice"  # a proxy repeats the request; the second reply arrives
    LOST = "lost"  # the reply never comes
    ERROR = "error"  # 500 although it was done
    CUT = "cut"  # the connection breaks inside the reply
    SHORT = "short"  # the reply ends early, and looks complete
    ETAG = "etag"  # the reply's etag is wrong
    TOKEN = "token"  # noqa: S105 a sync token comes without the changes it stands for


_LENGTHS = ("content-length", "content-encoding")  # the body is handed on decoded


class Network(httpx.BaseTransport):
    """``plan`` names the faults of the next requests and where a cut falls (0–99 %); then all is well."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.plan: list[tuple[Fault, int]] = []
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        fault, where = self.plan.pop(0) if self.plan else (Fault.NONE, 0)
        request.read()
        if fault is Fault.NO_WAY:
            raise httpx.ConnectError("no way", request=request)
        if fault is Fault.BUSY:
            return httpx.Response(503, request=request)
        response = self._inner.handle_request(request)
        response.read()
        if fault is Fault.TWICE:
            response = self._inner.handle_request(request)
            response.read()
        return self._spoil(request, response, fault, where)

    def _spoil(
        self, request: httpx.Request, response: httpx.Response, fault: Fault, where: int
    ) -> httpx.Response:
        body = response.content
        headers = [(k, v) for k, v in response.headers.items() if k.lower() not in _LENGTHS]
        if fault is Fault.LOST or (fault is Fault.CUT and not body):
            raise httpx.ReadError("lost", request=request)
        if fault is Fault.ERROR:
            return httpx.Response(500, request=request)
        if fault is Fault.CUT:
            stream = _Broken(body[: len(body) * where // 100], request)
            return httpx.Response(response.status_code, headers=headers, stream=stream, request=request)
        if fault is Fault.SHORT:
            body = body[: len(body) * where // 100]
        elif fault is Fault.ETAG:
            headers = [(k, '"wrong"' if k.lower() == "etag" else v) for k, v in headers]
            body = re.sub(rb"<(\w*:?)getetag>[^<]*<", rb'<\1getetag>"wrong"<', body)
        elif fault is Fault.TOKEN and b"sync-token>" in body:
            body = re.sub(rb"<response.*</response>", b"", body, flags=re.DOTALL)
        return httpx.Response(response.status_code, headers=headers, content=body, request=request)


class _Broken(httpx.SyncByteStream):
    def __init__(self, content: bytes, request: httpx.Request) -> None:
        self._content, self._request = content, request

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        raise httpx.RemoteProtocolError("cut", request=self._request)
