"""Radicale in this process: the real server behind a transport, quick enough for thousands of histories."""

from __future__ import annotations

import os
from pathlib import Path

import httpx

from calendar_sync.servers.radicale_server import RIGHTS, settings


def fast_folder(fallback: Path) -> Path:
    """A folder in memory where there is one: these proofs are about order, not about disks."""
    memory = Path("/dev/shm")  # noqa: S108 - a fresh folder inside it is used
    if not os.access(memory, os.W_OK):
        return fallback
    import tempfile

    return Path(tempfile.mkdtemp(prefix="mahoroba-", dir=memory))


def transport(folder: Path) -> httpx.BaseTransport:
    """Radicale over ``folder``; any password opens the user's own calendars."""
    from radicale import config

    from calendar_sync.servers.whole import Calendars

    (folder / "collections" / "collection-root").mkdir(parents=True)
    (folder / "rights.ini").write_text(RIGHTS)
    configuration = config.load()
    wanted = settings(folder)
    wanted["auth"] = {"type": "none"}
    wanted["storage"]["_filesystem_fsync"] = "False"
    wanted["logging"] = {"level": "critical"}
    configuration.update(wanted, "tests", privileged=True)
    return httpx.WSGITransport(app=Calendars(configuration))
