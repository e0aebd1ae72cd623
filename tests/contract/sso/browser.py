"""A browser at a terminal of the realm: headless Chromium with the policies of ``installer.browsers``.

The policies lie in a mount namespace of the browser's own, so no file of the machine changes.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from installer import browsers
from installer.realm.identity import CALLBACK, CLIENT, ISSUER
from installer.realm.layout import DOMAIN, PROXY, PROXY_PORT, SSO, SSO_PORT, Layout

WITHIN = 90
_MOUNT = 'mount --bind "$0" /etc/chromium && exec "$@"'


def browser_missing() -> str:
    """Why no browser can be started here; empty if it can."""
    if shutil.which("chromium") is None:
        return "chromium is not installed"
    allowed = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
    return "" if allowed else "a browser's policies need a mount namespace"


def opened(layout: Layout, folder: Path, address: str, cache: Path | None) -> str:
    """What ``address`` shows (HTML) to whoever has the tickets of ``cache``; nobody is there to type."""
    browsers.install(folder / "root", [DOMAIN], f"{PROXY}:{PROXY_PORT}")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DISPLAY"},
        "KRB5_CONFIG": str(layout.krb5),
        "KRB5CCNAME": f"FILE:{cache or folder / 'no-tickets'}",
        "HOME": str(folder),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
    }
    done = subprocess.run(
        [
            *("unshare", "--mount", "sh", "-c", _MOUNT, str(folder / "root/etc/chromium")),
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            f"--user-data-dir={folder / 'profile'}",
            f"--host-resolver-rules=MAP *.{DOMAIN} {layout.address}",
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *("--no-first-run", "--virtual-time-budget=5000", "--dump-dom", address),
        ],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=WITHIN,
        check=False,
    )
    return done.stdout.decode("utf-8", "replace")


def openid_token(layout: Layout, folder: Path, cache: Path) -> dict[str, object]:
    """The claims of the ID token that an application gets after sending the browser to the identity provider
    and back (authorization code with PKCE)."""
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_hex(8)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "s",
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    shown = opened(layout, folder, f"{ISSUER}oauth2/authorize?{urlencode(asked)}", cache)
    code = re.search(r"[?;]code=([0-9a-zA-Z_-]+)", shown)
    assert code is not None, shown
    wanted = {
        "grant_type": "authorization_code",
        "code": code[1],
        "redirect_uri": CALLBACK,
        "client_id": CLIENT,
        "code_verifier": verifier,
    }
    connection = http.client.HTTPConnection(layout.address, SSO_PORT, timeout=20)
    headers = {"Host": f"{SSO}:{SSO_PORT}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/oauth2/token", urlencode(wanted), headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    payload = answer["id_token"].split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["nonce"] == nonce
    return claims
