"""Packages that must be installed (looked for, not installed: the laptop may have no network)."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, probe


def title() -> str:
    return _("ソフトウェア")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    return [probe("package", name) for name in sorted(profile.software.packages)] if profile.software else []
