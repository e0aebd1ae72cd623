"""Wi-Fi and wired connections as NetworkManager keyfiles; a password makes the file root's alone.

Format: nm-settings-keyfile(5). Only keyfiles named here may lie in the folder: a forgotten network of an
earlier loan is drift.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from core.i18n import _
from liaison.profile import Profile, Wifi
from liaison.resource import Resource, file, only

_FOLDER = "/etc/NetworkManager/system-connections"
_SPACE = uuid.UUID("6f1d7c0a-5a0e-5c5b-9d0c-6b1f5d2f8a11")


def title() -> str:
    return _("ネットワーク")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    found = [
        file(f"{_FOLDER}/mahoroba-wifi-{number}.nmconnection", _wifi(wifi), 0o600)
        for number, wifi in enumerate(profile.wifi, 1)
    ]
    if profile.wired:
        text = _head("mahoroba-wired", "ethernet") + _addresses()
        found.append(file(f"{_FOLDER}/mahoroba-wired.nmconnection", text, 0o600))
    return [*found, only(_FOLDER)] if found else []


def _wifi(wifi: Wifi) -> str:
    text = _head(f"mahoroba-{wifi.ssid}", "wifi") + f"[wifi]\nmode=infrastructure\nssid={wifi.ssid}\n"
    if wifi.hidden:
        text += "hidden=true\n"
    if wifi.password:
        password = wifi.password.replace("\\", "\\\\").replace(" ", "\\s")
        text += f"\n[wifi-security]\nkey-mgmt=wpa-psk\npsk={password}\n"
    return text + "\n" + _addresses()


def _head(name: str, kind: str) -> str:
    return f"[connection]\nid={name}\nuuid={uuid.uuid5(_SPACE, name)}\ntype={kind}\nautoconnect=true\n\n"


def _addresses() -> str:
    return "[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n"
