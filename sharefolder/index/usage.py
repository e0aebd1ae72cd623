"""The plan's figure: how many of the staff used the share this month. Who it was is forgotten with the month.

Of the running month it keeps a keyed hash of each account that has come, to count it once; the key and the
hashes are thrown away with the month, and only the number stays. What anybody looked for is never kept.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from blake3 import blake3

from core.clock import TOKYO
from core.files import write_atomically


def this_month() -> str:
    """``2026-11``, in Japan."""
    return datetime.now(TOKYO).strftime("%Y-%m")


class Usage:
    """In one small file; a damaged one is begun anew. Safe from any thread of one process."""

    def __init__(self, path: Path, month: Callable[[], str] = this_month) -> None:
        self._path, self._month, self._lock = path, month, Lock()

    def came(self, account: int) -> None:
        """Somebody has opened the share."""
        with self._lock:
            kept = self._current()
            key = bytes.fromhex(kept["key"])
            person = blake3(str(account).encode(), key=key).hexdigest()[:24]
            if person not in kept["people"]:
                kept["people"].append(person)
                self._write(kept)

    def months(self) -> dict[str, int]:
        """Month → how many people, the running one included."""
        with self._lock:
            kept = self._current()
        return {**kept["counts"], kept["month"]: len(kept["people"])}

    def _current(self) -> dict[str, Any]:
        """What is kept; a month that is over becomes its number, at once also on the disk."""
        kept = self._read()
        if kept is not None and kept["month"] == self._month():
            return kept
        counts = {**kept["counts"], kept["month"]: len(kept["people"])} if kept is not None else {}
        kept = {"month": self._month(), "key": secrets.token_hex(32), "people": [], "counts": counts}
        self._write(kept)
        return kept

    def _read(self) -> dict[str, Any] | None:
        try:
            kept = json.loads(self._path.read_text("ascii"))
            bytes.fromhex(kept["key"])
            people, counts = (
                list(map(str, kept["people"])),
                {str(m): int(n) for m, n in kept["counts"].items()},
            )
            return {"month": str(kept["month"]), "key": str(kept["key"]), "people": people, "counts": counts}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _write(self, kept: dict[str, Any]) -> None:
        write_atomically(self._path, json.dumps(kept).encode())
