"""Whether the disk is encrypted, and room is left."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, probe


def title() -> str:
    return _("ディスク")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    if profile.disk is None:
        return []
    found = [probe("free", str(profile.disk.min_free_mb))]
    return [probe("encryption"), *found] if profile.disk.encrypted else found
