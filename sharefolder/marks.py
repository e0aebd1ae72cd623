"""What a person keeps at hand on this terminal: favourite folders, and files opened lately."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.files import write_atomically

_LATELY, _FAVOURITES = 15, 50


@dataclass(frozen=True)
class Mark:
    """A file or folder of a place."""

    place: str
    path: str
    file: bool = False


class Marks:
    """In one small file, written as a whole; a damaged one is begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def favourites(self) -> list[Mark]:
        """In the order in which they were kept."""
        return self._read("favourites")

    def recent(self) -> list[Mark]:
        """The newest first."""
        return self._read("recent")

    def keep(self, mark: Mark, wanted: bool) -> None:
        """A favourite, or no longer one."""
        others = [each for each in self.favourites() if each != mark]
        self._write("favourites", [*others, mark][-_FAVOURITES:] if wanted else others)

    def used(self, mark: Mark) -> None:
        """Opened just now."""
        self._write("recent", [mark, *(each for each in self.recent() if each != mark)][:_LATELY])

    def _data(self) -> dict[str, list[dict[str, str]]]:
        try:
            data = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def _read(self, kind: str) -> list[Mark]:
        try:
            rows = self._data().get(kind, [])
            files = kind == "recent"  # what was kept before a mark said so
            return [Mark(str(r["place"]), str(r["path"]), bool(r.get("file", files))) for r in rows]
        except (KeyError, TypeError, AttributeError):
            return []

    def _write(self, kind: str, marks: list[Mark]) -> None:
        data = self._data() | {kind: [asdict(mark) for mark in marks]}
        write_atomically(self._path, json.dumps(data, ensure_ascii=False, indent=1).encode())
