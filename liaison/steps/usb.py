"""USB storage: refused, read-only, or allowed."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, file


def title() -> str:
    return _("USB メモリー")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    storage = profile.usb.storage if profile.usb is not None else "allow"
    if storage == "block":
        return [
            file(
                "/etc/modprobe.d/mahoroba-usb.conf",
                "install usb-storage /bin/false\ninstall uas /bin/false\n",
            )
        ]
    if storage == "read-only":
        rule = 'SUBSYSTEM=="block", ENV{ID_BUS}=="usb", ATTR{ro}="1"\n'
        return [file("/etc/udev/rules.d/90-mahoroba-usb.rules", rule)]
    return []
