"""What matcher and signer take, as OpenAPI 3.1: from their own routes, and a body's shape for each of them.

A route without a shape here fails: whoever adds a door describes it, and it is knocked at.
"""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from auth import wire
from auth.door import TERMINAL_HEADER

TEXT = {"type": "string"}
NUMBER = {"type": "string", "enum": ["IT-001", "S-100", "ZZ-9", "ｉｔ－００１"]}
HEX = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
MAYBE = {"type": ["string", "null"]}
FRAMES = "frames"
EVIDENCE = {"staff_number": NUMBER, "nonce": HEX}
OPTIONAL = {"prior": MAYBE, "key": {"anyOf": [HEX, {"type": "null"}]}}
SHAPES: dict[str, Any] = {
    "/v1/keys": None,
    "/v1/challenges": (
        {"purpose": {"enum": ["sign-in", "enrol"]}},
        {"staff_number": NUMBER, "colours": MAYBE},
    ),
    "/v1/matches": FRAMES,
    "/v1/evidence/pin": ({**EVIDENCE, "pin": TEXT}, OPTIONAL),
    "/v1/evidence/totp": ({**EVIDENCE, "code": TEXT}, OPTIONAL),
    "/v1/evidence/break-glass": ({**EVIDENCE, "code": TEXT}, OPTIONAL),
    "/v1/evidence/start": ({**EVIDENCE, "code": TEXT, "pin": TEXT}, OPTIONAL),
    "/v1/sign-ins": ({"seconds": {"type": "number"}, "tickets": {"type": "boolean"}}, {}),
    "/v1/pins": ({"pin": TEXT}, {}),
    "/v1/templates": FRAMES,
    "/v1/templates/mine": None,
    "/v1/templates/mine/export": None,
    "/v1/offline": None,
    "/v1/offline/mine": None,
    "/v1/offline/rows": ({"queue": TEXT, "rows": {"type": "array", "items": {"type": "object"}}}, {}),
    "/v1/bulletins": None,
    "/v1/bulletins/read": ({"id": {"type": "integer"}, "read": {"type": "boolean"}}, {}),
    "/v1/keyrings/mine": ({}, {}),
    "/v1/certificates": ({"statement": TEXT, "request": TEXT}, {}),
    "/v1/anchors": None,
    "/v1/devices": ({"name": TEXT, "code": TEXT, "request": TEXT}, {}),
    "/v1/devices/renew": ({"request": TEXT}, {}),
}


def described(app: Starlette) -> dict[str, Any]:
    """The document of ``app``. KeyError for a route whose shape nobody has written."""
    paths: dict[str, Any] = {}
    for route in app.routes:
        assert isinstance(route, Route)
        methods = sorted((route.methods or {"GET"}) - {"HEAD"})
        paths[route.path] = {method.lower(): _operation(SHAPES[route.path], method) for method in methods}
    return {"openapi": "3.1.0", "info": {"title": "Mahoroba", "version": "1"}, "paths": paths}


def _operation(shape: Any, method: str) -> dict[str, Any]:
    terminal = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}
    bearer = {"type": "string", "pattern": "^Bearer [!-~]{0,80}$"}
    found: dict[str, Any] = {
        "parameters": [
            {"name": TERMINAL_HEADER, "in": "header", "required": True, "schema": terminal},
            {"name": "authorization", "in": "header", "required": False, "schema": bearer},
        ],
        "responses": {"default": {"description": "an answer, or a SuiteError's parts"}},
    }
    if shape is not None and method == "POST":
        found["requestBody"] = {"required": True, "content": _content(shape)}
    return found


def _content(shape: Any) -> dict[str, Any]:
    if shape == FRAMES:
        return {wire.MEDIA_TYPE: {"schema": {"type": "string", "format": "frames"}}}
    required, optional = shape
    schema = {"type": "object", "properties": {**required, **optional}, "required": sorted(required)}
    return {"application/json": {"schema": schema}}
