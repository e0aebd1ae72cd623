"""Answers that are being written on this terminal: they survive a kill, and nobody else sees them."""

from __future__ import annotations

import json
from pathlib import Path

from blake3 import blake3

from core.files import make_private_folder, write_atomically
from sharefolder.inquiry.fields import MAX_FIELDS, Place
from sharefolder.inquiry.model import Inquiry


class Drafts:
    """``owner``: whose they are; ``share``: the address of the share."""

    def __init__(self, folder: Path, owner: str, share: str) -> None:
        self._folder, self._whose = folder, f"{owner}\0{share}"

    def load(self, inquiry: Inquiry, section: str) -> dict[Place, str]:
        """What was typed; empty where nothing was, or where the file is none of ours."""
        try:
            rows = json.loads(self._path(inquiry, section).read_text("utf-8"))
            return {(int(row), int(column)): str(text) for row, column, text in rows[: 2 * MAX_FIELDS]}
        except (OSError, ValueError, TypeError, KeyError):
            return {}

    def keep(self, inquiry: Inquiry, section: str, values: dict[Place, str]) -> None:
        """On the disk when it returns."""
        make_private_folder(self._folder)
        rows = [[row, column, text] for (row, column), text in values.items()]
        write_atomically(self._path(inquiry, section), json.dumps(rows, ensure_ascii=False).encode())

    def drop(self, inquiry: Inquiry, section: str) -> None:
        """It has been handed in, or nobody wants it."""
        self._path(inquiry, section).unlink(missing_ok=True)

    def _path(self, inquiry: Inquiry, section: str) -> Path:
        key = "\0".join((self._whose, inquiry.folder, inquiry.digest, section))
        return self._folder / f"{blake3(key.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.json"
