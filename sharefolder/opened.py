"""Who has a document open, by the owner file that Office and LibreOffice put beside it."""

from __future__ import annotations

from core.errors import SuiteError
from sharefolder import names
from sharefolder.model import Entry
from sharefolder.ports import Storage, first_bytes

_MOST = 4_096
_WIDE = 55  # Office: a byte-wide name first, from here its length and UTF-16 (observed, not specified)


def by_whom(storage: Storage, entry: Entry) -> str | None:
    """The name in the owner file; empty if it tells none; None: there is no such file."""
    beside = (
        (f"~${entry.name}", _office),
        (f"~${entry.name[2:]}", _office),
        (f".~lock.{entry.name}#", _libre),
    )
    for name, reader in beside:
        path = names.join(entry.parent, name)
        try:
            seen = storage.stat(path)
            if seen is None or seen.folder or seen.size > _MOST:  # what is so large is no owner file
                continue
            content = first_bytes(storage, path, _MOST)
        except SuiteError as error:
            if error.code == "SHARE-004":  # held so that nobody may read it: open, by somebody
                return ""
            raise
        return reader(content)
    return None


def _office(content: bytes) -> str:
    if len(content) > _WIDE + 2:
        length = int.from_bytes(content[_WIDE : _WIDE + 2], "little")
        wide = content[_WIDE + 2 : _WIDE + 2 + 2 * length]
        if 0 < length <= 54 and len(wide) == 2 * length:
            return _plain(wide.decode("utf-16-le", "replace"))
    length = content[0] if content else 0
    return _plain(content[1 : 1 + length].decode("cp932", "replace"))


def _libre(content: bytes) -> str:
    return _plain(content.decode("utf-8", "replace").split(",", 1)[0])


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:60]
