"""The terminal's side of an index service: found on the share, asked over TLS, for this reader."""

from __future__ import annotations

import json
import re
import ssl
from contextlib import suppress
from threading import Lock
from typing import Any

import httpx

from core.errors import SuiteError
from core.i18n import _
from sharefolder import names
from sharefolder.activity import MOST, Act, What
from sharefolder.index.readable import Found
from sharefolder.index.store import Hit, Wish
from sharefolder.index.vouching import DESCRIPTION, HELLO
from sharefolder.model import Entry
from sharefolder.ports import Storage, first_bytes

_PATH = 4_000
LIMIT = 200
"""Hits of one answer at most."""
_NAME = re.compile(r"[0-9a-f]{32}")
_LONGEST = 16_384  # bytes of a description
_PATIENCE_S = 5.0
_ANSWER = 2_000_000  # bytes


def silent() -> SuiteError:
    return SuiteError(
        _("検索できませんでした。"),
        _("共有フォルダの索引サービスが答えません。"),
        _("フォルダをたどると、ファイルは開けます。続くときは情報担当に連絡してください。"),
        "SHARE-041",
    )


class RemoteIndex:
    """Safe from any thread. Everything may raise SHARE-041."""

    def __init__(self, storage: Storage, address: str, certificate: str) -> None:
        self._storage, self._lock, self._token = storage, Lock(), ""
        trusted = ssl.create_default_context(cadata=certificate)
        trusted.check_hostname = False  # this very key is trusted, wherever it answers
        trusted.verify_flags &= ~ssl.VERIFY_X509_STRICT  # it is no authority's
        trusted.minimum_version = ssl.TLSVersion.TLSv1_3
        self._client = httpx.Client(base_url=address, verify=trusted, timeout=_PATIENCE_S, trust_env=False)

    @classmethod
    def found(cls, storage: Storage) -> RemoteIndex | None:
        """What the share says; None where it says nothing, or nothing that can be understood."""
        try:
            seen = storage.stat(DESCRIPTION)
            if seen is None or seen.folder or seen.size > _LONGEST:
                return None
            said = json.loads(first_bytes(storage, DESCRIPTION, _LONGEST))
            if said["format"] != 1 or not str(said["address"]).startswith("https://"):
                return None
            return cls(storage, str(said["address"]), str(said["certificate"]))
        except (SuiteError, ValueError, KeyError, TypeError, RecursionError, ssl.SSLError, httpx.InvalidURL):
            return None

    def search(self, wish: Wish, limit: int) -> Found:
        """Hits that the file server's own kernel lets this reader open, names first, at most ``LIMIT``."""
        asked = {
            "words": wish.words,
            "section": wish.section,
            "kinds": sorted(wish.kinds),
            "year": wish.year,
            "limit": limit,
        }
        try:
            said = self._ask("POST", "/search", asked)
            return Found([_hit(row) for row in said["hits"]], bool(said["whole"]))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise silent() from error

    def activity(self, path: str) -> list[Act] | None:
        """What was done to ``path`` and in it, the newest first; None: the file server keeps no record."""
        said = self._ask("POST", "/activity", {"path": path})
        try:
            if not said["kept"]:
                return None
            return [
                Act(float(when), str(who)[:64], What(what), str(path)[:_PATH], str(to)[:_PATH])
                for when, who, what, path, to in said["acts"][:MOST]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise silent() from error

    def standing(self) -> dict[str, Any]:
        """``counts``, ``unread`` (path, reason), ``looked`` (ISO), ``notices``, ``failure``, ``used``
        (month → people)."""
        return self._ask("GET", "/standing", None)

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        try:
            for again in (False, True):
                bearer = {"Authorization": f"Bearer {self._admitted(again)}"}
                answer = self._client.request(method, path, json=body, headers=bearer)
                if answer.status_code != httpx.codes.UNAUTHORIZED:
                    break
            if answer.status_code != httpx.codes.OK or len(answer.content) > _ANSWER:
                raise silent()
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise silent() from error
        if not isinstance(said, dict):
            raise silent()
        return said

    def _admitted(self, anew: bool) -> str:
        """A token: by a file that only this reader can have made (see ``vouching``)."""
        with self._lock:
            if self._token and not anew:
                return self._token
            path = names.join(HELLO, name := self._name())
            with self._storage.append(path, 0):
                pass
            try:
                answer = self._client.post("/reader", json={"hello": name})
                self._token = (
                    str(answer.json().get("token", "")) if answer.status_code == httpx.codes.OK else ""
                )
            finally:
                if not self._token:
                    with suppress(SuiteError):
                        self._storage.remove(path)
            if not self._token:
                raise silent()
            return self._token

    def _name(self) -> str:
        """Under which the service wants to see a file of this reader's; of its form, whoever answers."""
        answer = self._client.post("/name")
        said = answer.json() if answer.status_code == httpx.codes.OK else None
        name = said.get("name") if isinstance(said, dict) else None
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise silent()
        return name


def _hit(row: list[Any]) -> Hit:
    path, name, folder, size, changed, in_name, in_text = row
    entry = Entry(names.inside(str(path)), str(name), bool(folder), int(size), float(changed))
    return Hit(entry, bool(in_name), bool(in_text))
