"""How old the last update is."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, probe


def title() -> str:
    return _("更新")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    return [probe("updates", str(profile.updates.max_age_days))] if profile.updates else []
