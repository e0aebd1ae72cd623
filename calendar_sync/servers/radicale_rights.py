"""Radicale's rights from the organisation's list: who may read and write whose calendars.

Everybody who can sign in reads; of private events only when they are (``radicale_storage``). A room is open
for writing to whoever may book it; that one only touches what is one's own is ``bookings``' to see to.
"""

from __future__ import annotations

from pathlib import Path

from radicale import pathutils
from radicale.config import Configuration
from radicale.rights import BaseRights

from calendar_sync.rights import May
from calendar_sync.servers.office_list import OfficeList


class Rights(BaseRights):
    """The plug-in that Radicale loads by this module's name; the list is ``rights.file``."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__(configuration)
        self._list = OfficeList(Path(configuration.get("rights", "file")))

    def authorization(self, user: str, user_groups: set[str], path: str) -> str:
        if not user:
            return ""
        inside = pathutils.strip_path(path)
        if not inside:
            return "R"
        reads = self._list.may(user, inside.partition("/")[0]) is May.READ
        return "Rr" if reads else "RrWw"
