"""The emergency contacts: a text on the desktop and the picture behind it (SVG, drawn by the desktop)."""

from __future__ import annotations

from html import escape
from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, file


def title() -> str:
    return _("緊急連絡先")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    wall = profile.wallpaper
    if wall is None:
        return []
    rows = [f"{c.label}　{c.phone}" for c in wall.contacts]
    lines = "".join(
        f'<text x="96" y="{300 + 90 * i}" font-size="48" fill="#fff">{escape(row)}</text>'
        for i, row in enumerate(rows)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1920 1080">'
        '<rect width="1920" height="1080" fill="#12324a"/>'
        f'<text x="96" y="180" font-size="72" font-weight="bold" fill="#fff">{escape(wall.title)}</text>'
        f"{lines}</svg>\n"
    )
    text = "\n".join([wall.title, *rows]) + "\n"
    setting = (
        "[org/gnome/desktop/background]\npicture-uri='file:///usr/share/mahoroba/liaison/contacts.svg'\n"
    )
    return [
        file("/usr/share/mahoroba/liaison/contacts.svg", svg),
        file("/etc/skel/emergency-contacts.txt", text),
        file("/etc/dconf/db/mahoroba.d/20-wallpaper", setting),
    ]
