"""How much the office's data takes, day by day, and when the disk will be full if it goes on so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from core.sql import Sql


@dataclass(frozen=True)
class Size:
    """Bytes now, and a day's growth (bytes) over the days that are known (None: known since today only)."""

    name: str
    now: int
    growth: float | None


@dataclass(frozen=True)
class Disk:
    """``days_left``: until the disk is full at the present growth; None where it does not grow."""

    free: int
    total: int
    days_left: int | None


class Storage:
    def __init__(self, sql: Sql, data: Path) -> None:
        self._sql, self._data = sql, data

    def look(self, today: date) -> tuple[list[Size], Disk]:
        """Measure, note today's sizes, compare with the oldest of the last thirty days."""
        now = {name: size for name, size in _parts(self._data)}
        with self._sql.write() as change:
            for name, size in now.items():
                change.run(
                    "INSERT INTO sizes (day, name, bytes) VALUES (?, ?, ?)"
                    " ON CONFLICT (day, name) DO UPDATE SET bytes = excluded.bytes",
                    today.isoformat(),
                    name,
                    size,
                )
        first = self._first_since(today - timedelta(days=30))
        sizes = [Size(name, size, _growth(first.get(name), size, today)) for name, size in now.items()]
        usage = shutil.disk_usage(self._data)
        growing = sum(each.growth or 0.0 for each in sizes)
        left = int(usage.free / growing) if growing > 0 else None
        return sorted(sizes, key=lambda each: -each.now), Disk(usage.free, usage.total, left)

    def _first_since(self, day: date) -> dict[str, tuple[date, int]]:
        rows = self._sql.rows(
            "SELECT day, name, bytes FROM sizes WHERE day >= ? ORDER BY day DESC", day.isoformat()
        )
        return {row["name"]: (date.fromisoformat(row["day"]), row["bytes"]) for row in rows}


def _growth(first: tuple[date, int] | None, now: int, today: date) -> float | None:
    if first is None or first[0] >= today:
        return None
    return (now - first[1]) / (today - first[0]).days


def _parts(data: Path) -> Iterator[tuple[str, int]]:
    """Each file or folder directly in ``data``, with all that is in it; a database with its log and lock."""
    sizes: dict[str, int] = {}
    for path in data.iterdir():
        name = path.name.removesuffix("-wal").removesuffix("-shm").removesuffix(".migrating")
        files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
        size = 0
        for file in files:
            try:
                size += file.lstat().st_size if not file.is_dir() else 0
            except FileNotFoundError:
                continue  # a temporary file that has gone meanwhile
        sizes[name] = sizes.get(name, 0) + size
    yield from sizes.items()
