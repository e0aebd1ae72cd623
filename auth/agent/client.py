"""The terminal's side of the matcher's door: typed calls, readable errors, nothing kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import httpx

from auth import bulletins, wire
from auth.bulletins import Bulletin
from auth.model import Consent, Factor, MyData, Person, check_person
from auth.verdict import Why, why
from core.clock import TOKYO
from core.errors import SuiteError
from core.i18n import _

TIMEOUT_S = 20.0
CONNECT_S = 5.0  # a network that is cut says nothing: whoever waits for it waits no longer than this


@dataclass(frozen=True)
class Reply:
    """The matcher's answer to one piece of evidence; ``nonce`` is what the statement must answer."""

    nonce: str
    accepted: bool
    reason: Why
    person: Person | None
    statement: str | None
    access: str | None
    next_factors: tuple[Factor, ...]
    timings: Mapping[str, float]
    for_signer: str | None = None
    offline_until: float | None = None
    """Of an answer that this terminal gave itself: until when it may (``auth.offline``)."""


@dataclass(frozen=True)
class Asked:
    """A challenge as given out: its id (the nonce, hex) and the name of the policy that draws its steps.
    ``offline``: by this terminal itself."""

    challenge_id: str
    level: str
    offline: bool = False


class MatcherClient:
    """Calls the matcher over ``http`` (in process or TLS: it cannot tell). SuiteErrors pass through;
    an unreachable matcher is NET-001."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def public_key(self) -> Mapping[str, str]:
        return dict(self._call("GET", "/v1/keys")["keys"][0])

    def challenge(
        self, purpose: str, staff_number: str | None, access: str = "", *, steady: bool = False
    ) -> Asked:
        """steady: without colours that change."""
        head = {"purpose": purpose, "staff_number": staff_number, "colours": "steady" if steady else None}
        answer = self._call("POST", "/v1/challenges", json=head, access=access)
        return Asked(str(answer["challenge_id"]), str(answer["level"]))

    def match(self, asked: Asked, frames: Iterable[bytes], prior: str | None, key: str | None) -> Reply:
        """``frames``: as from ``wire.frame``, closed by ``wire.END``; sent as they come. ``key``: hash of the
        key to be certified, as for every call that may end in a statement."""
        head = {"challenge_id": asked.challenge_id, "prior": prior, "key": key}
        body = chain([wire.begin(head)], frames)
        return _reply(asked.challenge_id, self._call("POST", "/v1/matches", body=body))

    def enrol(
        self, asked: Asked, frames: Iterable[bytes], consent_version: str, access: str
    ) -> dict[str, Any]:
        head = {"challenge_id": asked.challenge_id, "consent_version": consent_version}
        body = chain([wire.begin(head)], frames)
        return self._call("POST", "/v1/templates", body=body, access=access)

    def pin(self, staff_number: str, pin: str, prior: str | None, key: str | None = None) -> Reply:
        return self._evidence("pin", {"staff_number": staff_number, "pin": pin, "prior": prior, "key": key})

    def totp(self, staff_number: str, code: str, prior: str | None, key: str | None = None) -> Reply:
        head = {"staff_number": staff_number, "code": code, "prior": prior, "key": key}
        return self._evidence("totp", head)

    def break_glass(self, staff_number: str, code: str, key: str | None = None) -> Reply:
        return self._evidence("break-glass", {"staff_number": staff_number, "code": code, "key": key})

    def start(self, staff_number: str, code: str, pin: str, key: str | None = None) -> Reply:
        return self._evidence("start", {"staff_number": staff_number, "code": code, "pin": pin, "key": key})

    def change_pin(self, access: str, pin: str) -> None:
        self._call("POST", "/v1/pins", json={"pin": pin}, access=access)

    def took(self, seconds: float, tickets: bool, access: str) -> None:
        """For the office's count of hours saved; who it was is not kept."""
        self._call("POST", "/v1/sign-ins", json={"seconds": seconds, "tickets": tickets}, access=access)

    def bulletins(self, access: str) -> list[Bulletin]:
        """The notices from IT that are to be shown now."""
        try:
            return bulletins.parsed(self._call("GET", "/v1/bulletins", access=access))
        except ValueError as error:
            raise _unreachable() from error

    def read_bulletin(self, number: int, read: bool, access: str) -> None:
        self._call("POST", "/v1/bulletins/read", json={"id": number, "read": read}, access=access)

    def own_data(self, access: str) -> dict[str, Any]:
        return self._call("GET", "/v1/templates/mine", access=access)

    def export(self, access: str) -> dict[str, Any]:
        return self._call("GET", "/v1/templates/mine/export", access=access)

    def delete_face(self, access: str) -> bool:
        return bool(self._call("DELETE", "/v1/templates/mine", access=access)["deleted"])

    def keyring(self, access: str) -> str:
        """What opens the key ring of whoever has just signed in here. SuiteError AUTH-025."""
        return str(self._call("POST", "/v1/keyrings/mine", json={}, access=access).get("secret", ""))

    def _evidence(self, kind: str, head: Mapping[str, str | None]) -> Reply:
        nonce = secrets.token_hex(32)
        return _reply(nonce, self._call("POST", f"/v1/evidence/{kind}", json={**head, "nonce": nonce}))

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        body: Iterable[bytes] | None = None,
        access: str = "",
    ) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {access}"} if access else {}
        if body is not None:
            headers["content-type"] = wire.MEDIA_TYPE
        try:
            response = self._http.request(
                method,
                path,
                json=json,
                content=body,
                headers=headers,
                timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S),
            )
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _unreachable() from error
        if response.status_code != 200:
            raise error_of(answer) or _unreachable()
        return dict(answer)


def _reply(nonce: str, answer: Mapping[str, Any]) -> Reply:
    try:
        return Reply(
            nonce,
            answer["accepted"] is True,
            why(str(answer["reason"])),
            None if answer["person"] is None else check_person(Person(**answer["person"])),
            answer["statement"],
            answer["access"],
            tuple(Factor(f) for f in answer["next_factors"]),
            {str(k): float(v) for k, v in answer["timings"].items()},
            answer.get("for_signer"),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise _unreachable() from error


def error_of(answer: object) -> SuiteError | None:
    """The SuiteError that a door has answered with, if it is one."""
    parts = [answer.get(k) for k in ("what", "why", "next_step", "code")] if isinstance(answer, dict) else []
    texts = [p for p in parts if isinstance(p, str)]
    return SuiteError(*texts) if len(texts) == 4 else None


def _unreachable() -> SuiteError:
    return SuiteError(
        _("照合サーバーに確認できませんでした。"),
        _("照合サーバーが応答しないか、答えを読み取れません。"),
        _("ネットワークを確かめ、もう一度お試しください。"),
        "NET-001",
    )


def my_data(kept: Mapping[str, Any], person: Person | None) -> MyData:
    """What the matcher says that it keeps of a face (``MatcherClient.own_data``); ``person``: whose, if he is
    known here."""
    template, consent = kept["template"] or {}, kept["consent"]
    return MyData(
        person or Person(kept["staff_number"], ""),
        _moment(template["enrolled"]) if template else None,
        template.get("model", ""),
        template.get("model_version", ""),
        template.get("frames", 0),
        template.get("poses", 0),
        Consent(consent["version"], _moment(consent["time"])) if consent else None,
        kept["pin_set"],
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, TOKYO)
