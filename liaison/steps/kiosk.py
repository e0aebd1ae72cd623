"""What the laptop's own kiosk shows: contacts, links, documents, networks (``mahoroba kiosk``)."""

from __future__ import annotations

import json
from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, file

FILE = "/etc/mahoroba/kiosk.json"


def title() -> str:
    return _("案内画面")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    wall, browser = profile.wallpaper, profile.browser
    if wall is None:
        return []
    shown = {
        "title": wall.title,
        "contacts": [[contact.label, contact.phone] for contact in wall.contacts],
        "links": [[link.title, link.url] for link in browser.bookmarks] if browser is not None else [],
        "documents": bool(profile.documents and profile.documents.files),
        "networks": [wifi.ssid for wifi in profile.wifi],
    }
    entry = ("Type=Application", "Name=Mahoroba", "Exec=mahoroba kiosk", "X-GNOME-Autostart-enabled=true")
    autostart = "\n".join(("[Desktop Entry]", *entry, ""))
    return [
        file(FILE, json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True) + "\n"),
        file("/etc/xdg/autostart/mahoroba-kiosk.desktop", autostart),
    ]
