"""The shares of this terminal: a name and an address each, ``smb://server/share`` or a path (UNC too)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _
from sharefolder.local import LocalStorage
from sharefolder.ports import Credential, Storage

_SMB = re.compile(r"smb://(?P<server>[\w.-]{1,253})(:(?P<port>\d{1,5}))?/(?P<share>[^/\\:]{1,80})/?")


@dataclass(frozen=True)
class Place:
    """A share under the name that people here use."""

    name: str
    address: str


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


def load(path: Path) -> list[Place]:
    """The places in ``path``; none if there is no such file or it is damaged (they can be added again)."""
    try:
        rows = json.loads(path.read_text("utf-8"))
        return [Place(str(row["name"]), str(row["address"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def save(path: Path, places: list[Place]) -> None:
    """Keep ``places`` for next time."""
    rows = [{"name": place.name, "address": place.address} for place in places]
    write_atomically(path, json.dumps(rows, ensure_ascii=False, indent=1).encode())
