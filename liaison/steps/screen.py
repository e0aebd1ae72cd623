"""The screen locks by itself, and the guest cannot turn that off (dconf lock)."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, file


def title() -> str:
    return _("画面ロック")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    if profile.screen is None:
        return []
    keys = (
        "[org/gnome/desktop/session]\n"
        f"idle-delay=uint32 {profile.screen.lock_after_s}\n"
        "[org/gnome/desktop/screensaver]\nlock-enabled=true\nlock-delay=uint32 0\n"
    )
    locks = (
        "/org/gnome/desktop/session/idle-delay\n"
        "/org/gnome/desktop/screensaver/lock-enabled\n"
        "/org/gnome/desktop/screensaver/lock-delay\n"
    )
    return [
        file("/etc/dconf/profile/user", "user-db:user\nsystem-db:mahoroba\n"),
        file("/etc/dconf/db/mahoroba.d/10-screen", keys),
        file("/etc/dconf/db/mahoroba.d/locks/screen", locks),
    ]
