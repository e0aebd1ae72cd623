"""Printers by address, driverless. CUPS rewrites its own files: a first-boot script adds them."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, file, probe

_SCRIPT = "/usr/lib/mahoroba/add-printers"
_UNIT = """[Unit]
Description=Printers of the liaison laptop
After=cups.service
[Service]
Type=oneshot
ExecStart=/usr/lib/mahoroba/add-printers
[Install]
WantedBy=multi-user.target
"""


def title() -> str:
    return _("プリンター")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    if not profile.printers:
        return []
    chosen = sorted(profile.printers, key=lambda printer: printer.name)
    commands = "".join(f"lpadmin -p '{p.name}' -v '{p.uri}' -m everywhere -E\n" for p in chosen)
    return [
        file(_SCRIPT, f"#!/bin/sh\nset -e\n{commands}", 0o755),
        file("/etc/systemd/system/mahoroba-printers.service", _UNIT),
        *(probe("printer", p.name) for p in chosen),
    ]
