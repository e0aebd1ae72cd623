"""What a phone needs to see the calendars: one app password a device, as a profile or as a link.

An iPhone or iPad takes a configuration profile (payload ``com.apple.caldav.account``); Android's DAVx5 opens
``caldavs://user:password@host/path`` (its manual, "Integration"). Neither holds the person's own password.
"""

from __future__ import annotations

import plistlib
import uuid
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from core.i18n import _

PROFILE_TYPE = "application/x-apple-aspen-config"
_NAMES = uuid.UUID("6c0a64d1-5e0e-4a2c-9d5f-4d61686f726f")  # so that a profile made again replaces the first


@dataclass(frozen=True, slots=True)
class Place:
    """A server's address and one device's own way in. ``repr`` never shows the password."""

    url: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Place({self.url!r}, {self.user!r})"

    @property
    def home(self) -> str:
        return f"/{quote(self.user, safe='')}/"


def link(place: Place) -> str:
    """The address that DAVx5 (and the test's own client) opens: ``caldavs://user:password@host:port/home/``."""
    parts = urlsplit(place.url)
    scheme = "caldavs" if parts.scheme == "https" else "caldav"
    return (
        f"{scheme}://{quote(place.user, safe='')}:{quote(place.password, safe='')}@{parts.netloc}{place.home}"
    )


def profile(place: Place, device: str) -> bytes:
    """The .mobileconfig for ``device``."""
    parts = urlsplit(place.url)
    secure = parts.scheme == "https"
    identity = str(uuid.uuid5(_NAMES, f"{place.url} {place.user} {device}"))
    account = {
        "PayloadType": "com.apple.caldav.account",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"jp.mahoroba.calendar.{identity}.account",
        "PayloadUUID": str(uuid.uuid5(_NAMES, identity)),
        "PayloadDisplayName": _("まほろば 予定"),
        "CalDAVAccountDescription": _("まほろば 予定"),
        "CalDAVHostName": parts.hostname or "",
        "CalDAVPort": parts.port or (443 if secure else 80),
        "CalDAVPrincipalURL": place.home,
        "CalDAVUseSSL": secure,
        "CalDAVUsername": place.user,
        "CalDAVPassword": place.password,
    }
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"jp.mahoroba.calendar.{identity}",
            "PayloadUUID": identity,
            "PayloadDisplayName": _("まほろば 予定（{device}）").format(device=device),
            "PayloadDescription": _("この端末に職場の予定を加えます。削除すると予定も消えます。"),
            "PayloadRemovalDisallowed": False,
            "PayloadContent": [account],
        }
    )
