"""The temporary network really used, in namespaces: leases, names, the guests' page, strangers."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.network_lab import OUTSIDE, Net, missing, network_lab
from liaison import network_probe
from liaison.network import Form

pytestmark = [
    pytest.mark.root,
    pytest.mark.netns,
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]
FORM = Form.model_validate(
    {
        "name": "県 災害対策本部",
        "ssid": "KEN-OUEN",
        "password": "kunren-dake-2026",
        "contacts": [{"label": "本部 受援班", "phone": "内線 2710"}],
    }
)
TOML = 'name = "県"\nssid = "KEN-OUEN"\npassword = "kunren-dake-2026"\n'
GET = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())"
POST = "import sys, urllib.request as u; u.urlopen(sys.argv[1], data=b'', timeout=5).read()"
WORLD = (
    "import http.server as h\n"
    "class W(h.BaseHTTPRequestHandler):\n"
    " def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'the world')\n"
    f"h.HTTPServer(('{OUTSIDE}', 80), W).serve_forever()\n"
)
PAGE = (
    "from liaison.router import CaptivePage; from liaison.network import Form; import sys, time\n"
    "page = CaptivePage(Form.model_validate_json(sys.argv[1]), sys.argv[2]); page.serve().join()\n"
)


def until(come: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not come():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture(scope="module")
def net() -> Iterator[Net]:
    with network_lab(FORM, 4) as made:
        made.up()
        assert made.ask_for_leases(made.clients) == 4
        yield made


def looks(net: Net) -> dict[str, tuple[str, str]]:
    """The command that an IT officer runs on the router; title -> (state, evidence)."""
    form = net.folder / "form.toml"
    form.write_text(TOML)
    status = net.folder / "status.html"
    arguments = ["router", str(form), str(status), "--leases", str(net.leases), "--once"]
    done = net.python(net.name, "-m", "desktop", "liaison", *arguments)
    assert done.stdout, done.stderr
    return {each["title"]: (each["state"], each["evidence"]) for each in json.loads(done.stdout)}


def test_every_client_has_an_address_of_the_plan_and_our_router(net: Net) -> None:
    for client in net.clients:
        address, server, dns = net.lease(client)
        assert address.startswith("192.168.77.")
        assert {server, dns} == {str(net.plan.router)}


def test_the_first_page_is_ours_until_it_has_been_read(net: Net) -> None:
    world = net.start(f"{net.name}-out", sys.executable, "-c", WORLD)
    page = net.start(net.name, sys.executable, "-c", PAGE, FORM.model_dump_json(), str(net.plan.router))
    client, other = net.clients[0], net.clients[1]

    def get(space: str, address: str) -> str:
        return net.python(space, "-c", GET, f"http://{address}/generate_204").stdout

    try:
        assert until(lambda: "内線 2710" in get(client, str(net.plan.router)))
        assert until(lambda: "the world" in get(net.name, OUTSIDE))
        assert "内線 2710" in get(client, OUTSIDE)
        net.python(client, "-c", POST, f"http://{net.plan.router}/read")
        assert "the world" in get(client, OUTSIDE)  # through the router's address translation
        assert "内線 2710" in get(other, OUTSIDE)  # each guest for themselves
    finally:
        for process in (world, page):
            process.kill()


def test_the_guests_cannot_reach_the_router_elsewhere(net: Net) -> None:
    """The input chain drops what is not DHCP, DNS, time, the page or an echo."""
    listener = net.start(net.name, sys.executable, "-m", "http.server", "8080")
    try:
        here = "import socket; socket.create_connection(('127.0.0.1', 8080), 2)"
        assert until(lambda: net.python(net.name, "-c", here).returncode == 0)
        away = here.replace("127.0.0.1", str(net.plan.router))
        assert net.python(net.clients[0], "-c", away).returncode != 0
    finally:
        listener.kill()


def test_the_status_names_what_is_right_and_what_nobody_knows(net: Net) -> None:
    found = looks(net)
    assert found["つながっている端末"] == ("ok", "4 台")
    assert found["名前の解決（DNS）"] == ("ok", "192.168.77.1")
    assert found["外への回線（eth0）"][0] == "ok"
    assert found["時刻"][0] == "unknown"
    assert found["ほかの DHCP サーバー"] == ("ok", "なし")
    assert found["番号の重なり"] == ("ok", "なし")
    page = (net.folder / "status.html").read_text()
    assert net.lease(net.clients[0])[0] in page


def test_a_stranger_who_hands_out_addresses_is_noticed(net: Net) -> None:
    stranger = net.clients[2]
    address = net.lease(stranger)[0]
    options = ["--port=0", "--interface=eth0", "--bind-interfaces", "--dhcp-authoritative", "--no-ping"]
    files = ["--conf-file=/dev/null", "--pid-file=", f"--dhcp-leasefile={net.folder}/rogue"]
    ranges = ["--dhcp-range=192.168.77.240,192.168.77.249", "--user=root", "--keep-in-foreground"]
    rogue = net.start(stranger, "dnsmasq", *options, *files, *ranges)
    try:
        assert until(lambda: looks(net)["ほかの DHCP サーバー"] == ("fail", address))
    finally:
        rogue.kill()
        rogue.wait()


def test_an_address_that_two_devices_claim_is_noticed(net: Net) -> None:
    address = net.lease(net.clients[0])[0]
    net.inside(net.clients[3], "ip", "addr", "add", f"{address}/24", "dev", "eth0")
    try:
        state, evidence = looks(net)["番号の重なり"]
        assert state == "fail"
        assert address in evidence
    finally:
        net.inside(net.clients[3], "ip", "addr", "del", f"{address}/24", "dev", "eth0")


@pytest.mark.parametrize(
    "packet", [b"", b"\x02" * 240, b"\x02\1\6\0abcd" + bytes(228) + b"\x63\x82\x53\x63\x36\xff"]
)
def test_malformed_answers_are_nothing(packet: bytes) -> None:
    assert network_probe.offered_by(packet, b"abcd") == ""
    assert network_probe.claim(packet) is None


def test_nothing_is_left_of_the_namespaces(tmp_path: Path) -> None:
    with network_lab(FORM, 1) as made:
        name, folder = made.name, made.folder
    assert not [each for each in Path("/run/netns").iterdir() if each.name.startswith(name)]
    assert not folder.exists()
