"""臨時ネットワーク: from a short form to the files of an access point and router.

NetworkManager keyfile, hostapd, dnsmasq, nftables and a captive page with contacts. The address plan refuses
what would collide. Nothing here touches a network: files are written to a folder, to be reviewed and carried.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from html import escape
from ipaddress import IPv4Address, IPv4Network, ip_network
from pathlib import Path

from pydantic import Field, ValidationError

from core.errors import SuiteError
from core.files import make_private_folder, read_bounded, write_atomically
from core.i18n import _
from liaison.profile import Contact, Part

_INTERFACE = r"^[a-z][a-z0-9]{1,14}$"
_RFC1918 = tuple(ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
MAX_FORM = 64 * 1024


class Form(Part):
    """``avoid``: networks that are in use already (the prefecture's own, the neighbour's)."""

    name: str = Field(min_length=1, max_length=60)
    ssid: str = Field(min_length=1, max_length=32, pattern=r"^[^\x00-\x1f\x7f;:,\"\\]+$")
    password: str = Field(pattern=r"^[\x21-\x7e]{8,63}$", repr=False)
    subnet: str = "192.168.77.0/24"
    avoid: list[str] = Field(default=[], max_length=50)
    wifi: str = Field("wlan0", pattern=_INTERFACE)
    uplink: str = Field("eth0", pattern=_INTERFACE)
    channel: int = Field(6, ge=1, le=13)
    contacts: list[Contact] = Field(default=[], max_length=12)


@dataclass(frozen=True)
class Plan:
    """The addresses: the router is the first, the last tenth is left for printers and the like."""

    network: IPv4Network
    router: IPv4Address
    first: IPv4Address
    last: IPv4Address


def load(path: Path) -> Form:
    """Read the form. SuiteError LIAISON-009."""
    try:
        content = read_bounded(path, MAX_FORM + 1)
        if len(content) > MAX_FORM:
            raise ValueError("too large")
        return Form.model_validate(tomllib.loads(content.decode()))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise refused(_("「{name}」の値が正しくありません。").format(name=where)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise refused(_("用紙のファイルを読み取れません。")) from error


def plan(form: Form) -> Plan:
    """The address plan. SuiteError LIAISON-009 if it overlaps, is public, too small or misspelt."""
    try:
        network = ip_network(form.subnet)
        avoid = [ip_network(text, strict=False) for text in form.avoid]
    except ValueError as error:
        raise refused(_("ネットワークの書き方が正しくありません（例 192.168.77.0/24）。")) from error
    if not isinstance(network, IPv4Network) or not any(network.subnet_of(n) for n in _RFC1918):  # type: ignore[arg-type]
        raise refused(_("私用のネットワーク（10.、172.16.、192.168.）を使ってください。"))
    if not 16 <= network.prefixlen <= 26:
        raise refused(_("ネットワークは /16 から /26 までにしてください。"))
    for other in avoid:
        if other.version == 4 and network.overlaps(other):
            raise refused(_("{one} は {other} と重なっています。").format(one=network, other=other))
    count = network.num_addresses
    start = network.network_address
    return Plan(network, start + 1, start + 10, start + count - count // 10 - 2)


def files(form: Form) -> dict[str, str]:
    """Path on the router -> content. Deterministic."""
    made = plan(form)
    return {
        "etc/hostapd/mahoroba.conf": _hostapd(form),
        "etc/dnsmasq.d/mahoroba.conf": _dnsmasq(form, made),
        "etc/nftables.d/mahoroba.nft": _nftables(form, made),
        "etc/sysctl.d/60-mahoroba.conf": "net.ipv4.ip_forward=1\n",
        "etc/NetworkManager/system-connections/mahoroba-router.nmconnection": _keyfile(form, made),
        "srv/mahoroba/index.html": _page(form),
    }


def write(form: Form, folder: Path) -> list[Path]:
    """Put the files below ``folder``, secrets readable by the owner only."""
    written = []
    for name, text in files(form).items():
        path = folder / name
        make_private_folder(path.parent)
        write_atomically(path, text.encode())
        written.append(path)
    return written


def wifi_code(form: Form) -> str:
    """What a phone reads to join (the WIFI: form that Android and iOS know)."""

    def quoted(text: str) -> str:
        return re.sub(r'([\\;,:"])', r"\\\1", text)

    return f"WIFI:T:WPA;S:{quoted(form.ssid)};P:{quoted(form.password)};;"


@dataclass(frozen=True)
class Lease:
    """Who is connected: one line of dnsmasq's lease file."""

    until: int
    mac: str
    address: str
    name: str


