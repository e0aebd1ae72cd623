"""The browser's managed policy and bookmarks, for Chromium and for Firefox."""

from __future__ import annotations

import json
from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, file, only

_CHROMIUM = "/etc/chromium/policies/managed"


def title() -> str:
    return _("ブラウザー")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    browser = profile.browser
    if browser is None:
        return []
    links = [{"name": link.title, "url": link.url} for link in browser.bookmarks]
    chromium = {
        "HomepageLocation": browser.homepage,
        "HomepageIsNewTabPage": False,
        "RestoreOnStartup": 4,
        "RestoreOnStartupURLs": [browser.homepage],
        "BookmarkBarEnabled": True,
        "ManagedBookmarks": links,
        "PasswordManagerEnabled": False,
        "SyncDisabled": True,
        "BrowserSignin": 0,
        "SavingBrowserHistoryDisabled": True,
        "MetricsReportingEnabled": False,
    }
    firefox = {
        "policies": {
            "Homepage": {"URL": browser.homepage, "Locked": True},
            "DisableTelemetry": True,
            "DisableFirefoxAccounts": True,
            "OfferToSaveLogins": False,
            "ManagedBookmarks": [{"toplevel_name": "防災"}, *links],
            "SanitizeOnShutdown": True,
        }
    }
    return [
        file(f"{_CHROMIUM}/mahoroba.json", _json(chromium)),
        only(_CHROMIUM),
        file("/etc/firefox/policies/policies.json", _json(firefox)),
    ]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
