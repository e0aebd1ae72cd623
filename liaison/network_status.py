"""How a temporary network stands: named checks, each ok, fail or unknown with its evidence, as a page.

Looked at on the router: link, name resolution, time, who is connected, DHCP servers that are not ours,
addresses that two devices claim. Unknown is never shown as good.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from core.clock import TOKYO
from core.i18n import _
from liaison import network, network_probe
from liaison.network import Form, Plan

NTP_EPOCH = 2_208_988_800  # 1900 -> 1970, RFC 5905
_SECONDS = 3.0


@dataclass(frozen=True)
class Look:
    """One check. ``state``: ok | fail | unknown."""

    title: str
    state: str
    evidence: str


def looks(form: Form, lease_file: Path, ntp: str = "") -> list[Look]:
    """Link, DNS, time, who is connected, rogue DHCP servers, duplicate addresses. Takes some seconds."""
    made = network.plan(form)
    return [
        _link(form),
        _dns(made),
        _clock(ntp),
        *_wire(form, made, lease_file),
    ]


def _link(form: Form) -> Look:
    title = _("外への回線（{name}）").format(name=form.uplink)
    try:
        state = Path(f"/sys/class/net/{form.uplink}/operstate").read_text("ascii").strip()
    except OSError:
        return Look(title, "fail", _("装置がない"))
    return Look(title, "ok" if state == "up" else "fail", state)


def _dns(made: Plan) -> Look:
    """Asks our own dnsmasq for the page's name (RFC 1035)."""
    title, name = _("名前の解決（DNS）"), b"\x06saigai\x04home\x04arpa\0"
    question = struct.pack("!HHHHHH", 0x4D48, 0x0100, 1, 0, 0, 0) + name + struct.pack("!HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(_SECONDS)
        try:
            sock.sendto(question, (str(made.router), 53))
            answer = sock.recv(512)
        except OSError:
            return Look(title, "fail", _("答えがない"))
    good = answer[:2] == question[:2] and answer[3] & 0x0F == 0 and answer[-4:] == made.router.packed
    return Look(title, "ok" if good else "fail", str(made.router) if good else _("答えが違う"))


def _clock(server: str) -> Look:
    """One SNTP question (RFC 4330); without a server to ask nobody knows."""
    title = _("時刻")
    if not server:
        return Look(title, "unknown", _("比べる時計がない"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(_SECONDS)
        try:
            sock.sendto(b"\x1b" + bytes(47), (server, 123))
            answer = sock.recv(128)
        except OSError:
            return Look(title, "unknown", _("時刻サーバーの答えがない"))
    if len(answer) < 48:
        return Look(title, "unknown", _("時刻サーバーの答えがない"))
    off = struct.unpack("!I", answer[40:44])[0] - NTP_EPOCH - time.time()
    return Look(title, "ok" if abs(off) <= 5 else "fail", _("{seconds:+.0f} 秒").format(seconds=off))


def _wire(form: Form, made: Plan, lease_file: Path) -> Iterator[Look]:
    """What only a question on the wire can tell."""
    try:
        leases = network.leases(lease_file.read_text("utf-8", "replace"))
        yield Look(_("つながっている端末"), "ok", _("{count} 台").format(count=len(leases)))
    except OSError:
        leases = []
        yield Look(_("つながっている端末"), "unknown", _("貸出ファイルがない"))
    rogue, twice = _("ほかの DHCP サーバー"), _("番号の重なり")
    try:
        servers = network_probe.dhcp_servers(form.wifi) - {str(made.router)}
        words = "、".join(sorted(servers)) or _("なし")
        yield Look(rogue, "fail" if servers else "ok", words)
        asked = [str(made.router), *(lease.address for lease in leases)]
        doubled = network_probe.claimants(form.wifi, asked)
        words = "、".join(f"{a}（{' '.join(sorted(macs))}）" for a, macs in sorted(doubled.items()))
        yield Look(twice, "fail" if doubled else "ok", words or _("なし"))
    except OSError as error:
        why = _("調べられない（{why}）").format(why=error.strerror)
        yield from (Look(title, "unknown", why) for title in (rogue, twice))


def status_page(form: Form, found: list[Look], lease_text: str, now: datetime) -> str:
    """The state for the preparer's own screen; it names devices, so it is not served to guests."""
    states = {"ok": _("よい"), "fail": _("要確認"), "unknown": _("わからない")}
    rows = "".join(
        f"<tr class={each.state}><th>{escape(each.title)}<td>{states[each.state]}<td>{escape(each.evidence)}"
        for each in found
    )
    leases = "".join(
        f"<tr><td>{escape(each.address)}<td>{escape(each.name)}<td>{escape(each.mac)}"
        f"<td>{datetime.fromtimestamp(each.until, TOKYO):%H:%M}"
        for each in network.leases(lease_text)
    )
    return (
        '<!doctype html><html lang="ja"><meta charset="utf-8"><meta http-equiv="refresh" content="30">'
        f"<title>{escape(form.name)}</title><style>{_STYLE}</style><h1>{escape(form.name)}</h1>"
        f"<p>{now.astimezone(TOKYO):%Y-%m-%d %H:%M:%S}<table>{rows}</table>"
        f"<h2>{_('つながっている端末')}</h2><table>{leases}</table></html>\n"
    )


_STYLE = (
    "body{font:16px/1.6 sans-serif;max-width:48em;margin:2em auto;padding:0 1em}"
    "th{text-align:left;font-weight:600}td,th{padding:.3em 1em .3em 0;border-bottom:1px solid #ccc}"
    "table{border-collapse:collapse;width:100%}.fail td:nth-child(2){color:#b00020;font-weight:600}"
)


def as_json(found: list[Look]) -> str:
    return json.dumps([vars(each) for each in found], ensure_ascii=False)
