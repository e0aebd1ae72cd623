"""The guest's account: no password (the greeter signs it in), and nobody else's account beside it."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, accounts, file, folder, line


def title() -> str:
    return _("利用者")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    guest = profile.guest
    name, home = guest.name, f"/home/{guest.name}"
    ids = f"{guest.uid}:{guest.uid}"
    return [
        line("/etc/passwd", f"{name}:", f"{name}:x:{ids}:{guest.full_name}:{home}:/bin/bash"),
        line("/etc/group", f"{name}:", f"{name}:x:{guest.uid}:"),
        line("/etc/shadow", f"{name}:", f"{name}:!:19000:0:99999:7:::", 0o640),
        accounts([name, *guest.keep]),
        folder(home, 0o700, f"{guest.uid}:{guest.uid}"),
        file("/etc/mahoroba/guest", f"{name}\n"),
    ]
