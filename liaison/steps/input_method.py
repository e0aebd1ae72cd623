"""Japanese input is there from the first key press."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, file


def title() -> str:
    return _("日本語入力")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    if profile.input is None:
        return []
    engine = {"mozc": "mozc", "anthy": "anthy"}[profile.input.method]
    text = f"GTK_IM_MODULE=fcitx\nQT_IM_MODULE=fcitx\nXMODIFIERS=@im=fcitx\n# {engine}\n"
    groups = (
        "[Groups/0]\nName=Default\nDefault Layout=jp\n"
        f"DefaultIM={engine}\n\n[Groups/0/Items/0]\nName=keyboard-jp\n\n[Groups/0/Items/1]\nName={engine}\n"
    )
    return [
        file("/etc/environment.d/60-mahoroba-input.conf", text),
        file("/etc/skel/.config/fcitx5/profile", groups),
    ]
