"""A terminal with one share, that can be closed in the middle of a transfer."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.events import Events
from core.jobs import Cancelled, Report
from sharefolder.model import Entry
from sharefolder.service import ShareService
from sharefolder.transfer import IfExists

NOTHING = Report(lambda _done, _total, _text: None)
MB = 1 << 20


class Here:
    """A terminal with one share."""

    def __init__(self, root: Path) -> None:
        self.root, self.disk = root, root / "share"
        self.disk.mkdir()
        self.service = ShareService(root / "home", Events(), lambda: "K100234")
        self.service.add_place("全庁", str(self.disk))

    def file(self, name: str, content: bytes, folder: str = "mine") -> Path:
        made = self.root / folder / name
        made.parent.mkdir(exist_ok=True)
        made.write_bytes(content)
        return made

    def there(self) -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in self.disk.iterdir() if each.is_file()}

    def cut(self, file: Path, if_exists: IfExists) -> None:
        """Closed when the first bytes had gone."""
        with pytest.raises(Cancelled):
            self.service.upload("全庁", "", [file], if_exists, Report(_closed))

    def cut_down(self, entry: Entry, folder: Path) -> None:
        """Closed when the first bytes had come."""
        with pytest.raises(Cancelled):
            self.service.download("全庁", [entry], folder, IfExists.KEEP_BOTH, Report(_closed))


def _closed(done: float, total: float | None, _text: str) -> None:
    if total is not None and done > 0:
        raise Cancelled
