"""A camera and a microphone for web meetings."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, probe


def title() -> str:
    return _("ウェブ会議")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    return [probe("camera")] if profile.meeting and profile.meeting.need_camera else []
