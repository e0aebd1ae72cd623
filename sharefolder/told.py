"""What has come to be on a share is told: an audit line, the person's own record, an event a folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from blake3 import blake3

from sharefolder import activity, trail, transfer
from sharefolder.activity import Act, OwnRecord
from sharefolder.trail import Trail

_LINES = 20
"""A batch of more files leaves one audit line a folder instead of one a file."""


class Told:
    """``publish`` gets a place and a folder in which something is otherwise than before."""

    def __init__(
        self, folder: Path, actor: Callable[[], str], tell: Trail, publish: Callable[[str, str], None]
    ) -> None:
        self._folder, self._actor, self._tell, self._publish = folder, actor, tell, publish

    @property
    def owner(self) -> str:
        """Whoever is signed in, as the name of a file that is theirs alone."""
        return blake3(self._actor().encode()).hexdigest()[:16]

    @property
    def own(self) -> OwnRecord:
        """What this person has done here."""
        return OwnRecord(self._folder / f"activity-{self.owner}")

    def done(self, action: str, place: str, paths: Sequence[str], told: Sequence[str] | None = None) -> None:
        """An audit line for each of ``paths`` (or of ``told`` instead), the person's own record, then an
        event for each folder."""
        for path in paths if told is None else told:
            section = path.partition("/")[0] if "/" in path else ""
            detail = {"place": place[:100], "section": section[:100]}
            self._tell(action, trail.key(place, path), detail)
        if (what := activity.OWN.get(action)) is not None:
            to = paths[1] if action in ("share.moved", "share.renamed") and len(paths) == 2 else ""
            of = paths[:1] if to else paths
            self.own.add(place, [Act(time.time(), "", what, path, to) for path in of])
        for folder in {path.rpartition("/")[0] for path in paths}:
            self._publish(place, folder)

    def arrived(self, place: str, sent: Sequence[transfer.Sent]) -> None:
        """Files that were sent, all or not."""
        paths = [each.path for each in sent]
        few = None if len(paths) <= _LINES else sorted({path.rpartition("/")[0] for path in paths})
        self.done("share.sent", place, paths, few)

    def of_folder(self, place: str, action: str, folder: str) -> None:
        """An audit line alone."""
        self._tell(action, trail.key(place, folder), {"place": place[:100]})
