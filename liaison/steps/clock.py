"""The time source, and whether the clock agrees with the preparer's."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, file, probe


def title() -> str:
    return _("時刻")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    clock = profile.clock
    if clock is None:
        return []
    servers = "".join(f"server {name} iburst\n" for name in clock.servers)
    return [
        file("/etc/chrony/sources.d/mahoroba.sources", servers),
        file("/etc/timezone", f"{clock.zone}\n"),
        probe("clock", str(clock.max_offset_s)),
    ]
