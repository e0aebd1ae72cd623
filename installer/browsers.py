"""Managed policies: to whom browsers show the session's ticket. ``python -m installer.browsers``.

Only the named domains are ever shown one, none is handed on (no delegation), no password is asked for.
Firefox has one file for all policies: ours are merged into it and taken out again.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _

CHROMIUM = (
    "etc/chromium/policies/managed",
    "etc/opt/chrome/policies/managed",
    "etc/opt/edge/policies/managed",
)
FIREFOX = "etc/firefox/policies/policies.json"
NAME = "mahoroba-tickets.json"
MAX_BYTES = 1_000_000
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_PROXY = re.compile(r"[a-z0-9.-]{1,253}:\d{1,5}")


def install(root: Path, domains: Sequence[str], proxy: str = "") -> list[Path]:
    """Write the policies below ``root`` (``/``, or an image's). ``domains``: whose servers may see a ticket;
    ``proxy``: HOST:PORT. SuiteError INST-020 for no name, INST-021 where Firefox's file is broken."""
    names = [domain.lower().lstrip(".") for domain in domains]
    if not names or not all(_DOMAIN.fullmatch(n) for n in names) or (proxy and not _PROXY.fullmatch(proxy)):
        raise _no_name()
    written = []
    for folder in CHROMIUM:
        path = root / folder / NAME
        _write(path, chromium(names, proxy))
        written.append(path)
    path = root / FIREFOX
    merged = _firefox_file(path)
    merged["policies"] = {**merged.get("policies", {}), **firefox(names, proxy)}
    _write(path, merged)
    return [*written, path]


def remove(root: Path) -> None:
    """Take them out again; what others have put beside them stays."""
    for folder in CHROMIUM:
        (root / folder / NAME).unlink(missing_ok=True)
    path = root / FIREFOX
    if path.exists():
        merged = _firefox_file(path)
        kept = {k: v for k, v in merged.get("policies", {}).items() if k not in ("Authentication", "Proxy")}
        if kept:
            _write(path, {**merged, "policies": kept})
        else:
            path.unlink()


def chromium(domains: Sequence[str], proxy: str = "") -> dict[str, Any]:
    """For Chromium, Chrome and Edge (chromeenterprise.google/policies, learn.microsoft.com: same names)."""
    policies: dict[str, Any] = {
        "AuthSchemes": "negotiate",
        "AuthServerAllowlist": ",".join(f"*.{domain}" for domain in domains),
        "DisableAuthNegotiateCnameLookup": True,
    }
    if proxy:
        bypass = ",".join(f"*.{domain}" for domain in domains)
        policies["ProxySettings"] = {
            "ProxyMode": "fixed_servers",
            "ProxyServer": f"http://{proxy}",
            "ProxyBypassList": bypass,
        }
    return policies


def firefox(domains: Sequence[str], proxy: str = "") -> dict[str, Any]:
    """For Firefox (mozilla.github.io/policy-templates)."""
    policies: dict[str, Any] = {
        "Authentication": {
            "SPNEGO": [f".{domain}" for domain in domains],
            "AllowProxies": {"SPNEGO": True, "NTLM": False},
            "Locked": True,
        }
    }
    if proxy:
        passthrough = ", ".join(f".{domain}" for domain in domains)
        policies["Proxy"] = {
            "Mode": "manual",
            "HTTPProxy": proxy,
            "UseHTTPProxyForAllProtocols": True,
            "Passthrough": passthrough,
            "Locked": True,
        }
    return policies


def _firefox_file(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes()[: MAX_BYTES + 1])
        if not isinstance(found, dict) or not isinstance(found.get("policies", {}), dict):
            raise ValueError("not a policy file")
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise SuiteError(
            _("ブラウザーの方針を書けませんでした。"),
            _("「{path}」を読み取れません。").format(path=path),
            _("ファイルを直すか退避してから、もう一度実行してください。"),
            "INST-021",
        ) from error
    return found


def _write(path: Path, policies: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(policies, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_atomically(path, text.encode(), mode=0o644)


def _no_name() -> SuiteError:
    return SuiteError(
        _("ブラウザーの方針を書けませんでした。"),
        _("ドメインか代理サーバーの名前が正しくありません。"),
        _("例: --domain pref.example.jp --proxy proxy.pref.example.jp:3128"),
        "INST-020",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 when the policies are as wanted."""
    parser = argparse.ArgumentParser(
        prog="installer.browsers", description=_("チケットを見せてよい相手を、ブラウザーの方針に書きます。")
    )
    parser.add_argument("--domain", action="append", default=[], help=_("チケットを見せてよいドメイン"))
    parser.add_argument("--proxy", default="", metavar="HOST:PORT", help=_("認証付きの代理サーバー"))
    parser.add_argument("--root", type=Path, default=Path("/"), help=_("書き込む先の根"))
    parser.add_argument("--remove", action="store_true", help=_("書いた方針を取り除きます。"))
    options = parser.parse_args(arguments)
    try:
        if options.remove:
            remove(options.root)
        else:
            for path in install(options.root, options.domain, options.proxy):
                print(path)
    except (SuiteError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
