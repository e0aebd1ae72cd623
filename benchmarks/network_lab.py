"""The temporary network in namespaces: a router with the files we generated, clients with a real DHCP client.

A bridge called as the form's Wi-Fi interface stands for the access point: there is no radio here, so hostapd
is not part of it. Outside the router lies one more namespace with a web server, the rest of the world.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from liaison import network
from liaison.lab_network import refused
from liaison.network import Form

UDHCPC = """#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip addr replace "$ip/$mask" dev "$interface"
[ -z "$router" ] || ip route replace default via "$router"
echo "$ip $serverid $dns" >"$MAHOROBA_LEASE"
"""
OUTSIDE = "198.51.100.1"


def missing() -> str:
    """Why this cannot be done here, or nothing."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    tools = ("ip", "dnsmasq", "nft", "udhcpc", "sysctl")
    return next((f"{tool} is not installed" for tool in tools if _tool(tool) is None), "") or refused()


class Net:
    """``folder``: where the router's files were written; ``name``: prefix of all namespaces."""

    def __init__(self, form: Form, clients: int, folder: Path) -> None:
        self.form, self.plan, self.folder = form, network.plan(form), folder
        self.name = f"mhrn{secrets.token_hex(2)}"
        self.clients = [f"{self.name}-{number}" for number in range(1, clients + 1)]
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def leases(self) -> Path:
        return self.folder / "leases"

    def build(self) -> None:
        """Namespaces and cables; nothing is configured yet."""
        for space in (self.name, f"{self.name}-out", *self.clients):
            _run("ip", "netns", "add", space)
            self.inside(space, "ip", "link", "set", "lo", "up")
        wifi, uplink = self.form.wifi, self.form.uplink
        self.inside(self.name, "ip", "link", "add", wifi, "type", "bridge")
        self.inside(self.name, "ip", "link", "set", wifi, "up")
        self._cable(self.name, uplink, f"{self.name}-out", "eth0")
        self.inside(self.name, "ip", "addr", "add", "198.51.100.2/24", "dev", uplink)
        self.inside(f"{self.name}-out", "ip", "addr", "add", f"{OUTSIDE}/24", "dev", "eth0")
        for number, client in enumerate(self.clients):
            self._cable(self.name, f"c{number}", client, "eth0")
            self.inside(self.name, "ip", "link", "set", f"c{number}", "master", wifi)

    def up(self) -> None:
        """What an IT officer does with the generated files: address, firewall, forwarding, dnsmasq."""
        network.write(self.form, self.folder)
        self.inside(
            self.name,
            "ip",
            "addr",
            "add",
            f"{self.plan.router}/{self.plan.network.prefixlen}",
            "dev",
            self.form.wifi,
        )
        self.inside(self.name, "nft", "-f", str(self.folder / "etc/nftables.d/mahoroba.nft"))
        self.inside(self.name, "sysctl", "-q", "-p", str(self.folder / "etc/sysctl.d/60-mahoroba.conf"))
        configuration = self.folder / "etc/dnsmasq.d/mahoroba.conf"
        lines = configuration.read_text().splitlines(keepends=True)
        here = [line for line in lines if not line.startswith("dhcp-leasefile=")]
        configuration.write_text("".join([*here, f"dhcp-leasefile={self.leases}\n"]))
        self.start(
            self.name,
            "dnsmasq",
            "--keep-in-foreground",
            "--user=root",
            "--pid-file=",
            f"--conf-file={configuration}",
        )

    def ask_for_leases(self, clients: Sequence[str], patience: float = 40.0) -> int:
        """Every client asks at once; how many have an address in the end."""
        script = self.folder / "udhcpc.sh"
        script.write_text(UDHCPC)
        script.chmod(0o755)
        asking = []
        for client in clients:
            command = ["udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "12", "-T", "2", "-s", str(script)]
            lease = {"MAHOROBA_LEASE": str(self.folder / f"{client}.lease")}
            asking.append(self.start(client, *command, more=lease))
        until = time.monotonic() + patience
        for process in asking:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, until - time.monotonic()))
        return sum(process.returncode == 0 for process in asking)

    def lease(self, client: str) -> list[str]:
        """Address, server and DNS that ``client`` was given."""
        return (self.folder / f"{client}.lease").read_text().split()

    def inside(self, space: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        whole = ["ip", "netns", "exec", space, *command]
        return subprocess.run(
            whole, check=check, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60
        )

    def start(self, space: str, *command: str, more: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["ip", "netns", "exec", space, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(more or {})},
        )
        self.processes.append(process)
        return process

    def python(self, space: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.inside(space, sys.executable, *arguments, check=False)

    def _cable(self, one: str, name: str, other: str, far: str) -> None:
        _run("ip", "-n", one, "link", "add", name, "type", "veth", "peer", "name", far, "netns", other)
        _run("ip", "-n", one, "link", "set", name, "up")
        _run("ip", "-n", other, "link", "set", far, "up")

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        for space in (self.name, f"{self.name}-out", *self.clients):
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)


@contextmanager
def network_lab(form: Form, clients: int) -> Iterator[Net]:
    """Namespaces and cables that are gone afterwards, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-net-") as made:
        net = Net(form, clients, Path(made))
        try:
            net.build()
            yield net
        finally:
            net.close()


def _tool(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