def leases(text: str) -> list[Lease]:
    """dnsmasq's lease file; lines that are not leases are left out."""
    found = []
    for line in text.splitlines()[:10_000]:
        part = line.split(" ")
        if len(part) >= 4 and part[0].isdigit() and re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", part[1]):
            name = "".join(c for c in part[3][:63] if c.isprintable())
            found.append(Lease(int(part[0]), part[1], part[2], "" if name == "*" else name))
    return found


def duplicates(neighbours: str) -> dict[str, set[str]]:
    """Addresses that two devices claim, from ``ip neigh`` seen over time: address -> their MACs."""
    seen: dict[str, set[str]] = {}
    for line in neighbours.splitlines()[:100_000]:
        part = line.split()
        if "lladdr" in part[:-1]:
            seen.setdefault(part[0], set()).add(part[part.index("lladdr") + 1])
    return {address: macs for address, macs in seen.items() if len(macs) > 1}


def _hostapd(form: Form) -> str:
    return (
        f"interface={form.wifi}\ndriver=nl80211\nssid={form.ssid}\nutf8_ssid=1\ncountry_code=JP\nhw_mode=g\n"
        f"channel={form.channel}\nieee80211n=1\nwmm_enabled=1\nauth_algs=1\nwpa=2\nwpa_key_mgmt=WPA-PSK SAE\n"
        f"rsn_pairwise=CCMP\nieee80211w=1\nap_isolate=1\nwpa_passphrase={form.password}\n"
    )


def _dnsmasq(form: Form, made: Plan) -> str:
    return (
        f"interface={form.wifi}\nbind-dynamic\nexcept-interface={form.uplink}\ndhcp-authoritative\n"
        f"dhcp-range={made.first},{made.last},{made.network.netmask},1h\n"
        f"dhcp-option=option:router,{made.router}\ndhcp-option=option:dns-server,{made.router}\n"
        f"dhcp-option=option:ntp-server,{made.router}\nno-ping\n"
        f"address=/saigai.home.arpa/{made.router}\nlocal=/home.arpa/\ndomain=home.arpa\nbogus-priv\ndomain-needed\n"
        "dhcp-leasefile=/var/lib/misc/mahoroba.leases\n"
    )


def _nftables(form: Form, made: Plan) -> str:
    blocked = ", ".join(sorted(str(ip_network(text, strict=False)) for text in form.avoid))
    keep_out = f"    ip daddr {{ {blocked} }} drop\n" if blocked else ""
    return (
        "table inet mahoroba_router {\n  chain forward {\n"
        "    type filter hook forward priority 0; policy drop;\n    ct state established,related accept\n"
        f'{keep_out}    iifname "{form.wifi}" oifname "{form.uplink}" ip saddr {made.network} accept\n  }}\n'
        "  chain input {\n    type filter hook input priority 0; policy drop;\n"
        "    ct state established,related accept\n    iif lo accept\n"
        f'    iifname "{form.wifi}" udp dport {{ 53, 67, 68, 123 }} accept\n'
        f'    iifname "{form.wifi}" tcp dport {{ 53, 80 }} accept\n    icmp type echo-request accept\n  }}\n'
        "}\ntable ip mahoroba_nat {\n"
        # A guest's first plain-HTTP page is ours, until it has been read; HTTPS is never touched.
        "  set read {\n    type ipv4_addr\n    flags timeout\n    timeout 12h\n  }\n"
        "  chain prerouting {\n    type nat hook prerouting priority -100;\n"
        f'    iifname "{form.wifi}" ip saddr != @read ip daddr != {made.router}'
        " tcp dport 80 redirect to :80\n  }\n"
        "  chain postrouting {\n"
        "    type nat hook postrouting priority 100;\n"
        f'    ip saddr {made.network} oifname "{form.uplink}" masquerade\n  }}\n}}\n'
    )


def _keyfile(form: Form, made: Plan) -> str:
    return (
        f"[connection]\nid=mahoroba-router\ntype=ethernet\ninterface-name={form.uplink}\n\n"
        "[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=ignore\n\n"
        f"# {form.wifi}: {made.router}/{made.network.prefixlen} (hostapd)\n"
    )


def _page(form: Form) -> str:
    rows = "".join(f"<tr><th>{escape(c.label)}<td>{escape(c.phone)}" for c in form.contacts)
    return (
        '<!doctype html><html lang="ja"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(form.name)}</title><h1>{escape(form.name)}</h1>"
        f"<p>このネットワークは災害対応のためのものです。<p lang=en>This network is for disaster response."
        f'<table>{rows}</table><form method="post" action="/read">'
        '<button style="font-size:1.2em;padding:.6em 2em">つなぐ / Connect</button></form></html>\n'
    )


def refused(why: str) -> SuiteError:
    """The form cannot be used; ``why`` names the field."""
    return SuiteError(
        _("臨時ネットワークの設定を作りませんでした。"),
        why,
        _("用紙を直して、もう一度お試しください。"),
        "LIAISON-009",
    )
