"""The realm's identity provider: LemonLDAP::NG, which takes the Kerberos ticket and speaks OpenID Connect."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from installer.realm import processes
from installer.realm.directory import answers
from installer.realm.layout import DOMAIN, INTERNET, INTERNET_PORT, SSO, SSO_PORT, Layout

PORTAL = "/usr/share/lemonldap-ng/portal/htdocs/index.psgi"
ISSUER = f"http://{SSO}:{SSO_PORT}/"
CLIENT = "mahoroba-sample"  # a public client with PKCE (RFC 7636)
CALLBACK = f"http://{INTERNET}:{INTERNET_PORT}/callback.html"
_INI = """\
[all]
logLevel = warn
[configuration]
type = File
dirName = {folder}/conf
localStorage = Cache::FileCache
localStorageOptions = {{'namespace' => 'c', 'cache_root' => '{folder}/cache', 'cache_depth' => 0}}
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
[handler]
"""


def start(layout: Layout) -> None:
    """Until it listens."""
    folder = layout.folder / "sso"
    for name in ("conf", "cache", "sessions/lock", "persistent/lock"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / "lemonldap-ng.ini").write_text(_INI.format(folder=folder), "ascii")
    (folder / "conf" / "lmConf-1.json").write_text(json.dumps(_configuration(layout)), "ascii")
    listen = f"{layout.address}:{SSO_PORT}"
    processes.start(
        layout,
        "sso",
        ["plackup", "-s", "Starman", "--workers", "2", "-l", listen, "--env", "deployment", PORTAL],
        {"LLNG_DEFAULTCONFFILE": str(folder / "lemonldap-ng.ini")},
    )
    processes.wait_for("LemonLDAP::NG", layout, lambda: answers(layout.address, SSO_PORT))


def _configuration(layout: Layout) -> dict[str, object]:
    folder = layout.folder / "sso"
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {
        "cfgNum": 1,
        "cfgAuthor": "mahoroba",
        "cfgDate": 1,
        "portal": ISSUER,
        "domain": DOMAIN,
        "cookieName": "lemonldap",
        "securedCookie": 0,
        "key": key.private_numbers().d.to_bytes(256, "big").hex()[:32],
        "authentication": "Kerberos",
        "krbKeytab": str(layout.folder / "sso.keytab"),
        "krbRemoveDomain": 1,
        "krbByJs": 0,
        "userDB": "Null",
        "passwordDB": "Null",
        "registerDB": "Null",
        "whatToTrace": "_user",
        "macros": {"uid": "$_user"},
        "exportedVars": {},
        "locationRules": {},
        "exportedHeaders": {},
        "timeout": 36000,
        "loginHistoryEnabled": 0,
        "cspFormAction": "*",
        "globalStorage": "Apache::Session::File",
        "globalStorageOptions": _storage(f"{folder}/sessions"),
        "persistentStorage": "Apache::Session::File",
        "persistentStorageOptions": _storage(f"{folder}/persistent"),
        "oidcStorage": "Apache::Session::File",
        "oidcStorageOptions": _storage(f"{folder}/sessions"),
        "localSessionStorage": "Cache::FileCache",
        "localSessionStorageOptions": {"namespace": "s", "cache_root": f"{folder}/cache", "cache_depth": 0},
        **_provider(private, public),
    }


def _storage(folder: str) -> dict[str, str]:
    return {"Directory": folder, "LockDirectory": f"{folder}/lock"}


def _provider(private: str, public: str) -> dict[str, object]:
    ends = {"Authorize": "authorize", "Token": "token", "JWKS": "jwks", "UserInfo": "userinfo",
            "EndSession": "logout"}  # fmt: skip
    option = "oidcRPMetaDataOptions"
    return {
        "issuerDBOpenIDConnectActivation": 1,
        "issuerDBOpenIDConnectPath": "^/oauth2/",
        "issuerDBOpenIDConnectRule": 1,
        "oidcServiceMetaDataIssuer": ISSUER,
        "oidcServicePrivateKeySig": private,
        "oidcServicePublicKeySig": public,
        "oidcServiceKeyIdSig": "1",
        "oidcServiceAllowAuthorizationCodeFlow": 1,
        **{f"oidcServiceMetaData{name}URI": path for name, path in ends.items()},
        "oidcRPMetaDataExportedVars": {CLIENT: {}},
        "oidcRPMetaDataOptions": {
            CLIENT: {
                f"{option}ClientID": CLIENT,
                f"{option}Public": 1,
                f"{option}RequirePKCE": 1,
                f"{option}BypassConsent": 1,
                f"{option}RedirectUris": CALLBACK,
                f"{option}IDTokenSignAlg": "RS256",
                f"{option}IDTokenExpiration": 600,
                f"{option}AccessTokenExpiration": 600,
                f"{option}UserIDAttr": "uid",
            }
        },
    }
