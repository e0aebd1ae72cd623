"""What a person keeps at hand on this terminal: favourite folders, files opened lately, where they were, and
how wide they have drawn the list's columns."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.files import write_atomically

_LATELY, _FAVOURITES = 15, 50
_CHANGING = threading.Lock()  # the file is read, changed and written by the window and by jobs


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
        with _CHANGING:
            others = [each for each in self.favourites() if each != mark]
            self._write("favourites", [*others, mark][-_FAVOURITES:] if wanted else others)

    def used(self, mark: Mark) -> None:
        """Opened just now."""
        with _CHANGING:
            self._write("recent", [mark, *(each for each in self.recent() if each != mark)][:_LATELY])

    def last(self) -> Mark | None:
        """The folder that was open when the suite was closed."""
        return next(iter(self._read("last")), None)

    def stand(self, mark: Mark) -> None:
        """This folder is open now."""
        with _CHANGING:
            if self.last() != mark:
                self._write("last", [mark])

    def widths(self) -> dict[int, float]:
        """By column, in em."""
        try:
            return {int(row["column"]): float(row["em"]) for row in self._data().get("widths", [])}
        except (KeyError, TypeError, ValueError, AttributeError):
            return {}

    def draw(self, widths: Mapping[int, float]) -> None:
        """A person has drawn the columns so wide."""
        with _CHANGING:
            self._put("widths", [{"column": column, "em": round(em, 2)} for column, em in widths.items()])

    def _data(self) -> dict[str, Any]:
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
        self._put(kind, [asdict(mark) for mark in marks])

    def _put(self, kind: str, rows: Sequence[Mapping[str, object]]) -> None:
        data = self._data() | {kind: rows}
        write_atomically(self._path, json.dumps(data, ensure_ascii=False, indent=1).encode())
