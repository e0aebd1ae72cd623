"""How much of its capacity the battery has kept."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, probe


def title() -> str:
    return _("バッテリー")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    return [probe("battery", str(profile.battery.min_health_percent))] if profile.battery else []
