"""The shares of this terminal: a name and an address each, ``smb://server/share`` or a path (UNC too).

Signing in is the session's ticket. Where a server knows no tickets, an account's password lies in the
system's secret store, never in a file of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from blake3 import blake3

from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _
from core.secrets import SecretStore
from sharefolder import names
from sharefolder.local import LocalStorage
from sharefolder.ports import Credential, Storage

_SMB = re.compile(r"smb://(?P<server>[\w.-]{1,253})(:(?P<port>\d{1,5}))?/(?P<share>[^/\\:]{1,80})/?")


@dataclass(frozen=True)
class Place:
    """A share under the name that people here use."""

    name: str
    address: str
    account: str = ""  # empty: by the session's ticket


@dataclass(frozen=True)
class Removed:
    """What undoing needs: where it stood, and its account's password, in memory only."""

    place: Place
    position: int
    secret: bytes | None = field(default=None, repr=False)


def open_storage(place: Place, credential: Callable[[], Credential]) -> Storage:
    """The adapter for ``place``'s address. SuiteError SHARE-031 for an address that is none."""
    if found := _SMB.fullmatch(place.address):
        from sharefolder.smb import SmbStorage  # its libraries are slow to load: only where there is a server

        port = int(found["port"] or 445)
        return SmbStorage(found["server"], found["share"], credential, port=port, name=place.name)
    if Path(place.address).is_absolute():
        return LocalStorage(Path(place.address), place.name)
    raise SuiteError(
        _("場所を追加できません。"),
        _("「{address}」は共有フォルダの場所ではありません。").format(address=place.address[:60]),
        _("smb://サーバ名/共有名 か、フォルダの場所（/ や \\\\ で始まるもの）を入力してください。"),
        "SHARE-031",
    )


class Places:
    """In a small file, written as a whole; a damaged one is begun anew (they can be added again)."""

    def __init__(
        self, path: Path, credential: Callable[[], Credential], secrets: SecretStore | None = None
    ) -> None:
        self._path, self._credential, self._secrets = path, credential, secrets

    def every(self) -> list[Place]:
        """In the order in which they were added."""
        try:
            rows = json.loads(self._path.read_text("utf-8"))
            return [Place(str(r["name"]), str(r["address"]), str(r.get("account", ""))) for r in rows]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return []

    def open(self, place: Place, password: str | None = None) -> Storage:
        """The adapter for ``place``; with ``password`` that one instead of the kept one."""
        if not place.account:
            return open_storage(place, self._credential)
        return open_storage(place, lambda: Credential(place.account, password or self._password(place)))

    def named(self, name: str, address: str) -> str:
        """``name`` for ``address``: free, or the one that this very share has already."""
        others = [each.name for each in self.every() if each.address != address]
        return names.free(name, others)

    def keep(self, place: Place, password: str | None = None) -> None:
        """One more, or another one under its name."""
        if place.account and password is not None and self._secrets is not None:
            self._secrets.set(_secret(place), password.encode())
        self._write([*(each for each in self.every() if each.name != place.name), place])

    def remove(self, name: str) -> Removed | None:
        """Take it off this terminal; None: there is none of that name."""
        kept = self.every()
        position = next((n for n, each in enumerate(kept) if each.name == name), None)
        if position is None:
            return None
        place = kept.pop(position)
        word = None
        if place.account and self._secrets is not None:
            word = self._secrets.get(_secret(place))
            if all(_secret(each) != _secret(place) for each in kept):
                self._secrets.delete(_secret(place))
        self._write(kept)
        return Removed(place, position, word)

    def bring_back(self, removed: Removed) -> None:
        """Undo of ``remove``, to where it stood; under a free name if its own is another's now."""
        place = replace(removed.place, name=self.named(removed.place.name, removed.place.address))
        if removed.secret is not None and self._secrets is not None:
            self._secrets.set(_secret(place), removed.secret)
        kept = [each for each in self.every() if each.name != place.name]
        kept.insert(removed.position, place)
        self._write(kept)

    def _write(self, kept: Sequence[Place]) -> None:
        rows = [{"name": each.name, "address": each.address, "account": each.account} for each in kept]
        write_atomically(self._path, json.dumps(rows, ensure_ascii=False, indent=1).encode())

    def _password(self, place: Place) -> str:
        kept = self._secrets.get(_secret(place)) if self._secrets is not None else None
        return kept.decode() if kept is not None else ""


def _secret(place: Place) -> str:
    key = blake3(f"{place.address}\0{place.account}".encode())
    return f"share-{key.hexdigest()[:20]}"
