"""Two questions asked on the wire: who answers as a DHCP server, and do two devices claim one address?

Run on the router as root. Answers come from strangers: each packet is bounded, parsed strictly, and only
counted. DHCP: RFC 2131, 2132; ARP: RFC 826.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from pathlib import Path

_COOKIE = b"\x63\x82\x53\x63"
_MOST = 1500
_ETH_ARP = 0x0806


def dhcp_servers(interface: str, seconds: float = 3.0) -> set[str]:
    """Broadcast one DHCPDISCOVER; the addresses of all servers that offer something. Takes no lease."""
    number = secrets.token_bytes(4)
    found: set[str] = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        sock.bind(("0.0.0.0", 68))  # noqa: S104 - a DHCP client's port; bound to one interface above
        sock.sendto(discover(number, _mac(interface)), ("255.255.255.255", 67))
        for packet, _sender in _heard(sock, seconds):
            server = offered_by(packet, number)
            if server:
                found.add(server)
    return found


def discover(number: bytes, mac: bytes) -> bytes:
    """A DHCPDISCOVER that asks for broadcast answers."""
    head = struct.pack("!BBBB4sHH", 1, 1, 6, 0, number, 0, 0x8000) + bytes(16) + mac + bytes(10)
    return head + bytes(192) + _COOKIE + b"\x35\x01\x01" + b"\xff" + bytes(60)


def offered_by(packet: bytes, number: bytes) -> str:
    """The server of a DHCPOFFER that answers ``number``; empty for anything else."""
    if len(packet) < 241 or packet[0] != 2 or packet[4:8] != number or packet[236:240] != _COOKIE:
        return ""
    options = dict(_options(packet[240:]))
    server = options.get(54, b"")
    return str(IPv4Address(server)) if options.get(53) == b"\x02" and len(server) == 4 else ""


def _options(rest: bytes) -> Iterator[tuple[int, bytes]]:
    while rest and rest[0] != 255:
        if rest[0] == 0:
            rest = rest[1:]
            continue
        if len(rest) < 2 or len(rest) < 2 + rest[1]:
            return
        yield rest[0], rest[2 : 2 + rest[1]]
        rest = rest[2 + rest[1] :]


def claimants(interface: str, addresses: Iterable[str], seconds: float = 2.0) -> dict[str, set[str]]:
    """Ask by ARP for each address; those that two or more devices claim, with their MACs."""
    wanted = [IPv4Address(address) for address in list(addresses)[:4096]]
    mac = _mac(interface)
    seen: dict[str, set[str]] = {}
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_ARP)) as sock:
        sock.bind((interface, _ETH_ARP))
        for address in wanted:  # a probe as in RFC 5227: sender 0.0.0.0 changes nobody's table
            body = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac, bytes(4), bytes(6), address.packed)
            sock.send(b"\xff" * 6 + mac + struct.pack("!H", _ETH_ARP) + body)
        for packet, _sender in _heard(sock, seconds):
            claimed = claim(packet)
            if claimed and IPv4Address(claimed[0]) in wanted:
                seen.setdefault(claimed[0], set()).add(claimed[1])
    return {address: macs for address, macs in seen.items() if len(macs) > 1}


def claim(packet: bytes) -> tuple[str, str] | None:
    """(address, MAC) of an ARP reply; None for anything else."""
    if len(packet) < 42 or packet[12:14] != b"\x08\x06" or packet[14:22] != b"\0\x01\x08\0\x06\x04\0\x02":
        return None
    return str(IPv4Address(packet[28:32])), packet[22:28].hex(":")


def _heard(sock: socket.socket, seconds: float) -> Iterator[tuple[bytes, object]]:
    """What arrives within ``seconds``, at most ten thousand packets."""
    until = time.monotonic() + seconds
    for _each in range(10_000):
        sock.settimeout(max(0.001, until - time.monotonic()))
        try:
            yield sock.recvfrom(_MOST)
        except TimeoutError:
            return


def _mac(interface: str) -> bytes:
    text = Path("/sys/class/net") / interface / "address"
    with contextlib.suppress(OSError, ValueError):
        found = bytes.fromhex(text.read_text("ascii").strip().replace(":", ""))
        if len(found) == 6:
            return found
    return b"\x02" + os.urandom(5)
