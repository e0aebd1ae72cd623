"""The door beside the calendars: a person's own devices over HTTP, and a phone's profile, handed out once.

``/.devices/`` answers in JSON to whoever holds one of the person's app passwords: GET lists, POST {"name"}
makes a password, DELETE /.devices/ID revokes. ``/.devices/profile/TOKEN`` needs no password: the token is the
secret, lives ten minutes and works once.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from calendar_sync.phone import PROFILE_TYPE, Place, profile
from calendar_sync.servers.radicale_auth import AppPasswords

PATH = "/.devices/"
MOST_DEVICES, MOST_NAME, MOST_BODY = 30, 60, 2000
LIFETIME = 600  # s of a profile's link
Environment = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], Any]


class Door:
    """WSGI: ``/.devices/`` here, everything else to ``inner``."""

    def __init__(self, inner: Callable[..., Any], passwords: AppPasswords) -> None:
        self._inner, self._passwords = inner, passwords
        self._lock = threading.Lock()
        self._profiles: dict[str, tuple[float, bytes]] = {}

    def __call__(self, environment: Environment, start: Start) -> Iterable[bytes]:
        path = str(environment.get("PATH_INFO", ""))
        if not path.startswith(PATH):
            return self._inner(environment, start)  # type: ignore[no-any-return]
        status, kind, body = self._answer(path.removeprefix(PATH), environment)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        if status.startswith("401"):
            headers.append(("WWW-Authenticate", 'Basic realm="Mahoroba"'))
        start(status, headers)
        return [body]

    def _answer(self, rest: str, environment: Environment) -> tuple[str, str, bytes]:
        method = environment.get("REQUEST_METHOD")
        if rest.startswith("profile/") and method == "GET":
            return self._profile(rest.removeprefix("profile/"))
        user = self._user(environment)
        if not user:
            return _json("401 Unauthorized", {})
        if method == "GET" and not rest:
            return _json("200 OK", [
                {"id": d.id, "name": d.name, "made_at": d.made_at, "used_at": d.used_at}
                for d in self._passwords.devices(user)
            ])  # fmt: skip
        if method == "POST" and not rest:
            return self._issue(user, environment)
        if method == "DELETE" and rest.isdecimal() and len(rest) < 10:
            self._passwords.revoke(user, int(rest))
            return _json("200 OK", {})
        return _json("404 Not Found", {})

    def _issue(self, user: str, environment: Environment) -> tuple[str, str, bytes]:
        length = str(environment.get("CONTENT_LENGTH") or "0")
        size = int(length) if length.isdecimal() and len(length) < 8 else MOST_BODY + 1
        try:
            wanted = json.loads(environment["wsgi.input"].read(size)) if size <= MOST_BODY else None
        except ValueError:
            wanted = None
        name = wanted.get("name") if isinstance(wanted, dict) else None
        if not isinstance(name, str) or not name.strip() or len(name) > MOST_NAME:
            return _json("400 Bad Request", {})
        if len(self._passwords.devices(user)) >= MOST_DEVICES:
            return _json("409 Conflict", {})
        password = self._passwords.issue(user, name.strip())
        token = secrets.token_urlsafe(24)
        place = Place(_address(environment), user, password)
        with self._lock:
            self._profiles[token] = (time.monotonic() + LIFETIME, profile(place, name.strip()))
        return _json("200 OK", {"password": password, "profile": f"{PATH}profile/{token}"})

    def _profile(self, token: str) -> tuple[str, str, bytes]:
        with self._lock:
            now = time.monotonic()
            self._profiles = {t: kept for t, kept in self._profiles.items() if kept[0] > now}
            kept = self._profiles.pop(token, None)
        return ("404 Not Found", "text/plain", b"") if kept is None else ("200 OK", PROFILE_TYPE, kept[1])

    def _user(self, environment: Environment) -> str:
        kind, _space, words = str(environment.get("HTTP_AUTHORIZATION", "")).partition(" ")
        try:
            user, _colon, password = base64.b64decode(words, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return user if kind.lower() == "basic" and self._passwords.check(user, password) else ""


def _address(environment: Environment) -> str:
    """As the client called it: a phone reaches the server by the same name as the desk does."""
    host = str(environment.get("HTTP_HOST") or f"127.0.0.1:{environment.get('SERVER_PORT', '')}")
    return f"{environment.get('wsgi.url_scheme', 'http')}://{host}/"


def _json(status: str, what: object) -> tuple[str, str, bytes]:
    return status, "application/json", json.dumps(what, ensure_ascii=False).encode()
