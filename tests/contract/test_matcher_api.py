"""The matcher's door against a hostile terminal: nothing it sends opens, crashes or fills anything."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth import wire
from auth.agent.transport import InProcessTransport
from auth.door import TERMINAL_HEADER
from auth.face import models
from auth.face.actor import ActorCamera
from auth.matcher.statement import FOR_MATCHER, Statement, StatementSigner
from auth.model import Evidence, Factor
from auth.wire import END, Picture
from tests.fakes.office import CHIEF, CONSENT, PIN, Office, code_of


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(tmp_path_factory.mktemp("office"))
    assert office.service.create_first_administrator(CHIEF, PIN).accepted
    assert office.enrol(ActorCamera(seed=1)) == "enrolled"
    return office


@pytest.fixture
def http(office: Office, request: pytest.FixtureRequest) -> httpx.Client:
    """A terminal of its own: rates and waits of one test do not touch the next."""
    office.nonces.restart(request.node.name)
    office.clock.time += 2 * 86_400
    office.start()
    own = office.service._client._http._transport
    assert isinstance(own, InProcessTransport)
    headers = {TERMINAL_HEADER: secrets.token_hex(8)}
    return httpx.Client(transport=own, base_url="http://matcher", headers=headers)


def ask(http: httpx.Client, **head: Any) -> httpx.Response:
    return http.post("/v1/challenges", json={"purpose": "sign-in", "staff_number": "IT-001", **head})


def picture(seed: int, time: float) -> Picture:
    image = np.random.default_rng(seed).integers(0, 255, (120, 160, 3), np.uint8)
    return Picture(time, cv2.imencode(".jpg", image)[1].tobytes())


def body(challenge_id: object, pictures: list[Picture] | None = None, **head: Any) -> bytes:
    frames = b"".join(wire.frame(p) for p in pictures or [])
    return wire.begin({"challenge_id": challenge_id, "prior": None, **head}) + frames + END


def error(response: httpx.Response) -> tuple[int, str]:
    answer = response.json()
    assert set(answer) == {"what", "why", "next_step", "code"}
    return response.status_code, answer["code"]


def test_a_challenge_is_answered_once(http: httpx.Client) -> None:
    nonce = ask(http).json()["challenge_id"]
    first = http.post("/v1/matches", content=body(nonce, [picture(n, n / 15) for n in range(9)]))
    assert first.status_code == 200
    assert not first.json()["accepted"]
    assert first.json()["statement"] is None
    assert error(http.post("/v1/matches", content=body(nonce))) == (410, "AUTH-024")


def test_a_challenge_ends_belongs_to_its_terminal_and_purpose(http: httpx.Client, office: Office) -> None:
    nonce = ask(http).json()["challenge_id"]
    other = {TERMINAL_HEADER: "another"}
    assert error(http.post("/v1/matches", content=body(nonce), headers=other)) == (410, "AUTH-024")
    office.clock.time += 61
    assert error(http.post("/v1/matches", content=body(nonce))) == (410, "AUTH-024")
    nonce = ask(http).json()["challenge_id"]
    enrolment = body(nonce, consent_version=CONSENT)
    assert error(http.post("/v1/templates", content=enrolment)) == (410, "AUTH-024")


@pytest.mark.parametrize(
    ("policy", "still", "moving"),
    [
        ("when-measurable", "steady", "standard"),
        ("off", "steady", "steady"),
        ("required", "FACE-114", "flash"),
    ],
)
def test_the_level_is_the_matchers_to_choose_and_to_keep(
    office: Office, policy: str, still: str, moving: str
) -> None:
    """Whoever cannot bear changing colours may say so; what was given out is what is judged."""
    office.paths.policy.write_text(f'[face]\nflash = "{policy}"\n', "utf-8")
    office.clock.time += 2 * 86_400
    office.nonces.restart(policy)
    office.start()
    http = office.service._client._http
    answers = [ask(http, colours=colours).json() for colours in ("steady", None, "wild")]
    assert [each.get("level") or each["code"] for each in answers] == [still, moving, moving]
    nonce = answers[1]["challenge_id"]
    issued = office.service._register.spend_challenge(
        bytes.fromhex(nonce), office.service._device, office.clock.time
    )
    assert issued is not None
    assert issued.purpose == f"sign-in/{moving}"
    office.paths.policy.write_text("", "utf-8")


@pytest.mark.parametrize("nonce", ["", "00" * 32, "zz", "00" * 5000, "é", None, 7, [], {}])
def test_a_nonce_nobody_gave_out_is_refused(http: httpx.Client, nonce: object) -> None:
    status, _code = error(http.post("/v1/matches", content=body(nonce)))
    assert status in (400, 410)


def test_frames_that_span_more_time_than_has_passed_are_refused(http: httpx.Client) -> None:
    nonce = ask(http).json()["challenge_id"]
    recorded = [picture(n, n * 0.9) for n in range(8)]
    assert error(http.post("/v1/matches", content=body(nonce, recorded))) == (410, "AUTH-024")


def test_too_much_is_cut_off_wherever_it_comes(http: httpx.Client) -> None:
    big = b"x" * 20_000
    for path in PATHS:
        assert error(http.post(f"/v1/{path}", content=big)) == (400, "WIRE-001")
    nonce = ask(http).json()["challenge_id"]
    many = [picture(0, n / 15) for n in range(wire.MOST_FRAMES + 1)]
    assert error(http.post("/v1/matches", content=body(nonce, many))) == (400, "WIRE-001")
    endless = (b"\0" * 100_000 for _ in range(10_000))
    assert error(http.post("/v1/matches", content=endless)) == (400, "WIRE-001")


def test_a_cut_or_unreadable_submission_costs_its_challenge(http: httpx.Client) -> None:
    for damage in (lambda b: b[:-5], lambda b: b[: len(b) // 2], lambda b: b.replace(b"\xff\xd8", b"PK")):
        nonce = ask(http).json()["challenge_id"]
        sent = body(nonce, [picture(n, n / 15) for n in range(4)])
        assert error(http.post("/v1/matches", content=damage(sent))) == (400, "WIRE-001")
        assert error(http.post("/v1/matches", content=sent)) == (410, "AUTH-024")


def test_a_terminal_asks_for_so_many_challenges_a_minute(http: httpx.Client, office: Office) -> None:
    answers = [ask(http).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    office.clock.time += 61
    assert ask(http).status_code == 200


def test_without_a_proof_nobody_reaches_anybodys_data(http: httpx.Client) -> None:
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic QTpC"}):
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/export")):
            response = http.request(method, f"/v1/templates/mine{path}", headers=headers)
            assert error(response) == (401, "AUTH-020")
    assert error(ask(http, purpose="enrol")) == (401, "AUTH-020")
    assert error(http.post("/v1/pins", json={"pin": "483920"})) == (401, "AUTH-020")


def test_a_statement_is_no_access_and_an_access_of_elsewhere_is_none(http: httpx.Client) -> None:
    answer = http.post("/v1/evidence/pin", json={"staff_number": "IT-001", "pin": PIN, "nonce": "n"}).json()
    for token, headers, status in (
        (answer["access"], {}, 200),
        (answer["statement"], {}, 401),
        (answer["access"], {TERMINAL_HEADER: "another"}, 401),
    ):
        sent = {"authorization": f"Bearer {token}", **headers}
        assert http.get("/v1/templates/mine", headers=sent).status_code == status


def test_a_terminal_without_a_proper_name_is_not_heard(http: httpx.Client) -> None:
    for name in ("", "a" * 65, "a b", "../x"):
        assert error(http.post("/v1/challenges", json={}, headers={TERMINAL_HEADER: name})) == (
            400,
            "WIRE-001",
        )


PATHS = ("challenges", "evidence/pin", "evidence/break-glass", "evidence/start", "pins")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(
    st.sampled_from(["purpose", "staff_number", "pin", "code", "nonce", "prior", "challenge_id"]), JSON
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PATHS), FIELDS)
def test_whatever_is_sent_gets_a_readable_refusal(http: httpx.Client, path: str, head: dict) -> None:
    response = http.post(f"/v1/{path}", json=head)
    assert response.status_code < 500, response.text
    if response.status_code == 200:
        assert response.json().get("accepted") is False
    else:
        error(response)


def test_parallel_pin_guesses_get_five_hearings(http: httpx.Client) -> None:
    def guess(n: int) -> int:
        head = {"staff_number": "S-777", "pin": f"{n:06}", "nonce": "n"}
        return http.post("/v1/evidence/pin", json=head).status_code

    with ThreadPoolExecutor(8) as pool:
        heard = list(pool.map(guess, range(24)))
    assert heard.count(200) == 5
    assert heard.count(429) == 19


def test_without_models_faces_are_refused_readably_and_pins_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(tmp_path)
    office.service.create_first_administrator(CHIEF, PIN)
    office.start()
    models._verified.cache_clear()
    monkeypatch.setattr(models, "search_folders", lambda: (tmp_path / "nothing",))
    assert code_of(lambda: office.look("IT-001", ActorCamera())) == "FACE-001"
    assert office.service.sign_in_pin("IT-001", PIN).accepted


def test_a_terminal_that_claims_a_match_is_not_believed(http: httpx.Client, office: Office) -> None:
    """The last of this file: its refused looks count against the person, and are no other test's."""
    pictures = [picture(n, n / 15) for n in range(9)]
    claims = {"accepted": True, "live": True, "distance": 0.0, "evidence": ["face", "pin"], "satisfied": True}
    first = ask(http).json()["challenge_id"]
    answer = http.post("/v1/matches", content=body(first, pictures, **claims)).json()
    assert (answer["accepted"], answer["statement"]) == (False, None)
    now, nonce = office.clock.time, ask(http).json()["challenge_id"]
    seen = (Evidence(Factor.FACE, now), Evidence(Factor.PIN, now))
    made = Statement("IT-001", seen, nonce, "t1", "office", True, "", "", now)
    prior = StatementSigner(bytes(32)).sign(
        made, FOR_MATCHER
    )  # the terminal's own key, as if it were the matcher's
    assert error(http.post("/v1/matches", content=body(nonce, pictures, prior=prior)))[1] == "AUTH-020"
