"""Everything from outside is dropped but the named ports (nftables)."""

from __future__ import annotations

from pathlib import Path

from core.i18n import _
from liaison.profile import Profile
from liaison.resource import Resource, file


def title() -> str:
    return _("ファイアウォール")


def resources(profile: Profile, _folder: Path) -> list[Resource]:
    if profile.firewall is None:
        return []
    ports = ", ".join(str(port) for port in sorted(set(profile.firewall.allow_in)))
    allow = f"    tcp dport {{ {ports} }} accept\n" if ports else ""
    rules = (
        "#!/usr/sbin/nft -f\nflush ruleset\ntable inet mahoroba {\n  chain input {\n"
        "    type filter hook input priority 0; policy drop;\n"
        "    ct state established,related accept\n    iif lo accept\n"
        "    meta l4proto { icmp, ipv6-icmp } accept\n"
        f"{allow}  }}\n}}\n"
    )
    return [file("/etc/nftables.conf", rules, 0o755)]
