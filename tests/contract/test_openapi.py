"""Both servers' doors against whatever schemathesis makes of their description: true to it, and against it.

Nothing may end in a fault: each answer is an acceptance or a SuiteError's four parts, of a bounded size.
"""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.schemas import OpenApiSchema
from starlette.applications import Starlette

from auth import wire
from auth.agent.transport import InProcessTransport
from auth.codes import OneTimeCodes
from auth.devices import Devices
from auth.signer.api import create_app
from auth.signer.authority import Authorities
from auth.signer.certificate import Purpose
from auth.signer.enrolment import Enrolment
from tests.fakes.office import CHIEF, PIN, Office
from tests.fakes.openapi import SHAPES, described
from tests.fakes.signing import Desk

MOST_ANSWER_BYTES = 100_000
PLENTY = settings(
    derandomize=True,
    deadline=None,
    max_examples=20,
    database=None,
    suppress_health_check=list(HealthCheck),
)
"""The same requests each time: a find is a line in a log, not a riddle."""


def _frames() -> st.SearchStrategy[bytes]:
    """A body of frames, whole, cut off, or of lengths that are not true."""
    head = st.dictionaries(
        st.sampled_from(["challenge_id", "prior", "consent_version", "key"]), st.text(max_size=80)
    )
    frame = st.builds(wire.Picture, st.floats(), st.binary(min_size=1, max_size=40)).map(wire.frame)
    whole = st.builds(lambda h, f, end: wire.begin(h) + b"".join(f) + end, head, st.lists(frame, max_size=4),
                      st.sampled_from([wire.END, b"", wire.END + b"more"]))  # fmt: skip
    lying = st.builds(lambda n, rest: struct.pack(">I", n) + rest, st.integers(0, 2**32 - 1), st.binary())
    return st.one_of(whole, lying, st.binary(max_size=200))


schemathesis.openapi.format("frames", _frames().map(lambda b: b.decode("latin-1")))


@schemathesis.serializer(wire.MEDIA_TYPE)
def _as_bytes(_context: Any, value: Any) -> bytes:
    return value.encode("latin-1", "replace") if isinstance(value, str) else repr(value).encode()


def schema_of(app: Starlette) -> OpenApiSchema:
    schema = schemathesis.openapi.from_dict(described(app))
    schema.app = app
    return schema


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> OpenApiSchema:
    office = Office(tmp_path_factory.mktemp("matcher"))
    office.service.create_first_administrator(CHIEF, PIN)
    own = office.service._client._http._transport
    assert isinstance(own, InProcessTransport)
    return schema_of(own._inner.app)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> OpenApiSchema:
    folder: Path = tmp_path_factory.mktemp("signer")
    desk = Desk(folder)
    devices = Devices(desk.register.sql, desk.audit, desk.clock)
    codes = OneTimeCodes(desk.register, desk.clock)
    authorities = Authorities(folder / "devices", Purpose.DEVICE, desk.secrets, "Devices")
    enrolment = Enrolment(devices, codes, authorities, desk.audit, desk.clock)
    return schema_of(create_app(desk.signer, lambda: [], enrolment=enrolment))


def knock(case: schemathesis.Case, http: httpx.Client) -> int:
    response = sent(case, http)
    assert response.status_code < 500, (case.method, case.formatted_path, response.text[:300])
    assert len(response.content) < MOST_ANSWER_BYTES
    if response.status_code in (404, 405):
        return response.status_code  # no such door
    answer = response.json()
    if response.status_code >= 400:
        assert set(answer) == {"what", "why", "next_step", "code"}, answer
    else:
        assert answer.get("accepted") is not True, "nobody gets in by chance"
        assert "certificate" not in answer
    return response.status_code


def sent(case: schemathesis.Case, http: httpx.Client) -> httpx.Response:
    """By httpx: schemathesis's own sender wants an urllib3 that another package has replaced here."""
    made = requests.Request(**case.as_transport_kwargs(base_url=str(http.base_url))).prepare()
    assert made.method is not None
    assert made.url is not None
    headers = [(name, value if isinstance(value, bytes) else value.encode("latin-1", "replace"))
               for name, value in made.headers.items()]  # fmt: skip
    return http.request(made.method, made.url, headers=headers, content=made.body or b"")


def knock_everywhere(schema: OpenApiSchema, mode: GenerationMode) -> Counter[int]:
    """At each door, with what its description allows (or forbids); how often each status came."""
    came: Counter[int] = Counter()
    http = httpx.Client(transport=InProcessTransport(schema.app), base_url="http://inside")
    for found in schema.get_all_operations():
        operation = found.ok()
        strategy = operation.as_strategy(generation_mode=mode)
        PLENTY(given(strategy)(lambda case: came.update([knock(case, http)])))()
    return came


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_matcher_answers_whatever_comes(matcher: OpenApiSchema, mode: GenerationMode) -> None:
    came = knock_everywhere(matcher, mode)
    assert came[200 if mode is GenerationMode.POSITIVE else 400] > 10, came
    assert came[400] > 10, came


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_signer_answers_whatever_comes(signer: OpenApiSchema, mode: GenerationMode) -> None:
    came = knock_everywhere(signer, mode)
    assert came[200 if mode is GenerationMode.POSITIVE else 400] > 10, came
    assert came[400] > 10, came


def test_both_servers_doors_are_described_and_no_other(matcher: OpenApiSchema, signer: OpenApiSchema) -> None:
    assert {*matcher.raw_schema["paths"], *signer.raw_schema["paths"]} == set(SHAPES)
