"""The signer's door: an ASGI application, bounded as the matcher's is. Requests and certificates are PEM."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth import wire
from auth.door import Caller, guarded, in_thread, json_body, named_by_header
from auth.signer.certificate import LONGEST_CSR
from auth.signer.enrolment import Enrolment
from auth.signer.signer import Signer

LONGEST_STATEMENT = 8192


def create_app(
    signer: Signer,
    anchors: Callable[[], Sequence[x509.Certificate]],
    caller: Caller = named_by_header,
    enrolment: Enrolment | None = None,
) -> Starlette:
    """``anchors``: what a KDC is to trust now. ``enrolment``: of terminals, where there are others."""
    doors = _Doors(signer, anchors, caller)
    routes = [
        Route("/v1/certificates", guarded(doors.certificate), methods=["POST"]),
        Route("/v1/anchors", guarded(doors.anchors)),
    ]
    if enrolment is not None:
        desk = _EnrolmentDoors(enrolment, caller)
        routes += [
            Route("/v1/devices", guarded(desk.enrol), methods=["POST"]),
            Route("/v1/devices/renew", guarded(desk.renew), methods=["POST"]),
        ]
    return Starlette(routes=routes)


class _Doors:
    def __init__(
        self, signer: Signer, anchors: Callable[[], Sequence[x509.Certificate]], caller: Caller
    ) -> None:
        self._signer = signer
        self._anchors = anchors
        self._caller = caller

    async def certificate(self, request: Request) -> Response:
        device, head = await self._caller(request), await json_body(request)
        statement = wire.text_field(head, "statement", LONGEST_STATEMENT)
        csr = request_of(wire.text_field(head, "request", 2 * LONGEST_CSR))
        made = await in_thread(lambda: self._signer.issue(statement, csr, device))
        return JSONResponse(
            {
                "certificate": made.certificate.public_bytes(Encoding.PEM).decode(),
                "principal": made.principal,
                "realm": made.realm,
            }
        )

    async def anchors(self, _request: Request) -> Response:
        found = await in_thread(self._anchors)
        return JSONResponse({"anchors": [c.public_bytes(Encoding.PEM).decode() for c in found]})


class _EnrolmentDoors:
    """The one door that opens without a certificate is ``enrol``: it takes a one-time code instead."""

    def __init__(self, enrolment: Enrolment, caller: Caller) -> None:
        self._enrolment = enrolment
        self._caller = caller

    async def enrol(self, request: Request) -> Response:
        head = await json_body(request)
        name, code = wire.text_field(head, "name", 64), wire.text_field(head, "code", 64)
        csr = request_of(wire.text_field(head, "request", 2 * LONGEST_CSR))
        return _made(await in_thread(lambda: self._enrolment.enrol(name, code, csr)))

    async def renew(self, request: Request) -> Response:
        device, head = await self._caller(request), await json_body(request)
        csr = request_of(wire.text_field(head, "request", 2 * LONGEST_CSR))
        return _made(await in_thread(lambda: self._enrolment.renew(device, csr)))


def _made(certificate: x509.Certificate) -> Response:
    return JSONResponse({"certificate": certificate.public_bytes(Encoding.PEM).decode()})


def request_of(text: str) -> bytes:
    """The DER inside a PEM request, or SuiteError WIRE-001."""
    try:
        return x509.load_pem_x509_csr(text.encode()).public_bytes(Encoding.DER)
    except (ValueError, TypeError, x509.InvalidVersion) as error:
        raise wire.malformed() from error
