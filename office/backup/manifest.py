"""What a backup holds: a line a file with its size and hash, sealed by a key from the secret store.

The hash finds what a disk or a hand has changed; the seal (HMAC-SHA-256 over the very bytes of the manifest)
finds a manifest that was written anew to fit. The keys themselves are never in a backup.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import SuiteError
from core.i18n import _

NAME, SEAL = "manifest.json", "manifest.seal"
KEY_NAME = "backup-seal"
MOST_BYTES = 64 * 2**20
_HASH = re.compile(r"[0-9a-f]{64}")
_CHUNK = 2**20


@dataclass(frozen=True)
class Item:
    """A file of the backup. ``path``: relative, ``/``; ``kind``: sqlite, file, table, or damaged (of a
    database that SQLite could not read: its bytes). Sizes in bytes."""

    path: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """``created``: UTC, ISO 8601. ``rows``: of each table, for the report and the comparison."""

    created: str
    items: tuple[Item, ...]
    rows: Mapping[str, int]

    @property
    def damaged(self) -> list[str]:
        """Databases that could not be read when the backup was taken."""
        return [item.path for item in self.items if item.kind == "damaged"]

    def encoded(self) -> bytes:
        lines = [vars(item) for item in self.items]
        found = {"format": 1, "created": self.created, "items": lines, "rows": dict(self.rows)}
        return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True).encode()


def seal(content: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"mahoroba backup 1\n" + content, "sha256").hexdigest().encode()


def read(folder: Path, key: bytes) -> Manifest:
    """The manifest of ``folder``. SuiteError BACKUP-001 (no backup), BACKUP-002 (sealed by another key)."""
    try:
        if any((folder / name).is_symlink() or not (folder / name).is_file() for name in (NAME, SEAL)):
            raise ValueError("not a file")
        if (folder / NAME).stat().st_size > MOST_BYTES:
            raise ValueError("too large")
        content, sealed = (folder / NAME).read_bytes(), (folder / SEAL).read_bytes()[:100]
        made = parse(content)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise no_backup(folder) from error
    if not hmac.compare_digest(sealed, seal(content, key)):
        raise SuiteError(
            _("バックアップを使いません。"),
            _("この職場の鍵で封印されていないか、あとから書き換えられています。"),
            _("先に鍵を戻してください。鍵が正しいのに続くときは、別の世代のバックアップを使ってください。"),
            "BACKUP-002",
        )
    return made


def parse(content: bytes) -> Manifest:
    """ValueError, KeyError or TypeError for anything that is not a manifest of format 1."""
    found = json.loads(content)
    if not isinstance(found, dict) or found["format"] != 1 or not isinstance(found["created"], str):
        raise ValueError("not a manifest")
    items = tuple(_item(line) for line in found["items"])
    if len({item.path for item in items}) != len(items):
        raise ValueError("a path twice")
    rows = {str(name): _number(count) for name, count in dict(found["rows"]).items()}
    return Manifest(found["created"], items, rows)


def _number(count: object) -> int:
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise ValueError("not a number of rows")
    return count


def _item(line: Mapping[str, object]) -> Item:
    path, kind, size, digest = line["path"], line["kind"], line["size"], line["sha256"]
    if not isinstance(path, str) or not isinstance(digest, str) or not isinstance(size, int):
        raise ValueError("not an item")
    pure = PurePosixPath(path)
    inside = (
        path and not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and "\0" not in path
    )
    if not inside or pure.as_posix() != path or not _HASH.fullmatch(digest) or size < 0:
        raise ValueError("an item that leads elsewhere")
    if kind not in ("sqlite", "file", "table", "damaged"):
        raise ValueError("an unknown kind")
    return Item(path, str(kind), size, digest)


def hash_of(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    """A line for each file that is missing, changed, or not in the manifest."""
    for item in manifest.items:
        path = folder / item.path
        if _leads_elsewhere(folder, item.path):
            yield _("「{path}」は、よそを指しています。").format(path=item.path)
        elif not path.is_file():
            yield _("「{path}」がありません。").format(path=item.path)
        elif hash_of(path) != (item.size, item.sha256):
            yield _("「{path}」の内容が違います。").format(path=item.path)
    known = {item.path for item in manifest.items} | {NAME, SEAL}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_symlink() or not path.is_dir()) and name not in known:
            yield _("「{path}」は目録にありません。").format(path=name)


def _leads_elsewhere(folder: Path, name: str) -> bool:
    """Whether any part of ``name`` is a link: what it leads to can change after it was looked at."""
    parts = PurePosixPath(name).parts
    return any(folder.joinpath(*parts[:end]).is_symlink() for end in range(1, len(parts) + 1))


def no_backup(folder: Path) -> SuiteError:
    return SuiteError(
        _("バックアップを読めませんでした。"),
        _("「{name}」は、まほろばの完成したバックアップではありません。").format(name=folder.name),
        _("目録（manifest.json）のあるフォルダを指定してください。"),
        "BACKUP-001",
    )
