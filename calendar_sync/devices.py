"""A person's phones on the server: listed, added with a password each, revoked (``servers.devices``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from calendar_sync.phone import Place
from calendar_sync.wire import Wire, unreachable
from core.errors import SuiteError
from core.i18n import _

_PATH = "/.devices/"


@dataclass(frozen=True, slots=True)
class Device:
    """``used_at`` empty: never yet. Times are ISO 8601, UTC."""

    id: int
    name: str
    made_at: str
    used_at: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A new device's way in. ``profile``: where Apple fetches its profile, once, for ten minutes."""

    place: Place
    profile: str


def listed(wire: Wire) -> list[Device]:
    found = _asked(wire, "GET", _PATH)
    try:
        return [Device(int(d["id"]), str(d["name"]), str(d["made_at"]), str(d["used_at"])) for d in found]
    except (KeyError, TypeError, ValueError) as error:
        raise _unknown_there() from error


def added(wire: Wire, user: str, name: str) -> Phone:
    made = _asked(wire, "POST", _PATH, {"name": name.strip()})
    if not isinstance(made, dict) or not isinstance(made.get("password"), str):
        raise _unknown_there()
    profile = wire.url.rstrip("/") + str(made.get("profile", ""))
    return Phone(Place(wire.url, user, made["password"]), profile)


def revoked(wire: Wire, number: int) -> None:
    _asked(wire, "DELETE", f"{_PATH}{int(number)}")


def _asked(wire: Wire, method: str, path: str, what: object = None) -> Any:
    try:
        answer = wire.ask(method, path, what)
    except httpx.HTTPError as error:
        raise unreachable() from error
    if answer.status_code in (400, 409):
        raise SuiteError(
            _("携帯を加えられませんでした。"),
            _("名前が空か長すぎるか、端末が多すぎます。"),
            _("名前を60文字までにするか、使っていない端末を止めてください。"),
            "CAL-023",
        )
    try:
        return answer.json() if answer.status_code == 200 else _raise()
    except ValueError as error:
        raise _unknown_there() from error


def _raise() -> None:
    raise _unknown_there()


def _unknown_there() -> SuiteError:
    return SuiteError(
        _("携帯の一覧を開けませんでした。"),
        _("このサーバーは、端末ごとのパスワードを発行しません。"),
        _("サーバーの管理者に、携帯のつなぎ方を確かめてください。"),
        "CAL-022",
    )
